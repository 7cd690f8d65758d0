/** Key types: what a caller may give, how it lies in a staged record, in a lookup and in a walked row. */

import { IndexError } from "../errors.js";
import type { Space } from "../kernel/space.js";
import { keyBytesMax } from "../limits.js";
import { copyBytes } from "./copy-bytes.js";
import { readText, textBytesBound, writeText } from "./text.js";

/** The JavaScript type of each key type. `u53` is a non-negative safe integer. */
export interface KeyTypes {
  string: string;
  bytes: Uint8Array;
  u64: bigint;
  i64: bigint;
  u32: number;
  i32: number;
  u53: number;
}

export type KeyType = keyof KeyTypes;

/** How a key reaches the kernel: bytes, `exact` or `hashed`, an `integer` as BigInt, or a `number` as f64. */
export type KeyForm = "exact" | "hashed" | "integer" | "number";

export interface KeyCodec<K = unknown> {
  readonly type: KeyType;
  readonly form: KeyForm;
  /**
   * Refuses with INVALID_KEY what is not a key of this type. Returns most bytes it takes in memory, or -1 for a key that no
   * record can have: a lookup answers absent, and `write` refuses it.
   */
  bound(key: K): number;
  /** Writes a key that passed `bound` at `at`, 8-byte aligned, and returns its bytes. */
  write(space: Space, at: number, key: K): number;
  /** Status of a lookup of a key that passed `bound`; `scratch` has room for it. */
  find(space: Space, directory: number, scratch: number, key: K): number;
  /** The key of a walked row: `at` is the row's key cell, address and byte length for an exact key. */
  read(space: Space, at: number): K;
}

function invalidKey(expected: string, key: unknown, advice = ""): IndexError {
  const got =
    typeof key === "bigint" ? `${key}n` : typeof key === "object" ? describe(key) : `${typeof key} ${String(key)}`;
  return new IndexError("INVALID_KEY", `Unusable key: expected ${expected}, got ${got.slice(0, 120)}.${advice}`, {
    expected,
  });
}

function describe(value: object | null): string {
  return value === null ? "null" : `an object (${value.constructor?.name ?? "no prototype"})`;
}

function checkLength(byteLength: number, key: string | Uint8Array): number {
  if (byteLength > keyBytesMax) {
    throw new IndexError(
      "INVALID_KEY",
      `Key too long: at most ${keyBytesMax} bytes, got ${byteLength}. Store a digest of it instead.`,
      {
        expected: keyBytesMax,
        got: typeof key === "string" ? key.length : key.byteLength,
      },
    );
  }
  return byteLength;
}

function damagedKey(what: string, cause?: unknown): IndexError {
  return new IndexError(
    "CORRUPTION",
    `A stored key is ${what}. The files are damaged, or the index holds another type of keys: restore them from a copy.`,
    { cause },
  );
}

const stringKeys: KeyCodec<string> = {
  type: "string",
  form: "exact",
  bound(key) {
    if (typeof key !== "string") throw invalidKey("a string", key);
    // A character is at least a byte: whoever fails here would fail after encoding too.
    return textBytesBound(checkLength(key.length, key));
  },
  write(space, at, key) {
    const byteLength = writeText(space, at, key);
    if (byteLength < 0) throw invalidKey("well-formed text", JSON.stringify(key), " A lone surrogate has no UTF-8.");
    return checkLength(byteLength, key);
  },
  find(space, directory, scratch, key) {
    return space.kernel.readFindBytes(directory, scratch, this.write(space, scratch, key));
  },
  read(space, at) {
    try {
      return readText(space, space.words[at >>> 2] as number, space.words[(at >>> 2) + 1] as number);
    } catch (cause) {
      throw damagedKey("no UTF-8", cause);
    }
  },
};

const bytesKeys: KeyCodec<Uint8Array> = {
  type: "bytes",
  form: "exact",
  bound(key) {
    if (!(key instanceof Uint8Array)) throw invalidKey("a Uint8Array", key);
    return checkLength(key.byteLength, key);
  },
  write(space, at, key) {
    space.bytes.set(key, at);
    return key.byteLength;
  },
  find(space, directory, scratch, key) {
    return space.kernel.readFindBytes(directory, scratch, this.write(space, scratch, key));
  },
  read(space, at) {
    const ptr = space.words[at >>> 2] as number;
    return copyBytes(space.bytes, ptr, space.words[(at >>> 2) + 1] as number);
  },
};

const integerBytes = 8;

function integerKeys(type: "u64" | "i64", fits: (key: bigint) => boolean, name: string): KeyCodec<bigint> {
  return {
    type,
    form: "integer",
    bound(key) {
      if (typeof key !== "bigint" || !fits(key)) throw invalidKey(name, key);
      return integerBytes;
    },
    write(space, at, key) {
      space.longs[at >>> 3] = key;
      return integerBytes;
    },
    find(space, directory, _scratch, key) {
      return space.kernel.readFindInteger(directory, key);
    },
    read(space, at) {
      const key = space.longs[at >>> 3] as bigint;
      return type === "u64" ? key : BigInt.asIntN(64, key);
    },
  };
}

function numberKeys(type: "u32" | "i32" | "u53", min: number, max: number, name: string): KeyCodec<number> {
  return {
    type,
    form: "number",
    bound(key) {
      // Protects: the kernel's conversion to an integer, which rounds what is none.
      if (typeof key !== "number" || !Number.isInteger(key) || key < min || key > max) throw invalidKey(name, key);
      return integerBytes;
    },
    write(space, at, key) {
      space.doubles[at >>> 3] = key;
      return integerBytes;
    },
    find(space, directory, _scratch, key) {
      return space.kernel.readFindNumber(directory, key);
    },
    read(space, at) {
      const key = space.doubles[at >>> 3] as number;
      // A bucket of 4 bytes has lost the sign.
      return type === "i32" ? key | 0 : key;
    },
  };
}

const codecs: { readonly [T in KeyType]: KeyCodec<KeyTypes[T]> } = {
  string: stringKeys,
  bytes: bytesKeys,
  u64: integerKeys("u64", (key) => key >= 0n && key <= 0xffff_ffff_ffff_ffffn, "a bigint of 0 … 2^64-1"),
  i64: integerKeys("i64", (key) => key >= -(2n ** 63n) && key < 2n ** 63n, "a bigint of -2^63 … 2^63-1"),
  u32: numberKeys("u32", 0, 0xffff_ffff, "an integer of 0 … 2^32-1"),
  i32: numberKeys("i32", -0x8000_0000, 0x7fff_ffff, "an integer of -2^31 … 2^31-1"),
  u53: numberKeys("u53", 0, Number.MAX_SAFE_INTEGER, "an integer of 0 … 2^53-1"),
};

export const keyTypes: readonly KeyType[] = Object.keys(codecs) as KeyType[];

/** The same keys of bytes where a record is known by its hash alone: what is read back is the hash, as bigint. */
export function hashedKeys(codec: KeyCodec): KeyCodec {
  return {
    ...codec,
    form: "hashed",
    read: (space, at) => space.longs[at >>> 3] as bigint,
  };
}

export function keyForm(type: KeyType): KeyForm {
  return codecs[type].form;
}

export function keyCodec(type: KeyType): KeyCodec {
  return codecs[type] as KeyCodec;
}
