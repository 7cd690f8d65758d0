import { CompactBucket } from "../../../assembly/bucket/compact";
import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, hexOf } from "../support";

function cell(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0, 64);
  return ptr;
}

describe("a compact bucket", () => {
  test("is its key, then its value, and nothing else", () => {
    const ptr = cell();
    const bucket = changetype<CompactBucket<u64>>(ptr + 1);
    bucket.putEmpty();
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    expect<string>(hexOf(ptr, 10)).toBe("00fffeffffffffffff00");
    bucket.putKey(0x1122334455667788, 99);
    store<u8>(bucket.valuePtr(), 0xab);
    expect<string>(hexOf(ptr, 11)).toBe("008877665544332211ab00");
    expect<bool>(bucket.isEmpty()).toBeFalsy();
    expect<u64>(bucket.key()).toBe(0x1122334455667788);
    expect<u32>(bucket.timestamp()).toBe(0);
  });

  test("is never deleted: what a plain bucket keeps as that mark is a key like any other here", () => {
    const bucket = changetype<CompactBucket<u64>>(cell());
    bucket.putKey(deletedKey, 0);
    store<u64>(bucket.valuePtr(), 7);
    expect<bool>(bucket.isDeleted()).toBeFalsy();
    expect<u64>(bucket.key()).toBe(deletedKey);
    expect<bool>(bucket.stops(7)).toBeFalsy();
    expect<bool>(bucket.stops(deletedKey)).toBeTruthy();
  });

  test("leaves both marks to the slots, of 8 bytes and of 4", () => {
    const long = changetype<CompactBucket<u64>>(cell());
    expect<bool>(long.inSlot(emptyKey) && long.inSlot(deletedKey)).toBeTruthy();
    expect<bool>(long.inSlot(0xfffffeff)).toBeFalsy();
    const short = changetype<CompactBucket<u32>>(cell());
    expect<bool>(short.inSlot(0xfffffeff) && short.inSlot(0xfffffdff)).toBeTruthy();
    expect<bool>(short.inSlot(0xfffffefe)).toBeFalsy();
  });

  test("with 4-byte keys of 1 byte is 5 bytes, and ends a probe when empty or of the key", () => {
    const ptr = cell();
    const bucket = changetype<CompactBucket<u32>>(ptr);
    bucket.putEmpty();
    expect<bool>(bucket.stops(3)).toBeTruthy();
    bucket.putKey(0x100000003, 0);
    store<u8>(bucket.valuePtr(), 9);
    expect<string>(hexOf(ptr, 6)).toBe("030000000900");
    expect<bool>(bucket.stops(3)).toBeTruthy();
    expect<bool>(bucket.stops(4)).toBeFalsy();
  });
});
