// Indexes by a configuration of Havenask: written as Indexlib writes them, and its own segments read where they lie.
import { describe, expect, it } from "vitest";
import {
  build,
  type HavenaskIndex,
  type HavenaskKey,
  type HavenaskOpenOptions,
  type HavenaskRow,
  memoryStorage,
  open,
} from "../../../bindings/node.js";
import { readStorage } from "../../fuzz/hostile.js";
import { failureOf } from "../../support/failure.js";
import {
  type ForeignSegment,
  hashOf,
  inDirectory,
  indexName,
  keyAt,
  makeSegment,
  optionsOf,
  type SegmentShape,
  schemaOf,
  segmentShapes,
  shapeName,
  valueLayouts,
} from "../../support/havenask.js";

const [number, , , fixed, prefixed] = valueLayouts as [
  SegmentShape["values"],
  unknown,
  unknown,
  SegmentShape["values"],
  SegmentShape["values"],
];
const plain: SegmentShape = { kind: "dense", keyType: "STRING", values: prefixed, hasTtl: false, isShort: true };

/** Every answer of an index, one by one, at once and by walking. */
async function check(db: HavenaskIndex, records: ReadonlyMap<HavenaskKey, HavenaskRow | undefined>): Promise<void> {
  for (const [key, row] of records) expect(db.getSync(key)).toEqual(row);
  const keys = [...records.keys()];
  expect(await db.getMany(keys)).toEqual([...records.values()]);
  expect(db.getSync(typeof keys[0] === "string" ? "sku:none" : 4_000_000_001n)).toBeUndefined();
  const walked = new Map<unknown, unknown>([...db.iterator()]);
  const live = [...records].filter(([, row]) => row !== undefined);
  expect(walked.size).toBe(live.length);
  if (typeof keys[0] === "string") expect(walked).toEqual(new Map(live.map(([key, row]) => [hashOf(key), row])));
}

describe("a segment of Havenask's", () => {
  it.each(segmentShapes().map((shape) => [shapeName(shape), shape] as const))(
    "opens read-only and answers: %s",
    async (_name, shape) => {
      const { files, records } = makeSegment(shape);
      const db = await open(readStorage(files), optionsOf(shape));
      await check(db, records);
      const first = keyAt(shape.keyType, 0);
      const { field_name: field } = shape.values.fields[0] as { field_name: string };
      expect(db.getSync(first, { select: [field] })).toEqual({ [field]: records.get(first)?.[field] });
      if (shape.keyType !== "STRING") {
        const texts = [...records.keys()].map(String);
        expect(await db.getMany(texts)).toEqual([...records.values()]);
        expect(db.getSync("no number")).toBeUndefined();
      }
      await db.close();
    },
  );

  it("opens by the index's configuration alone, with the fields beside it, and by one of several names", async () => {
    const { files, records } = makeSegment(plain);
    const schema = schemaOf(plain) as { fields: object[]; indexes: { kv: object[] } };
    const own = schema.indexes.kv[0] as object;
    const choices: Omit<HavenaskOpenOptions, "compat">[] = [
      { schema: own, fields: schema.fields },
      { schema: JSON.stringify(own), fields: schema.fields },
      { schema: { ...schema, indexes: { kv: [own, { ...own, index_name: "other" }] } }, name: indexName },
    ];
    for (const choice of choices) {
      const db = await open(readStorage(files), { compat: "havenask", readOnly: true, ...choice });
      await check(db, records);
      await db.close();
    }
  });

  it.each(["shard", "column"])("in shards opens as one: %s", async (word) => {
    for (const shape of [plain, { ...plain, keyType: "INT64" as const, values: number, isShort: false }]) {
      for (const count of [1, 4, 16]) {
        const files = new Map<string, Uint8Array>();
        const records: ForeignSegment["records"] = new Map();
        for (let shard = 0; shard < count; shard++) {
          const part = makeSegment(shape, (hash) => Number(hash & BigInt(count - 1)) === shard);
          for (const [path, bytes] of inDirectory(`${word}_${shard}`, part.files)) files.set(path, bytes);
          for (const [key, row] of part.records) records.set(key, row);
        }
        const db = await open(readStorage(files), optionsOf(shape));
        expect(db.stats().segmentCount).toBe(count);
        await check(db, records);
        await db.close();
      }
    }
  });

  it("that lacks a shard is refused, since its keys would be absent", async () => {
    const files = new Map<string, Uint8Array>();
    for (const shard of [0, 2, 3]) {
      for (const [path, bytes] of inDirectory(`shard_${shard}`, makeSegment(plain).files)) files.set(path, bytes);
    }
    const failure = await failureOf(open(readStorage(files), optionsOf(plain)));
    expect(failure).toMatchObject({ code: "CORRUPTION", got: "shard_0, shard_2, shard_3" });
  });

  it("holds what it says also where every key is deleted, and with metrics that say nothing", async () => {
    const { files } = makeSegment({ ...plain, hasTtl: true }, () => false);
    files.set("segment_metrics", new TextEncoder().encode("{"));
    const db = await open(readStorage(files), optionsOf({ ...plain, hasTtl: true }));
    expect(db.getSync("sku:1")).toBeUndefined();
    expect(db.stats()).toMatchObject({ version: 0, segmentCount: 1, recordCount: 0, unsavedCount: 0 });
    await db.close();
  });

  it("returns records of any age, though the schema has a TTL", async () => {
    const shape = { ...plain, hasTtl: true };
    const { files, records } = makeSegment(shape);
    const db = await open(readStorage(files), { ...optionsOf(shape), clock: () => 2_000_000_000 });
    await check(db, records);
    await db.close();
  });

  it("is not opened for writing, nor built over, and nothing is made in it", async () => {
    const { files } = makeSegment(plain);
    const storage = memoryStorage();
    for (const [path, bytes] of files) await storage.publish(path, bytes);
    const { readOnly: _, ...options } = optionsOf(plain);
    for (const more of [{}, { createIfMissing: false }, { readOnly: false }]) {
      const failure = await failureOf(open(storage, { ...options, ...more }));
      expect(failure).toMatchObject({ code: "READONLY" });
      expect(failure.message).toContain("readOnly: true");
    }
    expect(await failureOf(open(storage, { ...options, readOnly: true, errorIfExists: true }))).toMatchObject({
      code: "EXISTS",
    });
    expect(await failureOf(build(storage, [], options))).toMatchObject({ code: "EXISTS" });
    expect([...storage.files().keys()].sort()).toEqual([...files.keys()].sort());
    const db = await open(storage, { ...options, readOnly: true });
    await expect(db.put("sku:1", {})).rejects.toMatchObject({ code: "READONLY" });
    await db.close();
  });

  it("with compressed values is refused, and without the mark of it read, whatever the schema says", async () => {
    for (const values of [prefixed, fixed]) {
      const shape = { ...plain, values: { ...values, preference: { file_compressor: "zstd" } } };
      const { files, records } = makeSegment(shape);
      const db = await open(readStorage(files), optionsOf(shape));
      await check(db, records);
      await db.close();
      files.set(`index/${indexName}/value.__compress_info__`, new TextEncoder().encode("{}"));
      const failure = await failureOf(open(readStorage(files), optionsOf(shape)));
      expect(failure).toMatchObject({ code: "FORMAT_UNSUPPORTED", file: `index/${indexName}/value`, got: "zstd" });
    }
  });

  it("of several regions is refused", async () => {
    const { files } = makeSegment(plain);
    files.set(`index/${indexName}/region_info`, new TextEncoder().encode("{}"));
    const failure = await failureOf(open(readStorage(files), optionsOf(plain)));
    expect(failure).toMatchObject({ code: "FORMAT_UNSUPPORTED", file: `index/${indexName}/region_info` });
  });

  it.each(["key", "value", "format_option"])("without %s is refused", async (name) => {
    const { files } = makeSegment(plain);
    files.delete(`index/${indexName}/${name}`);
    const failure = await failureOf(open(readStorage(files), optionsOf(plain)));
    expect(failure).toMatchObject({ code: "NOT_FOUND", file: `index/${indexName}/${name}` });
  });

  it("under another index's name is refused, naming those that are there", async () => {
    const files = new Map([...makeSegment(plain).files].map(([path, bytes]) => [path.replace("kv1", "kv2"), bytes]));
    const failure = await failureOf(open(readStorage(files), optionsOf(plain)));
    expect(failure).toMatchObject({ code: "NOT_FOUND", got: "the indexes kv2" });
  });

  it("is to be named itself: a partition is refused, with Havenask's versions or without", async () => {
    const files = new Map([
      ...inDirectory("segment_0_level_0", makeSegment(plain).files),
      ...inDirectory("segment_3_level_1", makeSegment(plain).files),
    ]);
    const text = '{"versionid":4,"segments":[0,3]}';
    for (const version of [undefined, text]) {
      if (version !== undefined) files.set("version.4", new TextEncoder().encode(version));
      for (const readOnly of [true, false]) {
        const failure = await failureOf(open(readStorage(files), { ...optionsOf(plain), readOnly }));
        expect(failure).toMatchObject({ code: "INVALID_OPTION", got: "segment_0_level_0, segment_3_level_1" });
        expect(failure.message).toMatch(/Open .*\/segment_0_level_0\.$/);
      }
    }
  });

  it("is found only when asked for by its configuration", async () => {
    const { files } = makeSegment(plain);
    const failure = await failureOf(open(readStorage(files), { readOnly: true }));
    expect(failure).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(open(readStorage(new Map()), optionsOf(plain)))).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("an index by a configuration of Havenask", () => {
  /** Shapes that are written, which never have compact buckets, and offsets as the schema says. */
  const written = segmentShapes().filter(
    ({ values, isShort }) => values.place !== "compact bucket" && isShort === values.place.startsWith("file"),
  );

  it.each(written.map((shape) => [shapeName(shape), shape] as const))(
    "is built, opened, written, and its segments are Havenask's: %s",
    async (_name, shape) => {
      const { readOnly: _, ...options } = optionsOf(shape);
      const storage = memoryStorage();
      const records = new Map<HavenaskKey, HavenaskRow | undefined>();
      for (let i = 0; i < 150; i++) records.set(keyAt(shape.keyType, i), shape.values.rowOf(i));
      const summary = await build(storage, [...records] as [HavenaskKey, HavenaskRow][], options);
      expect(summary).toMatchObject({ recordCount: 150, keyCount: 150, segmentCount: 1 });

      const db = await open(storage, options);
      for (let i = 100; i < 200; i++) {
        const key = keyAt(shape.keyType, i);
        if (i % 3 === 0) {
          await db.del(key);
          records.set(key, undefined);
        } else {
          await db.put(key, shape.values.rowOf(i + 1));
          records.set(key, shape.values.rowOf(i + 1));
        }
      }
      await check(db, records);
      await db.close();
      const again = await open(storage, { ...options, readOnly: true });
      await check(again, records);
      await again.close();

      const segments: ReadonlyMap<HavenaskKey, HavenaskRow>[] = [];
      for (const name of ["segment_0_level_0", "segment_1_level_0"]) {
        const files = [...storage.files()].filter(([path]) => path.startsWith(name));
        const own = new Map(files.map(([path, bytes]) => [path.slice(name.length + 1), bytes]));
        const value = shape.values.place.startsWith("file") ? [`index/${indexName}/value`] : [];
        const [format, key] = [`index/${indexName}/format_option`, `index/${indexName}/key`];
        expect([...own.keys()]).toEqual(["checksums", format, key, ...value, "segment_metrics"]);
        const foreign = await open(readStorage(own), { ...options, readOnly: true });
        segments.push(new Map([...foreign.iterator()]));
        if (name === "segment_1_level_0") {
          expect(foreign.getSync(keyAt(shape.keyType, 100))).toEqual(shape.values.rowOf(101));
          expect(foreign.getSync(keyAt(shape.keyType, 1))).toBeUndefined();
        }
        await foreign.close();
      }
      expect(segments.map(({ size }) => size)).toEqual([150, 67]);
    },
  );

  it("has the bytes that Havenask's have", async () => {
    for (const shape of written.filter(({ values, hasTtl }) => !hasTtl && values.place.startsWith("file"))) {
      const { readOnly: _, ...options } = optionsOf(shape);
      const storage = memoryStorage();
      const records = Array.from({ length: 200 }, (_, i) => [keyAt(shape.keyType, i), shape.values.rowOf(i)] as const);
      await build(storage, records, options);
      const theirs = makeSegment(shape).files;
      const path = `index/${indexName}/value`;
      expect(storage.files().get(`segment_0_level_0/${path}`)).toEqual(theirs.get(path));
    }
  });

  it("is opened with the same schema, or without one, and refuses another", async () => {
    const { readOnly: _, ...options } = optionsOf(plain);
    const storage = memoryStorage();
    await build(storage, [["sku:1", prefixed.rowOf(1)]], options);
    const bare = await open(storage, { readOnly: true });
    expect(bare.getSync("sku:1" as never)).toEqual(prefixed.rowOf(1));
    await bare.close();
    const other = { ...options, schema: schemaOf({ ...plain, values: fixed }) };
    expect(await failureOf(open(storage, other))).toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(await failureOf(build(storage, [], options))).toMatchObject({ code: "EXISTS" });
    expect(await failureOf(open(storage, { ...options, errorIfExists: true }))).toMatchObject({ code: "EXISTS" });
    const absent = { ...options, createIfMissing: false };
    expect(await failureOf(open(memoryStorage(), absent))).toMatchObject({ code: "NOT_FOUND" });
    const own = memoryStorage();
    await build(own, [["a", 1]], { key: "string", value: "u32" });
    expect(await failureOf(open(own, options))).toMatchObject({ code: "SCHEMA_MISMATCH", field: "compat" });
  });

  it("whose versions are damaged is not taken for Havenask's", async () => {
    const { readOnly: _, ...options } = optionsOf(plain);
    const storage = memoryStorage();
    await build(storage, [["sku:1", prefixed.rowOf(1)]], options);
    const version = storage.files().get("version.1") as Uint8Array;
    for (const bytes of [new Uint8Array(0), version.slice(0, -1), version.map((byte) => byte ^ 1)]) {
      const files = new Map([...storage.files(), ["version.1", bytes]]);
      expect(await failureOf(open(readStorage(files), optionsOf(plain)))).toMatchObject({ code: "CORRUPTION" });
    }
  });

  it("whose values are to be compressed is not written, and nothing is made", async () => {
    const compressed = { ...prefixed, preference: { file_compressor: "zstd" } };
    const { readOnly: _, ...options } = optionsOf({ ...plain, values: compressed });
    const storage = memoryStorage();
    for (const call of [open(storage, options), build(storage, [], options)]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ code: "FORMAT_UNSUPPORTED", got: "zstd" });
      expect(failure.message).toContain("index_preference.parameters.value.file_compressor");
    }
    expect(storage.files().size).toBe(0);
    // Without a value file there is nothing to compress.
    const inline = { ...number, preference: { file_compressor: "zstd" } };
    const { readOnly: __, ...inlined } = optionsOf({ ...plain, values: inline });
    expect(await build(storage, [["a", { price: 1 }]], inlined)).toMatchObject({ keyCount: 1 });
  });

  it("says what is wrong with a configuration", async () => {
    for (const schema of ["{", "[]", "{}", JSON.stringify({ table_type: "normal" })]) {
      for (const fields of [undefined, [{}]]) {
        const failure = await failureOf(
          open(memoryStorage(), { compat: "havenask", schema, ...(fields === undefined ? {} : { fields }) }),
        );
        expect(["INVALID_OPTION", "FORMAT_UNSUPPORTED"]).toContain(failure.code);
      }
    }
  });
});
