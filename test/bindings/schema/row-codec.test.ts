import { describe, expect, it } from "vitest";
import { Kind } from "../../../bindings/kernel/kind.js";
import { memoryStorage, open, type RowType } from "../../../bindings/node.js";
import { rowCodec } from "../../../bindings/schema/row-codec.js";
import { createSchema, matchSchema, readSchema, schemaWords } from "../../../bindings/schema/schema.js";
import { valueSource } from "../../../bindings/schema/value-source.js";
import { createVariant } from "../../../bindings/schema/variant.js";
import { failureOf } from "../../support/failure.js";

const product = {
  fields: {
    price: "f32",
    stock: "u32",
    name: "string",
    tags: "string[]",
    vec: "f32[8]",
    scores: "f16[]",
    note: "string?",
  },
} as const;
const rowOf = (i: number) => ({
  price: i / 2,
  stock: i,
  name: `product ${"é".repeat(i % 50)}`,
  tags: Array.from({ length: i % 5 }, (_, at) => `tag ${at}`),
  vec: new Float32Array(8).fill(i),
  scores: new Float32Array(i % 40).fill(0.5),
  note: i % 2 === 0 ? null : `note ${i}`,
});

describe("an index of rows", () => {
  it.each(["normal", "impact", "plain"] as const)(
    "answers with the rows that were put, from memory and from files: %s",
    async (format) => {
      const storage = memoryStorage();
      const { note, ...others } = product.fields;
      const value = { fields: { ...others, note }, format } as const;
      const db = await open(storage, { key: "string", value });
      for (let i = 0; i < 500; i++) await db.put(`key ${i}`, rowOf(i));
      expect(db.getSync("key 77")).toEqual(rowOf(77));
      await db.close();
      const again = await open(storage, { key: "string", value, readOnly: true });
      for (let i = 0; i < 500; i++) expect(again.getSync(`key ${i}`)).toEqual(rowOf(i));
      expect(await again.getMany(["key 1", "none", "key 2"])).toEqual([rowOf(1), undefined, rowOf(2)]);
      let count = 0;
      for await (const [key, row] of again) {
        expect(row).toEqual(rowOf(Number(key.slice(4))));
        count++;
      }
      expect(count).toBe(500);
      await again.close();
    },
  );

  it("is opened without saying its fields again, and refuses other ones", async () => {
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: product });
    await db.put(1, rowOf(1));
    await db.close();
    const again = await open(storage);
    expect(again.schema.value).toEqual({ ...product, format: "normal" });
    expect(again.getSync(1 as never)).toEqual(rowOf(1));
    await again.close();
    for (const value of [
      "json",
      { ...product, format: "plain" },
      { fields: { ...product.fields, price: "f64" } },
      { fields: { stock: "u32", price: "f32" } },
    ] as const) {
      const failure = await failureOf(open(storage, { value }));
      expect(failure).toMatchObject({ code: "SCHEMA_MISMATCH", field: "value" });
      expect(failure.message).toContain("normal{price:f32,stock:u32,");
    }
  });

  it("refuses a row that does not fit, and the key keeps what it had", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: product });
    await db.put(1, rowOf(1));
    const failure = await failureOf(db.put(1, { ...rowOf(2), stock: -1 }));
    expect(failure).toMatchObject({ code: "INVALID_VALUE", field: "stock" });
    expect(db.getSync(1)).toEqual(rowOf(1));
    await db.close();
  });

  it("keeps small rows of fixed width in the buckets of integer keys", async () => {
    for (const [fields, byteWidth] of [
      [{ a: "u8" }, 1],
      [{ a: "u8", b: "u16" }, 3],
      [{ a: "f16", b: "q8#1", c: "char[4]" }, 7],
      [{ a: "u64" }, 8],
      [{ a: "u64", b: "u8" }, 0],
      [{ a: "string" }, 0],
    ] as const) {
      const value = { fields } as RowType;
      for (const timestamps of [false, true]) {
        const { table, form } = createVariant(createSchema({ key: "u32", value, timestamps }));
        expect(table.inline).toBe(byteWidth > 0);
        expect(form.inline).toBe(byteWidth > 0);
        expect(table.valueBytes).toBe(byteWidth || 4);
        expect(table.kind).toBe(timestamps ? Kind.timestamped : byteWidth > 0 ? Kind.plain : Kind.offsetShort);
        expect(createVariant(createSchema({ key: "string", value, timestamps })).table.inline).toBe(false);
      }
    }
    const storage = memoryStorage();
    const db = await open(storage, { key: "i32", value: { fields: { a: "i8", b: "f16", c: "u8[4]" } } });
    for (let i = -50; i < 50; i++) await db.put(i, { a: i, b: i / 4, c: Uint8Array.of(1, 2, 3, i + 50) });
    await db.close();
    expect([...storage.files().keys()].some((name) => name.endsWith("/value"))).toBe(false);
    const again = await open(storage, { key: "i32", value: { fields: { a: "i8", b: "f16", c: "u8[4]" } } });
    expect(again.getSync(-7)).toEqual({ a: -7, b: -1.75, c: Uint8Array.of(1, 2, 3, 43) });
    await again.close();
  });
});

describe("selected fields", () => {
  it("are all that comes back, in the order they are named, of one key and of many", async () => {
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: product });
    for (let i = 0; i < 100; i++) await db.put(i, rowOf(i));
    const select = ["name", "price"] as const;
    const expected = (i: number) => ({ name: rowOf(i).name, price: rowOf(i).price });
    expect(Object.keys(db.getSync(3, { select }) ?? {})).toEqual(select);
    expect(db.getSync(3, { select })).toEqual(expected(3));
    expect(await db.get(4, { select })).toEqual(expected(4));
    expect(await db.getMany([5, 1_000, 6], { select })).toEqual([expected(5), undefined, expected(6)]);
    expect(db.getManySync([7], { select: ["note"] })).toEqual([{ note: "note 7" }]);
    expect(db.getSync(1_000, { select })).toBeUndefined();
    expect(db.getSync(3, {})).toEqual(rowOf(3));
    await db.close();
  });

  it("must be fields, and of rows", async () => {
    const rows = await open(memoryStorage(), { key: "u32", value: product });
    const others = await open(memoryStorage(), { key: "u32", value: "json" });
    for (const select of [["size"], [], "price", ["price", "toString"], null] as never[]) {
      for (const call of [() => rows.getSync(1, { select }), () => rows.getManySync([1], { select })]) {
        expect(call).toThrow(expect.objectContaining({ code: "INVALID_OPTION", field: "select" }));
      }
    }
    expect(() => others.getSync(1, { select: ["price"] })).toThrow(/none, since the index has json values, got price/);
    await expect(others.get(1, { select: ["price"] })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(others.getMany([], { select: ["price"] })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await rows.close();
    await others.close();
  });
});

describe("a schema of rows", () => {
  it("comes back from the words a version keeps", () => {
    const schema = createSchema({ key: "u64", value: product });
    const words = schemaWords(schema);
    expect(words.value).toBe(
      "normal{price:f32,stock:u32,name:string,tags:string[],vec:f32[8],scores:f16[],note:string?}",
    );
    expect(readSchema(words, "kv", "version.1")).toEqual(schema);
    matchSchema(schema, { value: { ...product, format: "normal" } }, "here");
  });

  it.each(["normal{a:u128}", "huge{a:u8}", "normal{a:u8", "{a:u8}", "toString", "normal{a:q8#1.0}"])(
    "of a later format has a word not known, as %s is",
    (value) => {
      const words = { ...schemaWords(createSchema({ key: "string", value: product })), value };
      expect(() => readSchema(words, "kv", "version.7")).toThrow(
        expect.objectContaining({ code: "FORMAT_UNSUPPORTED", field: "value", file: "version.7" }),
      );
    },
  );

  it("may be as long as a version file can say, and no longer", async () => {
    const names = Array.from({ length: 29 }, (_, i) => `field_${i}_`.padEnd(128, "x"));
    const word = (last: string): RowType => ({
      fields: Object.fromEntries([...names.map((name) => [name, "f32[1000]"]), [last, "u8"]]),
    });
    // Each of the 29 is a name of 128 characters, a colon, 9 of its type, and a comma.
    const longest = "y".repeat(4_096 - "normal{}".length - 29 * 139 - ":u8".length);
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: word(longest) });
    expect(schemaWords(db.schema).value).toHaveLength(4_096);
    await db.close();
    const again = await open(storage);
    expect(Object.keys((again.schema.value as RowType).fields)).toEqual([...names, longest]);
    await again.close();
    expect(await failureOf(open(memoryStorage(), { key: "u32", value: word(`${longest}y`) }))).toMatchObject({
      code: "INVALID_OPTION",
      got: 4_097,
    });
  });

  it("is refused when no version file could say it", () => {
    const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`a${i}`, "u8"]));
    expect(() => createSchema({ key: "string", value: { fields } as RowType })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", expected: expect.stringContaining("4096 characters") }),
    );
    expect(rowCodec({ fields } as RowType).layout.byteWidth).toBe(1_000);
  });

  it("is refused with fields that cannot be", () => {
    expect(() => createSchema({ key: "string", value: { fields: { a: "u9" } } as never })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});

describe("a choice of fields", () => {
  const codec = rowCodec(product);
  const bytes = codec.prepare(rowOf(7)) as Uint8Array;

  it("reads them and no others", () => {
    expect(codec.select(["note", "price"]).read(valueSource(bytes), 0, bytes.length)).toEqual({
      note: "note 7",
      price: 3.5,
    });
  });

  it("is compiled once", () => {
    expect(codec.select(["price"])).toBe(codec.select(["price"]));
    expect(codec.select(["price", "note"])).not.toBe(codec.select(["note", "price"]));
  });

  it.each([[["cost"]], [[]], [["toString"]], [["price note"]]])("of %j is refused", (names) => {
    expect(() => codec.select(names as never)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", field: "select", expected: expect.stringContaining("price") }),
    );
  });
});
