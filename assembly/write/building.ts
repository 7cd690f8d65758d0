// The life of a building segment outside of `add.ts`: opened empty, sealed when full or asked, closed.

import { Form } from "../read/form";
import { Segment, segmentBytes } from "../read/segment";
import { regionAllocate, regionFree } from "../memory";
import { bucketCountOf, probeCountMax, tableBytesOf } from "../table/format";
import { tableClear, tableResize } from "../table/table";
import { arenaClose, arenaOpen, arenaTrim } from "../value/arena";

/** Keys the table of a fresh building segment is made for; it doubles from there. */
const capacityAtFirst: u64 = 512;

/** An empty building segment; 0 when out of memory. `budgetBytes` bounds its key and value file. */
export function buildingOpen(form: Form, kind: u32, valueBytes: u32, occupancyPct: u32, budgetBytes: u64): usize {
  const ptr = regionAllocate(segmentBytes);
  if (ptr == 0) return 0;
  const bucketCount = bucketCountOf(capacityAtFirst, occupancyPct);
  const base = regionAllocate(tableBytesOf(kind, valueBytes, bucketCount));
  if (base == 0) {
    regionFree(ptr);
    return 0;
  }
  const segment = changetype<Segment>(ptr);
  segment.form = form;
  segment.timestampMax = 0;
  segment.deletedRecords = 0;
  segment.budgetBytes = budgetBytes;
  segment.table.describe(base, kind, valueBytes, occupancyPct, probeCountMax);
  tableClear(segment.table, bucketCount);
  arenaOpen(segment.arena);
  return ptr;
}

/**
 * Ends writing: the table shrinks to its final size and never changes again, so that readers and the dump may hold its
 * addresses. Without memory for the new table the old one stays as it is, larger but as good: what was added can always
 * be dumped.
 */
export function buildingSeal(segment: Segment): void {
  const table = segment.table;
  segment.budgetBytes = 0;
  // First, so that the new table goes where the last slice ended.
  arenaTrim(segment.arena);
  tableResize(table, bucketCountOf(table.keyCount, table.occupancyPct));
}

/** Frees a segment, building, sealed or loaded. Nobody may hold it any more. */
export function segmentClose(segment: Segment): void {
  regionFree(segment.table.tags);
  regionFree(segment.table.base);
  arenaClose(segment.arena);
  regionFree(changetype<usize>(segment));
}

/**
 * A frozen copy of a building segment: own table, own slice addresses, the same records. 0 when out of memory.
 * The records stay the original's, which must not be closed first; close the copy with `cloneClose`.
 */
export function buildingClone(segment: Segment): usize {
  const tableBytes = segment.table.bytes();
  const slicesBytes = (<u64>segment.arena.sliceCount) << 2;
  const ptr = regionAllocate(segmentBytes);
  const base = regionAllocate(tableBytes);
  const slices = regionAllocate(slicesBytes);
  if (ptr == 0 || base == 0 || slices == 0) {
    regionFree(slices);
    regionFree(base);
    regionFree(ptr);
    return 0;
  }
  memory.copy(ptr, changetype<usize>(segment), <usize>segmentBytes);
  memory.copy(base, segment.table.base, <usize>tableBytes);
  memory.copy(slices, segment.arena.slices, <usize>slicesBytes);
  const clone = changetype<Segment>(ptr);
  clone.table.base = base;
  clone.arena.slices = slices;
  return ptr;
}

/** Frees a copy made by `buildingClone`. */
export function cloneClose(clone: Segment): void {
  regionFree(clone.table.base);
  regionFree(clone.arena.slices);
  regionFree(changetype<usize>(clone));
}
