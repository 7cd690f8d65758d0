// A segment in memory, building or loaded: a table, and an arena unless values lie in the buckets.
// Finding a key in one segment is here, once, for lookups, for the writer (which must know what a key holds) and for
// walks: `segmentFind`.

import { Status } from "../status";
import { Table } from "../table/format";
import { seat, seatValue, tableFind } from "../table/table";
import { Arena, arenaRead, arenaReadFixed, stored } from "../value/arena";
import { bytesEqual } from "../value/bytes";
import { RegionFlag, regionFlag, regionIdOf } from "../value/pack";
import { record, recordRead } from "../value/record";
import { Form, KeyForm, saltCountMax } from "./form";

// Its three parts lie side by side in one region, so that a lookup touches them in one or two cache lines:
//
//   │ Segment │ Table │ Arena │

const tableAt: usize = 32;
const arenaAt: usize = 112;
export const segmentBytes: u64 = 144;

@unmanaged
export class Segment {
  form: Form;
  /** Newest timestamp of any record; 0 without timestamps. */
  timestampMax: u32;
  /** Exact keys whose newest record here is a deletion: those are buckets like any other. */
  deletedRecords: u64;
  /** Table and records may take this much before the segment is full; 0 once it is sealed. */
  budgetBytes: u64;

  @inline
  get table(): Table {
    return changetype<Table>(changetype<usize>(this) + tableAt);
  }

  @inline
  get arena(): Arena {
    return changetype<Arena>(changetype<usize>(this) + arenaAt);
  }
}

/** The hashed key under which `segmentFind` ended: the one to write under. */
let endHash: u64 = 0;

export function foundHash(): u64 {
  return endHash;
}

/**
 * Looks one key up: OK or DELETED with `seat` (and `record` or `stored`) on its record, ABSENT with `seat` on the empty
 * bucket where it would go, FULL when absent and without one, or an error.
 *
 * An exact key follows its salts: a bucket of this hash that holds another key sends it to the next one, an empty
 * bucket ends the search. That is sound because a bucket, once used, stays used for as long as the segment lives.
 *
 * With regions a bucket of another region is another key's too. Of hashed keys no salt can tell two regions' apart, since
 * nothing says under which salt a bucket lies: there the answer is REGION_TAKEN, which is absent to whoever reads.
 */
export function segmentFind(segment: Segment, hash: u64, keyPtr: usize, keyLen: u32): u32 {
  endHash = hash;
  const status = tableFind(segment.table, hash);
  const form = segment.form;
  if (form.keys == KeyForm.EXACT) {
    return status == Status.OK ? findExact(segment, keyPtr, keyLen) : bucketStatus(form, status);
  }
  if (form.regionCount != 0 && (status == Status.OK || status == Status.DELETED)) {
    const owner = seatRegion(segment);
    if (owner != Status.OK) return owner == Status.ABSENT ? Status.REGION_TAKEN : owner;
  }
  return form.inline != 0 || status != Status.OK ? status : segmentStored(segment, seatOffset(segment));
}

function findExact(segment: Segment, keyPtr: usize, keyLen: u32): u32 {
  const hasRegions = segment.form.regionCount != 0;
  let salt: u32 = 0;
  while (true) {
    let status: u32 = hasRegions ? seatRegion(segment) : Status.OK;
    if (status == Status.OK) {
      status = segmentRecord(segment);
      if (status != Status.OK) return status;
      if (record.keyLen == keyLen && bytesEqual(record.keyPtr, keyPtr, keyLen)) {
        return record.deleted != 0 ? Status.DELETED : Status.OK;
      }
    } else if (status != Status.ABSENT) {
      return status;
    }
    if (++salt == saltCountMax) return Status.SALTS_TAKEN;
    endHash = segment.form.hashSalted(keyPtr, keyLen, salt);
    status = tableFind(segment.table, endHash);
    if (status != Status.OK) return bucketStatus(segment.form, status);
  }
}

/** A tombstone cannot say whose it is, so a table of exact keys has none; a foreign file's is damage. */
function bucketStatus(form: Form, status: u32): u32 {
  return status == Status.DELETED && form.keys == KeyForm.EXACT ? Status.RECORD_SHAPE : status;
}

/** Whether the used bucket in `seat` is of the form's region: OK, ABSENT when it is another's, REGION_WORD when nobody's. */
export function seatRegion(segment: Segment): u32 {
  const form = segment.form;
  const word = load<u64>(seat.valuePtr);
  if (regionFlag(word) > RegionFlag.LIVE || regionIdOf(word) >= form.regionCount) return Status.REGION_WORD;
  return regionIdOf(word) == form.regionId ? Status.OK : Status.ABSENT;
}

/** Where the record of the bucket in `seat` lies in the arena. */
export function seatOffset(segment: Segment): u64 {
  return seatValue(segment.table) & segment.form.offsetMask;
}

/** Finds the value at `offset` of the arena: `stored`, or VALUE_BOUNDS. */
export function segmentStored(segment: Segment, offset: u64): u32 {
  const fixedBytes = segment.form.fixedBytes;
  if (fixedBytes == 0) return arenaRead(segment.arena, offset);
  return arenaReadFixed(segment.arena, offset, fixedBytes);
}

/** Reads the exact record of the bucket in `seat` into `record`. */
export function segmentRecord(segment: Segment): u32 {
  const status = arenaRead(segment.arena, seatOffset(segment));
  if (status != Status.OK) return status;
  return recordRead(stored.ptr, stored.len);
}
