// Lookups over all segments of a directory, one key or many. The answer for one key lies in `answer`.
//
// Many keys go in groups: hash all, touch their buckets, touch their records, and only then compare. The misses of a
// group are in flight together; one after the other each would cost a whole memory access (perf: ten times as much).

import { alignUp } from "../memory";
import { Status } from "../status";
import { seat, tableFind, tableHome } from "../table/table";
import { arenaTouch, stored } from "../value/arena";
import { touched } from "../value/bytes";
import { record } from "../value/record";
import { Directory } from "./directory";
import { KeyForm } from "./form";
import { Segment, seatOffset, segmentFind } from "./segment";

@unmanaged
export class Answer {
  /** Address of the value's bytes. */
  valuePtr: usize;
  valueLen: u32;
  timestamp: u32;
  /** Address of the record's bucket, which tells two records apart. */
  bucket: usize;
}

const answerBytes: i32 = 16;
export const answer: Answer = changetype<Answer>(memory.data(answerBytes, 8));

/**
 * The newest record of one key: OK with `answer` filled, DELETED, ABSENT, or an error.
 * A record ends the search unless an older segment may hold a newer timestamp; equal ones go to the newer segment.
 */
export function findOne(directory: Directory, hash: u64, keyPtr: usize, keyLen: u32): u32 {
  const count = directory.count;
  let best: u32 = Status.ABSENT;
  let bestTimestamp: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const segment = directory.segment(i);
    const status = segmentFind(segment, hash, keyPtr, keyLen);
    if (status == Status.ABSENT || status == Status.FULL || status == Status.REGION_TAKEN) continue;
    if (status > Status.DELETED) return status;
    const timestamp = seat.timestamp;
    if (best == Status.ABSENT || timestamp > bestTimestamp) {
      best = status;
      bestTimestamp = timestamp;
      take(segment, status);
    }
    if (bestTimestamp >= directory.olderTimestampMax(i)) break;
  }
  return best;
}

/** Fills `answer` from what `segmentFind` has just found. */
function take(segment: Segment, status: u32): void {
  const form = segment.form;
  answer.bucket = seat.bucket;
  answer.timestamp = seat.timestamp;
  if (status != Status.OK) return;
  if (form.inline != 0) {
    answer.valuePtr = seat.valuePtr;
    answer.valueLen = segment.table.valueBytes;
  } else if (form.keys == KeyForm.EXACT) {
    answer.valuePtr = record.valuePtr;
    answer.valueLen = record.valueLen;
  } else {
    answer.valuePtr = stored.ptr;
    answer.valueLen = stored.len;
  }
}

const groupCount: u32 = 16;
const hashes: usize = memory.data(128, 64);

@unmanaged
class Row {
  status: u32;
  valuePtr: usize;
  valueLen: u32;
  timestamp: u32;
}

const rowBytes: usize = 16;

/**
 * Looks up `count` keys and writes one 16-byte row a key at `rows`: u32 status, u32 value
 * address, u32 value bytes, u32 timestamp.
 * `keys` are u64 (or f64 where the form says numbers), or for keys of bytes u32 lengths, whose bytes lie one after
 * the other at `keyBytes`, each 8-byte aligned.
 */
export function findMany(directory: Directory, keys: usize, keyBytes: usize, count: u32, rows: usize): void {
  const hasBytes = directory.form.hasBytes();
  for (let done: u32 = 0; done < count; done += groupCount) {
    const group = min(groupCount, count - done);
    const groupBytes = keyBytes;
    if (hasBytes) {
      for (let i: u32 = 0; i < group; ++i) {
        const len = load<u32>(keys + (i << 2));
        store<u64>(hashes + (i << 3), directory.form.hashBytes(keyBytes, len));
        keyBytes += <usize>alignUp(len, 8);
      }
    } else {
      for (let i: u32 = 0; i < group; ++i) {
        store<u64>(hashes + (i << 3), directory.form.hashInteger(integerKey(directory, keys + (i << 3))));
      }
    }
    touchGroup(directory, group);
    let at = groupBytes;
    for (let i: u32 = 0; i < group; ++i) {
      const len: u32 = hasBytes ? load<u32>(keys + (i << 2)) : 0;
      const row = changetype<Row>(rows);
      const status = findOne(directory, load<u64>(hashes + (i << 3)), at, len);
      row.status = status;
      if (status == Status.OK) {
        row.valuePtr = answer.valuePtr;
        row.valueLen = answer.valueLen;
        row.timestamp = answer.timestamp;
      }
      at += <usize>alignUp(len, 8);
      rows += rowBytes;
    }
    keys += hasBytes ? groupCount << 2 : groupCount << 3;
  }
}

function integerKey(directory: Directory, ptr: usize): u64 {
  return directory.form.numbers != 0 ? <u64>(<i64>load<f64>(ptr)) : load<u64>(ptr);
}

/** Touches, for every hash of the group and every segment, the home bucket and then the record of its bucket. */
function touchGroup(directory: Directory, group: u32): void {
  let sum: u64 = 0;
  const count = directory.count;
  for (let s: u32 = 0; s < count; ++s) {
    const table = directory.segment(s).table;
    for (let i: u32 = 0; i < group; ++i) {
      sum += load<u8>(tableHome(table, load<u64>(hashes + (i << 3))));
    }
  }
  if (directory.form.inline == 0) {
    for (let s: u32 = 0; s < count; ++s) {
      const segment = directory.segment(s);
      for (let i: u32 = 0; i < group; ++i) {
        if (tableFind(segment.table, load<u64>(hashes + (i << 3))) != Status.OK) continue;
        sum += arenaTouch(segment.arena, seatOffset(segment));
      }
    }
  }
  touched(sum);
}
