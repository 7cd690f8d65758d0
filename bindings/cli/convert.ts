/**
 * From what an input or an argument has, text or JSON, to a key or value of a type. Called by records.ts and get.ts.
 *
 * JSON's numbers are doubles: beyond 2^53 the digits that were written are lost when the line is parsed, so such a
 * number is refused where it would become a key or a 64-bit value, rather than stored as another one.
 */

import type { Field } from "../schema/fields.js";
import type { KeyType } from "../schema/key-type.js";
import type { ValueType } from "../schema/value-type.js";
import { parseHex } from "./json.js";

/** What was expected in place of a cell; its reader knows where that is. */
export class Mismatch {
  readonly expected: string;
  readonly advice: string;

  constructor(expected: string, advice = "") {
    this.expected = expected;
    this.advice = advice;
  }
}

/** A key or value made of a cell, or a {@link Mismatch}. */
export type Convert = (cell: unknown) => unknown;

const roundedAdvice = " JSON readers round numbers beyond 2^53: write it as a string.";

/** The conversion to a key type or value type. */
export function converter(type: KeyType | ValueType): Convert {
  return converters[type];
}

/** The conversion to a field of a row. Lists are arrays, or the JSON of arrays in a text, which is what CSV has. */
export function fieldConverter({ word, kind, isNullable }: Field): Convert {
  const element = word.replace(/(\[[0-9]*\])?\??$/, "");
  const convert =
    kind === "char" || !Object.hasOwn(converters, element) ? toElement(kind) : converter(element as ValueType);
  const whole = kind === "number" || kind === "text" || kind === "char" ? convert : toList(convert);
  return isNullable ? (cell) => (cell === null ? null : whole(cell)) : whole;
}

/** Of words that are no value types of their own: narrow floats, and texts of a fixed length. */
function toElement(kind: Field["kind"]): Convert {
  return kind === "char" ? toText : toFloat;
}

function toList(convert: Convert): Convert {
  return (cell) => {
    const list = typeof cell === "string" ? parseList(cell) : cell;
    if (!Array.isArray(list)) return new Mismatch("an array");
    const elements = list.map(convert);
    const wrong = elements.find((element) => element instanceof Mismatch);
    return wrong === undefined ? elements : new Mismatch(`an array, each element ${wrong.expected}`, wrong.advice);
  };
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const converters: { readonly [T in KeyType | ValueType]: Convert } = {
  string: toText,
  json: (cell) => cell,
  bytes: toBytes,
  u8: toNumber(0, 2 ** 8 - 1),
  i8: toNumber(-(2 ** 7), 2 ** 7 - 1),
  u16: toNumber(0, 2 ** 16 - 1),
  i16: toNumber(-(2 ** 15), 2 ** 15 - 1),
  u32: toNumber(0, 2 ** 32 - 1),
  i32: toNumber(-(2 ** 31), 2 ** 31 - 1),
  u53: toNumber(0, Number.MAX_SAFE_INTEGER),
  u64: toBigInt(0n, 2n ** 64n - 1n),
  i64: toBigInt(-(2n ** 63n), 2n ** 63n - 1n),
  f32: toFloat,
  f64: toFloat,
};

function toText(cell: unknown): unknown {
  if (typeof cell === "string") return cell;
  const expected = "a string or a number";
  if (typeof cell !== "number") return new Mismatch(expected);
  return isRounded(cell) ? new Mismatch(expected, roundedAdvice) : String(cell);
}

function toBytes(cell: unknown): unknown {
  return (typeof cell === "string" ? parseHex(cell) : undefined) ?? new Mismatch("an even number of hex digits");
}

function toNumber(min: number, max: number): Convert {
  const mismatch = new Mismatch(`a whole number of ${min} … ${max}`);
  return (cell) => {
    // 15 digits and more are safe only up to 2^53, which the comparison below sees to.
    const value = typeof cell === "string" && /^-?[0-9]{1,16}$/.test(cell) ? Number(cell) : cell;
    const isWithin = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
    // -0 becomes 0.
    return isWithin ? (value as number) + 0 : mismatch;
  };
}

function toBigInt(min: bigint, max: bigint): Convert {
  const expected = `a whole number of ${min} … ${max}`;
  const mismatch = new Mismatch(expected);
  return (cell) => {
    if (typeof cell === "number" && isRounded(cell)) return new Mismatch(expected, roundedAdvice);
    if (!Number.isInteger(cell) && !(typeof cell === "string" && /^-?[0-9]{1,20}$/.test(cell))) return mismatch;
    const value = BigInt(cell as number | string);
    return value >= min && value <= max ? value : mismatch;
  };
}

function toFloat(cell: unknown): unknown {
  if (typeof cell === "number") return cell;
  const isDecimal = typeof cell === "string" && /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(cell);
  return isDecimal ? Number(cell) : new Mismatch("a number");
}

/** Whether a number of JSON may have had other digits than it has now. */
function isRounded(cell: number): boolean {
  return !Number.isFinite(cell) || (Number.isInteger(cell) && !Number.isSafeInteger(cell));
}
