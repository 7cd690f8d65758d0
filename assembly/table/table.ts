// A table of any kind: the one place where a kind's number becomes its code. Called by the building segment, the
// readers and the exports of `indexlib-kv/table`.
//
// A lookup leaves what it met in `seat`: the write that follows puts its record there without probing again.

import { Bucket } from "../bucket/bucket";
import { OffsetBucket } from "../bucket/offset";
import { PlainBucket, Slot, deletedKey, emptyKey } from "../bucket/plain";
import { TimestampedBucket } from "../bucket/timestamped";
import { regionAllocate, regionFree } from "../memory";
import { Status } from "../status";
import { loadWidth, storeWidth, touched } from "../value/bytes";
import { Probe, denseInsertAll, denseProbe, denseShrink } from "./dense";
import { emptyMark, tagsBytesOf, tagsFirst, tagsLearn, tagsProbe, tagsWrite } from "./tags";
import { Kind, Reach, Table, bucketBytesOf, headerBytes, slotCountOf, tableBytesOf } from "./format";

@unmanaged
export class Seat {
  /** The bucket or slot of the key: its own, or the empty one where it would go. */
  bucket: usize;
  valuePtr: usize;
  timestamp: u32;
}

const seatBytes: i32 = 16;

/** What the newest lookup or walk met. */
export const seat: Seat = changetype<Seat>(memory.data(seatBytes, 8));

/**
 * OK, DELETED or ABSENT with `seat` filled; FULL when absent and no empty bucket is in reach; PROBE_LIMIT.
 *
 * A lookup gives up after `table.probeMax` buckets. Then the table is measured, once: when all its keys lie nearer
 * than that to their homes the key is absent for certain (sequential keys make long runs of used buckets, each key at
 * home), else nothing can be said within the bound.
 */
export function tableFind(table: Table, key: u64): u32 {
  switch (table.kind) {
    case Kind.PLAIN:
      return find<PlainBucket<u64>>(table, key);
    case Kind.TIMESTAMPED:
      return find<TimestampedBucket<u64>>(table, key);
    case Kind.OFFSET_SHORT:
      return find<OffsetBucket<u64, u32>>(table, key);
    default:
      return find<OffsetBucket<u64, u64>>(table, key);
  }
}

function find<B extends Bucket>(table: Table, key: u64): u32 {
  if (changetype<B>(0).inSlot(key)) return findInSlot(table, key);
  const bucket = tagsFirst(table) ? tagsProbe<B>(table, key) : denseProbe<B>(table, key);
  if (bucket > Probe.LIMIT) {
    // Not looked at when its tag has said it: the bucket is not in the cache.
    const status = (bucket & emptyMark) != 0 ? lookEmpty(bucket ^ emptyMark) : look<B>(bucket);
    tagsLearn(table, status == Status.ABSENT);
    return status;
  }
  if (bucket == Probe.NONE) return Status.FULL;
  if (table.reach == Reach.UNKNOWN) measureReach(table);
  return table.reach == Reach.WITHIN ? Status.FULL : Status.PROBE_LIMIT;
}

/** Address of the byte that a lookup of `key` is going to look at first: to be touched ahead. */
@inline
export function tableHome(table: Table, key: u64): usize {
  const home = <usize>(key % table.bucketCount);
  return tagsFirst(table) ? table.tags + home : table.buckets() + home * table.bucketBytes;
}

function lookEmpty(bucket: usize): u32 {
  seat.bucket = bucket;
  return Status.ABSENT;
}

/** Fills `seat` from a bucket and says its state. */
function look<B extends Bucket>(bucket: usize): u32 {
  seat.bucket = bucket;
  if (changetype<B>(bucket).isEmpty()) return Status.ABSENT;
  seat.valuePtr = changetype<B>(bucket).valuePtr();
  seat.timestamp = changetype<B>(bucket).timestamp();
  return changetype<B>(bucket).isDeleted() ? Status.DELETED : Status.OK;
}

function findInSlot(table: Table, key: u64): u32 {
  return lookSlot(table.slot(key == emptyKey ? 0 : 1));
}

function lookSlot(ptr: usize): u32 {
  const slot = changetype<Slot<u64>>(ptr);
  seat.bucket = ptr;
  seat.timestamp = 0;
  seat.valuePtr = slot.valuePtr();
  return slot.isEmpty() ? Status.ABSENT : slot.isDeleted() ? Status.DELETED : Status.OK;
}

/** Whether `value` can lie in a bucket of this kind: an offset may not be a mark, nor be cut. */
export function tableTakes(kind: u32, value: u64): bool {
  if (kind == Kind.OFFSET_SHORT) return value < 0xfffffffe;
  if (kind == Kind.OFFSET) return value < <u64>-2;
  return true;
}

/**
 * Puts a live record into `seat`, which `tableFind` has just filled for this key with the answer `before`.
 * Only the value's own bytes are written: padding and the rest of a former tombstone stay, as in Indexlib.
 */
export function tablePutAt(table: Table, before: u32, key: u64, value: u64, timestamp: u32): void {
  count(table, before, false);
  const bucket = seat.bucket;
  switch (table.kind) {
    case Kind.PLAIN:
      changetype<PlainBucket<u64>>(bucket).putKey(key, timestamp);
      break;
    case Kind.TIMESTAMPED:
      changetype<TimestampedBucket<u64>>(bucket).putKey(key, timestamp);
      break;
    default:
      store<u64>(bucket, key);
  }
  const valueAt = table.kind == Kind.TIMESTAMPED ? <usize>12 : <usize>8;
  storeWidth(bucket + valueAt, table.valueBytes, value);
}

/** Puts a deletion into `seat`, likewise. */
export function tableDeleteAt(table: Table, before: u32, key: u64, timestamp: u32): void {
  count(table, before, true);
  const bucket = seat.bucket;
  switch (table.kind) {
    case Kind.PLAIN:
      if (changetype<PlainBucket<u64>>(bucket).inSlot(key)) changetype<Slot<u64>>(bucket).putDeleted(key);
      else changetype<PlainBucket<u64>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.TIMESTAMPED:
      changetype<TimestampedBucket<u64>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.OFFSET_SHORT:
      changetype<OffsetBucket<u64, u32>>(bucket).putDeleted(key, timestamp);
      break;
    default:
      changetype<OffsetBucket<u64, u64>>(bucket).putDeleted(key, timestamp);
  }
}

function count(table: Table, before: u32, deleted: bool): void {
  if (deleted) {
    if (before != Status.DELETED) ++table.deletedCount;
  } else if (before == Status.DELETED && table.deletedCount != 0) {
    // A mounted table's count begins at 0, whatever tombstones it has.
    --table.deletedCount;
  }
  if (before != Status.ABSENT) return;
  table.setKeyCount(table.keyCount + 1);
  table.reach = Reach.UNKNOWN;
}

function usedCount(table: Table): u64 {
  let used: u64 = 0;
  for (let i: u64 = 0; i < table.bucketCount; ++i) {
    if (tableLook(table, i) != Status.ABSENT) ++used;
  }
  return used;
}

/** Learns whether any key lies `probeMax` or more buckets behind its home. */
function measureReach(table: Table): void {
  const count = table.bucketCount;
  let reach: u64 = 0;
  for (let i: u64 = 0; i < count; ++i) {
    if (tableLook(table, i) == Status.ABSENT) continue;
    const home = tableKeyAt(table, i) % count;
    reach = max(reach, i >= home ? i - home : i + count - home);
  }
  table.reach = reach < <u64>table.probeMax ? Reach.WITHIN : Reach.BEYOND;
}

/**
 * Makes an empty table of `bucketCount` ≥ 1 buckets at `table.base`. All its bytes are written, so that equal input gives
 * equal files wherever the memory came from. One empty bucket is made and then doubled: as fast as copying.
 */
export function tableClear(table: Table, bucketCount: u64): void {
  table.setBucketCount(bucketCount);
  table.setKeyCount(0);
  const buckets = table.buckets();
  memory.fill(buckets, 0, table.bucketBytes);
  putEmpty(table.kind, buckets);
  const end = table.slot(0);
  let done: usize = table.bucketBytes;
  while (buckets + done < end) {
    const next = min(done, end - buckets - done);
    memory.copy(buckets + done, buckets, next);
    done += next;
  }
  memory.fill(end, 0, slotCountOf(table.kind) * table.bucketBytes);
}

function putEmpty(kind: u32, bucket: usize): void {
  switch (kind) {
    case Kind.PLAIN:
      changetype<PlainBucket<u64>>(bucket).putEmpty();
      break;
    case Kind.TIMESTAMPED:
      changetype<TimestampedBucket<u64>>(bucket).putEmpty();
      break;
    case Kind.OFFSET_SHORT:
      changetype<OffsetBucket<u64, u32>>(bucket).putEmpty();
      break;
    default:
      changetype<OffsetBucket<u64, u64>>(bucket).putEmpty();
  }
}

/** Fills the empty table `target` with all of `source`; FULL when its probes get too long. */
export function tableCopy(source: Table, target: Table): u32 {
  const from = source.buckets();
  const count = source.bucketCount;
  let status: u32;
  switch (source.kind) {
    case Kind.PLAIN:
      status = denseInsertAll<PlainBucket<u64>>(target, from, count);
      break;
    case Kind.TIMESTAMPED:
      status = denseInsertAll<TimestampedBucket<u64>>(target, from, count);
      break;
    case Kind.OFFSET_SHORT:
      status = denseInsertAll<OffsetBucket<u64, u32>>(target, from, count);
      break;
    default:
      status = denseInsertAll<OffsetBucket<u64, u64>>(target, from, count);
  }
  memory.copy(target.slot(0), source.slot(0), slotCountOf(source.kind) * source.bucketBytes);
  target.setKeyCount(source.keyCount);
  target.deletedCount = source.deletedCount;
  return status;
}

/**
 * Gives tags to a table that does not change any more, a segment's. Without memory for them it goes without: they only
 * save time.
 */
export function tableTag(table: Table): void {
  const tags = regionAllocate(tagsBytesOf(table.bucketCount));
  if (tags == 0) return;
  switch (table.kind) {
    case Kind.PLAIN:
      tagsWrite<PlainBucket<u64>>(table, tags);
      break;
    case Kind.TIMESTAMPED:
      tagsWrite<TimestampedBucket<u64>>(table, tags);
      break;
    case Kind.OFFSET_SHORT:
      tagsWrite<OffsetBucket<u64, u32>>(table, tags);
      break;
    default:
      tagsWrite<OffsetBucket<u64, u64>>(table, tags);
  }
  table.tags = tags;
  table.absence = 0;
}

/** Room for the description of the table that a resized one becomes. */
const resized: usize = memory.data(72, 8);

/**
 * Moves all of a table into a new region with `bucketCount` buckets, more or fewer, in the order of the old ones. FULL when
 * they do not take every key within the table's probes, NO_MEMORY; then nothing changed.
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
 * Shrinks in place to `bucketCount` buckets; OK and unchanged when that is no fewer. TABLE_HEADER when they do not hold
 * all keys, which only a foreign table's key count can make a caller believe; NO_MEMORY. Then nothing changed.
 */
export function tableShrink(table: Table, bucketCount: u64): u32 {
  if (bucketCount >= table.bucketCount) return Status.OK;
  // Protects: the rehash, in which every key must find a bucket.
  if (usedCount(table) > bucketCount) return Status.TABLE_HEADER;
  const slotsBytes = slotCountOf(table.kind) * table.bucketBytes;
  const slots = regionAllocate(slotsBytes);
  if (slots == 0) return Status.NO_MEMORY;
  memory.copy(slots, table.slot(0), slotsBytes);
  const before = table.bucketCount;
  table.reach = Reach.UNKNOWN;
  let status: u32;
  switch (table.kind) {
    case Kind.PLAIN:
      status = denseShrink<PlainBucket<u64>>(table, bucketCount);
      break;
    case Kind.TIMESTAMPED:
      status = denseShrink<TimestampedBucket<u64>>(table, bucketCount);
      break;
    case Kind.OFFSET_SHORT:
      status = denseShrink<OffsetBucket<u64, u32>>(table, bucketCount);
      break;
    default:
      status = denseShrink<OffsetBucket<u64, u64>>(table, bucketCount);
  }
  if (table.bucketCount != before) memory.copy(table.slot(0), slots, slotsBytes);
  regionFree(slots);
  return status;
}

/** Whether a table's 8-byte offsets may be shortened at all. */
function shortensTo(table: Table): u32 {
  if (table.kind == Kind.OFFSET) return Kind.OFFSET_SHORT;
  if (table.kind == Kind.TIMESTAMPED && table.valueBytes == 8) return Kind.TIMESTAMPED;
  return <u32>-1;
}

/**
 * Rewrites 8-byte offsets as 4 bytes, buckets packed in place, and makes `table` the short table. VALUE_RESERVED, and
 * nothing changed, when a live offset does not fit; TABLE_HEADER when the kind holds no 8-byte offset.
 */
export function tableShortenOffsets(table: Table): u32 {
  const shortKind = shortensTo(table);
  if (shortKind == <u32>-1) return Status.TABLE_HEADER;
  const from = table.bucketBytes;
  const to = bucketBytesOf(shortKind, 4);
  const count = table.bucketCount;
  const end = table.buckets() + <usize>count * from;
  for (let bucket = table.buckets(); bucket < end; bucket += from) {
    if (lookAt(table, bucket) == Status.OK && !tableTakes(Kind.OFFSET_SHORT, load<u64>(seat.valuePtr))) {
      return Status.VALUE_RESERVED;
    }
  }
  let target = table.base + headerBytes;
  for (let bucket = table.buckets(); bucket < end; bucket += from) {
    const status = lookAt(table, bucket);
    const key = load<u64>(bucket);
    const offset = <u32>load<u64>(seat.valuePtr);
    const timestamp = seat.timestamp;
    store<u64>(target, status == Status.ABSENT ? 0 : key);
    if (shortKind == Kind.TIMESTAMPED) {
      store<u32>(target, status == Status.OK ? offset : 0, 12);
      const short = changetype<TimestampedBucket<u64>>(target);
      if (status == Status.ABSENT) short.putEmpty();
      else if (status == Status.DELETED) short.putDeleted(key, timestamp);
      else short.putKey(key, timestamp);
    } else {
      const short = changetype<OffsetBucket<u64, u32>>(target);
      if (status == Status.ABSENT) short.putEmpty();
      else if (status == Status.DELETED) short.putDeleted(key, 0);
      else store<u32>(target, offset, 8);
    }
    target += to;
  }
  table.kind = shortKind;
  table.valueBytes = 4;
  table.bucketBytes = to;
  return Status.OK;
}

/** The state of the bucket at `bucket`, with `seat` filled. */
function lookAt(table: Table, bucket: usize): u32 {
  switch (table.kind) {
    case Kind.PLAIN:
      return look<PlainBucket<u64>>(bucket);
    case Kind.TIMESTAMPED:
      return look<TimestampedBucket<u64>>(bucket);
    case Kind.OFFSET_SHORT:
      return look<OffsetBucket<u64, u32>>(bucket);
    default:
      return look<OffsetBucket<u64, u64>>(bucket);
  }
}

/** State of position `index` of a walk, buckets first and then slots; `seat` filled. */
export function tableLook(table: Table, index: u64): u32 {
  if (index >= table.bucketCount) return lookSlot(table.slot(<u32>(index - table.bucketCount)));
  return lookAt(table, table.buckets() + <usize>index * table.bucketBytes);
}

/** The key of the position `tableLook` has just found used. */
export function tableKeyAt(table: Table, index: u64): u64 {
  if (table.kind != Kind.PLAIN) return load<u64>(seat.bucket);
  if (index == table.bucketCount) return emptyKey;
  if (index > table.bucketCount) return deletedKey;
  return changetype<PlainBucket<u64>>(seat.bucket).key();
}

/** The first used position from `index` on, `seat` filled; positions() when there is none. */
export function tableNext(table: Table, index: u64): u64 {
  const end = tablePositions(table);
  while (index < end && tableLook(table, index) == Status.ABSENT) ++index;
  return index;
}

/** How many positions a walk visits. */
export function tablePositions(table: Table): u64 {
  return table.bucketCount + slotCountOf(table.kind);
}

/** The value at `seat` as an unsigned integer. */
export function seatValue(table: Table): u64 {
  return loadWidth(seat.valuePtr, table.valueBytes);
}

const groupCount: u32 = 16;

/**
 * Looks up `count` u64 keys in groups, each group's home buckets touched first so that their misses overlap. Writes a
 * status byte a key (FULL counts as ABSENT) and, for a live key, its value's bytes.
 */
export function tableFindMany(table: Table, keys: usize, count: u32, statuses: usize, values: usize): void {
  const width = table.valueBytes;
  for (let done: u32 = 0; done < count; done += groupCount) {
    const group = min(groupCount, count - done);
    let sum: u64 = 0;
    for (let i: u32 = 0; i < group; ++i) {
      const home = load<u64>(keys + (i << 3)) % table.bucketCount;
      sum += load<u8>(table.buckets() + <usize>home * table.bucketBytes);
    }
    touched(sum);
    for (let i: u32 = 0; i < group; ++i) {
      const status = tableFind(table, load<u64>(keys + (i << 3)));
      store<u8>(statuses + i, <u8>(status == Status.FULL ? Status.ABSENT : status));
      if (status == Status.OK) storeWidth(values + i * width, width, seatValue(table));
    }
    keys += groupCount << 3;
    statuses += groupCount;
    values += groupCount * width;
  }
}
