import { describe, expect, it } from "vitest";
import { type KVIndex, memoryStorage, open, type ValueType } from "../../../bindings/node.js";
import { valueTypes } from "../../../bindings/schema/value-type.js";
import { textOf } from "../../support/oracle.js";

const MiB = 1024 * 1024;
const integers = (min: number, max: number): readonly number[] => [0, 1, min, max];
const range = (min: number, max: number): string => `expected an integer of ${min} … ${max}`;

/** What each type takes; it comes back the same. */
const accepted: { readonly [V in ValueType]: readonly unknown[] } = {
  bytes: [new Uint8Array(0), new Uint8Array([0, 255]), new Uint8Array(63), new Uint8Array(64), new Uint8Array(70_000)],
  string: ["", "\0", "é", "日本", "\ufffd", "\ufeff", "x".repeat(48), "x".repeat(49), "é".repeat(70_000)],
  json: [null, true, false, 0, -1.5, "", "\ud800", [], {}, [null, [1]], { a: { b: [1, "é"] }, toString: 1 }],
  u8: integers(0, 255),
  i8: integers(-128, 127),
  u16: integers(0, 65_535),
  i16: integers(-32_768, 32_767),
  u32: integers(0, 2 ** 32 - 1),
  i32: integers(-(2 ** 31), 2 ** 31 - 1),
  u64: [0n, 1n, 2n ** 63n, 2n ** 64n - 1n],
  i64: [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n],
  f32: [0, -0, 1.5, Number.NaN, Infinity, -Infinity, Math.fround(1e-45), Math.fround(0.1)],
  f64: [0, -0, 1.5, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1],
};

const numbersNot = ["1", 1n, null, undefined, true, {}, [1], Symbol("1")];
const integersNot = [...numbersNot, 0.5, Number.NaN, Infinity, -Infinity];
const bigintsNot = ["1", 1, null, undefined, true, {}, [1n], Symbol("1")];
const circle: unknown[] = [];
circle.push(circle);
const thrower = {
  toJSON(): never {
    throw new RangeError("not me");
  },
};

/** What each refuses, and words of the message. */
const refused: { readonly [V in ValueType]: readonly [words: string, values: readonly unknown[]] } = {
  bytes: ["expected a Uint8Array", ["a", 1, null, undefined, [1], new ArrayBuffer(1), new Uint16Array(1)]],
  string: [
    "expected",
    [1, 1n, null, undefined, true, {}, ["a"], new Uint8Array(1), Symbol("a"), "\ud800", `${"x".repeat(70_000)}\udc00`],
  ],
  json: [
    "Unusable value for an index of json values",
    [undefined, () => 1, Symbol("a"), circle, 1n, { a: 1n }, thrower],
  ],
  u8: [range(0, 255), [...integersNot, -1, 256]],
  i8: [range(-128, 127), [...integersNot, -129, 128]],
  u16: [range(0, 65_535), [...integersNot, -1, 65_536]],
  i16: [range(-32_768, 32_767), [...integersNot, -32_769, 32_768]],
  u32: [range(0, 4_294_967_295), [...integersNot, -1, 2 ** 32]],
  i32: [range(-2_147_483_648, 2_147_483_647), [...integersNot, 2 ** 31, -(2 ** 31) - 1]],
  u64: ["expected a bigint of 0 … 2^64-1", [...bigintsNot, -1n, 2n ** 64n]],
  i64: ["expected a bigint of -2^63 … 2^63-1", [...bigintsNot, 2n ** 63n, -(2n ** 63n) - 1n]],
  f32: ["expected a number", numbersNot],
  f64: ["expected a number", numbersNot],
};

/** Under integer keys a number lies in the bucket, under text in the value file; with timestamps elsewhere in it. */
const places: readonly { key: "u32" | "string"; timestamps: boolean }[] = [
  { key: "u32", timestamps: false },
  { key: "u32", timestamps: true },
  { key: "string", timestamps: false },
];

describe.each(valueTypes)("a value of type %s", (type) => {
  it.each(places)(
    "comes back as it was given, from memory and from files: $key keys, timestamps $timestamps",
    async (place) => {
      const storage = memoryStorage();
      const db = (await open(storage, { ...place, value: type })) as KVIndex<unknown, unknown>;
      const keyOf = (i: number): unknown => (place.key === "u32" ? i : `key ${i}`);
      for (const [i, value] of accepted[type].entries()) await db.put(keyOf(i), value);
      const check = async (index: KVIndex<unknown, unknown>): Promise<void> => {
        const expected = accepted[type].map(textOf);
        expect(accepted[type].map((_, i) => textOf(index.getSync(keyOf(i))))).toEqual(expected);
        expect((await index.getMany(accepted[type].map((_, i) => keyOf(i)))).map(textOf)).toEqual(expected);
        const walked: string[] = [];
        for await (const value of index.values()) walked.push(textOf(value));
        expect(walked.sort()).toEqual([...expected].sort());
      };
      await check(db);
      await db.close();
      const again = (await open(storage, { readOnly: true })) as KVIndex<unknown, unknown>;
      await check(again);
      await again.close();
    },
  );

  it("is refused when it is something else, and the key keeps what it had", async () => {
    const [words, values] = refused[type];
    const db = (await open(memoryStorage(), { key: "u32", value: type })) as KVIndex<number, unknown>;
    await db.put(1, accepted[type][1]);
    for (const value of values) {
      const failure = await db.put(1, value).catch((error) => error);
      expect(failure, String(typeof value)).toMatchObject({ name: "IndexError", code: "INVALID_VALUE" });
      expect(failure.message).toContain(words);
      expect(failure.message.length).toBeLessThan(300);
    }
    expect(textOf(db.getSync(1))).toBe(textOf(accepted[type][1]));
    expect(db.stats().recordCount).toBe(1);
    await db.close();
  });
});

describe("the length and the form of a value", () => {
  it("may be 64 MiB, in text counted as UTF-8, and no more", { timeout: 120_000 }, async () => {
    const db = (await open(memoryStorage(), { key: "u32", value: "bytes" })) as KVIndex<number, Uint8Array>;
    const most = new Uint8Array(64 * MiB).fill(7);
    await db.put(1, most);
    expect(Buffer.compare(db.getSync(1) as Uint8Array, most)).toBe(0);
    const failure = await db.put(1, new Uint8Array(64 * MiB + 1)).catch((error) => error);
    expect(failure).toMatchObject({ code: "INVALID_VALUE", expected: 64 * MiB, got: 64 * MiB + 1 });
    expect(failure.message).toBe("Value too long: at most 67108864 bytes, got 67108865. Split it over several keys.");
    expect(db.getSync(1)).toHaveLength(64 * MiB);
    await db.close();

    const texts = await open(memoryStorage(), { key: "u32", value: "string" });
    for (const text of ["x".repeat(64 * MiB + 1), "é".repeat(32 * MiB + 1)]) {
      expect(await texts.put(1, text).catch((error) => error)).toMatchObject({
        code: "INVALID_VALUE",
        expected: 64 * MiB,
      });
    }
    const widest = "é".repeat(32 * MiB);
    await texts.put(1, widest);
    expect(texts.getSync(1) === widest).toBe(true);
    await texts.close();
  });

  it("crosses each change of its length prefix, with and without a key in the record", async () => {
    const lengths = [0x3e, 0x3f, 0x40, 0x3ffe, 0x3fff, 0x4000, 0x3ffff0, 0x3fffff, 0x400000];
    for (const key of ["u32", "string"] as const) {
      const storage = memoryStorage();
      const db = (await open(storage, { key, value: "bytes" })) as KVIndex<unknown, Uint8Array>;
      const keyOf = (length: number): unknown => (key === "u32" ? length : `${length}`);
      for (const length of lengths) await db.put(keyOf(length), new Uint8Array(length).fill(length & 0xff));
      await db.close();
      const again = (await open(storage, { readOnly: true })) as KVIndex<unknown, Uint8Array>;
      for (const length of lengths) {
        const value = again.getSync(keyOf(length)) as Uint8Array;
        expect([value.length, value[0], value.at(-1)]).toEqual([length, length & 0xff, length & 0xff]);
      }
      await again.close();
    }
  });

  it("is copied both ways", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: "bytes" });
    const given = new Uint8Array([1, 2, 3]);
    await db.put(1, given);
    given.fill(9);
    const got = db.getSync(1) as Uint8Array;
    expect([...got]).toEqual([1, 2, 3]);
    got.fill(8);
    expect([...(db.getSync(1) as Uint8Array)]).toEqual([1, 2, 3]);
    await db.close();
  });

  it("of json may write to the same index while it is turned into text", async () => {
    const db = await open(memoryStorage(), { key: "string", value: "json" });
    let inner: Promise<void> | undefined;
    const value = {
      toJSON() {
        inner ??= db.put("inner", 1);
        return "outer";
      },
    };
    await db.put("outer", value);
    await inner;
    expect(await db.getMany(["outer", "inner"])).toEqual(["outer", 1]);
    await db.close();
  });
});
