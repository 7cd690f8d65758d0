/** What a column is: options as a caller gives them, checked, and what they mean for its files. */

import { type IndexError, invalidOption } from "../errors.js";
import { type Numeric, type NumericShape, numericShape, numericTypes } from "./numeric.js";

/** What both who writes a column and who reads it must know: Indexlib's files do not say it. */
export interface ColumnOptions {
  readonly type: Numeric | "string";
  /** Whether a document has many values. */
  readonly multi?: boolean;
  /**
   * Words joined by `|`: `equal` compresses values, or the offsets of text and many values; `uniq` stores equal items once;
   * `fp16` and `int8#<largest magnitude>` store f32 in 2 bytes and in 1.
   */
  readonly compress?: string;
  /** Whether a document may have no value. */
  readonly nullable?: boolean;
  /** Whether values may be changed later: true for single numbers, false for others, if not given. */
  readonly updatable?: boolean;
  /** Each document has as many values, or text of as many bytes: no count is stored. */
  readonly fixedCount?: number;
  /** Largest offset that is stored in 4 bytes; 2^32 − 1 if not given. */
  readonly offsetThreshold?: number;
  readonly documentCount: number;
}

/** How f32 is stored in fewer bytes. */
export type FloatCoding = { readonly kind: "half" } | { readonly kind: "int8"; readonly absMax: number };

/** Checked options. */
export interface ColumnPlan {
  /** The type of values in JavaScript; undefined for text. */
  readonly shape: NumericShape | undefined;
  /** The type of stored numbers: a whole number of the width for coded floats; undefined for text. */
  readonly stored: NumericShape | undefined;
  readonly coding: FloatCoding | undefined;
  readonly isMulti: boolean;
  /** Whether values are items with offsets: text, or many values. */
  readonly isItems: boolean;
  readonly isEqual: boolean;
  readonly isUnique: boolean;
  readonly isNullable: boolean;
  readonly isUpdatable: boolean;
  readonly fixedCount: number | undefined;
  /** Whether offsets may have 4 bytes. */
  readonly isAdaptive: boolean;
  readonly offsetThreshold: number;
  readonly documentCount: number;
}

export const offsetThresholdMax: number = 2 ** 32 - 1;
/** A guard offset follows those of the documents, and all are counted in 32 bits. */
export const documentCountMax: number = 2 ** 32 - 2;
export const fixedCountMax = 65_535;

/** INVALID_OPTION. */
export function planColumn(options: ColumnOptions): ColumnPlan {
  const { type, multi = false, nullable = false, fixedCount, offsetThreshold = offsetThresholdMax } = options;
  if (type !== "string" && !numericTypes.includes(type)) {
    throw refuse("type", `string or one of ${numericTypes.join(", ")}`, type);
  }
  const shape = type === "string" ? undefined : numericShape(type);
  const isItems = multi || shape === undefined;
  const words = parseCompress(options.compress ?? "");
  const coding = codingOf(words, type);
  const stored = coding === undefined ? shape : numericShape(coding.kind === "half" ? "i16" : "i8");
  const isEqual = words.has("equal");
  const isUnique = words.has("uniq");
  const isUpdatable = options.updatable ?? !isItems;
  checkWhole("documentCount", options.documentCount, documentCountMax);
  checkWhole("offsetThreshold", offsetThreshold, offsetThresholdMax);
  if (fixedCount !== undefined) checkWhole("fixedCount", fixedCount, fixedCountMax, 1);
  if (isEqual && nullable && !isItems) {
    throw refuse("nullable", "false for single numbers with compress equal, which have no mark for null", "true");
  }
  if (isUnique && !isItems) throw refuse("compress", "uniq only for text and many values", options.compress);
  if (fixedCount !== undefined && !isItems) throw refuse("fixedCount", "none for single numbers", fixedCount);
  if (fixedCount !== undefined && nullable) throw refuse("nullable", "false with fixedCount", "true");
  if (fixedCount !== undefined && multi && type === "string") {
    throw refuse("fixedCount", "none for many texts, which differ in length", fixedCount);
  }
  return {
    shape,
    stored,
    coding,
    isMulti: multi,
    isItems,
    isEqual,
    isUnique,
    isNullable: nullable,
    isUpdatable,
    fixedCount,
    isAdaptive: !isEqual || !isUpdatable,
    offsetThreshold,
    documentCount: options.documentCount,
  };
}

/** Bytes of one item with a fixed count, else 0. */
export function fixedBytesOf({ fixedCount, stored }: ColumnPlan): number {
  return (fixedCount ?? 0) * (stored?.valueBytes ?? 1);
}

// patch_compress is about files of another kind, which a column's own do not show.
const knownWord = /^(equal|uniq|fp16|patch_compress|int8#([0-9.eE+-]+))$/;

function parseCompress(text: string): ReadonlySet<string> {
  const words = new Set(
    String(text)
      .split("|")
      .map((word) => word.trim())
      .filter((word) => word !== ""),
  );
  for (const word of words) {
    if (!knownWord.test(word)) throw refuse("compress", "words of equal, uniq, fp16, int8#<number>, joined by |", word);
  }
  return words;
}

function codingOf(words: ReadonlySet<string>, type: string): FloatCoding | undefined {
  const codings = [...words].filter((word) => word === "fp16" || word.startsWith("int8#"));
  const [word] = codings;
  if (word === undefined) return undefined;
  if (codings.length > 1) throw refuse("compress", "one of fp16 and int8#<number>", codings.join("|"));
  if (type !== "f32") throw refuse("compress", "fp16 and int8 only for f32", `${word} of ${type}`);
  if (word === "fp16") return { kind: "half" };
  const absMax = Math.fround(Number(word.slice("int8#".length)));
  if (!(absMax > 0 && absMax < Number.POSITIVE_INFINITY)) throw refuse("compress", "int8# and a number above 0", word);
  return { kind: "int8", absMax };
}

function checkWhole(name: string, value: number, max: number, min = 0): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw refuse(name, `a whole number of ${min} … ${max}`, value);
}

function refuse(name: string, expected: string, got: unknown): IndexError {
  return invalidOption({ what: `Unusable option ${name}`, expected, got: String(got) });
}
