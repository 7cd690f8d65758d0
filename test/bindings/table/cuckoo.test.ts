/** What Indexlib's CuckooHashTableTest checks, of every kind of bucket and both widths of keys. */

import { describe, expect, it } from "vitest";
import { createTable, mountTable, type Table, type Variant } from "../../../bindings/table.js";
import { cuckooHash, decodeTable } from "../../support/decode-table.js";
import { bytesOf, deletedMark, emptyMark, headerNumber, keysOf, kindsOf, valueIn } from "./support.js";

const all = kindsOf("cuckoo");
const deletable = all.filter(([, { bucket }]) => bucket !== "compact");
const plain: Variant = { kind: "cuckoo", keyBytes: 8, bucket: "plain", valueBytes: 4 };
const stretchAt = 24;

const hashCountOf = (table: Table): number => decodeTable(table.bytes(), table.variant).hashCount;

/** Keys whose blocks under the first two functions are those given, of `blockCount`. */
function keysIn(blocks: readonly number[], blockCount: number, count: number, keyBytes: 8 | 4): bigint[] {
  const keys: bigint[] = [];
  for (let key = 0n; keys.length < count; key++) {
    const own = [0, 1].map((f) => Number((cuckooHash(key, keyBytes, f) & 0xffff_ffffn) % BigInt(blockCount)));
    if (own.every((block) => blocks.includes(block))) keys.push(key);
  }
  return keys;
}

describe("CuckooHashTableTest: a cuckoo table", () => {
  it.each(deletable)("inserts, overwrites, deletes and revives: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    table.insert(10n, bytesOf(variant, 11), 1);
    table.insert(10n, bytesOf(variant, 12), 2);
    table.delete(20n, 3);
    expect([10n, 20n, 30n].map((key) => valueIn(table, key))).toEqual([12, "deleted", "absent"]);
    expect(table).toMatchObject({ size: 2, deletedCount: 1 });
    table.insert(20n, bytesOf(variant, 21), 4);
    table.delete(10n, 5);
    expect([10n, 20n].map((key) => valueIn(table, key))).toEqual(["deleted", 21]);
    expect(table).toMatchObject({ size: 2, deletedCount: 1 });
    expect(table.find(10n).timestamp).toBe(variant.bucket === "timestamped" ? 5 : 0);
  });

  it.each(all)("kicks a key to its other block to make room, and still finds it: %s", (_, variant) => {
    // Five keys that all may lie in two blocks of many: the fifth finds its first block full.
    const table = createTable({ ...variant, occupancyPct: 50, capacity: 40 });
    const blockCount = table.bucketCount / 4;
    const keys = keysIn([0, 1], blockCount, 8, variant.keyBytes);
    for (const [i, key] of keys.entries()) expect(table.insert(key, bytesOf(variant, i))).toBe(true);
    expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map((_, i) => i));
    decodeTable(table.bytes(), variant);
  });

  it.each(deletable)("moves a deletion as a deletion, byte for byte: %s", (_, variant) => {
    const keys = keysOf(95, 3);
    const table = createTable({ ...variant, occupancyPct: 100, capacity: 100 });
    for (const [i, key] of keys.entries()) {
      expect(i % 3 === 0 ? table.delete(key, 1_000 + i) : table.insert(key, bytesOf(variant, i), 1_000 + i)).toBe(true);
    }
    for (const [i, key] of keys.entries()) {
      expect(valueIn(table, key)).toBe(i % 3 === 0 ? "deleted" : i);
      if (variant.bucket === "timestamped") expect(table.find(key).timestamp).toBe(1_000 + i);
    }
    expect(table.deletedCount).toBe(32);
  });

  it.each(deletable)("takes 13 deletions in 16 buckets: %s", (_, variant) => {
    const table = createTable({ ...variant, occupancyPct: 85, capacity: 13 });
    expect(table.bucketCount).toBe(16);
    const keys = keysOf(13, 7);
    for (const key of keys) expect(table.delete(key, 9)).toBe(true);
    expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map(() => "deleted"));
    expect(table).toMatchObject({ size: 13, deletedCount: 13, isFull: true });
  });

  it.each(all)("takes 10,000 keys at 95 percent and has every one, deleted ones too: %s", (_, variant) => {
    const keys = keysOf(10_000, 11);
    const table = createTable({ ...variant, occupancyPct: 95, capacity: keys.length });
    const isDeleted = (i: number): boolean => i % 10 === 0 && variant.bucket !== "compact";
    for (const [i, key] of keys.entries()) {
      if (isDeleted(i) ? !table.delete(key) : !table.insert(key, bytesOf(variant, i))) throw new Error(`no room: ${i}`);
    }
    expect(keys.findIndex((key, i) => valueIn(table, key) !== (isDeleted(i) ? "deleted" : i))).toBe(-1);
    expect(table.size).toBe(10_000);
    decodeTable(table.bytes(), variant);
  });

  it("takes 100,000 keys at 97 %, and finds them and others in one call", () => {
    const variant: Variant = { ...plain, valueBytes: 8, occupancyPct: 97 };
    const keys = keysOf(100_000, 13);
    const table = createTable({ ...variant, capacity: keys.length });
    const longs = BigUint64Array.from(keys);
    expect(table.insertMany(longs, new Uint8Array(longs.buffer))).toBe(keys.length);
    expect(hashCountOf(table)).toBeGreaterThan(1);
    const { status, values } = table.findMany(longs);
    expect(status.every((one) => one === 0)).toBe(true);
    expect(Buffer.compare(values, new Uint8Array(longs.buffer))).toBe(0);
    const absent = table.findMany(BigUint64Array.from(keys, (key) => key ^ 1n)).status;
    expect(absent.every((one) => one === 1)).toBe(true);
  });

  it("takes keys that are multiples of 16", () => {
    const table = createTable({ ...plain, occupancyPct: 95, capacity: 50_000 });
    const keys = BigUint64Array.from({ length: 50_000 }, (_, i) => BigInt(i) * 16n);
    expect(table.insertMany(keys, new Uint8Array(200_000))).toBe(50_000);
    expect(table.findMany(keys).status.every((one) => one === 0)).toBe(true);
  });

  it.each(all)("has both marks as keys like any other: %s", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    for (const [i, mark] of [emptyMark, deletedMark].entries()) table.insert(mark, bytesOf(variant, i + 1));
    table.insert(7n, bytesOf(variant, 3));
    expect([emptyMark, deletedMark, 7n].map((key) => valueIn(table, key))).toEqual([1, 2, 3]);
    table.shrink(100);
    expect([emptyMark, deletedMark, 7n].map((key) => valueIn(table, key))).toEqual([1, 2, 3]);
    decodeTable(table.bytes(), variant);
  });

  it.each(all)("shrunk from 30 to 80 percent has the same records: %s", (_, variant) => {
    const keys = keysOf(1_000, 17);
    const table = createTable({ ...variant, occupancyPct: 30, capacity: keys.length });
    for (const [i, key] of keys.entries()) table.insert(key, bytesOf(variant, i));
    const before = table.bucketCount;
    expect(table.shrink(80)).toBe(true);
    expect(table.bucketCount).toBe(1_252);
    expect(table.bucketCount).toBeLessThan(before);
    expect(keys.findIndex((key, i) => valueIn(table, key) !== i)).toBe(-1);
    decodeTable(table.bytes(), variant);
  });

  it("takes a third hash function when two blocks must hold nine keys", () => {
    for (const keyBytes of [8, 4] as const) {
      const table = createTable({ ...plain, keyBytes, capacity: 40 });
      const keys = keysIn([0, 1], table.bucketCount / 4, 9, keyBytes);
      for (const [i, key] of keys.entries()) expect(table.insert(key, bytesOf(plain, i))).toBe(true);
      expect(hashCountOf(table)).toBe(3);
      expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map((_, i) => i));
    }
  });

  it("refuses the ninth of them where two functions are all it may use", () => {
    const table = createTable({ ...plain, maxHashCount: 2, capacity: 40 });
    const keys = keysIn([0, 1], table.bucketCount / 4, 9, 8);
    const isIn = keys.map((key, i) => table.insert(key, bytesOf(plain, i)));
    expect(isIn).toEqual([true, true, true, true, true, true, true, true, false]);
    expect(table).toMatchObject({ size: 8, isFull: false });
    expect(valueIn(table, keys[8] as bigint)).toBe("absent");
    expect(hashCountOf(table)).toBe(2);
    expect(table.insertMany(BigUint64Array.of(5n, keys[8] as bigint, 6n), new Uint8Array(12))).toBe(1);
  });

  it("that finds no places in fewer buckets stays as it was, byte for byte, and says true", () => {
    const table = createTable({ ...plain, maxHashCount: 2, occupancyPct: 20, capacity: 64 });
    // All of them are meant for two blocks once there are four.
    const keys = keysIn([0, 1], 4, 12, 8);
    for (const [i, key] of keys.entries()) expect(table.insert(key, bytesOf(plain, i))).toBe(true);
    const before = table.bytes();
    expect(table.shrink(80)).toBe(true);
    expect(table.bytes()).toEqual(before);
    expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map((_, i) => i));
  });

  it.each(all)("of 100 buckets stretches to 104 once, and keeps its records and slots: %s", (_, variant) => {
    const table = createTable({ ...variant, mayStretch: true, occupancyPct: 100, capacity: 100 });
    expect(table.bucketCount).toBe(100);
    const keys = [...keysOf(90, 19), emptyMark, deletedMark];
    for (const [i, key] of keys.entries()) expect(table.insert(key, bytesOf(variant, i), i)).toBe(true);
    expect(headerNumber(table, stretchAt)).toBeGreaterThan(0);
    expect(table.stretch()).toBe(true);
    expect(table.bucketCount).toBe(104);
    expect(headerNumber(table, stretchAt)).toBe(0);
    const stretched = table.bytes();
    expect(table.stretch()).toBe(true);
    expect(table.bytes()).toEqual(stretched);
    expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map((_, i) => i));
    decodeTable(stretched, variant);
  });

  it("mounted from a file has nothing to stretch into, whatever its header says", () => {
    const table = createTable({ ...plain, mayStretch: true, occupancyPct: 100, capacity: 100 });
    table.insert(1n, bytesOf(plain, 1));
    const file = table.bytes();
    for (const claim of [headerNumber(table, stretchAt), 2 ** 31, 2 ** 52]) {
      new DataView(file.buffer).setBigUint64(stretchAt, BigInt(claim), true);
      const mounted = mountTable(file, plain);
      expect(mounted.stretch()).toBe(true);
      expect(mounted.bytes()).toEqual(file);
    }
  });

  it.each([8, 4] as const)("made short keeps its records; of %d-byte keys", (keyBytes) => {
    for (const bucket of ["offset", "timestamped"] as const) {
      const variant: Variant = { ...plain, keyBytes, bucket, valueBytes: 8 };
      const table = createTable({ ...variant, capacity: 20 });
      const keys = keysOf(20, 23);
      for (const [i, key] of keys.entries()) table.insert(key, bytesOf(variant, i), i);
      table.delete(keys[3] as bigint, 77);
      const short = table.shortenOffsets();
      expect(keys.map((key) => valueIn(table, key))).toEqual(keys.map((_, i) => (i === 3 ? "deleted" : i)));
      expect(decodeTable(short, { ...variant, valueBytes: 4 }).used).toHaveLength(20);
    }
  });
});
