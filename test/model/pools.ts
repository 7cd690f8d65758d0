/** Small pools of keys and values of every type: small, so that overwrites and deletions hit; the edges of each type. */

import type { KeyType, KeyTypes, ValueType, ValueTypes } from "../../bindings/index.js";
import { collidingStrings } from "../support/collisions.js";

/** The integers whose mixed hash is one of a plain table's two marks: they live in the slots behind the table. */
const sentinels: readonly bigint[] = [0xffff_ffff_ffff_feffn, 0xffff_ffff_ffff_fdffn].map(unmix);

/** Inverse of the mix that hashes integer keys (FORMAT.md clause 2.2). */
function unmix(hash: bigint): bigint {
  let key = BigInt.asUintN(64, (hash ^ (hash >> 31n) ^ (hash >> 62n)) * 0x319642b2d24d8ec3n);
  key = BigInt.asUintN(64, (key ^ (key >> 27n) ^ (key >> 54n)) * 0x96de1b173f119089n);
  return key ^ (key >> 30n) ^ (key >> 60n);
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const longText = (length: number): string => letters.repeat(Math.ceil(length / 26)).slice(0, length);

const strings = [
  "",
  "\0",
  "a",
  "a\0",
  "sku:1",
  "größe",
  "日本語のキー",
  "👩‍👩‍👧‍👦",
  "\ufeffmark",
  "__proto__",
  longText(24),
  `${longText(24)}é`,
  longText(62),
  longText(63),
  longText(64),
  "é".repeat(31),
  longText(65_535),
  // Of one hash: deletions and puts in the middle of a chain of salts.
  ...collidingStrings(6),
];

/** Marks of the table as keys, every power-of-two edge, and both ends. */
const u64s: readonly bigint[] = [
  0n,
  1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  0xffff_ffff_ffff_feffn,
  0xffff_ffff_ffff_fdffn,
  0xffff_feffn,
  ...sentinels,
];

const edgeKeys: { readonly [K in KeyType]: readonly KeyTypes[K][] } = {
  string: strings,
  bytes: [...strings.map((text) => new TextEncoder().encode(text)), new Uint8Array([0xff, 0xfe]), new Uint8Array(8)],
  u64: u64s,
  i64: u64s.map((key) => BigInt.asIntN(64, key)),
  u32: [0, -0, 1, 2, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1],
  i32: [0, -0, 1, -1, 255, 2 ** 31 - 1, -(2 ** 31), 1 - 2 ** 31],
  u53: [0, -0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER],
};

const plainKeys: { readonly [K in KeyType]: (i: number) => KeyTypes[K] } = {
  string: (i) => `key ${i}`,
  bytes: (i) => new Uint8Array([i & 0xff, i >> 8, 0xaa]),
  u64: (i) => BigInt(i) * 0x1_0000_0001n + 77n,
  i64: (i) => BigInt(i) * -3n - 5n,
  u32: (i) => i + 1_000,
  i32: (i) => -i - 1_000,
  u53: (i) => i * 2 ** 20 + 7,
};

/** Keys that are drawn most of the time. */
export const smallCount = 40;

/** The key of index `i`: the type's edges first, ordinary ones from there. -0 is the key 0. */
export function keyAt<K extends KeyType>(type: K, i: number): KeyTypes[K] {
  const edges = edgeKeys[type];
  return i < edges.length ? (edges[i] as KeyTypes[K]) : plainKeys[type](i - edges.length);
}

export const edgeKeyCount = (type: KeyType): number => edgeKeys[type].length;

/** A key as an iterator gives it: -0 came back as 0. */
export function storedKey(key: unknown): unknown {
  return key === 0 ? 0 : key;
}

const integers = (min: number, max: number): number[] => [0, 1, min, max, max - 1, Math.floor(max / 2), -0];
const floats = [0, -0, 1.5, -1.5, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1 / 3];
const byteRuns = [0, 1, 63, 64, 300, 16_384].map((length) => Uint8Array.from({ length }, (_, i) => i * 7));

const edgeValues: { readonly [V in ValueType]: readonly ValueTypes[V][] } = {
  bytes: byteRuns,
  string: ["", "\0", "value", "größe ✓", longText(63), longText(64), longText(9_000), "\ufeff"],
  json: [null, true, 0, "", [], {}, [1, { a: [null] }], { __proto__: null, k: "é" }, "\ud800", { n: 1e300 }],
  u8: integers(0, 255),
  i8: integers(-128, 127),
  u16: integers(0, 65_535),
  i16: integers(-32_768, 32_767),
  u32: integers(0, 2 ** 32 - 1),
  i32: integers(-(2 ** 31), 2 ** 31 - 1),
  u64: u64s,
  i64: u64s.map((value) => BigInt.asIntN(64, value)),
  f32: floats,
  f64: floats,
};

const plainValues: { readonly [V in ValueType]: (i: number) => ValueTypes[V] } = {
  bytes: (i) => Uint8Array.from({ length: i % 90 }, (_, at) => i + at),
  string: (i) => `value ${i} ${"é".repeat(i % 40)}`,
  json: (i) => ({ id: i, tags: [`${i % 7}`, null] }),
  u8: (i) => i & 0xff,
  i8: (i) => (i & 0xff) - 128,
  u16: (i) => i & 0xffff,
  i16: (i) => (i & 0xffff) - 32_768,
  u32: (i) => (i * 2_654_435_761) % 2 ** 32,
  i32: (i) => (i * 2_654_435_761) | 0,
  u64: (i) => BigInt.asUintN(64, BigInt(i) * 0x9e37_79b9_7f4a_7c15n),
  i64: (i) => BigInt.asIntN(64, BigInt(i) * 0x9e37_79b9_7f4a_7c15n),
  f32: (i) => i / 3,
  f64: (i) => i / 3,
};

export function valueAt<V extends ValueType>(type: V, i: number): ValueTypes[V] {
  const edges = edgeValues[type];
  // Edges often, but not only they.
  return i % 3 === 0 ? (edges[(i / 3) % edges.length] as ValueTypes[V]) : plainValues[type](i);
}

/** A value as it comes back: what a type does not keep is lost on the way in. */
export function storedValue(type: ValueType, value: unknown): unknown {
  if (type === "json") return JSON.parse(JSON.stringify(value));
  if (type === "f32") return Math.fround(value as number);
  // An integer has no sign of zero.
  if (typeof value === "number" && type !== "f64" && value === 0) return 0;
  return value;
}
