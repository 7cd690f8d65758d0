import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { TimestampedBucket } from "../../../assembly/bucket/timestamped";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, hexOf } from "../support";

function bucketOf(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0, 64);
  changetype<TimestampedBucket<u64>>(ptr).putEmpty();
  return ptr;
}

describe("a timestamped bucket", () => {
  test("is its key, the second, then its value", () => {
    const ptr = bucketOf();
    const bucket = changetype<TimestampedBucket<u64>>(ptr);
    expect<string>(hexOf(ptr, 20)).toBe("0000000000000000ffffff7f0000000000000000");
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    bucket.putKey(3, 0x01020304);
    store<u64>(bucket.valuePtr(), 0x1122334455667788);
    expect<string>(hexOf(ptr, 20)).toBe("0300000000000000040302018877665544332211");
    expect<u64>(bucket.key()).toBe(3);
    expect<u32>(bucket.timestamp()).toBe(0x01020304);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
  });

  test("that is deleted has the second of its deletion, bit 31, and the old value's bytes", () => {
    const ptr = bucketOf();
    const bucket = changetype<TimestampedBucket<u64>>(ptr);
    bucket.putKey(3, 5);
    store<u32>(bucket.valuePtr(), 0x99);
    bucket.putDeleted(3, 6);
    expect<string>(hexOf(ptr, 16)).toBe("03000000000000000600008099000000");
    expect<bool>(bucket.isDeleted()).toBeTruthy();
    expect<u32>(bucket.timestamp()).toBe(6);
    expect<u64>(bucket.key()).toBe(3);
  });

  test("takes every second but the mark: 0 and the one before 2^31 - 1, live and deleted", () => {
    const bucket = changetype<TimestampedBucket<u64>>(bucketOf());
    bucket.putKey(3, 0);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
    expect<u32>(bucket.timestamp()).toBe(0);
    bucket.putDeleted(3, 0);
    expect<bool>(bucket.isDeleted()).toBeTruthy();
    expect<u32>(bucket.timestamp()).toBe(0);
    bucket.putKey(3, 0x7ffffffe);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
    bucket.putDeleted(3, 0x7ffffffe);
    expect<bool>(bucket.isDeleted()).toBeTruthy();
    expect<bool>(bucket.isEmpty()).toBeFalsy();
  });

  test("masks a second of 32 bits, as in Indexlib", () => {
    const bucket = changetype<TimestampedBucket<u64>>(bucketOf());
    bucket.putKey(3, 0x80000005);
    expect<bool>(bucket.isDeleted()).toBeFalsy();
    expect<u32>(bucket.timestamp()).toBe(5);
  });

  test("knows no special keys, and stops a probe by state before key", () => {
    const ptr = bucketOf();
    const bucket = changetype<TimestampedBucket<u64>>(ptr);
    expect<bool>(bucket.inSlot(emptyKey) || bucket.inSlot(deletedKey)).toBeFalsy();
    store<u64>(ptr, 12345);
    expect<bool>(bucket.stops(9)).toBeTruthy();
    bucket.putKey(emptyKey, 1);
    expect<bool>(bucket.stops(emptyKey)).toBeTruthy();
    expect<bool>(bucket.stops(9)).toBeFalsy();
    expect<bool>(bucket.isEmpty()).toBeFalsy();
  });

  test("with 4-byte keys begins its state at byte 4", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    const bucket = changetype<TimestampedBucket<u32>>(ptr);
    bucket.putKey(0x100000003, 5);
    store<u32>(bucket.valuePtr(), 7);
    expect<string>(hexOf(ptr, 12)).toBe("030000000500000007000000");
    expect<bool>(bucket.stops(3)).toBeTruthy();
    expect<u64>(bucket.key()).toBe(3);
  });
});
