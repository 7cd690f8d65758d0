// Walking a directory's records: segment by segment, newest first, in bucket order; each key once, its newest record.

import { Status } from "../status";
import { seat, tableKeyAt, tableLook, tableNext, tablePositions } from "../table/table";
import { arenaTouch, stored } from "../value/arena";
import { touched } from "../value/bytes";
import { record } from "../value/record";
import { Directory } from "./directory";
import { answer, findOne } from "./find";
import { KeyForm } from "./form";
import { Segment, seatOffset, seatRegion, segmentRecord, segmentStored } from "./segment";

@unmanaged
class WalkRow {
  status: u32;
  timestamp: u32;
  /** The integer key as u64 or f64; for an exact key address and length, for a hashed one its hash. */
  key: u64;
  valuePtr: usize;
  valueLen: u32;
}

const walkRowBytes: usize = 24;

/** Where the next call goes on: position in the segment; positions() when it is done. */
let position: u64 = 0;

export function walkPosition(): f64 {
  return <f64>position;
}

/**
 * Writes up to `countMax` rows of live records of segment `index` from position `from`, and returns how many.
 * A 24-byte row: u32 status, u32 timestamp, u64 key (u64 or f64 integer, or u32 address and u32 length), u32 value
 * address, u32 value bytes. A damaged record gives a row with its error's status. With regions
 * only the form's region is shown.
 *
 * Cost: in a directory of several segments every record is looked up, to see whether it is its key's newest.
 */
export function walkSegment(directory: Directory, index: u32, from: f64, rows: usize, countMax: u32): u32 {
  const segment = directory.segment(index);
  const table = segment.table;
  const end = tablePositions(table);
  let at = <u64>from;
  let ahead = at;
  let count: u32 = 0;
  while (count < countMax) {
    at = tableNext(table, at);
    if (at >= end) break;
    if (at >= ahead) ahead = touchAhead(segment, at, end);
    const status = walkOne(directory, segment, at, rows);
    ++at;
    if (status == Status.ABSENT) continue;
    rows += walkRowBytes;
    ++count;
  }
  position = at;
  return count;
}

const groupCount: u32 = 16;

/**
 * Touches the records of the next used positions, so that their misses overlap: bucket order is no order of records. Returns the position
 * behind them.
 */
function touchAhead(segment: Segment, from: u64, end: u64): u64 {
  if (segment.form.inline != 0) return end;
  const table = segment.table;
  const arena = segment.arena;
  let sum: u64 = 0;
  let at = from;
  for (let used: u32 = 0; used < groupCount; ++used) {
    at = tableNext(table, at);
    if (at >= end) break;
    sum += arenaTouch(arena, seatOffset(segment));
    ++at;
  }
  touched(sum);
  return at;
}

/** Whether a walk of segment `index` is over at `from`. */
export function walkEnds(directory: Directory, index: u32, from: f64): bool {
  return <u64>from >= tablePositions(directory.segment(index).table);
}

/** Fills `rows` from position `at`; ABSENT when there is nothing to show: a deletion, or not the key's newest. */
function walkOne(directory: Directory, segment: Segment, at: u64, rows: usize): u32 {
  const row = changetype<WalkRow>(rows);
  const form = segment.form;
  const table = segment.table;
  const state = tableLook(table, at);
  if (state == Status.DELETED) return Status.ABSENT;
  const hash = tableKeyAt(table, at);
  const bucket = seat.bucket;
  const valueAt = seat.valuePtr;
  row.timestamp = seat.timestamp;
  row.status = Status.OK;

  let status: u32 = form.regionCount == 0 ? Status.OK : seatRegion(segment);
  if (status == Status.ABSENT) return Status.ABSENT;
  if (status == Status.OK) {
    if (form.keys == KeyForm.EXACT) status = segmentRecord(segment);
    else if (form.inline == 0) status = segmentStored(segment, seatOffset(segment));
  }
  if (status != Status.OK) {
    row.status = status;
    return Status.OK;
  }

  let keyPtr: usize = 0;
  let keyLen: u32 = 0;
  let valuePtr = valueAt;
  let valueLen = table.valueBytes;
  let newestHash = hash;
  if (form.keys == KeyForm.EXACT) {
    if (record.deleted != 0) return Status.ABSENT;
    keyPtr = record.keyPtr;
    keyLen = record.keyLen;
    valuePtr = record.valuePtr;
    valueLen = record.valueLen;
    newestHash = form.hashBytes(keyPtr, keyLen);
    row.key = <u64>keyPtr | ((<u64>keyLen) << 32);
  } else {
    if (form.inline == 0) {
      valuePtr = stored.ptr;
      valueLen = stored.len;
    }
    const key = form.unhash(hash);
    if (form.numbers != 0) store<f64>(rows, <f64>(<i64>key), offsetof<WalkRow>("key"));
    else row.key = key;
  }
  row.valueLen = valueLen;
  row.valuePtr = valuePtr;

  if (directory.count > 1) {
    status = findOne(directory, newestHash, keyPtr, keyLen);
    if (status > Status.DELETED) row.status = status;
    else if (answer.bucket != bucket) return Status.ABSENT;
  }
  return Status.OK;
}
