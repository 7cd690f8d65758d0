import { PlainBucket, Slot, deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, hexOf } from "../support";

function bucketOf(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0, 64);
  changetype<PlainBucket<u64>>(ptr).putEmpty();
  return ptr;
}

describe("a plain bucket", () => {
  test("is its key, then its value", () => {
    const ptr = bucketOf();
    const bucket = changetype<PlainBucket<u64>>(ptr);
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    expect<string>(hexOf(ptr, 16)).toBe("fffeffffffffffff0000000000000000");
    bucket.putKey(0x1122334455667788, 99);
    store<u64>(bucket.valuePtr(), 0xab);
    expect<string>(hexOf(ptr, 16)).toBe("8877665544332211ab00000000000000");
    expect<bool>(bucket.isEmpty()).toBeFalsy();
    expect<bool>(bucket.isDeleted()).toBeFalsy();
    expect<u64>(bucket.key()).toBe(0x1122334455667788);
    expect<u32>(bucket.timestamp()).toBe(0);
  });

  test("that is deleted keeps its key where the value was", () => {
    const ptr = bucketOf();
    const bucket = changetype<PlainBucket<u64>>(ptr);
    bucket.putKey(7, 0);
    bucket.putDeleted(7, 0);
    expect<string>(hexOf(ptr, 16)).toBe("fffdffffffffffff0700000000000000");
    expect<bool>(bucket.isDeleted()).toBeTruthy();
    expect<bool>(bucket.isEmpty()).toBeFalsy();
    expect<u64>(bucket.key()).toBe(7);
  });

  test("ends a probe when it is empty, live or deleted under that key, and no other", () => {
    const bucket = changetype<PlainBucket<u64>>(bucketOf());
    expect<bool>(bucket.stops(7)).toBeTruthy();
    bucket.putKey(7, 0);
    store<u64>(bucket.valuePtr(), 8);
    expect<bool>(bucket.stops(7)).toBeTruthy();
    expect<bool>(bucket.stops(8)).toBeFalsy();
    bucket.putDeleted(7, 0);
    expect<bool>(bucket.stops(7)).toBeTruthy();
    expect<bool>(bucket.stops(8)).toBeFalsy();
  });

  test("leaves its two marks to the slots", () => {
    const bucket = changetype<PlainBucket<u64>>(bucketOf());
    expect<bool>(bucket.inSlot(emptyKey)).toBeTruthy();
    expect<bool>(bucket.inSlot(deletedKey)).toBeTruthy();
    expect<bool>(bucket.inSlot(emptyKey - 1)).toBeFalsy();
    expect<bool>(bucket.inSlot(0xfffffeff)).toBeFalsy();
  });

  test("with 4-byte keys has marks of 4 bytes", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    memory.fill(ptr, 0, 64);
    const bucket = changetype<PlainBucket<u32>>(ptr);
    bucket.putEmpty();
    expect<string>(hexOf(ptr, 8)).toBe("fffeffff00000000");
    bucket.putDeleted(0xffffffff00000005, 0);
    expect<string>(hexOf(ptr, 8)).toBe("fffdffff05000000");
    expect<u64>(bucket.key()).toBe(5);
    expect<bool>(bucket.stops(5)).toBeTruthy();
    expect<bool>(bucket.inSlot(0xfffffeff)).toBeTruthy();
  });
});

describe("a slot", () => {
  test("that is deleted says so with a 1 where its key was, and keeps the key behind", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    memory.fill(ptr, 0, 64);
    changetype<Slot<u64>>(ptr).putDeleted(emptyKey);
    expect<string>(hexOf(ptr, 16)).toBe("0100000000000000fffeffffffffffff");
    changetype<Slot<u32>>(ptr).putDeleted(deletedKey);
    expect<string>(hexOf(ptr, 8)).toBe("01000000fffdffff");
  });
});
