import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { checkCompatible, parseHavenaskConfig } from "../../../bindings/schema/havenask-config.js";
import { selectVariant } from "../../../bindings/schema/table-variant.js";

const field = (name: string, type: string, more: object = {}): object => ({
  field_name: name,
  field_type: type,
  ...more,
});

const fields = [
  field("id", "INT64"),
  field("price", "float"),
  field("name", "STRING"),
  field("tags", "string", { multi_value: true }),
  field("vec", "FLOAT", { multi_value: true, fixed_multi_value_count: 8, compress_type: "fp16" }),
  field("small", "FLOAT", { compress_type: "uniq | int8#127 |equal" }),
  field("code", "STRING", { fixed_multi_value_count: 4 }),
];

/** A table of version 2 with one KV index. */
function table(index: object = {}, more: object = {}): object {
  const kv = [{ index_name: "kv1", key_field: "id", value_fields: ["price", "name"], ...index }];
  return { table_name: "t", table_type: "kv", fields, indexes: { kv }, ...more };
}

const older = {
  table_name: "t",
  table_type: "kv",
  fields,
  indexs: [{ index_name: "id", index_fields: "id", index_type: "PRIMARY_KEY", use_number_hash: true }],
  attributes: ["price", "tags"],
};

/** Puts `value` in the place of the `at`-th member of a document, members counted through its whole tree. */
function replaceAt(document: object, at: number, value: unknown): void {
  const places: [holder: object, name: string][] = [];
  const visit = (holder: object): void => {
    for (const [name, member] of Object.entries(holder)) {
      places.push([holder, name]);
      if (typeof member === "object" && member !== null) visit(member);
    }
  };
  visit(document);
  const [holder, name] = places[at % places.length] as [object, string];
  Object.assign(holder, { [name]: value });
}

describe("a configuration of Havenask", () => {
  it("of a table of version 2 is read, with Indexlib's defaults", () => {
    expect(parseHavenaskConfig(JSON.stringify(table(), null, 4))).toEqual({
      indexName: "kv1",
      keyField: "id",
      keyType: "i64",
      useNumberHash: true,
      row: { fields: { price: "f32", name: "string" }, format: "normal" },
      hasSimpleValue: true,
      hasTtl: false,
      defaultTtl: undefined,
      ttlField: undefined,
      storeExpireTime: false,
      useSwapMmapFile: false,
      maxSwapMmapFileSize: -1,
      preference: "PERF",
      hashDict: {
        type: "dense",
        occupancyPct: 50,
        enableCompactHashKey: true,
        enableShortenOffset: true,
        shortOffsetValueBytesMax: 4_294_967_294,
      },
      value: {
        fixLenAutoInline: false,
        encode: false,
        fileCompressor: undefined,
        fileCompressorBufferBytes: 4_096,
      },
      packFormat: "normal",
    });
  });

  it("of an index alone is read with its fields beside it or in it", () => {
    const index = {
      index_name: "index1",
      key_field: "key",
      value_fields: ["weights"],
      index_preference: { parameters: { hash_dict: { type: "cuckoo" } } },
      use_number_hash: true,
      default_ttl: 1_024,
      store_expire_time: true,
      use_swap_mmap_file: true,
      max_swap_mmap_file_size: 1_024,
    };
    const beside = [field("key", "INT64"), field("weights", "FLOAT", { multi_value: true })];
    const read = parseHavenaskConfig(index, { fields: beside });
    expect(read).toMatchObject({
      indexName: "index1",
      keyField: "key",
      defaultTtl: 1_024,
      hasTtl: true,
      storeExpireTime: true,
      useSwapMmapFile: true,
      maxSwapMmapFileSize: 1_024,
      useNumberHash: true,
      row: { fields: { weights: "f32[]" }, format: "normal" },
      hashDict: { type: "cuckoo", occupancyPct: 50 },
    });
    expect(parseHavenaskConfig({ ...index, fields: beside })).toEqual(read);
  });

  it("of an older table has its attributes as value, and the table's TTL", () => {
    expect(parseHavenaskConfig(older)).toMatchObject({
      indexName: "id",
      keyField: "id",
      row: { fields: { price: "f32", tags: "string[]" } },
      hasTtl: false,
    });
    expect(parseHavenaskConfig({ ...older, attributes: [{ field_name: "name" }, "id"] }).row.fields).toEqual({
      name: "string",
      id: "i64",
    });
  });

  it.each<[ttl: object, defaultTtl: number | undefined]>([
    [{}, undefined],
    [{ default_ttl: -1 }, undefined],
    [{ default_ttl: 30 }, 30],
    [{ default_ttl: 0 }, 0],
    [{ enable_ttl: true }, 8_796_093_022_207],
    [{ enable_ttl: true, default_ttl: 30 }, 30],
    [{ enable_ttl: false, default_ttl: 30 }, undefined],
  ])("of an older table with %j expires after %s seconds", (ttl, defaultTtl) => {
    expect(parseHavenaskConfig({ ...older, ...ttl })).toMatchObject({ hasTtl: defaultTtl !== undefined, defaultTtl });
  });

  it("has the seconds of a document's field only where it says so", () => {
    const ttl = { ttl_from_doc: true, ttl_field_name: "price" };
    expect(parseHavenaskConfig({ ...older, ...ttl }).ttlField).toBe("price");
    expect(parseHavenaskConfig(table({}, { settings: ttl })).ttlField).toBe("price");
    expect(parseHavenaskConfig(table({}, { settings: { ttl_field_name: "price" } })).ttlField).toBeUndefined();
    expect(parseHavenaskConfig(table({ default_ttl: 5 }))).toMatchObject({ hasTtl: true, defaultTtl: 5 });
  });

  it("of several indexes is read by name", () => {
    const kv = ["a", "b"].map((name) => ({ index_name: name, key_field: "id", value_fields: ["name"] }));
    expect(parseHavenaskConfig({ fields, indexes: { kv } }, { index: "b" }).indexName).toBe("b");
    for (const index of [undefined, "c"]) {
      expect(() => parseHavenaskConfig({ fields, indexes: { kv } }, { ...(index ? { index } : {}) })).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          field: "$.indexes.kv",
          expected: "option index as one of a, b",
        }),
      );
    }
  });

  it("passes over members it does not know, as Indexlib does", () => {
    const odd = table({ pk_hash_type: "number_hash", __proto__x: 1 }, { user_defined_param: { a: [1] } });
    expect(parseHavenaskConfig(odd).indexName).toBe("kv1");
  });

  it("is of an altered schema when its id says so", () => {
    const config = parseHavenaskConfig(table({ value_fields: ["price"] }), { schemaId: 1 });
    expect(config.hasSimpleValue).toBe(false);
    expect(selectVariant(config).inline).toBe(false);
  });
});

describe("two configurations of one index", () => {
  const built = parseHavenaskConfig(table());

  it("may differ in value fields and preferences", () => {
    const wanted = parseHavenaskConfig(table({ value_fields: ["tags"], index_preference: { type: "STORE" } }));
    expect(() => checkCompatible(built, wanted)).not.toThrow();
  });

  it.each<[change: object, field: string]>([
    [{ index_name: "other" }, "indexName"],
    [{ key_field: "name" }, "keyField"],
    [{ default_ttl: 5 }, "defaultTtl"],
    [{ store_expire_time: true }, "storeExpireTime"],
    [{ use_number_hash: false }, "useNumberHash"],
    [{ use_swap_mmap_file: true }, "useSwapMmapFile"],
    [{ max_swap_mmap_file_size: 7 }, "maxSwapMmapFileSize"],
  ])("may not differ by %j", (change, changed) => {
    const wanted = parseHavenaskConfig(table(change));
    for (const [a, b] of [
      [built, wanted],
      [wanted, built],
    ] as const) {
      expect(() => checkCompatible(a, b)).toThrow(expect.objectContaining({ code: "SCHEMA_MISMATCH", field: changed }));
    }
  });
});

describe("a field of Havenask", () => {
  const wordOf = (type: string, more: object): string | undefined =>
    parseHavenaskConfig({
      index_name: "a",
      key_field: "key",
      value_fields: ["value"],
      fields: [field("key", "STRING"), field("value", type, more)],
    }).row.fields.value;

  it.each<[type: string, more: object, word: string]>([
    ["INT8", {}, "i8"],
    ["UINT8", {}, "u8"],
    ["INT16", {}, "i16"],
    ["UINT16", {}, "u16"],
    ["INTEGER", {}, "i32"],
    ["int32", {}, "i32"],
    ["UINT32", {}, "u32"],
    ["LONG", {}, "i64"],
    ["INT64", {}, "i64"],
    ["UINT64", {}, "u64"],
    ["FLOAT", {}, "f32"],
    ["DOUBLE", {}, "f64"],
    ["STRING", {}, "string"],
    ["TIME", {}, "u32"],
    ["DATE", {}, "u32"],
    ["TIMESTAMP", {}, "u64"],
    ["FP16", {}, "f16"],
    ["FLOAT", { compress_type: "fp16" }, "f16"],
    ["FLOAT", { compress_type: "int8#0.5" }, "q8#0.5"],
    ["FLOAT", { user_defined_param: { compress_type: "int8#127" } }, "q8#127"],
    ["FLOAT", { multi_value: true, compress_type: "fp16" }, "f16[]"],
    ["FLOAT", { multi_value: true, compress_type: "int8#1", fixed_multi_value_count: 3 }, "q8#1[3]"],
    ["INT64", { multi_value: true }, "i64[]"],
    ["INT64", { multi_value: true, fixed_multi_value_count: 2, compress_type: "uniq|equal" }, "i64[2]"],
    ["STRING", { multi_value: true }, "string[]"],
    ["STRING", { fixed_multi_value_count: 16 }, "char[16]"],
    ["STRING", { fixed_multi_value_count: -1, multi_value: false, enable_null: false }, "string"],
  ])("of type %s with %j is %s", (type, more, word) => {
    expect(wordOf(type, more)).toBe(word);
  });

  it.each<[type: string, more: object, name: string, expected: string]>([
    ["DECIMAL", {}, "field_type", "one of STRING, INT8"],
    ["FLOAT", { enable_null: true }, "enable_null", "cannot be null"],
    ["FLOAT", { fixed_multi_value_count: 2 }, "fixed_multi_value_count", "none without multi_value"],
    ["FLOAT", { multi_value: true, fixed_multi_value_count: 0 }, "fixed_multi_value_count", "1 or more"],
    ["STRING", { multi_value: true, fixed_multi_value_count: 2 }, "fixed_multi_value_count", "none for strings"],
    ["DATE", { multi_value: true }, "multi_value", "false for DATE"],
    ["FLOAT", { multi_value: "yes" }, "multi_value", "true or false"],
    ["FLOAT", { compress_type: "zip" }, "compress_type", "fp16, int8#max"],
    ["FLOAT", { compress_type: "int8#0" }, "compress_type", "fp16, int8#max"],
    ["FLOAT", { compress_type: "int8#1e99" }, "compress_type", "fp16, int8#max"],
    ["FLOAT", { compress_type: "fp16|int8#1" }, "compress_type", "one encoding"],
    ["INT32", { compress_type: "fp16" }, "compress_type", "with FLOAT only"],
    ["FLOAT", { compress_type: 1 }, "compress_type", "a string"],
  ])("of type %s with %j is refused, and where it is", (type, more, name, expected) => {
    expect(() => wordOf(type, more)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        field: `$.fields[1].${name}`,
        expected: expect.stringContaining(expected),
        message: expect.stringMatching(/Correct the configuration\.$/),
      }),
    );
  });

  it.each<[type: string, more: object, field: string]>([
    ["LOCATION", {}, "$.fields[1].field_type"],
    ["TEXT", {}, "$.fields[1].field_type"],
    ["FP8", {}, "$.fields[1].field_type"],
    [
      "FLOAT",
      { multi_value: true, fixed_multi_value_count: 4, compress_type: "block_fp" },
      "$.fields[1].compress_type",
    ],
  ])("of type %s with %j is not supported", (type, more, place) => {
    expect(() => wordOf(type, more)).toThrow(expect.objectContaining({ code: "FORMAT_UNSUPPORTED", field: place }));
  });

  it("that is no value may be of any type", () => {
    const all = { ...table(), fields: [...fields, field("body", "TEXT", { enable_null: true })] };
    expect(parseHavenaskConfig(all).row.fields).toEqual({ price: "f32", name: "string" });
  });
});

describe("an index_preference", () => {
  const preferenceOf = (index_preference: object) => parseHavenaskConfig(table({ index_preference }));

  it("of PERF is dense, half full and not compressed", () => {
    expect(preferenceOf({ type: "PERF" })).toEqual(preferenceOf({}));
  });

  it("of STORE is cuckoo, four fifths full and compressed", () => {
    const store = preferenceOf({ type: "STORE" });
    expect(store).toMatchObject({
      preference: "STORE",
      hashDict: { type: "cuckoo", occupancyPct: 80 },
      value: { fileCompressor: "zstd", fileCompressorBufferBytes: 4_096 },
    });
    expect(selectVariant(store)).toMatchObject({ kind: "cuckoo", occupancyPct: 80, fileCompressor: "zstd" });
  });

  it("changes its preset in what its parameters say", () => {
    const parameters = {
      hash_dict: {
        type: "dense",
        occupancy_pct: 90,
        enable_compact_hash_key: false,
        enable_shorten_offset: false,
        max_value_size_for_short_offset: 1_024,
        merge_use_precise_count: false,
      },
      value: {
        value_impact: true,
        file_compressor: "",
        file_compressor_buffer_size: 65_536,
        file_compressor_parameter: { level: "3" },
        fix_len_auto_inline: true,
      },
    };
    expect(preferenceOf({ type: "STORE", parameters })).toMatchObject({
      preference: "STORE",
      hashDict: {
        type: "dense",
        occupancyPct: 90,
        enableCompactHashKey: false,
        enableShortenOffset: false,
        shortOffsetValueBytesMax: 1_024,
      },
      value: { fixLenAutoInline: true, fileCompressor: undefined, fileCompressorBufferBytes: 65_536 },
      packFormat: "impact",
      row: { format: "impact" },
    });
    expect(preferenceOf({ parameters: { value: { plain_format: true } } }).row.format).toBe("plain");
    expect(preferenceOf({ parameters: { value: { encode: true } } }).value.encode).toBe(true);
  });

  it.each(["snappy", "lz4", "lz4hc", "zstd", "zlib", "zlib_default"])(
    "may compress values with %s",
    (file_compressor) => {
      expect(preferenceOf({ parameters: { value: { file_compressor } } }).value.fileCompressor).toBe(file_compressor);
    },
  );

  it.each<[preference: object, place: string]>([
    [{ type: "perf" }, "type"],
    [{ type: 1 }, "type"],
    [{ parameters: [] }, "parameters"],
    [{ parameters: { hash_dict: "dense" } }, "parameters.hash_dict"],
    [{ parameters: { hash_dict: { type: 1 } } }, "parameters.hash_dict.type"],
    [{ parameters: { hash_dict: { occupancy_pct: 0 } } }, "parameters.hash_dict.occupancy_pct"],
    [{ parameters: { hash_dict: { occupancy_pct: 101 } } }, "parameters.hash_dict.occupancy_pct"],
    [{ parameters: { hash_dict: { occupancy_pct: 50.5 } } }, "parameters.hash_dict.occupancy_pct"],
    [
      { parameters: { hash_dict: { max_value_size_for_short_offset: 4_294_967_295 } } },
      "parameters.hash_dict.max_value_size_for_short_offset",
    ],
    [{ parameters: { value: { value_impact: true, plain_format: true } } }, "parameters.value.plain_format"],
    [{ parameters: { value: { value_impact: true, encode: true } } }, "parameters.value.value_impact"],
    [{ parameters: { value: { file_compressor: "rar" } } }, "parameters.value.file_compressor"],
    [{ parameters: { value: { file_compressor_buffer_size: 5_000 } } }, "parameters.value.file_compressor_buffer_size"],
    [{ parameters: { value: { file_compressor_buffer_size: 0 } } }, "parameters.value.file_compressor_buffer_size"],
    [{ parameters: { value: { fix_len_auto_inline: "true" } } }, "parameters.value.fix_len_auto_inline"],
  ])("of %j is refused, and where it is", (preference, place) => {
    expect(() => preferenceOf(preference)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", field: `$.indexes.kv[0].index_preference.${place}` }),
    );
  });
});

describe("a configuration that is none", () => {
  it.each<[why: string, document: string | object, place: string]>([
    ["is a list", "[]", "$"],
    ["is null", "null", "$"],
    ["has no fields", { ...table(), fields: null }, "$.fields"],
    ["has a field without a name", { ...table(), fields: [{ field_type: "INT8" }] }, "$.fields[0].field_name"],
    ["has a field without a type", { ...table(), fields: [{ field_name: "a" }] }, "$.fields[0].field_type"],
    ["has a field twice", { ...table(), fields: [...fields, field("id", "INT8")] }, "$.fields[7].field_name"],
    ["has a field that is a name", { ...table(), fields: ["id"] }, "$.fields[0]"],
    ["has no index", { fields }, "$.indexes"],
    ["has no KV index", { fields, indexes: { kv: [] } }, "$.indexes.kv"],
    ["has no index of keys", { fields, indexs: [{ index_name: "a", index_type: "NUMBER" }] }, "$.indexs"],
    ["has no key", table({ key_field: null }), "$.indexes.kv[0].index_fields"],
    ["has an unknown key", table({ key_field: "no" }), "$.indexes.kv[0].key_field"],
    ["has a key of many", table({ key_field: "tags" }), "$.fields[3].multi_value"],
    ["has no value", table({ value_fields: null }), "$.indexes.kv[0].value_fields"],
    ["has an empty value", table({ value_fields: [] }), "$.indexes.kv[0].value_fields"],
    ["has an unknown value", table({ value_fields: ["name", "no"] }), "$.indexes.kv[0].value_fields[1]"],
    ["has a value twice", table({ value_fields: ["name", "name"] }), "$.indexes.kv[0].value_fields[1]"],
    ["has a value that is a number", table({ value_fields: [1] }), "$.indexes.kv[0].value_fields[0]"],
    ["has no name", table({ index_name: null }), "$.indexes.kv[0].index_name"],
    ["has an odd TTL", table({ default_ttl: -2 }), "$.indexes.kv[0].default_ttl"],
    ["has an unknown attribute", { ...older, attributes: ["no"] }, "$.attributes[0]"],
  ])("because it %s is refused, and where that is", (_why, document, place) => {
    expect(() => parseHavenaskConfig(document)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        field: place,
        expected: expect.any(String),
        message: expect.stringContaining(place),
      }),
    );
  });

  it("because it is no JSON is refused", () => {
    expect(() => parseHavenaskConfig("{")).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", expected: "JSON" }),
    );
  });

  it("because its members are not its own is refused", () => {
    expect(() => parseHavenaskConfig(Object.create(table()))).toThrow(expect.objectContaining({ field: "$.fields" }));
  });

  it("because it is of a kind we cannot read is not supported", () => {
    for (const [document, place] of [
      [table({}, { table_type: "kkv" }), "$.table_type"],
      [{ ...older, regions: [{}] }, "$.regions"],
    ] as const) {
      expect(() => parseHavenaskConfig(document)).toThrow(
        expect.objectContaining({ code: "FORMAT_UNSUPPORTED", field: place }),
      );
    }
  });

  it("because of anything in it fails as itself, and else chooses a table", () => {
    const whole = table(
      { default_ttl: 5, index_preference: { type: "STORE", parameters: { hash_dict: {}, value: { encode: false } } } },
      { settings: { ttl_from_doc: true, ttl_field_name: "price" } },
    );
    let chosenCount = 0;
    const outcome = (document: object): void => {
      try {
        const { valueBytes } = selectVariant(parseHavenaskConfig(document));
        expect(valueBytes).toBeGreaterThan(0);
        chosenCount++;
      } catch (error) {
        if (!isIndexError(error)) throw error;
        expect(["INVALID_OPTION", "FORMAT_UNSUPPORTED"]).toContain(error.code);
      }
    };
    const change = fc.tuple(fc.nat(200), fc.oneof(fc.jsonValue(), fc.constantFrom("kv", "FLOAT", "fp16", -1, 1e9)));
    fc.assert(
      fc.property(
        fc.constantFrom(whole, older),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (document, changes) => {
          const copy = structuredClone(document);
          for (const [at, value] of changes) replaceAt(copy, at, value);
          outcome(copy);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(chosenCount).toBeGreaterThan(100);
  });

  it("because it is endless is past a limit", () => {
    const long = JSON.stringify({ ...table(), comment: "x".repeat(4 * 1024 * 1024) });
    const many = { ...table(), fields: Array.from({ length: 10_001 }, (_, i) => field(`a${i}`, "INT8")) };
    for (const document of [long, many]) {
      expect(() => parseHavenaskConfig(document)).toThrow(expect.objectContaining({ code: "LIMIT" }));
    }
  });
});
