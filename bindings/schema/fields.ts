/**
 * The fields of typed rows: the words that name their types, what TypeScript makes of them, and how a row is laid out.
 *
 *     { price: "f32", stock: "u32", name: "string", tags: "string[]", vec: "f32[8]", scores: "f16[]", note: "string?" }
 *
 * | word | a value is | bytes |
 * |---|---|---|
 * | u8 i8 u16 i16 u32 i32 f32 f64 | number | its width |
 * | u64 i64 | bigint | 8 |
 * | f16, q8#max | number | 2, 1: see `narrow-float.ts` |
 * | char[8] | string without blanks at its end | exactly 8, filled up with blanks |
 * | f32[8] | typed array of 8 | 8 elements |
 * | string, f32[], string[] | string, typed array, array of strings | as many as it takes |
 * | string?, f32[]?, string[]? | the same or null | |
 */

import { invalidOption } from "../errors.js";
import { fieldCountMax, rowWordLengthMax, valueBytesMax } from "../limits.js";
import { halfFormat, isQuantisedMax, quantisedFormat } from "./narrow-float.js";
import { type NumberFormat, type NumberType, type NumberTypes, numberFormats } from "./number-format.js";

/** One number of a field: a type, or a float in fewer bytes, `q8#1.5` one of ±1.5 in 1 byte. */
export type NumberWord = NumberType | "f16" | `q8#${number}`;
type ListWord = "string" | "string[]" | `${NumberWord}[]`;
export type FieldWord = NumberWord | `${NumberWord}[${number}]` | `char[${number}]` | ListWord | `${ListWord}?`;

/** Fields by name, in the order in which they are stored. */
export interface FieldWords {
  readonly [name: string]: FieldWord;
}

interface ArrayTypes {
  u8: Uint8Array;
  i8: Int8Array;
  u16: Uint16Array;
  i16: Int16Array;
  u32: Uint32Array;
  i32: Int32Array;
  u64: BigUint64Array;
  i64: BigInt64Array;
  f32: Float32Array;
  f64: Float64Array;
}

/** The JavaScript type of a field. */
export type FieldValue<W extends string> = W extends `${infer Inner}?`
  ? FieldValue<Inner> | null
  : W extends "string[]"
    ? string[]
    : W extends "string" | `char[${string}`
      ? string
      : W extends `${infer Element}[${string}`
        ? Element extends NumberType
          ? ArrayTypes[Element]
          : Float32Array
        : W extends NumberType
          ? NumberTypes[W]
          : number;

/** The JavaScript type of a row. */
export type Row<F extends FieldWords> = { -readonly [Name in keyof F]: FieldValue<F[Name]> };

/** How a row's fields of varying length are laid out: see `pack-format.ts`. */
export const packFormats = ["normal", "impact", "plain"] as const;
export type PackFormat = (typeof packFormats)[number];

/** A value type of named fields. */
export interface RowType<F extends FieldWords = FieldWords> {
  readonly fields: F;
  /** "normal" if not given: a field of varying length is found in one step. The others are smaller. */
  readonly format?: PackFormat;
}

/** What a field is made of: one number, a fixed count of them, a fixed count of bytes of text, or lists of any length. */
export type FieldKind = "number" | "array" | "char" | "text" | "list" | "texts";

export interface Field {
  readonly name: string;
  readonly word: FieldWord;
  readonly kind: FieldKind;
  /** Of numbers; undefined for text. */
  readonly number: NumberFormat | undefined;
  /** Elements of `array`, bytes of `char`. */
  readonly count: number;
  readonly isNullable: boolean;
  /** Bytes of every value; 0 when they differ. */
  readonly byteWidth: number;
}

export interface RowLayout {
  readonly format: PackFormat;
  /** All fields, in the order they were declared. */
  readonly fields: readonly Field[];
  /** Those of fixed width, which come first in the bytes, and where. */
  readonly fixed: readonly { readonly field: Field; readonly at: number }[];
  /** Those of varying length, which follow. */
  readonly varying: readonly Field[];
  /** Bytes of all fixed fields. */
  readonly fixedBytes: number;
  /** Bytes of every row; 0 when they differ. */
  readonly byteWidth: number;
}

// No whole numbers: an object moves such names to its front, and the order is what says where bytes lie.
const namePattern = /^(?![0-9]+$)[A-Za-z0-9_$][A-Za-z0-9_$.-]{0,127}$/;
const countPattern = /^(.+)\[([1-9][0-9]{0,8})\]$/;

/** The layout of a row type. INVALID_OPTION. */
export function layoutOf({ fields: words, format = "normal" }: RowType): RowLayout {
  if (!packFormats.includes(format)) throw unusable("format", `one of ${packFormats.join(", ")}`, format);
  if (typeof words !== "object" || words === null) throw unusable("fields", "an object of words by name", words);
  const entries = Object.entries(words);
  if (entries.length === 0 || entries.length > fieldCountMax) {
    throw unusable("fields", `1 … ${fieldCountMax} fields`, entries.length);
  }
  const fields = entries.map(([name, word]) => parseField(name, word));
  const varying = fields.filter((field) => field.byteWidth === 0);
  for (const field of varying.slice(0, format === "impact" ? -1 : 0)) {
    if (field.isNullable && field.kind !== "texts") {
      const expected = "null in the last field, or another format: impact leaves out the prefix that says it";
      throw unusable(`field ${field.name}`, expected, field.word);
    }
  }
  const fixed: { field: Field; at: number }[] = [];
  let fixedBytes = 0;
  for (const field of fields.filter(({ byteWidth }) => byteWidth > 0)) {
    fixed.push({ field, at: fixedBytes });
    fixedBytes += field.byteWidth;
  }
  if (fixedBytes > valueBytesMax) throw unusable("fields", `at most ${valueBytesMax} bytes of fixed width`, fixedBytes);
  return { format, fields, fixed, varying, fixedBytes, byteWidth: varying.length === 0 ? fixedBytes : 0 };
}

/**
 * A row type with nothing left to defaults, and each word in the one way it is written. Frozen, since a schema is shown
 * to callers and written again with each version. INVALID_OPTION.
 */
export function rowTypeOf(type: RowType): Required<RowType> {
  const { fields, format } = layoutOf(type);
  const words = Object.fromEntries(fields.map(({ name, word }) => [name, word]));
  return Object.freeze({ fields: Object.freeze(words), format });
}

/** `normal{price:f32,tags:string[]}`: the word of a row type in a schema. Two layouts are the same if these are. */
export function rowWord({ format, fields }: Pick<RowLayout, "format" | "fields">): string {
  return `${format}{${fields.map(({ name, word }) => `${name}:${word}`).join(",")}}`;
}

/** The row type a word names, undefined for a word that `rowWord` does not make. */
export function parseRowWord(text: string): Required<RowType> | undefined {
  const [, format, list] = /^([a-z]+)\{(.*)\}$/.exec(text.slice(0, rowWordLengthMax + 1)) ?? [];
  if (format === undefined || list === undefined) return undefined;
  // `__proto__` would be lost in an object literal; in this one it is refused as any other odd name.
  const words = Object.fromEntries(list.split(",").map((item) => item.split(":", 2)));
  try {
    const type = rowTypeOf({ fields: words, format: format as PackFormat });
    return rowWord(layoutOf(type)) === text ? type : undefined;
  } catch {
    return undefined;
  }
}

function parseField(name: string, word: FieldWord): Field {
  if (!namePattern.test(name) || name === "__proto__") {
    throw unusable("field name", "1 … 128 of A–Z a–z 0–9 _ $ . -, not beginning with . or -, and not all digits", name);
  }
  const field = typeof word === "string" ? parseWord(word) : undefined;
  if (field === undefined) {
    const expected =
      "a number type, f16, q8#max, string, one of these with [] or, but for string, [count], or char[count]";
    throw unusable(`type of field ${name}`, expected, word);
  }
  return { name, ...field };
}

const varying = { number: undefined, count: 0, byteWidth: 0 } as const;

function parseWord(word: string): Omit<Field, "name"> | undefined {
  const isNullable = word.endsWith("?");
  const body = isNullable ? word.slice(0, -1) : word;
  const list = parseList(body);
  if (list !== undefined) {
    const listWord = (list.number === undefined ? body : `${list.number.word}[]`) + (isNullable ? "?" : "");
    return { ...varying, kind: list.kind, number: list.number?.format, isNullable, word: listWord as FieldWord };
  }
  // Only what has a prefix can say that it is null.
  if (isNullable) return undefined;
  const one = parseNumber(body);
  const single = { isNullable, count: 1 };
  if (one !== undefined) {
    return { ...single, kind: "number", number: one.format, word: one.word, byteWidth: one.format.byteWidth };
  }
  const [, element = "", digits = ""] = countPattern.exec(body) ?? [];
  const count = Number(digits);
  if (count < 1) return undefined;
  if (element === "char")
    return { ...single, count, kind: "char", number: undefined, word: body as FieldWord, byteWidth: count };
  const many = parseNumber(element);
  if (many === undefined) return undefined;
  const { format } = many;
  const arrayWord = `${many.word}[${count}]` as FieldWord;
  return { isNullable, count, kind: "array", number: format, word: arrayWord, byteWidth: count * format.byteWidth };
}

function parseList(word: string): { kind: FieldKind; number?: { word: NumberWord; format: NumberFormat } } | undefined {
  if (word === "string") return { kind: "text" };
  if (word === "string[]") return { kind: "texts" };
  const number = word.endsWith("[]") ? parseNumber(word.slice(0, -2)) : undefined;
  return number && { kind: "list", number };
}

/** A number's format, and its word in the one way it is written. */
function parseNumber(word: string): { word: NumberWord; format: NumberFormat } | undefined {
  if (Object.hasOwn(numberFormats, word)) {
    return { word: word as NumberType, format: numberFormats[word as NumberType] as NumberFormat };
  }
  if (word === "f16") return { word, format: halfFormat as NumberFormat };
  const [, digits] = /^q8#([0-9]{1,40}(?:\.[0-9]{1,40})?(?:e[+-]?[0-9]{1,3})?)$/.exec(word) ?? [];
  if (digits === undefined || !isQuantisedMax(Number(digits))) return undefined;
  const max = Number(digits);
  return { word: `q8#${max}`, format: quantisedFormat(max) as NumberFormat };
}

function unusable(what: string, expected: string, got: unknown) {
  return invalidOption({ what: `Unusable ${what} of a row value`, expected, got: String(got).slice(0, 120) });
}
