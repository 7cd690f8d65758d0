// Every kind of table that an index may have: the same records, writes and answers whatever lies in the buckets.
import { describe, expect, it } from "vitest";
import { build, memoryStorage, open } from "../../../bindings/node.js";
import type { SchemaOptions } from "../../../bindings/schema/schema.js";

const recordCount = 3_000;
type Key = string | number | bigint;

/** Keys of a type; negative ones where there are such, and the two that Indexlib's plain tables keep in slots. */
function keysOf(type: SchemaOptions["key"]): Key[] {
  const ids = Array.from({ length: recordCount }, (_, i) => i);
  if (type === "string") return ids.map((i) => `key ${i * 7}`);
  if (type === "i32") return ids.map((i) => (i - recordCount / 2) * 1_000_003);
  if (type === "u32") return [0xffff_feff, 0xffff_fdff, ...ids.slice(2).map((i) => i * 1_048_576 + (i >> 3))];
  return [0xffff_ffff_ffff_feffn, 0xffff_ffff_ffff_fdffn, ...ids.slice(2).map((i) => BigInt(i) << 20n)];
}

const keyChoices: readonly SchemaOptions[] = [
  { key: "string" },
  { key: "string", exact: false },
  { key: "u32", hash: "identity" },
  { key: "i32", hash: "identity" },
  { key: "u64", hash: "identity" },
  { key: "u64" },
];
const valueChoices: readonly SchemaOptions[] = [
  { value: "u32" },
  { value: "string" },
  { value: { fields: { a: "u16", b: "f32" } } },
  { value: { fields: { a: "f64", name: "string" } } },
];
const tableChoices: readonly SchemaOptions[] = [
  { preference: "perf" },
  { preference: "store" },
  { preference: "store", occupancyPct: 97, timestamps: true },
  { timestamps: true },
];
const choices = keyChoices.flatMap((key) =>
  valueChoices.flatMap((value) => tableChoices.map((table) => ({ ...key, ...value, ...table }))),
);

function valueFor({ value }: SchemaOptions, seed: number): unknown {
  if (value === "u32") return seed;
  if (value === "string") return `value ${seed}`.repeat(seed % 5);
  return "name" in (value as { fields: object }).fields
    ? { a: seed / 4, name: `row ${seed}` }
    : { a: seed % 65_536, b: seed / 2 };
}

describe("an index with any table", () => {
  for (const choice of choices) {
    it(`holds what was written: ${JSON.stringify(choice)}`, async () => {
      const storage = memoryStorage();
      const keys = keysOf(choice.key);
      const model = new Map<Key, unknown>();
      const first = keys.slice(0, 2_000).map((key, i) => [key, valueFor(choice, i)] as const);
      await build(storage, first as never, { ...choice } as never);
      for (const [key, value] of first) model.set(key, value);

      const db = await open(storage, { ...choice, writeBufferBytes: 40_000 } as never);
      const put = db.put.bind(db) as (key: Key, value: unknown) => Promise<void>;
      const del = db.del.bind(db) as (key: Key) => Promise<void>;
      for (let i = 1_500; i < recordCount; i++) {
        const key = keys[i] as Key;
        if (i % 5 === 0) {
          await del(key);
          model.delete(key);
        } else {
          await put(key, valueFor(choice, i + 100_000));
          model.set(key, valueFor(choice, i + 100_000));
        }
      }
      const check = async (index: typeof db): Promise<void> => {
        const get = index.getSync.bind(index) as (key: Key) => unknown;
        for (const key of keys) expect(get(key)).toEqual(model.get(key));
        expect(index.getManySync(keys as never)).toEqual(keys.map((key) => model.get(key)));
        const walked = [...(index.iterator() as Iterable<[Key, unknown]>)];
        expect(walked).toHaveLength(model.size);
        if (choice.exact === false) expect(typeof walked[0]?.[0]).toBe("bigint");
        else expect(new Map(walked)).toEqual(model);
      };
      await check(db);
      await db.close();
      const again = await open(storage, { readOnly: true });
      expect(again.stats().segmentCount).toBeGreaterThan(1);
      await check(again as never);
      await again.close();
    });
  }
});

describe("an index's options", () => {
  const codeOf = async (options: SchemaOptions): Promise<unknown> => {
    try {
      await open(memoryStorage(), options);
      return "opened";
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  };

  it("refuse a hash for text, a comparison for integers, and what no table can be filled to", async () => {
    expect(await codeOf({ key: "string", value: "u32", hash: "identity" })).toBe("INVALID_OPTION");
    expect(await codeOf({ key: "u32", value: "u32", exact: true })).toBe("INVALID_OPTION");
    expect(await codeOf({ key: "u32", value: "u32", occupancyPct: 81 })).toBe("INVALID_OPTION");
    expect(await codeOf({ key: "u32", value: "u32", preference: "store", occupancyPct: 98 })).toBe("INVALID_OPTION");
    expect(await codeOf({ key: "u32", value: "u32", preference: "store", occupancyPct: 97 })).toBe("opened");
    expect(await codeOf({ key: "u32", value: "u32", preference: "fast" as never })).toBe("INVALID_OPTION");
    expect(await codeOf({ key: "string", value: "u32", exact: "no" as never })).toBe("INVALID_OPTION");
    expect(await codeOf({ compat: "sqlite" } as never)).toBe("INVALID_OPTION");
  });

  it("must agree with the index that is there", async () => {
    for (const [made, asked] of [
      [{ key: "string", exact: false }, { exact: true }],
      [{ key: "u32" }, { hash: "identity" }],
      [{ key: "u32", preference: "store" }, { preference: "perf" }],
    ] as const) {
      const storage = memoryStorage();
      await (await open(storage, { ...made, value: "u32" })).close();
      await expect(open(storage, asked)).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
      await (await open(storage, made)).close();
    }
  });
});
