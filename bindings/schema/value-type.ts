/** Value types: what a caller may give, how it lies in a staged record, and how it is read from a space. */

import { IndexError } from "../errors.js";
import type { Space } from "../kernel/space.js";
import { valueBytesMax } from "../limits.js";
import { copyBytes } from "./copy-bytes.js";
import { layoutOf, parseRowWord, type Row, type RowType, rowWord } from "./fields.js";
import { type NumberFormat, type NumberType, type NumberTypes, numberFormats } from "./number-format.js";
import { rowCodec } from "./row-codec.js";
import { encodeText, longTextLengthMin, readText, textBytesBound, writeText } from "./text.js";
import type { ValueSource } from "./value-source.js";

// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives; a caller names its own type
type Json = any;

/** The JavaScript type of each value type. Numbers have a fixed width and lie in the bucket of an integer key. */
export interface ValueTypes extends NumberTypes {
  bytes: Uint8Array;
  string: string;
  json: Json;
}

export type ValueType = keyof ValueTypes;

/** What the values of an index may be: one of the types by its name, or rows of named fields. */
export type AnyValueType = ValueType | RowType;

/** The JavaScript type of a value type. */
export type ValueOf<V extends AnyValueType> = V extends ValueType
  ? ValueTypes[V]
  : V extends RowType<infer F>
    ? Row<F>
    : never;

/** A value on its way into a space: text still to be encoded, bytes, or a number. */
type Prepared = string | Uint8Array | number | bigint;

export interface ValueCodec<V = unknown> {
  /** Its word in a schema. */
  readonly type: string;
  /** Bytes of every value, 1–8; 0 when they differ. */
  readonly byteWidth: number;
  /** Refuses with INVALID_VALUE what is not a value of this type. */
  prepare(value: V): Prepared;
  /** Most bytes a prepared value takes. */
  bound(prepared: Prepared): number;
  /** Writes it at `at`, 8-byte aligned, and returns its bytes. */
  write(space: Space, at: number, prepared: Prepared): number;
  /** The value of `byteLength` bytes at `ptr`, a copy. CORRUPTION. */
  read(source: ValueSource, ptr: number, byteLength: number): V;
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
  read(source, ptr, byteLength) {
    return copyBytes(source.bytes, ptr, byteLength);
  },
};

const stringValues: ValueCodec<string> = {
  ...varying,
  type: "string",
  prepare(value) {
    if (typeof value !== "string") throw invalidValue("string", "a string", value);
    return prepareText(value);
  },
  read(source, ptr, byteLength) {
    try {
      return readText(source, ptr, byteLength);
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
  read(source, ptr, byteLength) {
    try {
      return JSON.parse(readText(source, ptr, byteLength));
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

function numberValues<T extends NumberType>(type: T): ValueCodec<NumberTypes[T]> {
  type V = NumberTypes[T];
  const format: NumberFormat<V> = numberFormats[type];
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
    read(source, ptr, byteLength) {
      if (byteLength !== byteWidth) {
        throw new IndexError(
          "CORRUPTION",
          `A stored ${type} has ${byteLength} bytes, expected ${byteWidth}. The value file is damaged: restore it from a copy.`,
          { expected: byteWidth, got: byteLength },
        );
      }
      return format.get(source.view, ptr);
    },
  };
}

const codecs: { readonly [T in ValueType]: ValueCodec<ValueTypes[T]> } = {
  bytes: bytesValues,
  string: stringValues,
  json: jsonValues,
  u8: numberValues("u8"),
  i8: numberValues("i8"),
  u16: numberValues("u16"),
  i16: numberValues("i16"),
  u32: numberValues("u32"),
  i32: numberValues("i32"),
  u64: numberValues("u64"),
  i64: numberValues("i64"),
  f32: numberValues("f32"),
  f64: numberValues("f64"),
};

export const valueTypes: readonly ValueType[] = Object.keys(codecs) as ValueType[];

/** The codec of a value type. INVALID_OPTION for rows whose fields cannot be. */
export function valueCodec(type: AnyValueType): ValueCodec {
  return (typeof type === "string" ? codecs[type] : rowCodec(type)) as ValueCodec;
}

/** The word of a value type in a schema. INVALID_OPTION. */
export function valueWord(type: AnyValueType): string {
  return typeof type === "string" ? type : rowWord(layoutOf(type));
}

/** The value type that a word names; undefined for a word not known. */
export function readValueWord(word: string): AnyValueType | undefined {
  return Object.hasOwn(codecs, word) ? (word as ValueType) : parseRowWord(word);
}
