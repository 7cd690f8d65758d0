// A table of any kind: the one place where a kind's number becomes its code. Called by the building segment, the
// readers and the exports of `indexlib-kv/table`.
//
// A lookup leaves what it met in `seat`: the write that follows puts its record there without probing again.

import { Bucket } from "../bucket/bucket";
import { OffsetBucket } from "../bucket/offset";
import { PlainBucket, Slot, emptyKey } from "../bucket/plain";
import { RegionBucket, regionWordBytes } from "../bucket/region";
import { TimestampedBucket } from "../bucket/timestamped";
import { Status } from "../status";
import { loadWidth, storeWidth } from "../value/bytes";
import { RegionFlag, regionFlag, regionWord } from "../value/pack";
import { cellMask, cellPutEmpty, look, lookSlot } from "./cell";
import { blockOf, cuckooProbe, mixOf } from "./cuckoo";
import { Probe, denseProbe } from "./dense";
import { Kind, Reach, Table, bucketOf, hasRegions, keyBytesOf, slotCountOf, wholeBlocks } from "./format";
import { kickOpen, kickRoom } from "./kick";
import { seat } from "./seat";
import { tagsFind, tagsFirst, tagsLearn } from "./tags";
import { tableKeyAt, tableLook } from "./walk";

export { tableCopy, tableResize, tableShrink, tableStretch } from "./resize";
export { seat } from "./seat";
export { tableShortenOffsets } from "./shorten";
export { tableTag } from "./tags";
export { tableKeyAt, tableLook, tableNext, tablePositions } from "./walk";

/**
 * OK, DELETED or ABSENT with `seat` filled; FULL when absent and no empty bucket is in reach; PROBE_LIMIT.
 *
 * A lookup in a dense table gives up after `table.probeMax` buckets. Then the table is measured, once: when all its keys
 * lie nearer than that to their homes the key is absent for certain (sequential keys make long runs of used buckets, each
 * key at home), else nothing can be said within the bound.
 */
export function tableFind(table: Table, key: u64): u32 {
  switch (table.kind & cellMask) {
    case Kind.PLAIN:
    case Kind.COMPACT:
      return find<PlainBucket<u64>>(table, key);
    case Kind.TIMESTAMPED:
      return find<TimestampedBucket<u64>>(table, key);
    case Kind.OFFSET_SHORT:
      return find<OffsetBucket<u64, u32>>(table, key);
    case Kind.OFFSET:
      return find<OffsetBucket<u64, u64>>(table, key);
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      return find<TimestampedBucket<u32>>(table, <u32>key);
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      return find<OffsetBucket<u32, u32>>(table, <u32>key);
    case Kind.OFFSET | Kind.KEY_SHORT:
      return find<OffsetBucket<u32, u64>>(table, <u32>key);
    case Kind.REGION:
      return find<RegionBucket<u8>>(table, key);
    case Kind.REGION_TIMESTAMPED:
      return find<RegionBucket<u32>>(table, key);
    default:
      return find<PlainBucket<u32>>(table, <u32>key);
  }
}

function find<B extends Bucket>(table: Table, key: u64): u32 {
  // Both key widths' marks differ in their low half.
  if (changetype<B>(0).inSlot(key)) return lookSlot(table.kind, table.slot(<u32>key == <u32>emptyKey ? 0 : 1));
  const status = tagsFirst(table) ? tagsFind(table, key) : findProbing<B>(table, key);
  tagsLearn(table, status == Status.ABSENT);
  return status;
}

function findProbing<B extends Bucket>(table: Table, key: u64): u32 {
  const bucket = table.kind & Kind.CUCKOO ? cuckooProbe<B>(table, key) : denseProbe<B>(table, key);
  return bucket > Probe.LIMIT ? look<B>(bucket) : tableEnd(table, bucket);
}

/** Address of the byte that a lookup of `key` is going to look at first: to be touched ahead. */
export function tableHome(table: Table, key: u64): usize {
  if (table.kind & Kind.CUCKOO) return table.block(blockOf(table, mixOf(table, key), 0));
  const home = <usize>((table.kind & Kind.KEY_SHORT ? <u64>(<u32>key) : key) % table.bucketCount);
  return tagsFirst(table) ? table.tags + home : table.buckets() + home * table.bucketBytes;
}

/** What it means that a probe ended with `probe`, without a bucket. */
export function tableEnd(table: Table, probe: usize): u32 {
  if (probe == Probe.NONE) return Status.FULL;
  if (table.reach == Reach.UNKNOWN) measureReach(table);
  return table.reach == Reach.WITHIN ? Status.FULL : Status.PROBE_LIMIT;
}

/**
 * After `tableFind` answered FULL, room for that key where kicks can make it: ABSENT with `seat` on the bucket; FULL,
 * NO_MEMORY. A dense table has no such means.
 */
export function tableMakeRoom(table: Table, key: u64): u32 {
  if (!(table.kind & Kind.CUCKOO)) return Status.FULL;
  if (!kickOpen(table)) return Status.NO_MEMORY;
  const bucket = kickRoom(table, key, 0, 0);
  if (bucket == Probe.NONE) return Status.FULL;
  seat.bucket = bucket;
  return Status.ABSENT;
}

/** Whether `value` can lie in a bucket of this kind: an offset may not be a mark, nor be cut; a region word must be live. */
export function tableTakes(kind: u32, value: u64): bool {
  const bucket = bucketOf(kind);
  if (bucket == Kind.OFFSET_SHORT) return value < 0xfffffffe;
  if (bucket == Kind.OFFSET) return value < <u64>-2;
  if (hasRegions(kind)) return regionFlag(value) == RegionFlag.LIVE;
  return true;
}

/**
 * Puts a live record into `seat`, which `tableFind` has just filled for this key with the answer `before`.
 * Only the value's own bytes are written: padding and the rest of a former tombstone stay, as in Indexlib.
 */
export function tablePutAt(table: Table, before: u32, key: u64, value: u64, timestamp: u32): void {
  count(table, before, false);
  const bucket = seat.bucket;
  const keyBytes = keyBytesOf(table.kind);
  let valueAt = bucket + keyBytes;
  if (bucketOf(table.kind) == Kind.REGION_TIMESTAMPED) {
    changetype<RegionBucket<u32>>(bucket).putKey(key, timestamp);
    valueAt += 4;
  } else if (bucketOf(table.kind) == Kind.TIMESTAMPED) {
    if (keyBytes == 8) changetype<TimestampedBucket<u64>>(bucket).putKey(key, timestamp);
    else changetype<TimestampedBucket<u32>>(bucket).putKey(key, timestamp);
    valueAt += 4;
  } else if (keyBytes == 8) {
    store<u64>(bucket, key);
  } else {
    store<u32>(bucket, <u32>key);
  }
  storeWidth(valueAt, table.valueBytes, value);
}

/** Puts a deletion into `seat`, likewise. A compact table has none: its callers refuse before. With regions it is the next. */
export function tableDeleteAt(table: Table, before: u32, key: u64, timestamp: u32): void {
  count(table, before, true);
  const bucket = seat.bucket;
  switch (table.kind & cellMask) {
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
    case Kind.OFFSET:
      changetype<OffsetBucket<u64, u64>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.PLAIN | Kind.KEY_SHORT:
      if (changetype<PlainBucket<u32>>(bucket).inSlot(key)) changetype<Slot<u32>>(bucket).putDeleted(key);
      else changetype<PlainBucket<u32>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      changetype<TimestampedBucket<u32>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      changetype<OffsetBucket<u32, u32>>(bucket).putDeleted(key, timestamp);
      break;
    case Kind.OFFSET | Kind.KEY_SHORT:
      changetype<OffsetBucket<u32, u64>>(bucket).putDeleted(key, timestamp);
      break;
  }
}

/** The same in region `regionId` of a table with regions, whose buckets say whose a deletion is. */
export function tableDeleteRegionAt(table: Table, before: u32, key: u64, regionId: u32, timestamp: u32): void {
  count(table, before, true);
  if (bucketOf(table.kind) == Kind.REGION) changetype<RegionBucket<u8>>(seat.bucket).putKey(key, timestamp);
  else changetype<RegionBucket<u32>>(seat.bucket).putKey(key, timestamp);
  store<u64>(seat.bucket + table.bucketBytes - regionWordBytes, regionWord(0, regionId, RegionFlag.DELETED));
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
 * Makes an empty table of `bucketCount` ≥ 1 buckets at `table.base`; of whole blocks. All its bytes are written, so that
 * equal input gives equal files wherever the memory came from.
 */
export function tableClear(table: Table, bucketCount: u64): void {
  table.writeHeader(wholeBlocks(table.kind, bucketCount));
  bucketsClear(table, table.buckets(), table.slot(0));
  memory.fill(table.slot(0), 0, slotCountOf(table.kind) * table.bucketBytes);
}

/** Makes empty buckets from `begin` to `end`: one, and then copies of all there are: as fast as copying. */
export function bucketsClear(table: Table, begin: usize, end: usize): void {
  if (begin >= end) return;
  memory.fill(begin, 0, table.bucketBytes);
  cellPutEmpty(table.kind, begin);
  let done: usize = table.bucketBytes;
  while (begin + done < end) {
    const next = min(done, end - begin - done);
    memory.copy(begin + done, begin, next);
    done += next;
  }
}

/** The value at `seat` as an unsigned integer. */
export function seatValue(table: Table): u64 {
  return loadWidth(seat.valuePtr, table.valueBytes);
}
