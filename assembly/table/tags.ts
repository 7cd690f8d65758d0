// Tags: one byte a bucket beside a dense table that no longer changes, so that most lookups of absent keys, and every step past
// another key's bucket, stay out of the table itself. Made when a segment is sealed or mounted; never stored.
//
//   buckets   │ key A │ empty │ key B │ key C │ …           12–20 bytes each
//   tags      │ tag A │   0   │ tag B │ tag C │ … │ first 15 again │
//
// A tag is 0x80 and seven bits of the key: the tags of sixteen buckets are compared at once. A million keys have two
// megabytes of them, which a cache holds, where the buckets are 24: a miss takes 100 ns through them and 220 without.
// A hit needs its bucket anyway, and would take 100 ns longer. So a table remembers what it was asked of late, and
// goes by its tags while most keys are absent: in all segments but one, if there are several.

import { regionAllocate } from "../memory";
import { Status } from "../status";
import { cellIsEmpty, cellKey, cellLook } from "./cell";
import { Probe } from "./dense";
import { Kind, Table } from "./format";
import { seat } from "./seat";
import { tableEnd } from "./table";

/** Tags compared at once. */
const laneCount: u64 = 16;

/** Fibonacci hashing: raw integer keys differ in their low bits. */
const spread: u64 = 0x9e3779b97f4a7c15;

function tagOf(key: u64): u8 {
  return <u8>((key * spread) >> 57) | 0x80;
}

/** The most that `Table.absence` comes to. */
export const absenceMax: u32 = 32;

/** Whether the next lookup should go by the tags. */
export function tagsFirst(table: Table): bool {
  return table.absence > absenceMax / 2 && table.tags != 0;
}

/** Takes in whether a key was there. */
export function tagsLearn(table: Table, absent: bool): void {
  const before = table.absence;
  table.absence = absent ? min(before + 1, absenceMax) : before - u32(before != 0);
}

/**
 * Gives tags to a dense table that does not change any more, a segment's. Without memory for them it goes without: they only
 * save time.
 */
export function tableTag(table: Table): void {
  if (table.kind & Kind.CUCKOO) return;
  const count = <usize>table.bucketCount;
  // A load at any tag stays inside.
  const tags = regionAllocate(count + laneCount);
  if (tags == 0) return;
  const stride = table.bucketBytes;
  let bucket = table.buckets();
  for (let i: usize = 0; i < count; ++i) {
    store<u8>(tags + i, cellIsEmpty(table.kind, bucket) ? 0 : tagOf(cellKey(table.kind, bucket)));
    bucket += stride;
  }
  for (let i: usize = 0; i < <usize>laneCount; ++i) store<u8>(tags + count + i, load<u8>(tags + (i % count)));
  table.tags = tags;
  table.absence = 0;
}

/** `tableFind` by the tags, for a key that no slot serves. An empty bucket is not touched. */
export function tagsFind(table: Table, key: u64): u32 {
  const buckets = table.buckets();
  const stride = table.bucketBytes;
  const count = table.bucketCount;
  const tags = table.tags;
  const wanted = i8x16.splat(<i8>tagOf(key));
  const empty = i8x16.splat(0);
  let at = key % count;
  for (let left = <i64>table.probeMax; left > 0; left -= laneCount) {
    const lanes = v128.load(tags + <usize>at);
    const empties = i8x16.bitmask(i8x16.eq(lanes, empty));
    let matches = i8x16.bitmask(i8x16.eq(lanes, wanted));
    if (empties != 0) matches &= (empties & -empties) - 1;
    while (matches != 0) {
      const bucket = buckets + <usize>wrapped(at + ctz(matches), count) * stride;
      if (cellKey(table.kind, bucket) == key) return cellLook(table.kind, bucket);
      matches &= matches - 1;
    }
    if (empties != 0) {
      seat.bucket = buckets + <usize>wrapped(at + ctz(empties), count) * stride;
      return Status.ABSENT;
    }
    at = wrapped(at + laneCount, count);
  }
  return tableEnd(table, <u64>table.probeMax == count ? Probe.NONE : Probe.LIMIT);
}

function wrapped(at: u64, count: u64): u64 {
  return at < count ? at : at < count << 1 ? at - count : at % count;
}
