// Walking a table's positions: its buckets as they lie, then its slots.

import { deletedKey, emptyKey } from "../bucket/plain";
import { Status } from "../status";
import { cellKey, cellLook, lookSlot } from "./cell";
import { Kind, Table, slotCountOf } from "./format";
import { seat } from "./seat";

/** State of position `index` of a walk, buckets first and then slots; `seat` filled. */
export function tableLook(table: Table, index: u64): u32 {
  if (index >= table.bucketCount) return lookSlot(table.kind, table.slot(<u32>(index - table.bucketCount)));
  return cellLook(table.kind, table.buckets() + <usize>index * table.bucketBytes);
}

/** The key of the position `tableLook` has just found used. */
export function tableKeyAt(table: Table, index: u64): u64 {
  if (index < table.bucketCount) return cellKey(table.kind, seat.bucket);
  const key = index == table.bucketCount ? emptyKey : deletedKey;
  return table.kind & Kind.KEY_SHORT ? <u64>(<u32>key) : key;
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
