/** Orders of a walk over a table. */

export interface TableEntry {
  readonly key: bigint;
  readonly deleted: boolean;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

/** Order of a walk: buckets as they lie; by key; or deleted first (by key) and then by value, ties by key. */
export type EntryOrder = "table" | "key" | "value";

export function sortEntries(entries: Iterable<TableEntry>, order: "key" | "value"): TableEntry[] {
  return [...entries].sort(order === "key" ? byKey : (a, b) => byValue(a, b) || byKey(a, b));
}

function byKey(a: TableEntry, b: TableEntry): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Deleted before live; live ones by their value as a little-endian number. */
function byValue(a: TableEntry, b: TableEntry): number {
  if (a.deleted !== b.deleted) return a.deleted ? -1 : 1;
  if (a.deleted) return 0;
  for (let i = a.value.length - 1; i >= 0; i--) {
    const difference = (a.value[i] as number) - (b.value[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
