import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { createTable, type Variant } from "../../../bindings/table.js";
import { bytesOf, keysOf, kindsOf, valueIn } from "./support.js";

const all = [...kindsOf("dense"), ...kindsOf("cuckoo")];
const plain: Variant = { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 4 };

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isIndexError(error) ? error.code : String(error);
  }
  return "none";
}

/** Values 0, 1, 2 … packed. */
function valuesOf(variant: Variant, count: number): Uint8Array {
  const values = new Uint8Array(count * variant.valueBytes);
  for (let i = 0; i < count; i++) values.set(bytesOf(variant, i), i * variant.valueBytes);
  return values;
}

describe("insertMany", () => {
  it.each(all)("does what as many inserts do, byte for byte, over more keys than a batch: %s", (_, variant) => {
    const keys = keysOf(5_000, 37);
    const seconds = Uint32Array.from(keys, (_, i) => i + 1);
    const [many, single] = [0, 1].map(() => createTable({ ...variant, capacity: 5_000 }));
    expect(many?.insertMany(BigUint64Array.from(keys), valuesOf(variant, 5_000), seconds)).toBe(5_000);
    for (const [i, key] of keys.entries()) single?.insert(key, bytesOf(variant, i), i + 1);
    expect(Buffer.compare(many?.bytes() as Uint8Array, single?.bytes() as Uint8Array)).toBe(0);
  });

  it("says how many got in when the table has no room for the next", () => {
    const table = createTable({ ...plain, capacity: 3 });
    const keys = BigUint64Array.from({ length: 10 }, (_, i) => BigInt(i));
    expect(table.insertMany(keys, valuesOf(plain, 10))).toBe(6);
    expect([0n, 5n, 6n].map((key) => valueIn(table, key))).toEqual([0, 5, "absent"]);
    expect(table.insertMany(keys.subarray(0, 6), valuesOf(plain, 6))).toBe(6);
    expect(table.insertMany(new BigUint64Array(0), new Uint8Array(0))).toBe(0);
  });

  it("refuses values and seconds that are not one for each key, and seconds no bucket can hold", () => {
    const table = createTable({ ...plain, bucket: "timestamped", capacity: 9 });
    const keys = BigUint64Array.of(1n, 2n);
    expect(codeOf(() => table.insertMany(keys, new Uint8Array(7)))).toBe("INVALID_VALUE");
    expect(codeOf(() => table.insertMany(keys, new Uint8Array(8), Uint32Array.of(1)))).toBe("INVALID_VALUE");
    expect(codeOf(() => table.insertMany(keys, new Uint8Array(8), Uint32Array.of(1, 0x7fff_ffff)))).toBe(
      "INVALID_OPTION",
    );
    expect(table.size).toBe(0);
  });

  it("of an offset that is a mark is INVALID_VALUE, and the keys before it are in", () => {
    const table = createTable({ ...plain, bucket: "offset", capacity: 9 });
    const values = new Uint8Array(12).fill(0xff);
    values.set(bytesOf(plain, 7));
    expect(codeOf(() => table.insertMany(BigUint64Array.of(1n, 2n, 3n), values))).toBe("INVALID_VALUE");
    expect([table.size, valueIn(table, 1n)]).toEqual([1, 7]);
  });
});

describe("a found value", () => {
  it("stays what it was when the table changes after, and is another array each time", () => {
    const table = createTable({ ...plain, capacity: 9 });
    table.insert(1n, bytesOf(plain, 11));
    const found = table.find(1n);
    table.insert(1n, bytesOf(plain, 12));
    expect(found.value).toEqual(bytesOf(plain, 11));
    expect(found.value).not.toBe(found.value);
  });

  it("has the bytes of its width and none of its neighbour's, in every kind of table", () => {
    for (const kind of ["dense", "cuckoo"] as const) {
      for (const bucket of ["plain", "compact", "timestamped"] as const) {
        for (let valueBytes = 1; valueBytes <= 8; valueBytes++) {
          const table = createTable({ kind, keyBytes: 4, bucket, valueBytes, occupancyPct: 100, capacity: 4 });
          const value = Uint8Array.from({ length: valueBytes }, (_, i) => 0x81 + i);
          for (const key of [0n, 1n, 2n, 3n]) table.insert(key, value);
          const twin = createTable({ kind, keyBytes: 4, bucket, valueBytes, capacity: 1 });
          twin.insert(1n, value);
          expect(table.find(1n).value).toEqual(value);
          expect(table.find(1n)).toEqual(twin.find(1n));
        }
      }
    }
  });
});
