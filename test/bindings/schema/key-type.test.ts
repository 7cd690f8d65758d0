import { describe, expect, it } from "vitest";
import { type KeyType, type KVIndex, memoryStorage, open } from "../../../bindings/node.js";
import { keyTypes } from "../../../bindings/schema/key-type.js";
import { textOf } from "../../support/oracle.js";

const long = (length: number): string => "k".repeat(length);

/** What each type takes, its edges first. */
const accepted: { readonly [K in KeyType]: readonly unknown[] } = {
  string: [
    "",
    "\0",
    "a",
    "é",
    "日本",
    "👩",
    "\ufffd",
    "\ufeff",
    "__proto__",
    long(48),
    long(49),
    long(65_535),
    "é".repeat(32_767),
  ],
  bytes: [new Uint8Array(0), new Uint8Array(1), new Uint8Array([255]), new Uint8Array(65_535), Buffer.from("node")],
  u64: [0n, 1n, 2n ** 63n, 2n ** 64n - 1n],
  i64: [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n],
  u32: [0, 1, 2 ** 31, 2 ** 32 - 1],
  i32: [0, -1, -(2 ** 31), 2 ** 31 - 1],
  u53: [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER],
};

const numbersNot = ["1", 1n, null, undefined, true, Number.NaN, Infinity, -Infinity, 0.5, {}, [1], Symbol("1")];
const bigintsNot = ["1", 1, null, undefined, true, Number.NaN, {}, [1n], Symbol("1")];

/** What each refuses, and words of the message. */
const refused: { readonly [K in KeyType]: readonly [words: string, keys: readonly unknown[]] } = {
  string: [
    "expected a string",
    [1, 1n, null, undefined, true, {}, ["a"], new Uint8Array(1), Symbol("a"), new String("a")],
  ],
  bytes: [
    "expected a Uint8Array",
    ["a", 1, null, undefined, [1], new ArrayBuffer(1), new Uint16Array(1), new DataView(new ArrayBuffer(1))],
  ],
  u64: ["expected a bigint of 0 … 2^64-1", [...bigintsNot, -1n, 2n ** 64n]],
  i64: ["expected a bigint of -2^63 … 2^63-1", [...bigintsNot, 2n ** 63n, -(2n ** 63n) - 1n]],
  u32: ["expected an integer of 0 … 2^32-1", [...numbersNot, -1, 2 ** 32]],
  i32: ["expected an integer of -2^31 … 2^31-1", [...numbersNot, 2 ** 31, -(2 ** 31) - 1]],
  u53: ["expected an integer of 0 … 2^53-1", [...numbersNot, -1, 2 ** 53]],
};

async function withIndex(key: KeyType, use: (db: KVIndex<unknown, number>) => Promise<void>): Promise<void> {
  const storage = memoryStorage();
  const db = (await open(storage, { key, value: "f64" })) as unknown as KVIndex<unknown, number>;
  await use(db);
  await db.close();
}

/** Every call that takes a key. */
const calls = (db: KVIndex<unknown, number>, key: unknown): (() => unknown)[] => [
  () => db.put(key, 1),
  () => db.del(key),
  () => db.get(key),
  () => db.getSync(key),
  () => db.has(key),
  () => db.getMany([key]),
];

describe.each(keyTypes)("a key of type %s", (type) => {
  it("comes back as it was given, from memory and from files", async () => {
    const storage = memoryStorage();
    const db = (await open(storage, { key: type, value: "f64" })) as unknown as KVIndex<unknown, number>;
    for (const [i, key] of accepted[type].entries()) await db.put(key, i);
    const check = async (index: KVIndex<unknown, number>): Promise<void> => {
      expect(await index.getMany(accepted[type])).toEqual(accepted[type].map((_, i) => i));
      const keys = new Map<string, number>();
      for await (const [key, i] of index) keys.set(textOf(key), i);
      expect(keys.size).toBe(accepted[type].length);
      accepted[type].forEach((key, i) => {
        expect(keys.get(textOf(key))).toBe(i);
      });
    };
    await check(db);
    await db.close();
    const again = (await open(storage, { readOnly: true })) as unknown as KVIndex<unknown, number>;
    await check(again);
    await again.close();
  });

  it("is refused by every call when it is something else, and nothing changes", async () => {
    const [words, keys] = refused[type];
    await withIndex(type, async (db) => {
      await db.put(accepted[type][1], 7);
      for (const key of keys) {
        for (const call of calls(db, key)) {
          const failure = await failureOf(call);
          expect(failure, `${String(call)} of ${String(key)}`).toMatchObject({
            name: "IndexError",
            code: "INVALID_KEY",
          });
          expect(failure.message).toContain(words);
          expect(failure.message.length).toBeLessThan(300);
        }
      }
      expect(db.stats().recordCount).toBe(1);
      expect(db.getSync(accepted[type][1])).toBe(7);
    });
  });
});

/** What a call fails with; undefined if it does not. */
async function failureOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${call} did not fail`);
}

describe("the length and the form of a key", () => {
  it("may be 65,535 bytes, in text counted as UTF-8, and no more", async () => {
    const strings = [long(65_536), "é".repeat(32_768), "日".repeat(21_846), "k".repeat(1_000_000)];
    const bytes = [new Uint8Array(65_536), new Uint8Array(1_000_000)];
    for (const [type, keys] of [
      ["string", strings],
      ["bytes", bytes],
    ] as const) {
      await withIndex(type, async (db) => {
        for (const key of keys) {
          for (const call of calls(db, key)) {
            const failure = await failureOf(call);
            expect(failure).toMatchObject({ code: "INVALID_KEY", expected: 65_535 });
            expect(failure.message).toMatch(
              /^Key too long: at most 65535 bytes, got \d+\. Store a digest of it instead\.$/,
            );
          }
        }
        expect(db.stats().recordCount).toBe(0);
      });
    }
  });

  it("is not text with a lone surrogate, wherever it stands", async () => {
    const lone = ["\ud800", "\udc00", "a\ud83d", "\udc69a", `${long(50)}\ud800`, `\ud800${long(60_000)}`];
    await withIndex("string", async (db) => {
      for (const key of lone) {
        for (const call of calls(db, key)) {
          const failure = await failureOf(call);
          expect(failure).toMatchObject({ code: "INVALID_KEY" });
          expect(failure.message).toContain("A lone surrogate has no UTF-8.");
        }
      }
      // The texts that UTF-8 would have made of them are other keys, and absent.
      await db.put("\ufffd", 1);
      expect(await db.getMany(["\ufffd", "a\ufffd"])).toEqual([1, undefined]);
    });
  });

  it("tells apart all texts that differ in a byte, a zero or an end", async () => {
    const texts = [
      "",
      "\0",
      "\0\0",
      "a",
      "a\0",
      "\0a",
      "é",
      "e\u0301",
      "\ufeff",
      "\ufeffa",
      "A",
      long(62),
      long(63),
      long(64),
    ];
    await withIndex("string", async (db) => {
      for (const [i, text] of texts.entries()) await db.put(text, i);
      expect(await db.getMany(texts)).toEqual(texts.map((_, i) => i));
      expect(db.stats().recordCount).toBe(texts.length);
    });
  });

  it("is copied: bytes changed after a put are another key", async () => {
    await withIndex("bytes", async (db) => {
      const key = new Uint8Array([1, 2, 3]);
      await db.put(key, 1);
      key[0] = 9;
      expect(db.getSync(key)).toBeUndefined();
      expect(db.getSync(new Uint8Array([1, 2, 3]))).toBe(1);
      for await (const stored of db.keys()) (stored as Uint8Array).fill(0);
      expect(db.getSync(new Uint8Array([1, 2, 3]))).toBe(1);
      // A view of a part of a buffer is that part.
      expect(db.getSync(new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4))).toBe(1);
    });
  });
});
