/**
 * Numbers of a fixed width in little-endian bytes: what each type takes, and how it is read and written. Used for values
 * that are one number (`value-type.ts`) and for the fields of rows (`fields.ts`).
 */

/** The typed arrays that hold the elements of an array of numbers. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface NumberArrayClass {
  new (length: number): NumberArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumberArray;
  readonly name: string;
}

export interface NumberFormat<V extends number | bigint = number | bigint> {
  readonly byteWidth: number;
  /** What is expected, for messages. */
  readonly name: string;
  /** The typed array of many; when `isRaw`, its bytes are the stored ones. */
  readonly arrayClass: NumberArrayClass;
  readonly isRaw: boolean;
  fits(value: unknown): boolean;
  get(view: DataView, at: number): V;
  set(view: DataView, at: number, value: V): void;
}

export interface NumberTypes {
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

export type NumberType = keyof NumberTypes;

export const isNumber = (value: unknown): boolean => typeof value === "number";

function integer(
  byteWidth: 1 | 2 | 4,
  signed: boolean,
  arrayClass: NumberArrayClass,
): Omit<NumberFormat<number>, "get" | "set"> {
  const span = 2 ** (byteWidth * 8);
  const min = signed ? -span / 2 : 0;
  const max = signed ? span / 2 - 1 : span - 1;
  return {
    byteWidth,
    name: `an integer of ${min} … ${max}`,
    arrayClass,
    isRaw: true,
    fits: (value) => typeof value === "number" && Number.isInteger(value) && value >= min && value <= max,
  };
}

export const numberFormats: { readonly [T in NumberType]: NumberFormat<NumberTypes[T]> } = {
  u8: {
    ...integer(1, false, Uint8Array),
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  i8: {
    ...integer(1, true, Int8Array),
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
  },
  u16: {
    ...integer(2, false, Uint16Array),
    get: (view, at) => view.getUint16(at, true),
    set: (view, at, value) => view.setUint16(at, value, true),
  },
  i16: {
    ...integer(2, true, Int16Array),
    get: (view, at) => view.getInt16(at, true),
    set: (view, at, value) => view.setInt16(at, value, true),
  },
  u32: {
    ...integer(4, false, Uint32Array),
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, value, true),
  },
  i32: {
    ...integer(4, true, Int32Array),
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, value, true),
  },
  u64: {
    byteWidth: 8,
    name: "a bigint of 0 … 2^64-1",
    arrayClass: BigUint64Array,
    isRaw: true,
    fits: (value) => typeof value === "bigint" && BigInt.asUintN(64, value) === value,
    get: (view, at) => view.getBigUint64(at, true),
    set: (view, at, value) => view.setBigUint64(at, value, true),
  },
  i64: {
    byteWidth: 8,
    name: "a bigint of -2^63 … 2^63-1",
    arrayClass: BigInt64Array,
    isRaw: true,
    fits: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
    get: (view, at) => view.getBigInt64(at, true),
    set: (view, at, value) => view.setBigInt64(at, value, true),
  },
  f32: {
    byteWidth: 4,
    name: "a number",
    arrayClass: Float32Array,
    isRaw: true,
    fits: isNumber,
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, value, true),
  },
  f64: {
    byteWidth: 8,
    name: "a number",
    arrayClass: Float64Array,
    isRaw: true,
    fits: isNumber,
    get: (view, at) => view.getFloat64(at, true),
    set: (view, at, value) => view.setFloat64(at, value, true),
  },
};
