// The region word of Indexlib's multi-region indexes: the place of a record, which region it is of, and whether it is
// there. It lies in a bucket where other indexes have an offset; several regions share one table and one value file.
//
//   63    62 61         50 49                                             0
//   │ flag  │ region id   │ offset                                        │
//     0 empty · 1 deleted · 2 live; 3 is nobody's

import { Status } from "../status";

const offsetBits: u32 = 50;
const regionBits: u32 = 12;
const flagShift: u32 = offsetBits + regionBits;

export const regionOffsetMax: u64 = ((<u64>1) << offsetBits) - 1;
export const regionIdMax: u32 = (1 << regionBits) - 1;

export abstract class RegionFlag {
  static readonly EMPTY: u32 = 0;
  static readonly DELETED: u32 = 1;
  static readonly LIVE: u32 = 2;
}

/**
 * Writes a region word to the 8 bytes at `ptr`. VALUE_RESERVED when a part does not fit into its bits, and then nothing
 * is written: a wider part would change its neighbour.
 */
export function regionPack(ptr: usize, offset: u64, regionId: u32, flag: u32): u32 {
  if (offset > regionOffsetMax || regionId > regionIdMax || flag > RegionFlag.LIVE) return Status.VALUE_RESERVED;
  store<u64>(ptr, regionWord(offset, regionId, flag));
  return Status.OK;
}

/** The word of parts that fit. */
export function regionWord(offset: u64, regionId: u32, flag: u32): u64 {
  return offset | ((<u64>regionId) << offsetBits) | ((<u64>flag) << flagShift);
}

export function regionOffset(word: u64): u64 {
  return word & regionOffsetMax;
}

export function regionIdOf(word: u64): u32 {
  return <u32>(word >> offsetBits) & regionIdMax;
}

export function regionFlag(word: u64): u32 {
  return <u32>(word >> flagShift);
}

/**
 * What a word says to a lookup in region `regionId`: OK, DELETED, or ABSENT when the bucket is empty or another region's.
 * VALUE_RESERVED for a flag that no writer sets.
 */
export function regionStatus(word: u64, regionId: u32): u32 {
  const flag = regionFlag(word);
  if (flag > RegionFlag.LIVE) return Status.VALUE_RESERVED;
  if (flag == RegionFlag.EMPTY || regionIdOf(word) != regionId) return Status.ABSENT;
  return flag == RegionFlag.LIVE ? Status.OK : Status.DELETED;
}
