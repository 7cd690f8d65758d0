import { describe, expect, it } from "vitest";
import { isIndexError } from "../../bindings/errors.js";
import { createTable, mountTable, type Table, type TableEntry, type Variant } from "../../bindings/table.js";
import { decodeTable } from "../support/decode.js";
import { hexOf } from "../support/golden.js";
import { rngOf } from "../support/rng.js";

const plain4: Variant = { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 4 };
const timestamped4: Variant = { ...plain4, bucket: "timestamped" };
const offset4: Variant = { ...plain4, bucket: "offset" };
const offset8: Variant = { ...offset4, valueBytes: 8 };
const variants: readonly (readonly [string, Variant])[] = [
  ["plain", plain4],
  ["timestamped", timestamped4],
  ["short offset", offset4],
  ["offset", offset8],
];

const emptyMark = 0xffff_ffff_ffff_feffn;
const deletedMark = 0xffff_ffff_ffff_fdffn;

/** A value's bytes in a table of this variant. */
function bytesOf({ valueBytes }: Variant, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes.subarray(0, valueBytes);
}

function valueIn(table: Table, key: bigint): number | string {
  const { status, value } = table.find(key);
  return status === "ok" ? Buffer.from(value as Uint8Array).readUInt32LE(0) : status;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isIndexError(error) ? error.code : String(error);
  }
  return "none";
}

/** A table of `count` keys that all have one home. */
function crowdOf(count: number): Table {
  const table = createTable({ ...offset4, capacity: count });
  for (let i = 0; i < count; i++) table.insert(BigInt(i) * BigInt(table.bucketCount), bytesOf(offset4, i));
  return table;
}

describe("a table", () => {
  it.each(variants)("of %s buckets is empty, then holds what was put and not deleted", (_, variant) => {
    const table = createTable({ ...variant, capacity: 9 });
    expect(table).toMatchObject({ size: 0, bucketCount: 18, capacity: 9, deletedCount: 0, isFull: false });
    expect(table.find(1n)).toEqual({ status: "absent" });
    expect(table.insert(1n, bytesOf(variant, 11))).toBe(true);
    expect(table.insert(1n, bytesOf(variant, 12))).toBe(true);
    expect(table.insert(2n, bytesOf(variant, 22))).toBe(true);
    expect(table.delete(2n)).toBe(true);
    expect(table.delete(3n)).toBe(true);
    expect([1n, 2n, 3n, 4n].map((key) => valueIn(table, key))).toEqual([12, "deleted", "deleted", "absent"]);
    expect(table).toMatchObject({ size: 3, deletedCount: 2 });
    table.insert(3n, bytesOf(variant, 33));
    expect(valueIn(table, 3n)).toBe(33);
    expect(table).toMatchObject({ size: 3, deletedCount: 1 });
  });

  it.each(variants)("of %s buckets takes keys past its capacity, and false says that none is free", (_, variant) => {
    const table = createTable({ ...variant, capacity: 3 });
    for (let key = 0n; key < 6n; key++) {
      expect(table.isFull).toBe(key >= 3n);
      expect(table.insert(key * 6n, bytesOf(variant, Number(key)))).toBe(true);
    }
    const before = table.bytes();
    expect(table.insert(1n, bytesOf(variant, 1))).toBe(false);
    expect(table.delete(1n)).toBe(false);
    expect(table.find(1n)).toEqual({ status: "absent" });
    expect(table.bytes()).toEqual(before);
    expect(table.insert(30n, bytesOf(variant, 5))).toBe(true);
    expect(table.delete(30n)).toBe(true);
  });

  it("keeps the seconds of writes and deletions where its buckets have them", () => {
    const table = createTable({ ...timestamped4, capacity: 9 });
    table.insert(1n, bytesOf(timestamped4, 1), 1_700_000_000);
    table.delete(2n, 0x7fff_fffe);
    table.insert(3n, bytesOf(timestamped4, 3));
    expect([1n, 2n, 3n].map((key) => table.find(key).timestamp)).toEqual([1_700_000_000, 0x7fff_fffe, 0]);
    const without = createTable({ ...plain4, capacity: 9 });
    without.insert(1n, bytesOf(plain4, 1), 5);
    expect(without.find(1n).timestamp).toBe(0);
  });

  it("takes every key, the two marks among them", () => {
    for (const [name, variant] of variants) {
      const table = createTable({ ...variant, capacity: 9 });
      const keys = [0n, emptyMark, deletedMark, 0xffff_ffff_ffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n];
      keys.forEach((key, i) => {
        table.insert(key, bytesOf(variant, i));
      });
      expect(keys.map((key) => valueIn(table, key), name)).toEqual([0, 1, 2, 3, 4, 5]);
      expect([...table.entries()].map(({ key }) => key).sort(), name).toEqual([...keys].sort());
    }
  });

  it("of widths that are no power of two gives back each byte", () => {
    for (const bucket of ["plain", "timestamped"] as const) {
      for (let valueBytes = 1; valueBytes <= 8; valueBytes++) {
        const variant: Variant = { ...plain4, bucket, valueBytes };
        const table = createTable({ ...variant, capacity: 2 });
        const value = Uint8Array.from({ length: valueBytes }, (_, i) => 0xf1 + i);
        table.insert(0n, value);
        table.insert(1n, new Uint8Array(valueBytes).fill(0xff));
        expect(table.find(0n).value).toEqual(value);
        expect(table.find(1n).value).toEqual(new Uint8Array(valueBytes).fill(0xff));
      }
    }
  });

  it("gives and takes copies", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    const value = bytesOf(plain4, 1);
    table.insert(1n, value);
    value.fill(9);
    const found = table.find(1n).value as Uint8Array;
    found.fill(8);
    table.bytes().fill(7);
    for (const entry of table.entries()) entry.value.fill(6);
    expect(valueIn(table, 1n)).toBe(1);
    const bytes = table.bytes();
    const mounted = mountTable(bytes, plain4);
    bytes.fill(0);
    expect(valueIn(mounted, 1n)).toBe(1);
  });

  it("keeps its own variant, whatever becomes of the caller's", () => {
    const options = { ...plain4, valueBytes: 4, capacity: 9 };
    const table = createTable(options);
    options.valueBytes = 8;
    expect(table.variant).toEqual({ ...plain4, occupancyPct: 50 });
    expect(table.insert(1n, bytesOf(plain4, 1))).toBe(true);
    const mounted = { ...plain4, valueBytes: 4 };
    const again = mountTable(table.bytes(), mounted);
    mounted.valueBytes = 8;
    expect(again.find(1n).value).toEqual(bytesOf(plain4, 1));
  });

  it("is another one's neighbour and never sees it", () => {
    const tables = Array.from({ length: 20 }, () => createTable({ ...plain4, capacity: 10 }));
    tables.forEach((table, i) => {
      table.insert(1n, bytesOf(plain4, i));
    });
    expect(tables.map((table) => valueIn(table, 1n))).toEqual(tables.map((_, i) => i));
  });
});

describe("finding many", () => {
  it("gives a status and a value a key, zeros where there is none", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    table.insert(1n, bytesOf(plain4, 0x01020304));
    table.insert(2n, bytesOf(plain4, 5));
    table.delete(2n);
    const { status, values } = table.findMany(BigUint64Array.of(2n, 1n, 9n, 1n));
    expect([...status]).toEqual([2, 0, 1, 0]);
    expect(hexOf(values)).toBe("00000000040302010000000004030201");
  });

  it("of no keys gives nothing", () => {
    const { status, values } = createTable({ ...plain4, capacity: 9 }).findMany(new BigUint64Array(0));
    expect([status.length, values.length]).toEqual([0, 0]);
  });

  it("agrees with finding one, over more keys than a batch, and keeps no memory", () => {
    const variant: Variant = { ...plain4, valueBytes: 3 };
    const table = createTable({ ...variant, capacity: 6000 });
    const rng = rngOf(5);
    const keys = BigUint64Array.from({ length: 10_000 }, () => rng.u64());
    keys.subarray(0, 6000).forEach((key, i) => {
      table.insert(key, Uint8Array.of(i, i >> 8, 1));
      if (i % 7 === 0) table.delete(key);
    });
    for (let turn = 0; turn < 50; turn++) {
      const { status, values } = table.findMany(keys);
      if (turn > 0) continue;
      keys.forEach((key, i) => {
        const found = table.find(key);
        expect(status[i]).toBe({ ok: 0, absent: 1, deleted: 2 }[found.status]);
        const value = found.status === "ok" ? found.value : new Uint8Array(3);
        expect(values.subarray(i * 3, i * 3 + 3)).toEqual(value);
      });
    }
  });

  it("leaves the caller's keys alone, also in the middle of a larger array", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    table.insert(7n, bytesOf(plain4, 1));
    const keys = BigUint64Array.of(1n, 7n, 1n);
    expect([...table.findMany(keys.subarray(1, 2)).status]).toEqual([0]);
    expect([...keys]).toEqual([1n, 7n, 1n]);
  });
});

describe("a bound of probes", () => {
  it("does not hold for a table whose keys its caller put", () => {
    const table = crowdOf(5000);
    expect(valueIn(table, 4999n * BigInt(table.bucketCount))).toBe(4999);
    expect(table.find(6000n * BigInt(table.bucketCount)).status).toBe("absent");
  });

  it("is LIMIT in a mounted one, never absent", () => {
    const table = crowdOf(5000);
    const mounted = mountTable(table.bytes(), offset4);
    const missing = 6000n * BigInt(table.bucketCount);
    expect(codeOf(() => mounted.find(missing))).toBe("LIMIT");
    expect(codeOf(() => mounted.findMany(BigUint64Array.of(0n, missing)))).toBe("LIMIT");
    expect(codeOf(() => mounted.insert(missing, bytesOf(offset4, 1)))).toBe("LIMIT");
    expect(codeOf(() => mounted.delete(missing))).toBe("LIMIT");
    expect(valueIn(mounted, 0n)).toBe(0);
    expect(mounted.size).toBe(5000);
  });

  it("is no matter for a mounted run of keys that all lie at home", () => {
    const table = createTable({ ...offset4, capacity: 10_000 });
    for (let key = 0n; key < 10_000n; key++) table.insert(key, bytesOf(offset4, 1));
    const mounted = mountTable(table.bytes(), offset4);
    expect(mounted.find(BigInt(table.bucketCount) + 5n).status).toBe("absent");
  });
});

describe("shrinking", () => {
  it.each(variants)("%s buckets keeps every state and gives the smaller file", (_, variant) => {
    const table = createTable({ ...variant, capacity: 10 });
    table.insert(1n, bytesOf(variant, 1), 100);
    table.insert(21n, bytesOf(variant, 2), 101);
    table.delete(41n, 102);
    table.insert(emptyMark, bytesOf(variant, 4), 103);
    const before = [1n, 21n, 41n, emptyMark, 7n].map((key) => table.find(key));
    expect(table.shrink()).toBe(true);
    expect(table).toMatchObject({ size: 4, bucketCount: 8, capacity: 4, deletedCount: 1, isFull: true });
    expect([1n, 21n, 41n, emptyMark, 7n].map((key) => table.find(key))).toEqual(before);
    expect(decodeTable(table.bytes(), variant).used).toHaveLength(4);
  });

  it("to another percent, to the last bucket, and never to more buckets", () => {
    const table = createTable({ ...plain4, capacity: 100 });
    for (let key = 0n; key < 10n; key++) table.insert(key * 977n, bytesOf(plain4, Number(key)));
    table.shrink(1);
    expect(table.bucketCount).toBe(200);
    table.shrink(80);
    expect(table.bucketCount).toBe(13);
    table.shrink(100);
    expect(table.bucketCount).toBe(10);
    table.shrink(50);
    expect(table.bucketCount).toBe(10);
    for (let key = 0n; key < 10n; key++) expect(valueIn(table, key * 977n)).toBe(Number(key));
    expect(table.insert(5n, bytesOf(plain4, 1))).toBe(false);
  });

  it("an empty table leaves room for one key", () => {
    const table = createTable({ ...offset4, capacity: 100 });
    table.shrink();
    expect(table.bytes().length).toBe(16 + 2 * 12);
    expect(mountTable(table.bytes(), offset4).shrink()).toBe(true);
  });

  it("refuses what is no percent", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    for (const pct of [-1, 101, 0.5, Number.NaN]) expect(codeOf(() => table.shrink(pct))).toBe("INVALID_OPTION");
  });

  it("a file with more keys than it owns up to is CORRUPTION, and changes nothing", () => {
    const table = createTable({ ...offset4, capacity: 8 });
    for (let key = 0n; key < 16n; key++) table.insert(key, bytesOf(offset4, 1));
    const bytes = table.bytes();
    bytes[8] = 1;
    const hostile = mountTable(bytes, offset4);
    expect(codeOf(() => hostile.shrink(100))).toBe("CORRUPTION");
    expect(hostile.bytes()).toEqual(bytes);
    expect(valueIn(hostile, 15n)).toBe(1);
  });

  it("has nothing to do with stretching, which a dense table need not", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    const before = table.bytes();
    expect(table.stretch()).toBe(true);
    expect(table.bytes()).toEqual(before);
  });
});

describe("shortening offsets", () => {
  it("makes this table the short one", () => {
    const table = createTable({ ...offset8, capacity: 3 });
    table.insert(1n, bytesOf(offset8, 0xffff_fffd));
    table.delete(2n);
    const short = table.shortenOffsets();
    expect(short.length).toBe(16 + 6 * 12);
    expect(table.variant).toEqual({ ...offset8, valueBytes: 4, occupancyPct: 50 });
    expect(table.bytes()).toEqual(short);
    expect([1n, 2n, 3n].map((key) => valueIn(table, key))).toEqual([0xffff_fffd, "deleted", "absent"]);
    expect(codeOf(() => table.insert(3n, new Uint8Array(8)))).toBe("INVALID_VALUE");
    expect(table.insert(3n, bytesOf(offset4, 3))).toBe(true);
    expect(valueIn(mountTable(short, offset4), 1n)).toBe(0xffff_fffd);
    expect(codeOf(() => table.shortenOffsets())).toBe("NOT_SUPPORTED");
  });

  it("keeps seconds", () => {
    const long: Variant = { ...timestamped4, valueBytes: 8 };
    const table = createTable({ ...long, capacity: 3 });
    table.insert(1n, bytesOf(long, 5), 77);
    table.delete(2n, 78);
    table.shortenOffsets();
    expect(table.find(1n)).toMatchObject({ status: "ok", value: bytesOf(timestamped4, 5), timestamp: 77 });
    expect(table.find(2n)).toMatchObject({ status: "deleted", timestamp: 78 });
  });

  it("refuses offsets that do not fit, and changes nothing", () => {
    const table = createTable({ ...offset8, capacity: 3 });
    table.insert(1n, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0));
    const before = table.bytes();
    expect(codeOf(() => table.shortenOffsets())).toBe("INVALID_VALUE");
    expect(table.bytes()).toEqual(before);
    expect(table.variant.valueBytes).toBe(8);
  });

  it("refuses a table without 8-byte offsets", () => {
    for (const variant of [plain4, { ...plain4, valueBytes: 8 }, timestamped4, offset4]) {
      expect(codeOf(() => createTable({ ...variant, capacity: 3 }).shortenOffsets())).toBe("NOT_SUPPORTED");
    }
  });
});

describe("entries", () => {
  const list = (entries: Iterable<TableEntry>): string[] =>
    [...entries].map(
      ({ key, deleted, value, timestamp }) => `${key}${deleted ? " gone" : ""} ${hexOf(value)} ${timestamp}`,
    );

  it("come as the buckets lie, by key, or deleted first and then by value", () => {
    const table = createTable({ ...timestamped4, capacity: 5 });
    table.insert(13n, bytesOf(timestamped4, 0x0100), 1);
    table.insert(3n, bytesOf(timestamped4, 0xff), 2);
    table.insert(0xffff_ffff_ffff_ffffn, bytesOf(timestamped4, 0xff), 3);
    table.delete(9n, 4);
    table.delete(1n, 5);
    expect(list(table.entries())).toEqual([
      "1 gone 00000000 5",
      "13 00010000 1",
      "3 ff000000 2",
      "18446744073709551615 ff000000 3",
      "9 gone 00000000 4",
    ]);
    expect(list(table.entries("table"))).toEqual(list(table.entries()));
    expect(list(table.entries("key"))).toEqual([
      "1 gone 00000000 5",
      "3 ff000000 2",
      "9 gone 00000000 4",
      "13 00010000 1",
      "18446744073709551615 ff000000 3",
    ]);
    expect(list(table.entries("value"))).toEqual([
      "1 gone 00000000 5",
      "9 gone 00000000 4",
      "3 ff000000 2",
      "18446744073709551615 ff000000 3",
      "13 00010000 1",
    ]);
  });

  it("of an empty table are none, and may be left early", () => {
    const table = createTable({ ...plain4, capacity: 9 });
    expect([...table.entries()]).toEqual([]);
    for (let key = 0n; key < 9n; key++) table.insert(key, bytesOf(plain4, 1));
    for (const { key } of table.entries("key")) {
      if (key === 3n) break;
    }
    expect([...table.entries()]).toHaveLength(9);
  });

  it("have the slots last", () => {
    const table = createTable({ ...plain4, capacity: 3 });
    table.insert(deletedMark, bytesOf(plain4, 2));
    table.insert(5n, bytesOf(plain4, 1));
    table.delete(emptyMark);
    expect([...table.entries()].map(({ key }) => key)).toEqual([5n, emptyMark, deletedMark]);
  });
});

describe("a mounted file", () => {
  const table = createTable({ ...plain4, capacity: 5 });
  table.insert(1n, bytesOf(plain4, 11));
  table.delete(2n);
  table.insert(emptyMark, bytesOf(plain4, 33));
  const file = table.bytes();

  it("answers as the table that gave it, and counts deletions from 0 on", () => {
    const mounted = mountTable(file, plain4);
    expect(mounted).toMatchObject({ size: 3, bucketCount: 10, capacity: 3, deletedCount: 0, isFull: true });
    expect([1n, 2n, 3n, emptyMark].map((key) => valueIn(mounted, key))).toEqual([11, "deleted", "absent", 33]);
    mounted.insert(2n, bytesOf(plain4, 22));
    expect(mounted.deletedCount).toBe(0);
    mounted.delete(1n);
    expect(mounted.deletedCount).toBe(1);
    expect(decodeTable(mounted.bytes(), plain4).used).toHaveLength(3);
  });

  it("may be longer than its header says; what is behind is not the table's", () => {
    const longer = new Uint8Array(file.length + 100).fill(0xff);
    longer.set(file);
    expect(mountTable(longer, plain4).bytes()).toEqual(file);
  });

  it("may lie in the middle of a larger buffer", () => {
    const larger = new Uint8Array(file.length + 9).fill(0xff);
    larger.set(file, 3);
    expect(valueIn(mountTable(larger.subarray(3, 3 + file.length), plain4), 1n)).toBe(11);
  });

  it("cut anywhere is CORRUPTION", () => {
    for (let length = 0; length < file.length; length++) {
      expect(
        codeOf(() => mountTable(file.subarray(0, length), plain4)),
        String(length),
      ).toBe("CORRUPTION");
    }
  });

  it.each<[string, number, bigint]>([
    ["no buckets", 0, 0n],
    ["one bucket too many", 0, 11n],
    ["so many buckets that their bytes wrap", 0, 2n ** 60n],
    ["all buckets there are", 0, 2n ** 64n - 1n],
    ["more keys than buckets and slots", 8, 13n],
    ["all keys there are", 8, 2n ** 64n - 1n],
  ])("whose header says %s is CORRUPTION", (_, at, count) => {
    const bytes = file.slice();
    new DataView(bytes.buffer).setBigUint64(at, count, true);
    expect(codeOf(() => mountTable(bytes, plain4))).toBe("CORRUPTION");
  });

  it("of another kind's bucket size is CORRUPTION, or a table of nothing known", () => {
    expect(codeOf(() => mountTable(createTable({ ...offset4, capacity: 5 }).bytes(), plain4))).toBe("CORRUPTION");
  });

  it("with any byte changed answers or fails typed, whatever is asked of it", () => {
    for (const [, variant] of variants) {
      const table = createTable({ ...variant, capacity: 4 });
      for (const key of [1n, 9n, 17n, emptyMark]) table.insert(key, bytesOf(variant, 5), 6);
      table.delete(9n, 7);
      const bytes = table.bytes();
      const codes = new Set<string>();
      for (let at = 0; at < bytes.length; at++) {
        for (const change of [1, 0x10, 0x80, 0xff]) {
          const hostile = bytes.slice();
          hostile[at] = (bytes[at] as number) ^ change;
          codes.add(
            codeOf(() => {
              const mounted = mountTable(hostile, variant);
              for (const key of [1n, 9n, 17n, emptyMark, 5n]) mounted.find(key);
              mounted.findMany(BigUint64Array.of(1n, 5n));
              for (const order of ["table", "key", "value"] as const)
                expect([...mounted.entries(order)].length).toBeLessThan(11);
              mounted.insert(33n, bytesOf(variant, 1));
              mounted.delete(34n);
              mounted.shrink(100);
              if (variant.valueBytes === 8) mounted.shortenOffsets();
              mounted.bytes();
            }),
          );
        }
      }
      for (const code of codes) expect(["none", "CORRUPTION", "INVALID_VALUE"]).toContain(code);
      expect(codes).toContain("CORRUPTION");
      expect(codes).toContain("none");
    }
  });
});

describe("unusable arguments", () => {
  it.each<[string, object]>([
    ["kind", { kind: "chain" }],
    ["keyBytes", { keyBytes: 2 }],
    ["bucket", { bucket: "special" }],
    ["valueBytes", { valueBytes: 0 }],
    ["valueBytes", { valueBytes: 9 }],
    ["valueBytes", { valueBytes: 1.5 }],
    ["valueBytes", { bucket: "offset", valueBytes: 6 }],
    ["occupancyPct", { occupancyPct: 0 }],
    ["occupancyPct", { occupancyPct: 101 }],
    ["occupancyPct", { occupancyPct: 50.5 }],
    ["capacity", { capacity: -1 }],
    ["capacity", { capacity: 1.5 }],
    ["capacity", { capacity: Number.POSITIVE_INFINITY }],
    ["capacity", {}],
  ])("%s of %o is INVALID_OPTION, and said so", (name, change) => {
    const capacity = name === "capacity" ? {} : { capacity: 9 };
    const make = (): Table => createTable({ ...plain4, ...capacity, ...change } as Parameters<typeof createTable>[0]);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(make).toThrow(`option ${name}`);
    if (name === "capacity") return;
    expect(codeOf(() => mountTable(new Uint8Array(64), { ...plain4, ...change } as Variant))).toBe("INVALID_OPTION");
  });

  it("capacities that no memory holds are MEMORY_LIMIT", () => {
    for (const capacity of [200_000_000, 2 ** 33, Number.MAX_SAFE_INTEGER]) {
      expect(codeOf(() => createTable({ ...plain4, occupancyPct: 1, capacity }))).toBe("MEMORY_LIMIT");
    }
  });

  const table = createTable({ ...timestamped4, capacity: 9 });

  it.each([-1n, 2n ** 64n, 1, "1", undefined, null])("key %s is INVALID_KEY in every call", (key) => {
    expect(codeOf(() => table.insert(key as bigint, bytesOf(timestamped4, 1)))).toBe("INVALID_KEY");
    expect(codeOf(() => table.delete(key as bigint))).toBe("INVALID_KEY");
    expect(codeOf(() => table.find(key as bigint))).toBe("INVALID_KEY");
    expect(table.size).toBe(0);
  });

  it.each([0, 3, 5, 8])("a value of %d bytes is INVALID_VALUE where 4 are wanted", (length) => {
    const insert = (): boolean => table.insert(1n, new Uint8Array(length));
    expect(insert).toThrow(expect.objectContaining({ code: "INVALID_VALUE", expected: 4, got: length }));
    expect(table.size).toBe(0);
  });

  it.each([-1, 0x7fff_ffff, 2 ** 31, 1.5, Number.NaN])("timestamp %s is INVALID_OPTION", (timestamp) => {
    expect(codeOf(() => table.insert(1n, bytesOf(timestamped4, 1), timestamp))).toBe("INVALID_OPTION");
    expect(codeOf(() => table.delete(1n, timestamp))).toBe("INVALID_OPTION");
    expect(table.size).toBe(0);
  });

  it("offsets that are marks are INVALID_VALUE", () => {
    for (const variant of [offset4, offset8]) {
      const offsets = createTable({ ...variant, capacity: 9 });
      const value = new Uint8Array(variant.valueBytes).fill(0xff);
      expect(codeOf(() => offsets.insert(1n, value))).toBe("INVALID_VALUE");
      value[0] = 0xfe;
      expect(codeOf(() => offsets.insert(1n, value))).toBe("INVALID_VALUE");
      expect(offsets.size).toBe(0);
      value[0] = 0xfd;
      expect(offsets.insert(1n, value)).toBe(true);
      expect(offsets.find(1n).value).toEqual(value);
    }
  });
});
