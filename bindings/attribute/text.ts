/** Text to values by Indexlib's rules: what cannot be read is 0, and counted, for documents are never refused by it. */

import type { NumericShape } from "./numeric.js";

/** Between the values of a document in text. */
export const valueSeparator = "\x1d";

const wholePattern = /^[ \t\n\v\f\r]*([+-]?[0-9]{1,40})$/;
const floatPattern =
  /^[ \t\n\v\f\r]*([+-]?)((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|0x[0-9a-f]+|inf|infinity|nan)$/i;

/** The number a text says; blanks may lead, nothing may follow. Undefined when it says none of the type. */
export function parseNumber(shape: NumericShape, text: string): number | bigint | undefined {
  if (shape.isFloat) return parseFloatText(text);
  const [, digits] = wholePattern.exec(text) ?? [];
  if (digits === undefined || (digits.startsWith("-") && !shape.isSigned)) return undefined;
  const value = BigInt(digits.replace(/^\+/, ""));
  if (value < shape.min || value > shape.max) return undefined;
  return shape.isLong ? value : Number(value);
}

function parseFloatText(text: string): number | undefined {
  const [, sign, digits = ""] = floatPattern.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const magnitude = /^inf/i.test(digits) ? Number.POSITIVE_INFINITY : Number(digits);
  return sign === "-" ? -magnitude : magnitude;
}

export interface Parsed {
  readonly values: readonly (number | bigint)[];
  /** Whether all of it could be read. */
  readonly isClean: boolean;
}

/** The numbers of a document: blanks around each are passed over, and so are empty ones; what cannot be read is 0. */
export function parseNumbers(shape: NumericShape, text: string): Parsed {
  let isClean = true;
  const values = text
    .split(valueSeparator)
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const value = parseNumber(shape, word);
      if (value === undefined) isClean = false;
      return value ?? zeroOf(shape);
    });
  return { values, isClean };
}

export function zeroOf(shape: NumericShape): number | bigint {
  return shape.isLong ? 0n : 0;
}

/** The texts of a document: as they are, also empty ones; of an empty text none. */
export function splitTexts(text: string): readonly string[] {
  return text === "" ? [] : text.split(valueSeparator);
}
