/**
 * What the conformance vectors in `test/vectors` are made of: fixed inputs, the answers a Map gives for them, and the files
 * the library makes. `scripts/make-vectors.mjs` writes them, `test/golden/vectors.test.ts` makes them again and compares.
 *
 *     hashes.jsonl            key bytes, seed → MurmurHash64A and XXH64; integers → mix64
 *     prefixes.jsonl          counts → length prefixes
 *     tables/ops.jsonl        operations that every table replays, payloads of 8 bytes
 *     tables/answers.jsonl    the last word on each key
 *     tables/<name>.key       the key file after them; <name>.shrink.key after a shrink; <name>.short.key with 4-byte offsets
 *     index/<name>/…          a whole index of two segments
 *     index/<name>.jsonl      its schema, then what it must answer for each key
 */

import { type KeyType, memoryStorage, type OpenOptions, type ValueType } from "../../bindings/index.js";
import { Space } from "../../bindings/kernel/space.js";
import { open } from "../../bindings/node.js";
import { collidingKeys } from "./collisions.js";
import { hexOf } from "./golden.js";
import { unmix64 } from "./hashes.js";
import { jsonLines } from "./json-lines.js";
import { rngOf } from "./rng.js";
import { marks, tableFiles } from "./table-vectors.js";

export { jsonLines, parseLines } from "./json-lines.js";
export * from "./table-vectors.js";

// ── hashes and prefixes ───────────────────────────────────────────────────────────────────────────────────────────

export interface HashVector {
  readonly seed: string;
  /** Key bytes in hexadecimal, or an integer key. */
  readonly hex?: string;
  readonly key?: string;
  readonly murmur64a?: string;
  readonly xxh64?: string;
  readonly mix64?: string;
}

function hashVectors(): HashVector[] {
  const space = new Space();
  const { kernel } = space;
  const at = space.allocate(1024, "hash vectors");
  const rng = rngOf(3);
  const vectors: HashVector[] = [];
  const lengths = [...Array(34).keys(), 39, 40, 63, 64, 65, 127, 255];
  for (const [i, length] of lengths.entries()) {
    const seed = [545_609_244n, 0n, rng.u64()][i % 3] as bigint;
    const bytes = rng.bytes(length);
    space.bytes.set(bytes, at);
    const murmur64a = String(BigInt.asUintN(64, kernel.hashMurmur(at, length, seed)));
    const xxh64 = String(BigInt.asUintN(64, kernel.hashXx(at, length, seed)));
    vectors.push({ seed: String(seed), hex: hexOf(bytes), murmur64a, xxh64 });
  }
  for (const key of [0n, 1n, 2n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 63n, 2n ** 64n - 1n, rng.u64(), rng.u64()]) {
    vectors.push({ seed: "0", key: String(key), mix64: String(BigInt.asUintN(64, kernel.hashMix(key))) });
  }
  return vectors;
}

export interface PrefixVector {
  readonly count: number;
  readonly hex: string;
}

const prefixCounts = [0, 1, 62, 63, 64, 65, 255, 16_383, 16_384, 65_536, 4_194_303, 4_194_304];

/** The first bytes of the value file of one value of so many bytes. */
async function prefixVectors(): Promise<PrefixVector[]> {
  const vectors: PrefixVector[] = [];
  for (const count of prefixCounts) {
    const storage = memoryStorage();
    const index = await open(storage, { key: "u64", value: "bytes" });
    await index.put(0n, new Uint8Array(count));
    await index.close();
    const file = storage.files().get("segment_0_level_0/index/kv/value") as Uint8Array;
    vectors.push({ count, hex: hexOf(file.subarray(0, file.length - count)) });
  }
  return vectors;
}

// ── indexes ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface IndexWrite {
  readonly key: unknown;
  /** Absent for a deletion. */
  readonly value?: unknown;
  readonly timestamp?: number;
}

export interface IndexVector {
  readonly options: OpenOptions & { readonly key: KeyType; readonly value: ValueType };
  /** Writes of each segment. */
  readonly segments: readonly (readonly IndexWrite[])[];
}

const longKey = "a key of more than 62 bytes, whose length stands in two bytes behind the head: 100 bytes of it……";
const colliding = collidingKeys(12);

/** By name: one index for each form of key and of value. */
export const indexVectors: ReadonlyMap<string, IndexVector> = new Map<string, IndexVector>([
  [
    "string-json",
    {
      options: { key: "string", value: "json" },
      segments: [
        [
          { key: "sku:1", value: { price: 3, tags: ["a", "b"] } },
          { key: "sku:2", value: null },
          { key: "", value: "the empty key" },
          { key: "größe", value: { "✓": "😀" } },
          { key: longKey, value: [1, 2.5, -3e-7] },
          { key: "gone", value: 1 },
          { key: "sku:2", value: false },
          { key: "gone" },
          { key: "never there" },
        ],
        [
          { key: "sku:1", value: { price: 4 } },
          { key: "größe" },
          { key: "gone", value: "back" },
          { key: "new", value: 0 },
        ],
      ],
    },
  ],
  [
    "bytes-bytes",
    {
      options: { key: "bytes", value: "bytes", hashSeed: 0x1234_5678_9abc_def0n },
      segments: [
        [
          // One hash under every seed: all but the first lie under a salt.
          ...colliding.map((key, i) => ({ key, value: Uint8Array.of(i, 0, 255) })),
          { key: Uint8Array.of(), value: Uint8Array.of() },
          { key: Uint8Array.of(0), value: Uint8Array.of(13, 10) },
          { key: Uint8Array.of(255, 128), value: new Uint8Array(100).fill(7) },
        ],
        [
          { key: colliding[0] },
          { key: colliding[5], value: Uint8Array.of(55) },
          { key: colliding[11] },
          { key: Uint8Array.of(0), value: Uint8Array.of(1) },
        ],
      ],
    },
  ],
  [
    "u64-u64",
    {
      options: { key: "u64", value: "u64" },
      segments: [
        [
          ...[0n, 1n, 2n, 1000n, 2n ** 64n - 1n].map((key) => ({ key, value: key ^ 0xffff_ffffn })),
          // Their hashes are the two marks of the table.
          ...marks.map((mark) => ({ key: unmix64(mark), value: mark })),
          { key: 5n, value: 5n },
          { key: 5n },
          { key: 6n },
        ],
        [{ key: 1n }, { key: 2n, value: 0n }, { key: 5n, value: 2n ** 64n - 1n }, { key: 77n, value: 77n }],
      ],
    },
  ],
  [
    "i32-f32-timestamps",
    {
      options: { key: "i32", value: "f32", timestamps: true },
      segments: [
        [
          { key: -1, value: 0.5, timestamp: 1_700_000_000 },
          { key: 0, value: -0.25, timestamp: 1_700_000_001 },
          { key: 2_147_483_647, value: 1.5, timestamp: 0 },
          { key: -2_147_483_648, value: 3, timestamp: 0x7fff_fffe },
          { key: 7, value: 1, timestamp: 500 },
          // Older than what the key holds: it loses.
          { key: 7, value: 2, timestamp: 499 },
          { key: 8, value: 8, timestamp: 100 },
          { key: 9, timestamp: 100 },
        ],
        [
          { key: -1, value: 99, timestamp: 1_600_000_000 },
          { key: 7, value: 4, timestamp: 500 },
          { key: 8, timestamp: 101 },
          { key: 9, value: 9, timestamp: 99 },
          { key: 0, timestamp: 1_700_000_002 },
        ],
      ],
    },
  ],
  [
    "u53-string",
    {
      options: { key: "u53", value: "string", name: "words", occupancyPct: 80 },
      segments: [
        [
          { key: 0, value: "zero" },
          { key: 9_007_199_254_740_991, value: "the greatest safe integer" },
          { key: 4_294_967_296, value: "" },
          { key: 3, value: "три" },
          { key: 4, value: "x".repeat(70) },
          { key: 3 },
        ],
        [{ key: 0, value: "null" }, { key: 4 }, { key: 5, value: "five" }],
      ],
    },
  ],
]);

export interface IndexAnswer {
  /** As `plain` puts it. */
  readonly key: unknown;
  /** Absent for a deleted key. */
  readonly value?: unknown;
  readonly timestamp?: number;
}

/** A key or value as JSON: bytes in hexadecimal, a bigint in decimal with an n behind. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex ${hexOf(value)}`;
  return typeof value === "bigint" ? `${value}n` : value;
}

/** What an index must answer, by the rule of FORMAT.md clause 8.1 and a Map. */
export function indexAnswers({ options, segments }: IndexVector): IndexAnswer[] {
  const last = new Map<unknown, IndexAnswer>();
  for (const { key, value, timestamp } of segments.flat()) {
    const name = plain(key);
    const before = last.get(name)?.timestamp ?? 0;
    if (options.timestamps && before > (timestamp ?? 0)) continue;
    last.set(name, {
      key: name,
      ...(value === undefined ? {} : { value: plain(value) }),
      ...(timestamp === undefined ? {} : { timestamp }),
    });
  }
  return [...last.values()];
}

/** The files of an index of these writes. */
export async function makeIndex({ options, segments }: IndexVector): Promise<ReadonlyMap<string, Uint8Array>> {
  const storage = memoryStorage();
  for (const writes of segments) {
    const index = await open(storage, options);
    for (const { key, value, timestamp } of writes) {
      const when = timestamp === undefined ? {} : { timestamp };
      if (value === undefined) await index.del(key as never, when);
      else await index.put(key as never, value as never, when);
    }
    await index.close();
  }
  return storage.files();
}

async function* indexFiles(): AsyncIterable<[string, Uint8Array]> {
  for (const [name, vector] of indexVectors) {
    const words = Object.entries(vector.options).map(([option, value]) => [option, plain(value)]);
    yield [`index/${name}.jsonl`, jsonLines([Object.fromEntries(words), ...indexAnswers(vector)])];
    for (const [path, bytes] of await makeIndex(vector)) yield [`index/${name}/${path}`, bytes];
  }
}

// ── all of it ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Every vector file, by its path in `test/vectors`. */
export async function makeVectors(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  files.set("hashes.jsonl", jsonLines(hashVectors()));
  files.set("prefixes.jsonl", jsonLines(await prefixVectors()));
  for (const [path, bytes] of tableFiles()) files.set(path, bytes);
  for await (const [path, bytes] of indexFiles()) files.set(path, bytes);
  return files;
}
