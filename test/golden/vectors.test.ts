/**
 * The conformance vectors of `test/vectors`: made again they must be the same bytes, and what they hold must be what their
 * answers say, to the library and to a decoder that shares no code with it. `kv.test.ts` proves the same tables against
 * Indexlib's own files.
 */

import { readdirSync, readFileSync } from "node:fs";
import { xxhash64 } from "hash-wasm";
import { describe, expect, test } from "vitest";
import { type MemoryStorage, memoryStorage, open } from "../../bindings/node.js";
import { mountTable, type Table, type Variant } from "../../bindings/table.js";
import { type DecodedRecord, decodeIndex, decodeTable, lengthPrefix } from "../support/decode.js";
import { hexOf } from "../support/golden.js";
import { mix64, murmur64a, unmix64 } from "../support/hashes.js";
import {
  type HashVector,
  type IndexAnswer,
  indexVectors,
  makeVectors,
  opsOf,
  type PrefixVector,
  parseLines,
  plain,
  replayOps,
  type TableAnswer,
  type TableOp,
  tableAnswers,
  tableValue,
  tableVariants,
} from "../support/vectors.js";

const home = new URL("../vectors/", import.meta.url);
const vectorBytesMax = 100_000;

/** Every vector on disk, by path. */
const stored = new Map(
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ".gitattributes")
    .map((entry) => `${entry.parentPath.replaceAll("\\", "/")}/${entry.name}`.replaceAll("//", "/"))
    .map((path) => [
      path.slice(path.lastIndexOf("/vectors/") + "/vectors/".length),
      new Uint8Array(readFileSync(path)),
    ]),
);

function vector(path: string): Uint8Array {
  const bytes = stored.get(path);
  if (bytes === undefined) throw new Error(`test/vectors/${path} is not there: run scripts/make-vectors.mjs`);
  return bytes;
}

test("made again, the vectors are the same files with the same bytes", async () => {
  const made = await makeVectors();
  expect([...stored.keys()].sort()).toEqual([...made.keys()].sort());
  for (const [path, bytes] of made) expect(hexOf(vector(path)), path).toBe(hexOf(bytes));
});

test("the vectors are small", () => {
  const byteLength = [...stored.values()].reduce((sum, { length }) => sum + length, 0);
  expect(byteLength).toBeLessThan(vectorBytesMax);
});

test("hashes are those of other implementations", async () => {
  const vectors = parseLines<HashVector>(vector("hashes.jsonl"));
  expect(vectors.length).toBeGreaterThan(40);
  for (const { seed, hex, key, ...hashes } of vectors) {
    const number = BigInt(seed);
    if (hex !== undefined) {
      const bytes = new Uint8Array(Buffer.from(hex, "hex"));
      const [low, high] = [Number(number & 0xffff_ffffn), Number(number >> 32n)];
      const xxh64 = String(BigInt(`0x${await xxhash64(bytes, low, high)}`));
      expect(hashes).toEqual({ murmur64a: String(murmur64a(bytes, number)), xxh64 });
    } else {
      expect(hashes).toEqual({ mix64: String(mix64(BigInt(key as string))) });
      expect(unmix64(BigInt(hashes.mix64 as string))).toBe(BigInt(key as string));
    }
  }
});

test("length prefixes are as the format puts them", () => {
  for (const { count, hex } of parseLines<PrefixVector>(vector("prefixes.jsonl"))) {
    expect(hexOf(lengthPrefix(count)), String(count)).toBe(hex);
  }
});

describe("tables", () => {
  const ops = parseLines<TableOp>(vector("tables/ops.jsonl"));
  const answers = parseLines<TableAnswer>(vector("tables/answers.jsonl"));
  const used = answers.filter(({ status }) => status !== "absent");

  /** What the operations that such a table can take come to. */
  const answersOf = (variant: Variant): readonly TableAnswer[] =>
    variant.bucket === "compact" ? tableAnswers(opsOf(variant, ops)) : answers;
  /** A key as text, cut to the width that the table keeps. */
  const cutOf = ({ keyBytes }: Variant, key: string): string => String(BigInt.asUintN(keyBytes * 8, BigInt(key)));

  /** What a table must say of each key; a deleted key's value means nothing. */
  function expectedOf(variant: Variant, { key, status, payload, timestamp }: TableAnswer): unknown {
    const seconds = variant.bucket === "timestamped" ? timestamp : 0;
    if (status === "absent") return { key, status };
    const value = payload === undefined ? undefined : hexOf(tableValue(variant, payload));
    return { key, status, value, timestamp: seconds };
  }

  function expectAnswers(variant: Variant, table: Table): void {
    for (const answer of answersOf(variant)) {
      const { status, value, timestamp } = table.find(BigInt(answer.key));
      const got =
        status === "absent"
          ? { key: answer.key, status }
          : { key: answer.key, status, value: status === "ok" ? hexOf(value as Uint8Array) : undefined, timestamp };
      expect(got).toEqual(expectedOf(variant, answer));
    }
  }

  test("are of 25 keys, among them every state", () => {
    expect(used).toHaveLength(25);
    expect(answers.filter(({ status }) => status === "deleted")).toHaveLength(6);
    expect(answers.filter(({ status }) => status === "absent")).toHaveLength(4);
  });

  test.each([...tableVariants])("%s", (name, variant) => {
    const built = vector(`tables/${name}.key`);
    const shrunk = vector(`tables/${name}.shrink.key`);
    const used = answersOf(variant).filter(({ status }) => status !== "absent");
    const pct = variant.occupancyPct as number;
    expect(hexOf(replayOps(variant, ops).bytes())).toBe(hexOf(built));

    for (const bytes of [built, shrunk]) {
      // First without the library.
      const decoded = decodeTable(bytes, variant);
      const byKey = new Map(decoded.used.map((bucket) => [String(bucket.key), bucket]));
      expect(byKey.size).toBe(used.length);
      for (const answer of used) {
        const { deleted, value, timestamp } = byKey.get(cutOf(variant, answer.key)) as (typeof decoded.used)[number];
        const status = deleted ? "deleted" : "ok";
        const got = { key: answer.key, status, value: deleted ? undefined : hexOf(value), timestamp };
        expect(got).toEqual(expectedOf(variant, answer));
      }
      // Then through it.
      const table = mountTable(bytes, variant);
      expect(table.size).toBe(used.length);
      const step = variant.kind === "cuckoo" ? 4 : 1;
      const keyCount = bytes === built ? 30 : used.length;
      expect(table.bucketCount).toBe(Math.ceil(Math.floor((keyCount * 100 + pct - 1) / pct) / step) * step);
      expectAnswers(variant, table);
      expect([...table.entries()].map(({ key }) => String(key))).toEqual([...byKey.keys()]);
    }

    const table = mountTable(built, variant);
    // Mounted, a table's own percent is what its keys use: say the one it was made with.
    expect(table.shrink(pct)).toBe(true);
    expect(hexOf(table.bytes())).toBe(hexOf(shrunk));
  });

  test.each([...tableVariants.keys()].filter((name) => name.endsWith("offset-8")))("%s cut to 4 bytes", (name) => {
    const variant = { ...(tableVariants.get(name) as Variant), valueBytes: 4 };
    const short = vector(`tables/${name}.short.key`);
    expect(decodeTable(short, variant).used).toHaveLength(used.length);
    expectAnswers(variant, mountTable(short, variant));
  });
});

describe("indexes", () => {
  test.each([...indexVectors])("%s", async (name, { options }) => {
    const [, ...answers] = parseLines<IndexAnswer>(vector(`index/${name}.jsonl`));
    const prefix = `index/${name}/`;
    const files = new Map(
      [...stored]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, bytes]) => [path.slice(prefix.length), bytes]),
    );

    // First without the library: all records of all segments, the last word on each key.
    const decoded = decodeIndex(files);
    expect(decoded.segments).toHaveLength(2);
    expect(decoded.schema).toMatchObject({ key: options.key, value: options.value });
    const last = new Map<unknown, IndexAnswer>();
    for (const record of decoded.segments.flat()) {
      const answer = answerOf(record, options);
      const before = last.get(answer.key)?.timestamp ?? 0;
      if (before <= (answer.timestamp ?? 0)) last.set(answer.key, answer);
    }
    expect(sorted([...last.values()])).toEqual(sorted(answers));

    // Then through it.
    const storage = await storageOf(files);
    const index = await open(storage, { ...options, readOnly: true });
    const live = answers.filter((answer) => "value" in answer);
    const found: unknown[] = [];
    for await (const [key, value] of index) found.push({ key: plain(key), value: plain(value) });
    expect(sorted(found)).toEqual(sorted(live.map(({ key, value }) => ({ key, value }))));
    for (const { key, value } of answers) expect(plain(await index.get(unplain(key) as never))).toEqual(value);
    await index.close();
  });
});

type Options = (typeof indexVectors extends ReadonlyMap<string, infer V> ? V : never)["options"];

/** A decoded record in the words of an answer. */
function answerOf({ key, deleted, value, timestamp }: DecodedRecord, options: Options): IndexAnswer {
  return {
    key: plain(keyIn(key, options.key)),
    ...(deleted ? {} : { value: plain(valueIn(value, options.value)) }),
    ...(options.timestamps ? { timestamp } : {}),
  };
}

function keyIn(key: Uint8Array | bigint, type: string): unknown {
  if (typeof key === "bigint") return type === "u64" || type === "i64" ? key : Number(key);
  return type === "string" ? new TextDecoder().decode(key) : key;
}

function valueIn(bytes: Uint8Array, type: string): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === "json") return JSON.parse(new TextDecoder().decode(bytes));
  if (type === "string") return new TextDecoder().decode(bytes);
  if (type === "u64") return view.getBigUint64(0, true);
  return type === "f32" ? view.getFloat32(0, true) : bytes;
}

/** The key that `plain` made text of. */
function unplain(key: unknown): unknown {
  if (typeof key !== "string") return key;
  if (key.startsWith("hex ")) return new Uint8Array(Buffer.from(key.slice(4), "hex"));
  return /^\d+n$/.test(key) ? BigInt(key.slice(0, -1)) : key;
}

function sorted(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

async function storageOf(files: ReadonlyMap<string, Uint8Array>): Promise<MemoryStorage> {
  const storage = memoryStorage();
  for (const [path, bytes] of files) {
    const file = await storage.create(path);
    await file.write(bytes);
    await file.finish();
  }
  return storage;
}
