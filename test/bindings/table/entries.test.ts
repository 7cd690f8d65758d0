/** What Indexlib's tests of file iterators check: every record once, as they lie, by key and by value; also of a file. */

import { describe, expect, it } from "vitest";
import { createTable, mountTable, type Table, type TableEntry } from "../../../bindings/table.js";
import { bytesOf, deletedMark, emptyMark, keysOf, kindsOf } from "./support.js";

const all = [...kindsOf("dense"), ...kindsOf("cuckoo")];

const keysIn = (table: Table, order?: "table" | "key" | "value"): bigint[] =>
  [...table.entries(order)].map(({ key }) => key);

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

describe("file iterators", () => {
  it.each(all)("give each of 1,000 records once, with what a lookup says of it: %s", (_, variant) => {
    const cut = (key: bigint): bigint => BigInt.asUintN(variant.keyBytes * 8, key);
    const keys = keysOf(1_000, 29);
    const table = createTable({ ...variant, occupancyPct: 90, capacity: 1_100 });
    for (const [i, key] of keys.entries()) table.insert(key, bytesOf(variant, i % 300), i);
    if (variant.bucket !== "compact") for (const key of keys.slice(0, 50)) table.delete(key, 5_000);
    for (const one of [table, mountTable(table.bytes(), variant)]) {
      const entries = [...one.entries()];
      expect(entries.map(({ key }) => key).sort(ascending)).toEqual(keys.map(cut).sort(ascending));
      for (const { key, deleted, value, timestamp } of entries) {
        const found = one.find(key);
        expect(found.status).toBe(deleted ? "deleted" : "ok");
        expect([found.value, found.timestamp]).toEqual([value, timestamp]);
      }
      expect(keysIn(one, "key")).toEqual(keys.map(cut).sort(ascending));
      expectByValue([...one.entries("value")]);
    }
  });

  it.each(all)("of an empty table give nothing: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    for (const order of ["table", "key", "value"] as const) expect(keysIn(table, order)).toEqual([]);
  });

  it.each(all)("have a table's slots behind its buckets: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    for (const key of [deletedMark, 3n, emptyMark]) table.insert(key, bytesOf(variant, 1));
    const marks = [emptyMark, deletedMark].map((mark) => BigInt.asUintN(variant.keyBytes * 8, mark));
    const isInSlots = variant.bucket === "plain" || variant.bucket === "compact";
    if (isInSlots) expect(keysIn(table)).toEqual([3n, ...marks]);
    else expect(keysIn(table).sort(ascending)).toEqual([3n, ...marks.reverse()]);
  });
});

/** Deletions first and by key; then by value as a number, and by key where those are alike. */
function expectByValue(entries: readonly TableEntry[]): void {
  const rank = ({ key, deleted, value }: TableEntry): bigint => {
    const number = value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return (deleted ? 0n : (1n << 128n) | (number << 64n)) | key;
  };
  const ranks = entries.map(rank);
  expect(ranks).toEqual([...ranks].sort(ascending));
}
