/** What a table can do; `kernel-table.ts` does it. */

import type { EntryOrder, TableEntry } from "./entries.js";
import type { Variant } from "./variant.js";

export type TableStatus = "ok" | "deleted" | "absent";

export interface Found {
  readonly status: TableStatus;
  /** Little-endian, `valueBytes` long; of a deleted key what its bucket still holds. Not there when absent. */
  readonly value?: Uint8Array;
  /** Seconds; 0 in a table without timestamps. Not there when absent. */
  readonly timestamp?: number;
}

export interface TableFindings {
  /** A byte a key: 0 ok, 1 absent, 2 deleted. */
  readonly status: Uint8Array;
  /** The values, packed; those of keys not ok are zeros. */
  readonly values: Uint8Array;
}

export interface Table {
  readonly variant: Variant;
  /** Keys ever inserted or deleted. */
  readonly size: number;
  readonly bucketCount: number;
  /** Keys the table is meant for; inserts go on until no bucket is free. */
  readonly capacity: number;
  /** Keys deleted since the table was made or mounted. */
  readonly deletedCount: number;
  readonly isFull: boolean;
  /** False when no bucket is free. INVALID_KEY, INVALID_VALUE. */
  insert(key: bigint, value: Uint8Array, timestamp?: number): boolean;
  /**
   * Inserts keys with their values, packed, in order, up to the first for which no bucket is free; how many are in.
   * INVALID_VALUE, after the keys before it are in.
   */
  insertMany(keys: BigUint64Array, values: Uint8Array, timestamps?: Uint32Array): number;
  /** Inserts a deletion, also of a key that is not there; false when no bucket is free. NOT_SUPPORTED if compact. */
  delete(key: bigint, timestamp?: number): boolean;
  /** LIMIT when a mounted table would have to be probed further than a lookup may. */
  find(key: bigint): Found;
  findMany(keys: BigUint64Array): TableFindings;
  /** Shrinks in place to what `size` needs at `pct`, or at the table's own percent, if its keys find places in that. */
  shrink(pct?: number): boolean;
  /**
   * Grows a cuckoo table made with `mayStretch`, once, into the room kept for that; false when its keys find no places
   * then. A table without such room, mounted or dense, stays as it is: true, as in Indexlib.
   */
  stretch(): boolean;
  /** Makes 8-byte offsets 4 bytes, this table included, and returns the key file. INVALID_VALUE when one does not fit. */
  shortenOffsets(): Uint8Array;
  /** A copy of the key file. */
  bytes(): Uint8Array;
  entries(order?: EntryOrder): Iterable<TableEntry>;
}
