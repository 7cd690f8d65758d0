// Tables for the specs: made in a fresh space, written as the ABI writes them.

import { regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { Table, bucketCountOf, probeUnlimited, tableBytesOf } from "../../../assembly/table/format";
import { seat, seatValue, tableClear, tableDeleteAt, tableFind, tablePutAt } from "../../../assembly/table/table";

/** An empty table of `bucketCount` buckets, probed without a bound; in the space there is. */
export function tableOf(kind: u32, valueBytes: u32, occupancyPct: u32, bucketCount: u64): Table {
  const table = changetype<Table>(regionAllocate(offsetof<Table>()));
  const base = regionAllocate(tableBytesOf(kind, valueBytes, bucketCount));
  table.describe(base, kind, valueBytes, occupancyPct, probeUnlimited);
  tableClear(table, bucketCount);
  return table;
}

/** The same for `capacity` keys at `occupancyPct`. */
export function tableFor(kind: u32, valueBytes: u32, occupancyPct: u32, capacity: u64): Table {
  return tableOf(kind, valueBytes, occupancyPct, bucketCountOf(capacity, occupancyPct));
}

/** Puts a record; false where the table has no room. */
export function put(table: Table, key: u64, value: u64, timestamp: u32 = 0): bool {
  const before = tableFind(table, key);
  if (before > Status.DELETED) return false;
  tablePutAt(table, before, key, value, timestamp);
  return true;
}

/** Deletes a key, there or not; false where the table has no room. */
export function del(table: Table, key: u64, timestamp: u32 = 0): bool {
  const before = tableFind(table, key);
  if (before > Status.DELETED) return false;
  tableDeleteAt(table, before, key, timestamp);
  return true;
}

/** The value of a key that is there; all bits where it is not. */
export function valueAt(table: Table, key: u64): u64 {
  return tableFind(table, key) == Status.OK ? seatValue(table) : u64.MAX_VALUE;
}

/** Number of the bucket that `seat` is on. */
export function seatIndex(table: Table): u64 {
  return (seat.bucket - table.buckets()) / table.bucketBytes;
}
