// The dense hash table: linear probing from `key % bucketCount`, as Indexlib lays it out (FORMAT.md clause 3.5).
// One algorithm over every bucket kind; `B` is the kind, chosen once per call in `table.ts`.
//
// A deletion stays in the table as a bucket of its key, so a probe that meets an empty bucket has seen all of the
// key's. Nothing is moved by an insert, which is why a reader may hold a bucket's address between two writes.

import { Bucket } from "../bucket/bucket";
import { regionAllocate, regionFree } from "../memory";
import { Status } from "../status";
import { bucketCopy, touched } from "../value/bytes";
import { cellIsEmpty, cellKey, cellVacate } from "./cell";
import { Table } from "./format";
import { isSettled, settle, settledBytes } from "./settled";

/** What `denseProbe` answers instead of an address. */
export abstract class Probe {
  /** Every bucket holds another key: the key is absent and there is no room for it. */
  static readonly NONE: usize = 0;
  /** The probe limit ended the search. */
  static readonly LIMIT: usize = 1;
}

/** The bucket that holds `key`, or the empty one where it would go; or one of `Probe`. */
export function denseProbe<B extends Bucket>(table: Table, key: u64): usize {
  return denseProbeFrom<B>(table, key, table.buckets() + <usize>(key % table.bucketCount) * table.bucketBytes);
}

/** The same from its home bucket on. */
export function denseProbeFrom<B extends Bucket>(table: Table, key: u64, home: usize): usize {
  // Most keys lie at home, or would.
  return changetype<B>(home).stops(key) ? home : denseProbeOn<B>(table, key, home);
}

/** The same where the key's probe does not end at home. */
export function denseProbeOn<B extends Bucket>(table: Table, key: u64, home: usize): usize {
  const stride = table.bucketBytes;
  const end = table.slot(0);
  let bucket = home;
  for (let left = table.probeMax - 1; left != 0; --left) {
    bucket += stride;
    if (bucket == end) bucket = table.buckets();
    if (changetype<B>(bucket).stops(key)) return bucket;
  }
  return <u64>table.probeMax == table.bucketCount ? Probe.NONE : Probe.LIMIT;
}

const groupCount: u32 = 16;
/** A group's buckets and their homes in the target: u32 addresses. */
const group: usize = memory.data(128, 64);
const homesAt: usize = 64;

/**
 * Copies the used buckets among `count` at `bucket` into empty buckets of `target`. FULL, and some of them copied, when
 * one finds none within the target's probes.
 *
 * In groups, whose homes are touched first so that their misses overlap: a third of the time in a table that no cache holds.
 */
export function denseInsertAll<B extends Bucket>(target: Table, bucket: usize, count: u64): u32 {
  const stride = target.bucketBytes;
  const buckets = target.buckets();
  const bucketCount = target.bucketCount;
  const end = bucket + <usize>count * stride;
  while (bucket < end) {
    let used: usize = 0;
    let sum: u64 = 0;
    for (; bucket < end && used < groupCount; bucket += stride) {
      if (changetype<B>(bucket).isEmpty()) continue;
      const home = buckets + <usize>(changetype<B>(bucket).key() % bucketCount) * stride;
      sum += load<u8>(home);
      store<u32>(group + (used << 2), <u32>bucket);
      store<u32>(group + (used << 2), <u32>home, homesAt);
      ++used;
    }
    touched(sum);
    for (let i: usize = 0; i < used; ++i) {
      const from = <usize>load<u32>(group + (i << 2));
      const home = <usize>load<u32>(group + (i << 2), homesAt);
      const to = denseProbeFrom<B>(target, changetype<B>(from).key(), home);
      if (to <= Probe.LIMIT) return Status.FULL;
      bucketCopy(to, from, stride);
    }
  }
  return Status.OK;
}

/**
 * Rehashes in place into the first `bucketCount` buckets, in Indexlib's order of evictions, so that the bytes are
 * Indexlib's too. `bucketCount` must hold all keys. Fails only for want of the bitmap's memory; then nothing changed.
 *
 * Pass 1 settles the buckets that stay below the new end: each is taken out and carried to its new home; whoever
 * lies there unsettled is carried on in turn. Pass 2 brings in those above.
 */
export function denseShrink(table: Table, bucketCount: u64): u32 {
  const oldCount = table.bucketCount;
  const stride = table.bucketBytes;
  const buckets = table.buckets();
  const bitmapBytes = settledBytes(bucketCount);
  const scratch = regionAllocate(bitmapBytes + (stride << 1));
  if (scratch == 0) return Status.NO_MEMORY;
  const settled = scratch + (stride << 1);
  memory.fill(settled, 0, <usize>bitmapBytes);
  table.setBucketCount(bucketCount);

  for (let i: u64 = 0; i < bucketCount; ++i) {
    if (isSettled(settled, i)) continue;
    settle(settled, i);
    const bucket = buckets + <usize>i * stride;
    if (cellIsEmpty(table.kind, bucket)) continue;
    bucketCopy(scratch, bucket, stride);
    cellVacate(table.kind, bucket, stride, table.valueBytes);
    denseCarry(table, scratch, settled);
  }
  const end = buckets + <usize>oldCount * stride;
  for (let bucket = table.slot(0); bucket < end; bucket += stride) {
    if (!cellIsEmpty(table.kind, bucket)) denseCarry(table, bucket, settled);
  }
  regionFree(scratch);
  return Status.OK;
}

/**
 * Finds a home for the carried bucket at `carried`, and for each one it evicts; that takes a swap cell behind, until all
 * are settled. No bound of probes holds here: every key has a place.
 */
function denseCarry(table: Table, carried: usize, settled: usize): void {
  const stride = table.bucketBytes;
  const buckets = table.buckets();
  const count = table.bucketCount;
  let at = cellKey(table.kind, carried) % count;
  // Bounded: each turn either settles a bucket, of which there are `count`, or steps past a settled one.
  while (true) {
    const bucket = buckets + <usize>at * stride;
    if (cellIsEmpty(table.kind, bucket)) {
      settle(settled, at);
      bucketCopy(bucket, carried, stride);
      return;
    }
    if (isSettled(settled, at)) {
      if (++at == count) at = 0;
      continue;
    }
    settle(settled, at);
    bucketCopy(carried + stride, bucket, stride);
    bucketCopy(bucket, carried, stride);
    bucketCopy(carried, carried + stride, stride);
    at = cellKey(table.kind, carried) % count;
  }
}
