// Tables that change their number of buckets: copied into a larger one, shrunk or stretched where they lie.

import { OffsetBucket } from "../bucket/offset";
import { PlainBucket } from "../bucket/plain";
import { TimestampedBucket } from "../bucket/timestamped";
import { regionAllocate, regionBytes, regionFree } from "../memory";
import { Status } from "../status";
import { bucketCopy } from "../value/bytes";
import { cellIsEmpty, cellKey } from "./cell";
import { denseInsertAll, denseShrink } from "./dense";
import { Kind, Reach, Table, blockBuckets, slotCountOf, tableBytesOf, wholeBlocks } from "./format";
import { kickClose } from "./kick";
import { cuckooRehash } from "./rehash";
import { seat } from "./seat";
import { bucketsClear, tableClear, tableFind, tableMakeRoom } from "./table";

/** Fills the empty table `target` with all of `source`; FULL when its probes get too long, NO_MEMORY. */
export function tableCopy(source: Table, target: Table): u32 {
  const status = copyBuckets(source, target);
  kickClose();
  memory.copy(target.slot(0), source.slot(0), slotCountOf(source.kind) * source.bucketBytes);
  target.setKeyCount(source.keyCount);
  target.deletedCount = source.deletedCount;
  return status;
}

/** The tables that an index builds in, and so grows, have code of their own. */
function copyBuckets(source: Table, target: Table): u32 {
  const from = source.buckets();
  const count = source.bucketCount;
  switch (source.kind) {
    case Kind.PLAIN:
      return denseInsertAll<PlainBucket<u64>>(target, from, count);
    case Kind.TIMESTAMPED:
      return denseInsertAll<TimestampedBucket<u64>>(target, from, count);
    case Kind.OFFSET_SHORT:
      return denseInsertAll<OffsetBucket<u64, u32>>(target, from, count);
    default:
      return copyAny(source, target);
  }
}

function copyAny(source: Table, target: Table): u32 {
  const end = source.slot(0);
  for (let bucket = source.buckets(); bucket < end; bucket += source.bucketBytes) {
    if (cellIsEmpty(source.kind, bucket)) continue;
    const key = cellKey(source.kind, bucket);
    let status = tableFind(target, key);
    if (status == Status.FULL) status = tableMakeRoom(target, key);
    if (status != Status.ABSENT) return status == Status.NO_MEMORY ? status : Status.FULL;
    bucketCopy(seat.bucket, bucket, source.bucketBytes);
  }
  return Status.OK;
}

/** Room for the description of the table that a resized one becomes. */
const resized: usize = memory.data(80, 8);

/**
 * Moves all of a table into a new region with `bucketCount` buckets, more or fewer, in the order of the old ones. FULL when
 * they do not take every key, NO_MEMORY; then nothing changed.
 */
export function tableResize(table: Table, bucketCount: u64): u32 {
  const base = regionAllocate(tableBytesOf(table.kind, table.valueBytes, bucketCount));
  if (base == 0) return Status.NO_MEMORY;
  const target = changetype<Table>(resized);
  target.describe(base, table.kind, table.valueBytes, table.occupancyPct, table.probeLimit);
  tableClear(target, bucketCount);
  const status = tableCopy(table, target);
  if (status != Status.OK) {
    regionFree(base);
    return status;
  }
  regionFree(table.base);
  memory.copy(changetype<usize>(table), resized, offsetof<Table>());
  return Status.OK;
}

/**
 * Shrinks in place to `bucketCount` buckets, in whole blocks; OK and unchanged when that is no fewer, or when a cuckoo
 * table's keys find no places in it. TABLE_HEADER when they do not hold all keys, which only a foreign table's key count
 * can make a caller believe; NO_MEMORY. Then nothing changed either.
 */
export function tableShrink(table: Table, bucketCount: u64): u32 {
  bucketCount = wholeBlocks(table.kind, bucketCount);
  if (bucketCount >= table.bucketCount) return Status.OK;
  // Protects: the rehash, in which every key must find a bucket.
  if (usedCount(table) > bucketCount) return Status.TABLE_HEADER;
  const status = tableRehash(table, bucketCount);
  return status == Status.FULL ? Status.OK : status;
}

/**
 * Takes in the bytes kept free behind a cuckoo table, once: OK, also when there are none; FULL when the keys find no places
 * then, NO_MEMORY, and nothing changed.
 */
export function tableStretch(table: Table): u32 {
  if (!(table.kind & Kind.CUCKOO)) return Status.OK;
  const spare = table.stretchBytes();
  const blocks = spare / table.bucketBytes / blockBuckets;
  // Protects: what lies behind the region. A mounted file has nothing behind it, whatever its header says.
  const room = regionBytes(table.base) - table.bytes();
  if (blocks == 0 || spare > room) return Status.OK;
  const status = tableRehash(table, table.bucketCount + blocks * blockBuckets);
  if (status == Status.OK) table.setStretchBytes(0);
  return status;
}

/** Rehashes to another number of buckets and takes the slots along. */
function tableRehash(table: Table, bucketCount: u64): u32 {
  const slotsBytes = slotCountOf(table.kind) * table.bucketBytes;
  const slots = regionAllocate(slotsBytes);
  if (slots == 0) return Status.NO_MEMORY;
  memory.copy(slots, table.slot(0), slotsBytes);
  bucketsClear(table, table.slot(0), table.buckets() + <usize>bucketCount * table.bucketBytes);
  table.reach = Reach.UNKNOWN;
  const status = table.kind & Kind.CUCKOO ? cuckooRehash(table, bucketCount) : denseShrink(table, bucketCount);
  memory.copy(table.slot(0), slots, slotsBytes);
  regionFree(slots);
  return status;
}

function usedCount(table: Table): u64 {
  let used: u64 = 0;
  const end = table.slot(0);
  for (let bucket = table.buckets(); bucket < end; bucket += table.bucketBytes) {
    if (!cellIsEmpty(table.kind, bucket)) ++used;
  }
  return used;
}
