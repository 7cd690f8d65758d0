/** The ten numeric types of columns: their arrays, widths and limits, and values that nobody vouches for. */

import { type IndexError, indexError, invalidOption } from "../errors.js";

export type Numeric = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "f32" | "f64";

/** One of the arrays that hold numeric columns in JavaScript. */
export type TypedArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

type ArrayMaker = (buffer: ArrayBuffer, byteOffset: number, length: number) => TypedArray;

/** What a numeric type is to the codec and to JavaScript. */
export interface NumericShape {
  readonly type: Numeric;
  readonly valueBytes: 1 | 2 | 4 | 8;
  /** Whether compression maps values near 0, of either sign, to small numbers first. */
  readonly isSigned: boolean;
  /** Whether values are bigint. */
  readonly isLong: boolean;
  readonly isFloat: boolean;
  /** Smallest and largest whole number; not for floats. */
  readonly min: bigint;
  readonly max: bigint;
  /** The stored bits of a null: Indexlib's numeric_limits<T>::min(), for floats the smallest normal one. */
  readonly nullBits: bigint;
  /** A view of `length` values. */
  readonly view: ArrayMaker;
}

const integer = (type: Numeric, valueBytes: 1 | 2 | 4 | 8, view: ArrayMaker): NumericShape => {
  const isSigned = type.startsWith("i");
  const bits = BigInt(valueBytes * 8);
  return {
    type,
    valueBytes,
    isSigned,
    isLong: valueBytes === 8,
    isFloat: false,
    min: isSigned ? -(1n << (bits - 1n)) : 0n,
    max: (1n << (isSigned ? bits - 1n : bits)) - 1n,
    nullBits: isSigned ? 1n << (bits - 1n) : 0n,
    view,
  };
};

const float = (type: Numeric, valueBytes: 4 | 8, nullBits: bigint, view: ArrayMaker): NumericShape => {
  return { type, valueBytes, isSigned: false, isLong: false, isFloat: true, min: 0n, max: 0n, nullBits, view };
};

const shapes: { readonly [T in Numeric]: NumericShape } = {
  u8: integer("u8", 1, (buffer, at, length) => new Uint8Array(buffer, at, length)),
  i8: integer("i8", 1, (buffer, at, length) => new Int8Array(buffer, at, length)),
  u16: integer("u16", 2, (buffer, at, length) => new Uint16Array(buffer, at, length)),
  i16: integer("i16", 2, (buffer, at, length) => new Int16Array(buffer, at, length)),
  u32: integer("u32", 4, (buffer, at, length) => new Uint32Array(buffer, at, length)),
  i32: integer("i32", 4, (buffer, at, length) => new Int32Array(buffer, at, length)),
  u64: integer("u64", 8, (buffer, at, length) => new BigUint64Array(buffer, at, length)),
  i64: integer("i64", 8, (buffer, at, length) => new BigInt64Array(buffer, at, length)),
  f32: float("f32", 4, 0x0080_0000n, (buffer, at, length) => new Float32Array(buffer, at, length)),
  f64: float("f64", 8, 0x0010_0000_0000_0000n, (buffer, at, length) => new Float64Array(buffer, at, length)),
};

export const numericTypes: readonly Numeric[] = Object.keys(shapes) as Numeric[];

/** The shape of a type; INVALID_OPTION for a word that is none. */
export function numericShape(type: Numeric): NumericShape {
  if (typeof type === "string" && Object.hasOwn(shapes, type)) return shapes[type];
  throw invalidOption({ what: "Unusable type", expected: `one of ${numericTypes.join(", ")}`, got: String(type) });
}

const typeOfArray: ReadonlyMap<string, Numeric> = new Map([
  ["Uint8Array", "u8"],
  ["Uint8ClampedArray", "u8"],
  ["Int8Array", "i8"],
  ["Uint16Array", "u16"],
  ["Int16Array", "i16"],
  ["Uint32Array", "u32"],
  ["Int32Array", "i32"],
  ["BigUint64Array", "u64"],
  ["BigInt64Array", "i64"],
  ["Float32Array", "f32"],
  ["Float64Array", "f64"],
]);

/** The shape of a typed array's values, wherever it was made; INVALID_VALUE for anything else. */
export function shapeOfArray(values: unknown): NumericShape {
  const name = ArrayBuffer.isView(values)
    ? (values as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]
    : undefined;
  const type = typeOfArray.get(name ?? "");
  if (type !== undefined) return shapes[type];
  throw indexError("INVALID_VALUE", { what: "Unusable values", expected: "a typed array", got: typeof values });
}

/** The bytes of a typed array. */
export function bytesOf(values: ArrayBufferView<ArrayBufferLike>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A new array of `length` zeros. */
export function newArray({ view, valueBytes }: NumericShape, length: number): TypedArray {
  return view(new ArrayBuffer(length * valueBytes), 0, length);
}

/** Returns `value` if the type holds it exactly (f32: rounded, as everywhere); INVALID_VALUE otherwise. */
export function checkNumeric(shape: NumericShape, value: unknown): number | bigint {
  if (shape.isFloat) {
    if (typeof value === "number") return value;
  } else if (shape.isLong) {
    if (typeof value === "bigint" && value >= shape.min && value <= shape.max) return value;
  } else if (
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= Number(shape.min) &&
    value <= Number(shape.max)
  ) {
    // -0 is 0.
    return value + 0;
  }
  throw invalidNumeric(shape, value);
}

function invalidNumeric(shape: NumericShape, value: unknown): IndexError {
  const expected = shape.isFloat
    ? "a number"
    : `a ${shape.isLong ? "bigint" : "whole number"} of ${shape.min} … ${shape.max}`;
  const got = typeof value === "bigint" || typeof value === "number" ? `${typeof value} ${value}` : typeof value;
  return indexError("INVALID_VALUE", { what: `No value of a ${shape.type} column`, expected, got });
}
