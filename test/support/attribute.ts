/** The distributions that golden/attribute's columns were made from, and Indexlib's type names. */

import type { Numeric, TypedArray } from "../../bindings/attribute.js";

export interface GoldenRun {
  readonly type: string;
  readonly dist: string;
  readonly n: number;
  readonly in?: { readonly off: number; readonly len: number };
  readonly out?: { readonly off: number; readonly len: number };
}

interface ArrayKind {
  readonly type: Numeric;
  readonly make: (length: number) => TypedArray;
  /** The value with these low bits. */
  readonly valueOfBits: (bits: bigint) => number | bigint;
}

const kinds: Readonly<Record<string, readonly [Numeric, (length: number) => TypedArray]>> = {
  int8: ["i8", (length) => new Int8Array(length)],
  uint8: ["u8", (length) => new Uint8Array(length)],
  int16: ["i16", (length) => new Int16Array(length)],
  uint16: ["u16", (length) => new Uint16Array(length)],
  int32: ["i32", (length) => new Int32Array(length)],
  uint32: ["u32", (length) => new Uint32Array(length)],
  int64: ["i64", (length) => new BigInt64Array(length)],
  uint64: ["u64", (length) => new BigUint64Array(length)],
  float: ["f32", (length) => new Float32Array(length)],
  double: ["f64", (length) => new Float64Array(length)],
};

/** `uint32` or `uint32_t` as ours. */
export function arrayOf(name: string): ArrayKind {
  const kind = kinds[name.replace(/_t$/, "")];
  if (kind === undefined) throw new Error(`no type ${name}`);
  const [type, make] = kind;
  return {
    type,
    make,
    valueOfBits(bits) {
      const long = BigUint64Array.of(bits);
      const one = make(1);
      bytesOf(one).set(bytesOf(long).subarray(0, one.byteLength));
      return one[0] as number | bigint;
    },
  };
}

const bytesOf = (values: TypedArray): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const mask = (1n << 64n) - 1n;

/** SplitMix64: each call gives the next 64 bits. */
export function splitMix64(seed: bigint): () => bigint {
  let state = seed & mask;
  return () => {
    state = (state + 0x9e37_79b9_7f4a_7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & mask;
    return z ^ (z >> 31n);
  };
}

/** Whether a value is bits of the type also for floats. */
const isRaw = (dist: string, i: number): boolean =>
  dist === "allones" || dist === "random" || (dist === "outlier" && i % 100 === 50);

/** The values of a case: whole numbers are cut to the type, floats are an eighth of them. */
export function distribution({ type, dist, n }: GoldenRun): TypedArray {
  const values = arrayOf(type).make(n);
  const next = splitMix64(0x1234567n + BigInt(n));
  const size = values.BYTES_PER_ELEMENT;
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  const longs = new BigUint64Array(1);
  const signed = new BigInt64Array(longs.buffer);
  const bytes = new Uint8Array(longs.buffer);
  const result = bytesOf(values);
  let sum = 0n;
  const formulas: Readonly<Record<string, (i: number) => bigint>> = {
    const: () => 42n,
    zero: () => 0n,
    allones: () => mask,
    mono: (i) => BigInt(i),
    bit1: () => 100n + (next() & 1n),
    bit2: () => 100n + (next() & 3n),
    bit4: () => 100n + (next() & 15n),
    u8r: () => next() & 0xffn,
    u16r: () => next() & 0xffffn,
    u32r: () => next() & 0xffff_ffffn,
    runs: (i) => BigInt((Math.floor(i / 97) * 7) % 50),
    sign: () => (next() % 7n) - 3n,
    random: () => next(),
    outlier: (i) => (i % 100 === 50 ? 0x7f7f_ffff_7f7f_ffffn : 5n),
    offsets: () => {
      const at = sum;
      sum += next() % 40n;
      return at;
    },
  };
  const formula = formulas[dist];
  if (formula === undefined) throw new Error(`no distribution ${dist}`);
  for (let i = 0; i < n; i++) {
    longs[0] = formula(i) & mask;
    if (isFloat && !isRaw(dist, i)) values[i] = Number(signed[0]) / 8;
    else result.set(bytes.subarray(0, size), i * size);
  }
  return values;
}

/** FNV-1a of 64 bits, as 16 hex digits. */
export function fnv64(bytes: Uint8Array): string {
  // Four limbs of 16 bits: BigInt would take a minute for the large cases.
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  for (const byte of bytes) {
    a ^= byte;
    // Times 2^40 + 0x1b3.
    const low = a * 0x1b3;
    const second = b * 0x1b3 + (low >>> 16);
    const third = c * 0x1b3 + a * 0x100 + (second >>> 16);
    const fourth = d * 0x1b3 + b * 0x100 + (third >>> 16);
    [a, b, c, d] = [low & 0xffff, second & 0xffff, third & 0xffff, fourth & 0xffff];
  }
  return [d, c, b, a].map((limb) => limb.toString(16).padStart(4, "0")).join("");
}
