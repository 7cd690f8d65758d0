// Adding records to a building segment. The binding stages records in a packed buffer; one call takes as many as fit.
//
// A staged record, 8-byte aligned:
//
//   0              4                8               12      16
//   │ u32 key bytes │ u32 value bytes │ u32 timestamp │ u32 flags │ key, padded to 8 │ value, padded to 8 │
//   an integer key takes 8 bytes: a u64, or an f64 where the form says numbers
//   flags: bit 0 deleted, from bit 1 on the region id (0 without regions)

import { alignUp } from "../memory";
import { Status } from "../status";
import { Form, KeyForm } from "../read/form";
import { Segment, foundHash, segmentFind } from "../read/segment";
import { tableBytesOf } from "../table/format";
import {
  seat,
  tableDeleteAt,
  tableDeleteRegionAt,
  tableHome,
  tableMakeRoom,
  tablePutAt,
  tableResize,
  tableTakes,
} from "../table/table";
import { arenaAt, arenaNext, arenaReserve } from "../value/arena";
import { loadWidth, touched } from "../value/bytes";
import { countMax, prefixBytes, prefixStore } from "../value/length-prefix";
import { RegionFlag, regionWord } from "../value/pack";
import { headBytes, headStore } from "../value/record";

const stagedHeaderBytes: u32 = 16;
const deletedFlag: u32 = 1;
const regionShift: u32 = 1;

@unmanaged
class Staged {
  keyLen: u32;
  valueLen: u32;
  timestamp: u32;
  flags: u32;

  @inline
  regionId(): u32 {
    return this.flags >> regionShift;
  }

  @inline
  keyPtr(): usize {
    return changetype<usize>(this) + stagedHeaderBytes;
  }

  @inline
  valuePtr(): usize {
    return this.keyPtr() + <usize>alignUp(this.keyLen, 8);
  }

  @inline
  next(): usize {
    return this.valuePtr() + <usize>alignUp(this.valueLen, 8);
  }
}

@unmanaged
export class AddResult {
  /** Bytes of the staged buffer that are done with. */
  consumed: u32;
  /** Records among them that lost to a newer timestamp. */
  stale: u32;
}

const addResultBytes: i32 = 8;
export const addResult: AddResult = changetype<AddResult>(memory.data(addResultBytes, 4));

const groupCount: u32 = 16;
const hashes: usize = memory.data(128, 64);

/**
 * Adds staged records from `ptr` up to `end`. OK when all are in; otherwise `addResult.consumed` says how far it came,
 * and the status why the next one did not: FULL (seal, and go on in a new segment), NO_MEMORY, or an error of that
 * record. A record that did not get in left nothing behind.
 *
 * Records go in groups: all of a group are hashed and their home buckets touched before the first is added, so that
 * their misses overlap.
 */
export function addMany(segment: Segment, ptr: usize, end: usize): u32 {
  const begin = ptr;
  addResult.stale = 0;
  let status: u32 = Status.OK;
  while (ptr < end && status == Status.OK) {
    const group = hashGroup(segment, ptr, end);
    for (let i: u32 = 0; i < group; ++i) {
      const staged = changetype<Staged>(ptr);
      status = addOne(segment, staged, load<u64>(hashes + (i << 3)));
      if (status == Status.OK) {
        segment.timestampMax = max(segment.timestampMax, staged.timestamp);
      } else if (status == Status.STALE) {
        ++addResult.stale;
        status = Status.OK;
      }
      if (status != Status.OK) break;
      ptr = staged.next();
    }
  }
  addResult.consumed = <u32>(ptr - begin);
  return status;
}

/** Hashes the keys of up to `groupCount` staged records and touches their home buckets; returns how many. */
function hashGroup(segment: Segment, ptr: usize, end: usize): u32 {
  const form = segment.form;
  const table = segment.table;
  let sum: u64 = 0;
  let count: u32 = 0;
  for (; count < groupCount && ptr < end; ++count) {
    const staged = changetype<Staged>(ptr);
    const keyPtr = staged.keyPtr();
    form.regionId = staged.regionId();
    let hash: u64;
    if (form.hasBytes()) hash = form.hashBytes(keyPtr, staged.keyLen);
    else hash = form.hashInteger(form.numbers != 0 ? <u64>(<i64>load<f64>(keyPtr)) : load<u64>(keyPtr));
    store<u64>(hashes + (count << 3), hash);
    sum += load<u8>(tableHome(table, hash));
    ptr = staged.next();
  }
  touched(sum);
  return count;
}

function addOne(segment: Segment, staged: Staged, hash: u64): u32 {
  const form = segment.form;
  form.regionId = staged.regionId();
  const keyPtr = staged.keyPtr();
  const valuePtr = staged.valuePtr();
  const keyLen = staged.keyLen;
  let before = segmentSeat(segment, hash, keyPtr, keyLen);
  if (before > Status.FULL) {
    return before == Status.PROBE_LIMIT || before == Status.REGION_TAKEN ? Status.FULL : before;
  }
  if (before == Status.FULL || (before == Status.ABSENT && segment.table.isFull())) {
    const grown = tableGrow(segment);
    if (grown != Status.OK) return grown;
    before = segmentSeat(segment, hash, keyPtr, keyLen);
    if (before > Status.DELETED) return Status.FULL;
  }
  if (form.newestWins != 0 && before != Status.ABSENT && seat.timestamp > staged.timestamp) return Status.STALE;

  const deleted = (staged.flags & deletedFlag) != 0;
  if (form.keys == KeyForm.EXACT) {
    const status = addRecord(segment, staged, keyPtr, valuePtr, deleted, before);
    if (status != Status.OK) return status;
    if (before == Status.DELETED) --segment.deletedRecords;
    if (deleted) ++segment.deletedRecords;
    return Status.OK;
  }
  if (deleted) {
    if (form.regionCount == 0) tableDeleteAt(segment.table, before, hash, staged.timestamp);
    else tableDeleteRegionAt(segment.table, before, hash, form.regionId, staged.timestamp);
    return Status.OK;
  }
  if (form.inline != 0) {
    tablePutAt(segment.table, before, hash, loadWidth(valuePtr, segment.table.valueBytes), staged.timestamp);
    return Status.OK;
  }
  return addStored(segment, staged, hash, valuePtr, before);
}

/** `segmentFind`, and where an absent key finds no free bucket, the one that kicks have freed for it. */
function segmentSeat(segment: Segment, hash: u64, keyPtr: usize, keyLen: u32): u32 {
  const status = segmentFind(segment, hash, keyPtr, keyLen);
  return status == Status.FULL ? tableMakeRoom(segment.table, foundHash()) : status;
}

/** Appends the value, behind its prefix unless all have one length, and points the bucket at it. */
function addStored(segment: Segment, staged: Staged, hash: u64, valuePtr: usize, before: u32): u32 {
  const valueLen = staged.valueLen;
  const form = segment.form;
  const fixedBytes = form.fixedBytes;
  if (fixedBytes != 0 && valueLen != fixedBytes) return Status.VALUE_LENGTH;
  const offset = reserve(segment, valueLen, fixedBytes != 0 ? 0 : prefixBytes(valueLen));
  if (offset < 0) return <u32>-offset;
  let at = arenaAt(segment.arena, offset);
  if (fixedBytes == 0) at += prefixStore(at, valueLen);
  memory.copy(at, valuePtr, valueLen);
  tablePutAt(segment.table, before, hash, placeOf(form, offset), staged.timestamp);
  return Status.OK;
}

/** Appends prefix, head, key and value (none for a deletion), and points the bucket at them. */
function addRecord(segment: Segment, staged: Staged, keyPtr: usize, valuePtr: usize, deleted: bool, before: u32): u32 {
  const keyLen = staged.keyLen;
  const valueLen = deleted ? 0 : staged.valueLen;
  const bodyLen = <u64>headBytes(keyLen) + keyLen + valueLen;
  if (bodyLen > countMax) return Status.VALUE_LENGTH;
  const offset = reserve(segment, <u32>bodyLen, prefixBytes(<u32>bodyLen));
  if (offset < 0) return <u32>-offset;
  let at = arenaAt(segment.arena, offset);
  at += prefixStore(at, <u32>bodyLen);
  at += headStore(at, keyLen, deleted);
  memory.copy(at, keyPtr, keyLen);
  memory.copy(at + keyLen, valuePtr, valueLen);
  // An exact key's own deletion counts as a live bucket of the table.
  const place = placeOf(segment.form, offset);
  tablePutAt(segment.table, before == Status.ABSENT ? Status.ABSENT : Status.OK, foundHash(), place, staged.timestamp);
  return Status.OK;
}

/** What stands in the bucket of a record at `offset`, which a space of 4 GiB keeps far below a region word's 50 bits. */
function placeOf(form: Form, offset: u64): u64 {
  return form.regionCount == 0 ? offset : regionWord(offset, form.regionId, RegionFlag.LIVE);
}

/** The offset of a reserved, already counted piece of arena; a negative status when there is none. */
function reserve(segment: Segment, bodyLen: u32, prefix: u32): i64 {
  if (bodyLen > countMax) return -(<i64>Status.VALUE_LENGTH);
  const bytes = <u64>bodyLen + prefix;
  const arena = segment.arena;
  const offset = arenaNext(arena, bytes);
  // The first record always gets in: a budget smaller than one record must not stop the writer for good.
  if (arena.used != 0 && segment.table.bytes() + offset + bytes > segment.budgetBytes) return -(<i64>Status.FULL);
  if (!tableTakes(segment.table.kind, placeOf(segment.form, offset))) return -(<i64>Status.FULL);
  const status = arenaReserve(arena, offset, bytes);
  if (status != Status.OK) return -(<i64>status);
  arena.used = offset + bytes;
  return <i64>offset;
}

const growthFactor: u64 = 2;
/** Capacity of a new building segment's table. */
export const capacityAtFirst: u64 = 512;

/** Doubles the table; FULL when that would pass the budget, and then the table stays as it is. */
function tableGrow(segment: Segment): u32 {
  const table = segment.table;
  const bucketCount = table.bucketCount * growthFactor;
  const bytes = tableBytesOf(table.kind, table.valueBytes, bucketCount);
  if (table.keyCount > capacityAtFirst && bytes + segment.arena.used > segment.budgetBytes) return Status.FULL;
  return tableResize(table, bucketCount);
}
