/** What Indexlib's DenseHashTableTest checks, of every kind of bucket and both widths of keys. */

import { describe, expect, it } from "vitest";
import { createTable, mountTable, type Variant } from "../../../bindings/table.js";
import { decodeTable } from "../../support/decode-table.js";
import { bytesOf, deletedMark, emptyMark, kindsOf, valueIn } from "./support.js";

const all = kindsOf("dense");
const deletable = all.filter(([, { bucket }]) => bucket !== "compact");
const plain: Variant = { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 4 };

describe("DenseHashTableTest: a dense table", () => {
  it("for 9 keys at 50 % takes up 336 bytes: header, 18 buckets, 2 slots", () => {
    expect(createTable({ ...plain, capacity: 9 }).bytes()).toHaveLength(16 + 18 * 16 + 32);
  });

  it.each(deletable)("inserts, overwrites, deletes, also what is not there, and inserts again: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    table.insert(10n, bytesOf(variant, 11), 1);
    table.insert(10n, bytesOf(variant, 12), 2);
    expect([valueIn(table, 10n), table.size]).toEqual([12, 1]);
    table.delete(10n, 3);
    expect([valueIn(table, 10n), table.size, table.deletedCount]).toEqual(["deleted", 1, 1]);
    table.delete(20n, 4);
    expect([valueIn(table, 20n), table.size, table.deletedCount]).toEqual(["deleted", 2, 2]);
    table.insert(10n, bytesOf(variant, 13), 5);
    expect([valueIn(table, 10n), table.size, table.deletedCount]).toEqual([13, 2, 1]);
    expect(table.find(10n).timestamp).toBe(variant.bucket === "timestamped" ? 5 : 0);
    expect(table.find(20n).timestamp).toBe(variant.bucket === "timestamped" ? 4 : 0);
    expect(decodeTable(table.bytes(), variant).used).toHaveLength(2);
  });

  it.each(all)("is full at 3 of 6 keys, takes 6 and refuses the 7th: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 3 });
    expect(table).toMatchObject({ bucketCount: 6, capacity: 3, isFull: false });
    for (let key = 0n; key < 6n; key++) expect(table.insert(key * 7n, bytesOf(variant, Number(key)))).toBe(true);
    expect(table.isFull).toBe(true);
    const before = table.bytes();
    expect(table.insert(100n, bytesOf(variant, 1))).toBe(false);
    if (variant.bucket !== "compact") expect(table.delete(100n)).toBe(false);
    expect(table.bytes()).toEqual(before);
    expect(table.insert(35n, bytesOf(variant, 99))).toBe(true);
    expect(valueIn(table, 35n)).toBe(99);
    if (variant.bucket === "compact") return;
    expect(table.delete(0n)).toBe(true);
    // A deletion is no room for another key.
    expect(table.insert(100n, bytesOf(variant, 1))).toBe(false);
  });

  it.each(all)("has both marks as keys like any other: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 3 });
    for (const [i, mark] of [emptyMark, deletedMark].entries()) {
      expect(valueIn(table, mark)).toBe("absent");
      table.insert(mark, bytesOf(variant, 5 + i));
      expect([valueIn(table, mark), table.size]).toEqual([5 + i, i + 1]);
    }
    if (variant.bucket !== "compact") {
      table.delete(emptyMark);
      expect([valueIn(table, emptyMark), valueIn(table, deletedMark)]).toEqual(["deleted", 6]);
      table.insert(emptyMark, bytesOf(variant, 7));
    }
    expect(
      decodeTable(table.bytes(), variant)
        .used.map(({ key }) => key)
        .sort(),
    ).toEqual([deletedMark, emptyMark].map((mark) => BigInt.asUintN(variant.keyBytes * 8, mark)));
    expect(table.findMany(BigUint64Array.of(emptyMark, deletedMark)).status).toEqual(Uint8Array.of(0, 0));
  });

  it.each(all)("for no keys has room for one and 2 buckets: %s", (_, variant) => {
    expect(createTable({ ...variant, capacity: 0 })).toMatchObject({ capacity: 1, bucketCount: 2 });
  });

  it.each(all)("goes on at the first bucket where homes collide at the last: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 5 });
    for (const [i, key] of [9n, 19n, 29n, 0n].entries()) table.insert(key, bytesOf(variant, i));
    expect([9n, 19n, 29n, 0n, 39n].map((key) => valueIn(table, key))).toEqual([0, 1, 2, 3, "absent"]);
    expect([...table.entries()].map(({ key }) => key)).toEqual([19n, 29n, 0n, 9n]);
  });

  it.each(deletable)("shrunk from capacity 10 to 4 keeps every state: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 10 });
    table.insert(1n, bytesOf(variant, 10), 100);
    table.insert(21n, bytesOf(variant, 20), 101);
    table.delete(41n, 102);
    table.insert(emptyMark, bytesOf(variant, 40), 103);
    expect(table.shrink()).toBe(true);
    expect(table).toMatchObject({ capacity: 4, bucketCount: 8, size: 4 });
    expect([1n, 21n, 41n, emptyMark, 2n].map((key) => valueIn(table, key))).toEqual([10, 20, "deleted", 40, "absent"]);
    expect(table.find(41n).timestamp).toBe(variant.bucket === "timestamped" ? 102 : 0);
    decodeTable(table.bytes(), variant);
  });

  it("has the percent it was made with, and mounted the one its keys make", () => {
    for (const pct of [1, 30, 50, 77, 100]) {
      const table = createTable({ ...plain, occupancyPct: pct, capacity: 1_000 });
      expect(table.capacity).toBeGreaterThanOrEqual(1_000);
      for (let key = 0n; key < 500n; key++) table.insert(key, bytesOf(plain, 1));
      const mounted = mountTable(table.bytes(), plain);
      expect(mounted.capacity).toBe(Math.floor((mounted.bucketCount * Math.floor(50_000 / table.bucketCount)) / 100));
    }
  });

  it.each([8, 4] as const)("made short is smaller, and its size is what it says; of %d-byte keys", (keyBytes) => {
    for (const bucket of ["offset", "timestamped"] as const) {
      const variant: Variant = { ...plain, keyBytes, bucket, valueBytes: 8 };
      const table = createTable({ ...variant, capacity: 20 });
      for (let key = 0n; key < 20n; key++) table.insert(key * 5n, bytesOf(variant, Number(key) * 9), Number(key));
      table.delete(5n, 77);
      const before = table.bytes().length;
      const short = table.shortenOffsets();
      expect(short.length).toBe(before - 40 * 4);
      expect(table.bytes()).toEqual(short);
      expect([0n, 5n, 95n, 1n].map((key) => valueIn(table, key))).toEqual([0, "deleted", 171, "absent"]);
      expect(() => table.shortenOffsets()).toThrow(expect.objectContaining({ code: "NOT_SUPPORTED" }));
      decodeTable(short, { ...variant, valueBytes: 4 });
    }
  });

  it("of 4-byte keys hears only the low half of a key, in every call", () => {
    for (const [name, variant] of all.filter(([, { keyBytes }]) => keyBytes === 4)) {
      const table = createTable({ ...variant, capacity: 9 });
      table.insert(0x7_0000_0005n, bytesOf(variant, 5));
      expect([valueIn(table, 5n), valueIn(table, 0x9_0000_0005n)], name).toEqual([5, 5]);
      expect(table.findMany(BigUint64Array.of(0x1_0000_0005n, 6n)).status, name).toEqual(Uint8Array.of(0, 1));
      table.insertMany(BigUint64Array.of(0x3_0000_0005n), bytesOf(variant, 6));
      expect([table.size, valueIn(table, 5n)], name).toEqual([1, 6]);
      expect(
        [...table.entries()].map(({ key }) => key),
        name,
      ).toEqual([5n]);
    }
  });
});

describe("a compact table", () => {
  it.each(all.filter(([, { bucket }]) => bucket === "compact"))(
    "refuses deletions, and nothing changes: %s",
    (_, variant) => {
      const table = createTable({ ...variant, capacity: 9 });
      for (const key of [1n, emptyMark]) table.insert(key, bytesOf(variant, 3));
      const before = table.bytes();
      for (const key of [1n, 2n, emptyMark, deletedMark]) {
        expect(() => table.delete(key)).toThrow(expect.objectContaining({ code: "NOT_SUPPORTED" }));
      }
      expect(table.bytes()).toEqual(before);
      expect(table).toMatchObject({ size: 2, deletedCount: 0 });
    },
  );
});
