/** The rules by which Indexlib chooses a table, one by one; its KVTypeIdTest and FixedLenKVMergerTest are among them. */

import { describe, expect, it } from "vitest";
import type { RowType } from "../../../bindings/schema/fields.js";
import {
  compressedValues,
  type HashDictPreference,
  needsCompactBucket,
  selectVariant,
  type TableConfig,
  type ValuePreference,
} from "../../../bindings/schema/table-variant.js";

const perf: HashDictPreference = {
  type: "dense",
  occupancyPct: 50,
  enableCompactHashKey: true,
  enableShortenOffset: true,
  shortOffsetValueBytesMax: 0xffff_fffe,
};
const plainValue: ValuePreference = { fixLenAutoInline: false, fileCompressor: undefined };
const inlined: ValuePreference = { fixLenAutoInline: true, fileCompressor: undefined };

function config(fields: object, more: Partial<TableConfig> = {}): TableConfig {
  return {
    keyType: undefined,
    useNumberHash: true,
    row: { fields } as RowType,
    hasTtl: false,
    hashDict: perf,
    value: plainValue,
    ...more,
  };
}

const longOffsets = { isShortOffset: false, usesCompactBucket: false };
const shortOffsets = { isShortOffset: true, usesCompactBucket: false };
const compact = { isShortOffset: false, usesCompactBucket: true };

describe("the kind of a table", () => {
  it.each([
    ["dense", "dense", 0],
    ["DENSE", "dense", 1],
    ["cuckoo", "cuckoo", 0],
    ["CUCKOO", "dense", 1],
    ["unknown", "dense", 1],
    ["separate_chain", "dense", 1],
    ["", "dense", 1],
  ])("that is called %j is %s", (type, kind, warningCount) => {
    const variant = selectVariant(config({ a: "i64" }, { hashDict: { ...perf, type } }));
    expect(variant.kind).toBe(kind);
    expect(variant.warnings).toHaveLength(warningCount);
    if (warningCount > 0) expect(variant.warnings[0]).toContain(JSON.stringify(type));
  });

  it.each([
    ["dense", 50, 50],
    ["dense", 80, 80],
    ["dense", 81, 80],
    ["dense", 100, 80],
    ["cuckoo", 80, 80],
    ["cuckoo", 97, 97],
    ["cuckoo", 100, 97],
    ["CUCKOO", 97, 80],
  ])("of %s at %i percent is filled to %i", (type, asked, occupancyPct) => {
    expect(selectVariant(config({ a: "i64" }, { hashDict: { ...perf, type, occupancyPct: asked } }))).toMatchObject({
      occupancyPct,
    });
  });
});

describe("a value without fix_len_auto_inline", () => {
  it.each([
    ["i64", 8],
    ["u64", 8],
    ["f64", 8],
    ["i32", 4],
    ["f32", 4],
    ["i16", 2],
    ["u16", 2],
    ["i8", 1],
    ["u8", 1],
    ["f16", 2],
    ["q8#127", 1],
  ])("of one field %s lies in %i bytes of a plain bucket", (word, valueBytes) => {
    expect(selectVariant(config({ a: word }))).toEqual({
      kind: "dense",
      keyBytes: 8,
      bucket: "plain",
      valueBytes,
      inline: true,
      fixedBytes: undefined,
      shortOffset: false,
      occupancyPct: 50,
      hasTtl: false,
      hash: "murmur",
      fileCompressor: undefined,
      warnings: [],
    });
  });

  it.each<[what: string, fields: object, fixedBytes: number | undefined]>([
    ["two numbers", { a: "i32", b: "i32" }, 8],
    ["a fixed array", { a: "f32[3]" }, 12],
    ["a fixed array that would fit a bucket", { a: "f32[1]" }, 4],
    ["a text of fixed length", { a: "char[3]" }, 3],
    ["a text", { a: "string" }, undefined],
    ["a list", { a: "i32[]" }, undefined],
    ["a number and a text", { a: "i32", b: "string" }, undefined],
  ])("of %s lies in the value file", (_what, fields, fixedBytes) => {
    expect(selectVariant(config(fields))).toMatchObject({
      bucket: "offset",
      valueBytes: 4,
      inline: false,
      fixedBytes,
      shortOffset: true,
    });
  });

  it("of one number lies in the value file, with a prefix, once the schema was changed", () => {
    const variant = selectVariant(config({ a: "i32" }, { hasSimpleValue: false }));
    expect(variant).toMatchObject({ inline: false, fixedBytes: undefined, bucket: "offset" });
    expect(selectVariant(config({ a: "i32", b: "i8" }, { hasSimpleValue: false, value: inlined })).inline).toBe(false);
  });

  it("never lies in a compact bucket, whatever the segment says", () => {
    expect(selectVariant(config({ a: "i8" }), compact).bucket).toBe("plain");
  });
});

describe("a value with fix_len_auto_inline", () => {
  it.each<[fields: object, valueBytes: number]>([
    [{ a: "i8" }, 1],
    [{ a: "f16" }, 2],
    [{ a: "u8", b: "i16" }, 3],
    [{ a: "f32[1]" }, 4],
    [{ a: "char[5]" }, 5],
    [{ a: "f16[3]" }, 6],
    [{ a: "i32", b: "u16", c: "q8#1" }, 7],
    [{ a: "i32", b: "i32" }, 8],
    [{ a: "i64" }, 8],
  ])("of %j lies in %i bytes of the bucket", (fields, valueBytes) => {
    expect(selectVariant(config(fields, { value: inlined }))).toMatchObject({
      inline: true,
      valueBytes,
      bucket: "plain",
    });
  });

  it.each<[fields: object, fixedBytes: number | undefined]>([
    [{ a: "i64", b: "i8" }, 9],
    [{ a: "f32[3]" }, 12],
    [{ a: "string" }, undefined],
    [{ a: "i8", b: "i8[]" }, undefined],
  ])("of %j lies in the value file", (fields, fixedBytes) => {
    expect(selectVariant(config(fields, { value: inlined }))).toMatchObject({
      inline: false,
      fixedBytes,
      bucket: "offset",
    });
  });

  it("lies in a compact bucket when the segment says so, but for timestamps", () => {
    const fields = { a: "u8", b: "i16" };
    expect(selectVariant(config(fields, { value: inlined }), compact).bucket).toBe("compact");
    expect(selectVariant(config(fields, { value: inlined }), longOffsets).bucket).toBe("plain");
    expect(selectVariant(config(fields, { value: inlined, hasTtl: true }), compact).bucket).toBe("timestamped");
    expect(selectVariant(config({ a: "string" }, { value: inlined }), compact).bucket).toBe("offset");
  });
});

describe("a TTL", () => {
  it("puts timestamps into the buckets, beside values and beside offsets", () => {
    expect(selectVariant(config({ a: "i32" }, { hasTtl: true }))).toMatchObject({
      bucket: "timestamped",
      valueBytes: 4,
    });
    expect(selectVariant(config({ a: "string" }, { hasTtl: true }), longOffsets)).toMatchObject({
      bucket: "timestamped",
      valueBytes: 8,
      hasTtl: true,
    });
  });
});

describe("an offset", () => {
  const long = { hashDict: { ...perf, enableShortenOffset: false } };

  it("is as short as the segment says", () => {
    expect(selectVariant(config({ a: "string" }), shortOffsets)).toMatchObject({ valueBytes: 4, shortOffset: true });
    expect(selectVariant(config({ a: "string" }), longOffsets)).toMatchObject({ valueBytes: 8, shortOffset: false });
    expect(selectVariant(config({ a: "string" }, long), shortOffsets)).toMatchObject({
      valueBytes: 4,
      shortOffset: true,
    });
  });

  it("is in a new segment as short as may be", () => {
    expect(selectVariant(config({ a: "string" })).valueBytes).toBe(4);
    expect(selectVariant(config({ a: "string" }, long)).valueBytes).toBe(8);
  });

  it("is none beside a value in the bucket", () => {
    expect(selectVariant(config({ a: "i64" }))).toMatchObject({ shortOffset: false, valueBytes: 8 });
    expect(selectVariant(config({ a: "i16" }), longOffsets).valueBytes).toBe(2);
  });
});

describe("a key", () => {
  it.each([
    ["i8", "int64", 4],
    ["i16", "int64", 4],
    ["i32", "int64", 4],
    ["i64", "int64", 8],
    ["u8", "uint64", 4],
    ["u16", "uint64", 4],
    ["u32", "uint64", 4],
    ["u64", "uint64", 8],
    [undefined, "murmur", 8],
  ] as const)("of type %s is hashed by %s and takes %i bytes", (keyType, hash, keyBytes) => {
    expect(selectVariant(config({ a: "i64" }, { keyType }))).toMatchObject({ hash, keyBytes });
  });

  it("of a narrow integer takes 8 bytes when compact keys are off or it is hashed as text", () => {
    const off = { ...perf, enableCompactHashKey: false };
    expect(selectVariant(config({ a: "i64" }, { keyType: "i32", hashDict: off }))).toMatchObject({
      hash: "int64",
      keyBytes: 8,
    });
    expect(selectVariant(config({ a: "i64" }, { keyType: "i32", useNumberHash: false }))).toMatchObject({
      hash: "murmur",
      keyBytes: 8,
    });
  });
});

describe("a compressor of the value file", () => {
  it("is told, and is an error of its own when a file really is compressed", () => {
    const value = { ...plainValue, fileCompressor: "zstd" };
    expect(selectVariant(config({ a: "string" }, { value })).fileCompressor).toBe("zstd");
    expect(compressedValues("segment_1_level_0/index/kv/value", "zstd")).toMatchObject({
      code: "FORMAT_UNSUPPORTED",
      file: "segment_1_level_0/index/kv/value",
      got: "zstd",
      message: expect.stringContaining("Merge the segment"),
    });
  });
});

describe("a merge", () => {
  const small = config({ a: "u8", b: "i16" }, { value: inlined });
  const clean = { dropsDeleted: false, deletedKeyCounts: [0, 0] };

  it("makes compact buckets of small values without tombstones", () => {
    expect(needsCompactBucket(small, clean)).toBe(true);
    expect(needsCompactBucket(small, { dropsDeleted: true, deletedKeyCounts: [5] })).toBe(true);
  });

  it.each<
    [why: string, table: TableConfig, facts: { dropsDeleted: boolean; deletedKeyCounts: (number | undefined)[] }]
  >([
    ["tombstones stay", small, { dropsDeleted: false, deletedKeyCounts: [0, 1] }],
    ["nobody counted the tombstones", small, { dropsDeleted: false, deletedKeyCounts: [0, undefined] }],
    ["records expire", { ...small, hasTtl: true }, clean],
    ["values are not put inline", { ...small, value: plainValue }, clean],
    ["one number is not put inline", config({ a: "i8" }), clean],
    ["values are in a file", config({ a: "string" }, { value: inlined }), clean],
    ["values are too long", config({ a: "i64", b: "i8" }, { value: inlined }), clean],
    ["values are as wide as keys", config({ a: "i64" }, { value: inlined }), clean],
    ["values are as wide as compact keys", config({ a: "i32" }, { value: inlined, keyType: "i32" }), clean],
  ])("makes no compact buckets when %s", (_why, table, facts) => {
    expect(needsCompactBucket(table, facts)).toBe(false);
  });
});
