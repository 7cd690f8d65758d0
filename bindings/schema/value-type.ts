/** Value types: what a caller may give, how it lies in a staged record, and how it is read from a space. */

import { IndexError } from "../errors.js";
import type { Space } from "../kernel/space.js";
import { valueBytesMax } from "../limits.js";
import { copyBytes } from "./copy-bytes.js";
import { encodeText, longTextLengthMin, readText, textBytesBound, writeText } from "./text.js";

// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives; a caller names its own type
type Json = any;

/** The JavaScript type of each value type. Numbers have a fixed width and lie in the bucket of an integer key. */
export interface ValueTypes {
  bytes: Uint8Array;
  string: string;
  json: Json;
  u8: number;
  i8: number;
  u16: number;
  i16: number;
  u32: number;
  i32: number;
  u64: bigint;
  i64: bigint;
  f32: number;
  f64: number;
}

export type ValueType = keyof ValueTypes;

/** A value on its way into a space: text still to be encoded, bytes, or a number. */
type Prepared = string | Uint8Array | number | bigint;

export interface ValueCodec<V = unknown> {
  readonly type: ValueType;
  /** Bytes of every value, 1–8; 0 when they differ. */
  readonly byteWidth: number;
  /** Refuses with INVALID_VALUE what is not a value of this type. */
  prepare(value: V): Prepared;
  /** Most bytes a prepared value takes. */
  bound(prepared: Prepared): number;
  /** Writes it at `at`, 8-byte aligned, and returns its bytes. */
  write(space: Space, at: number, prepared: Prepared): number;
  /** The value of `byteLength` bytes at `ptr`, a copy. */
  read(space: Space, ptr: number, byteLength: number): V;
}

function invalidValue(type: ValueType, expected: string, value: unknown): IndexError {
  const got =
    typeof value === "bigint"
      ? `${value}n`
      : value === null
        ? "null"
        : typeof value === "object"
          ? "an object"
          : `${typeof value} ${String(value)}`;
  return new IndexError(
    "INVALID_VALUE",
    `Unusable value for an index of ${type} values: expected ${expected}, got ${got.slice(0, 120)}.`,
    { expected },
  );
}

function checkLength(byteLength: number): number {
  if (byteLength > valueBytesMax) {
    throw new IndexError(
      "INVALID_VALUE",
      `Value too long: at most ${valueBytesMax} bytes, got ${byteLength}. Split it over several keys.`,
      { expected: valueBytesMax, got: byteLength },
    );
  }
  return byteLength;
}

/** Shared by all types whose values differ in length: they are prepared as text or as bytes. */
const varying = {
  byteWidth: 0,
  bound(prepared: Prepared): number {
    return typeof prepared === "string" ? textBytesBound(prepared.length) : (prepared as Uint8Array).byteLength;
  },
  write(space: Space, at: number, prepared: Prepared): number {
    if (typeof prepared !== "string") {
      space.bytes.set(prepared as Uint8Array, at);
      return (prepared as Uint8Array).byteLength;
    }
    const byteLength = writeText(space, at, prepared);
    if (byteLength < 0) throw loneSurrogate(prepared);
    return byteLength;
  },
} as const;

function loneSurrogate(text: string): IndexError {
  return invalidValue("string", "well-formed text (a lone surrogate has no UTF-8)", JSON.stringify(text.slice(0, 40)));
}

/** Long text is encoded apart, so that no more than its bytes are reserved. */
function prepareText(text: string): Prepared {
  checkLength(text.length);
  if (text.length < longTextLengthMin) return text;
  const bytes = encodeText(text);
  if (bytes === undefined) throw loneSurrogate(text);
  checkLength(bytes.byteLength);
  return bytes;
}

const bytesValues: ValueCodec<Uint8Array> = {
  ...varying,
  type: "bytes",
  prepare(value) {
    if (!(value instanceof Uint8Array)) throw invalidValue("bytes", "a Uint8Array", value);
    checkLength(value.byteLength);
    return value;
  },
  read(space, ptr, byteLength) {
    return copyBytes(space.bytes, ptr, byteLength);
  },
};

const stringValues: ValueCodec<string> = {
  ...varying,
  type: "string",
  prepare(value) {
    if (typeof value !== "string") throw invalidValue("string", "a string", value);
    return prepareText(value);
  },
  read(space, ptr, byteLength) {
    try {
      return readText(space, ptr, byteLength);
    } catch (cause) {
      throw damaged("text", cause);
    }
  },
};

const jsonValues: ValueCodec<Json> = {
  ...varying,
  type: "json",
  prepare(value) {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new IndexError("INVALID_VALUE", `Unusable value for an index of json values: ${(cause as Error).message}`, {
        cause,
      });
    }
    if (text === undefined) throw invalidValue("json", "something JSON has (to delete a key use del)", value);
    return prepareText(text);
  },
  read(space, ptr, byteLength) {
    try {
      return JSON.parse(readText(space, ptr, byteLength));
    } catch (cause) {
      throw damaged("JSON", cause);
    }
  },
};

function damaged(what: string, cause: unknown): IndexError {
  return new IndexError(
    "CORRUPTION",
    `A stored value is no ${what}. The value file is damaged, or the index holds another type of values: restore it from a copy.`,
    { cause },
  );
}

interface NumberFormat<V> {
  readonly byteWidth: number;
  readonly name: string;
  fits(value: V): boolean;
  get(view: DataView, at: number): V;
  set(view: DataView, at: number, value: V): void;
}

function numberValues<V extends number | bigint>(type: ValueType, format: NumberFormat<V>): ValueCodec<V> {
  const { byteWidth } = format;
  return {
    type,
    byteWidth,
    prepare(value) {
      if (!format.fits(value)) throw invalidValue(type, format.name, value);
      return value;
    },
    bound() {
      return byteWidth;
    },
    write(space, at, prepared) {
      format.set(space.view, at, prepared as V);
      return byteWidth;
    },
    read(space, ptr, byteLength) {
      if (byteLength !== byteWidth) {
        throw new IndexError(
          "CORRUPTION",
          `A stored ${type} has ${byteLength} bytes, expected ${byteWidth}. The value file is damaged: restore it from a copy.`,
          { expected: byteWidth, got: byteLength },
        );
      }
      return format.get(space.view, ptr);
    },
  };
}

function integer(byteWidth: 1 | 2 | 4, signed: boolean): NumberFormat<number> {
  const span = 2 ** (byteWidth * 8);
  const min = signed ? -span / 2 : 0;
  const max = signed ? span / 2 - 1 : span - 1;
  const name = `an integer of ${min} … ${max}`;
  const fits = (value: number): boolean =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
  const shared = { byteWidth, name, fits };
  if (byteWidth === 1) {
    return signed
      ? { ...shared, get: (view, at) => view.getInt8(at), set: (view, at, value) => view.setInt8(at, value) }
      : { ...shared, get: (view, at) => view.getUint8(at), set: (view, at, value) => view.setUint8(at, value) };
  }
  if (byteWidth === 2) {
    return signed
      ? {
          ...shared,
          get: (view, at) => view.getInt16(at, true),
          set: (view, at, value) => view.setInt16(at, value, true),
        }
      : {
          ...shared,
          get: (view, at) => view.getUint16(at, true),
          set: (view, at, value) => view.setUint16(at, value, true),
        };
  }
  return signed
    ? {
        ...shared,
        get: (view, at) => view.getInt32(at, true),
        set: (view, at, value) => view.setInt32(at, value, true),
      }
    : {
        ...shared,
        get: (view, at) => view.getUint32(at, true),
        set: (view, at, value) => view.setUint32(at, value, true),
      };
}

const isNumber = (value: number): boolean => typeof value === "number";

const codecs: { readonly [T in ValueType]: ValueCodec<ValueTypes[T]> } = {
  bytes: bytesValues,
  string: stringValues,
  json: jsonValues,
  u8: numberValues("u8", integer(1, false)),
  i8: numberValues("i8", integer(1, true)),
  u16: numberValues("u16", integer(2, false)),
  i16: numberValues("i16", integer(2, true)),
  u32: numberValues("u32", integer(4, false)),
  i32: numberValues("i32", integer(4, true)),
  u64: numberValues<bigint>("u64", {
    byteWidth: 8,
    name: "a bigint of 0 … 2^64-1",
    fits: (value) => typeof value === "bigint" && BigInt.asUintN(64, value) === value,
    get: (view, at) => view.getBigUint64(at, true),
    set: (view, at, value) => view.setBigUint64(at, value, true),
  }),
  i64: numberValues<bigint>("i64", {
    byteWidth: 8,
    name: "a bigint of -2^63 … 2^63-1",
    fits: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
    get: (view, at) => view.getBigInt64(at, true),
    set: (view, at, value) => view.setBigInt64(at, value, true),
  }),
  f32: numberValues<number>("f32", {
    byteWidth: 4,
    name: "a number",
    fits: isNumber,
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, value, true),
  }),
  f64: numberValues<number>("f64", {
    byteWidth: 8,
    name: "a number",
    fits: isNumber,
    get: (view, at) => view.getFloat64(at, true),
    set: (view, at, value) => view.setFloat64(at, value, true),
  }),
};

export const valueTypes: readonly ValueType[] = Object.keys(codecs) as ValueType[];

export function valueCodec(type: ValueType): ValueCodec {
  return codecs[type] as ValueCodec;
}
