import { regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import {
  RegionFlag,
  regionFlag,
  regionIdMax,
  regionIdOf,
  regionOffset,
  regionOffsetMax,
  regionPack,
  regionStatus,
} from "../../../assembly/value/pack";
import { freshSpace, hexOf } from "../support";

function wordOf(offset: u64, regionId: u32, flag: u32): u64 {
  const ptr = regionAllocate(8);
  return regionPack(ptr, offset, regionId, flag) == Status.OK ? load<u64>(ptr) : 0;
}

describe("a region word", () => {
  test("has offset, region id and flag in 50, 12 and 2 bits", () => {
    freshSpace();
    const ptr = regionAllocate(8);
    expect<u32>(regionPack(ptr, 0x0001_2345_6789_abcd, 5, RegionFlag.LIVE)).toBe(Status.OK);
    expect<string>(hexOf(ptr, 8)).toBe("cdab896745231580");
    expect<u64>(wordOf(regionOffsetMax, 0, RegionFlag.EMPTY)).toBe(0x0003_ffff_ffff_ffff);
    expect<u64>(wordOf(0, regionIdMax, RegionFlag.EMPTY)).toBe(0x3ffc_0000_0000_0000);
    expect<u64>(wordOf(0, 0, RegionFlag.DELETED)).toBe(0x4000_0000_0000_0000);
  });

  test("comes back as its parts", () => {
    freshSpace();
    let wrong = 0;
    for (let i: u64 = 0; i <= 50; ++i) {
      const offset = ((<u64>1) << i) - 1;
      for (let bit: u32 = 0; bit <= 12; ++bit) {
        const id: u32 = (1 << bit) - 1;
        for (let flag: u32 = 0; flag <= RegionFlag.LIVE; ++flag) {
          const word = wordOf(offset, id, flag);
          if (regionOffset(word) != offset || regionIdOf(word) != id || regionFlag(word) != flag) ++wrong;
        }
      }
    }
    expect<i32>(wrong).toBe(0);
  });

  test("is not written when a part does not fit", () => {
    freshSpace();
    const ptr = regionAllocate(8);
    store<u64>(ptr, 7);
    expect<u32>(regionPack(ptr, regionOffsetMax + 1, 0, RegionFlag.LIVE)).toBe(Status.VALUE_RESERVED);
    expect<u32>(regionPack(ptr, u64.MAX_VALUE, 0, RegionFlag.LIVE)).toBe(Status.VALUE_RESERVED);
    expect<u32>(regionPack(ptr, 0, regionIdMax + 1, RegionFlag.LIVE)).toBe(Status.VALUE_RESERVED);
    expect<u32>(regionPack(ptr, 0, 0, RegionFlag.LIVE + 1)).toBe(Status.VALUE_RESERVED);
    expect<u64>(load<u64>(ptr)).toBe(7);
  });

  test("answers its own region, and is absent to every other", () => {
    freshSpace();
    expect<u32>(regionStatus(wordOf(9, 3, RegionFlag.LIVE), 3)).toBe(Status.OK);
    expect<u32>(regionStatus(wordOf(9, 3, RegionFlag.DELETED), 3)).toBe(Status.DELETED);
    expect<u32>(regionStatus(wordOf(9, 3, RegionFlag.EMPTY), 3)).toBe(Status.ABSENT);
    expect<u32>(regionStatus(wordOf(9, 3, RegionFlag.LIVE), 2)).toBe(Status.ABSENT);
    expect<u32>(regionStatus(wordOf(9, 3, RegionFlag.DELETED), 0)).toBe(Status.ABSENT);
    expect<u32>(regionStatus(u64.MAX_VALUE, regionIdMax)).toBe(Status.VALUE_RESERVED);
  });
});
