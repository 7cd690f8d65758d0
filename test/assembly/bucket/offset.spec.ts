import { OffsetBucket } from "../../../assembly/bucket/offset";
import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, hexOf } from "../support";

function cell(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0, 64);
  return ptr;
}

describe("an offset bucket", () => {
  test("of 4 bytes is its key, then where the record lies", () => {
    const ptr = cell();
    const bucket = changetype<OffsetBucket<u64, u32>>(ptr);
    bucket.putEmpty();
    expect<string>(hexOf(ptr, 12)).toBe("0000000000000000ffffffff");
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    bucket.putKey(3, 77);
    store<u32>(bucket.valuePtr(), 0xfffffffd);
    expect<string>(hexOf(ptr, 12)).toBe("0300000000000000fdffffff");
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
    expect<u32>(bucket.timestamp()).toBe(0);
    bucket.putDeleted(3, 77);
    expect<string>(hexOf(ptr, 12)).toBe("0300000000000000feffffff");
    expect<bool>(bucket.isDeleted()).toBeTruthy();
    expect<u64>(bucket.key()).toBe(3);
  });

  test("of 8 bytes has its marks at the top of 64 bits, and 4-byte marks are offsets like any other", () => {
    const ptr = cell();
    const bucket = changetype<OffsetBucket<u64, u64>>(ptr);
    bucket.putEmpty();
    expect<string>(hexOf(ptr, 16)).toBe("0000000000000000ffffffffffffffff");
    bucket.putKey(3, 0);
    store<u64>(bucket.valuePtr(), 0xffffffff);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
    store<u64>(bucket.valuePtr(), 0xfffffffe);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
    bucket.putDeleted(3, 0);
    expect<string>(hexOf(ptr, 16)).toBe("0300000000000000feffffffffffffff");
    expect<bool>(bucket.isDeleted()).toBeTruthy();
  });

  test("knows no special keys; stale bytes of an empty one mean nothing", () => {
    const ptr = cell();
    const bucket = changetype<OffsetBucket<u64, u32>>(ptr);
    bucket.putEmpty();
    store<u64>(ptr, 12345);
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    expect<bool>(bucket.stops(9)).toBeTruthy();
    bucket.putKey(deletedKey, 0);
    store<u32>(bucket.valuePtr(), 1);
    expect<bool>(bucket.inSlot(deletedKey) || bucket.inSlot(emptyKey)).toBeFalsy();
    expect<bool>(bucket.isDeleted()).toBeFalsy();
    expect<bool>(bucket.stops(deletedKey)).toBeTruthy();
    expect<bool>(bucket.stops(9)).toBeFalsy();
  });

  test("with 4-byte keys is 8 bytes", () => {
    const ptr = cell();
    const bucket = changetype<OffsetBucket<u32, u32>>(ptr);
    bucket.putKey(0x100000003, 0);
    store<u32>(bucket.valuePtr(), 9);
    expect<string>(hexOf(ptr, 8)).toBe("0300000009000000");
    expect<bool>(bucket.stops(3)).toBeTruthy();
  });
});
