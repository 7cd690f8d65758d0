// A cuckoo table moved into more or fewer blocks where it lies, in Indexlib's order of evictions, so that the bytes are
// Indexlib's too. Called for shrinking and stretching.
//
// Differs: the placement of a cuckoo table can fail at any bucket. Indexlib then moves everything back, which can fail as
// well; here a copy of the file is taken first and put back.
// Cost: that copy, for as long as it takes.

import { regionAllocate, regionFree } from "../memory";
import { Status } from "../status";
import { bucketCopy } from "../value/bytes";
import { cellIsEmpty, cellKey, cellVacate } from "./cell";
import { Probe } from "./dense";
import { Table, hashCountFirst } from "./format";
import { kickClose, kickEvicted, kickOpen, kickRoom } from "./kick";
import { isSettled, settle, settledBytes } from "./settled";

/**
 * Moves all buckets into the first `bucketCount`, a multiple of 4; those behind the old end must be empty ones. FULL when they
 * find no place, NO_MEMORY: then nothing changed. The slots are the caller's.
 */
export function cuckooRehash(table: Table, bucketCount: u64): u32 {
  const oldCount = table.bucketCount;
  const oldHashCount = table.hashCount;
  const stride = table.bucketBytes;
  const fileBytes = table.bytes();
  const bitmapBytes = settledBytes(bucketCount);
  const scratch = regionAllocate(bitmapBytes + (stride << 1));
  const backup = regionAllocate(fileBytes);
  table.setBucketCount(bucketCount);
  let status: u32 = Status.NO_MEMORY;
  if (scratch != 0 && backup != 0 && kickOpen(table)) {
    memory.copy(backup, table.base, <usize>fileBytes);
    memory.fill(scratch, 0, <usize>bitmapBytes);
    table.setHashCount(hashCountFirst);
    status = moveAll(table, oldCount, scratch, scratch + <usize>bitmapBytes) ? Status.OK : Status.FULL;
    if (status == Status.FULL) memory.copy(table.base, backup, <usize>fileBytes);
  }
  if (status != Status.OK) {
    table.setBucketCount(oldCount);
    table.setHashCount(oldHashCount);
  }
  kickClose();
  regionFree(backup);
  regionFree(scratch);
  return status;
}

/**
 * Pass 1 takes out the buckets that lie below the new end, one by one, and finds each a place; whoever lay there unsettled
 * is carried on in turn. Pass 2 brings in those above.
 */
function moveAll(table: Table, oldCount: u64, settled: usize, carried: usize): bool {
  const stride = table.bucketBytes;
  const buckets = table.buckets();
  const bucketCount = table.bucketCount;
  for (let i: u64 = 0; i < bucketCount; ++i) {
    if (isSettled(settled, i)) continue;
    settle(settled, i);
    const bucket = buckets + <usize>i * stride;
    if (cellIsEmpty(table.kind, bucket)) continue;
    bucketCopy(carried, bucket, stride);
    cellVacate(table.kind, bucket, stride, table.valueBytes);
    if (!carry(table, carried, settled)) return false;
  }
  const end = buckets + <usize>oldCount * stride;
  for (let bucket = table.slot(0); bucket < end; bucket += stride) {
    if (cellIsEmpty(table.kind, bucket)) continue;
    const to = kickRoom(table, cellKey(table.kind, bucket), 0, 0);
    if (to == Probe.NONE) return false;
    bucketCopy(to, bucket, stride);
  }
  return true;
}

/** Finds a place for the bucket at `carried`, and for each one it evicts to the cell behind. */
function carry(table: Table, carried: usize, settled: usize): bool {
  const stride = table.bucketBytes;
  const evicted = carried + stride;
  // Bounded: each turn settles a bucket more.
  while (true) {
    const to = kickRoom(table, cellKey(table.kind, carried), settled, evicted);
    if (to == Probe.NONE) return false;
    bucketCopy(to, carried, stride);
    if (!kickEvicted()) return true;
    bucketCopy(carried, evicted, stride);
  }
}
