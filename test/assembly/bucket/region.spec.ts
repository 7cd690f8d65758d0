import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { RegionBucket } from "../../../assembly/bucket/region";
import { regionAllocate } from "../../../assembly/memory";
import { RegionFlag, regionIdMax, regionOffsetMax, regionWord } from "../../../assembly/value/pack";
import { freshSpace, hexOf } from "../support";

function bucketOf(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0, 64);
  return ptr;
}

describe("a region bucket", () => {
  test("is its key, then the region word", () => {
    const ptr = bucketOf();
    const bucket = changetype<RegionBucket<u8>>(ptr);
    bucket.putEmpty();
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    bucket.putKey(3, 99);
    store<u64>(bucket.valuePtr(), regionWord(0x0001_2345_6789_abcd, 5, RegionFlag.LIVE));
    expect<string>(hexOf(ptr, 20)).toBe("0300000000000000cdab89674523158000000000");
    expect<u64>(bucket.key()).toBe(3);
    expect<u32>(bucket.timestamp()).toBe(0);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
  });

  test("with a second has it before the word, with all its bits", () => {
    const ptr = bucketOf();
    const bucket = changetype<RegionBucket<u32>>(ptr);
    bucket.putKey(3, 0xfedcba98);
    store<u64>(bucket.valuePtr(), regionWord(7, regionIdMax, RegionFlag.LIVE));
    expect<string>(hexOf(ptr, 20)).toBe("030000000000000098badcfe070000000000fcbf");
    expect<u32>(bucket.timestamp()).toBe(0xfedcba98);
    expect<bool>(bucket.isEmpty() || bucket.isDeleted()).toBeFalsy();
  });

  test("is empty and deleted by its flag alone, whatever the other bits are", () => {
    const ptr = bucketOf();
    const bucket = changetype<RegionBucket<u32>>(ptr);
    bucket.putKey(3, 0x7fffffff);
    store<u64>(bucket.valuePtr(), regionWord(regionOffsetMax, regionIdMax, RegionFlag.EMPTY));
    expect<bool>(bucket.isEmpty()).toBeTruthy();
    store<u64>(bucket.valuePtr(), regionWord(regionOffsetMax, regionIdMax, RegionFlag.DELETED));
    expect<bool>(bucket.isDeleted() && !bucket.isEmpty()).toBeTruthy();
  });

  test("knows no special keys, and stops a probe by state before key", () => {
    const ptr = bucketOf();
    const bucket = changetype<RegionBucket<u8>>(ptr);
    expect<bool>(bucket.inSlot(emptyKey) || bucket.inSlot(deletedKey)).toBeFalsy();
    store<u64>(ptr, 12345);
    expect<bool>(bucket.stops(9)).toBeTruthy();
    store<u64>(bucket.valuePtr(), regionWord(0, 0, RegionFlag.LIVE));
    expect<bool>(bucket.stops(12345)).toBeTruthy();
    expect<bool>(bucket.stops(9)).toBeFalsy();
  });
});
