/**
 * From a key to the 64 bits that Indexlib's number hashes make of it. An index with `use_number_hash` and a key field of
 * integers takes the number itself; all others hash the key's text, which is the kernel's work (`assembly/read/form.ts`).
 *
 * Differs: Indexlib builds with whatever its parser left of text that is no number; here it is INVALID_KEY.
 */

import { IndexError } from "../errors.js";

/** How a key becomes its 64 bits: hashed as text, or taken as a signed or an unsigned number. */
export type KeyHash = "murmur" | "int64" | "uint64";

/** A key of a number hash: text in decimal, or the number itself. */
export type NumberKey = string | number | bigint;

/** Only these blanks may stand around a number. */
const numberPattern = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)[ \t\n\v\f\r]*$/;
/** Longer text is not parsed: BigInt takes quadratic time. No 64-bit number is longer but by zeros and blanks. */
const textLengthMax = 1_024;

const numberRanges = {
  int64: { min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint64: { min: 0n, max: 2n ** 64n - 1n },
} as const;

/**
 * The hashed key of a number, undefined for what is none: a lookup of that answers "absent". The range is that of 64 bits
 * whatever the key field's own width; negative numbers keep their sign's bits.
 */
export function hashNumber(hash: Exclude<KeyHash, "murmur">, key: NumberKey): bigint | undefined {
  const number = typeof key === "string" ? parseNumber(hash, key) : exactNumber(key);
  const { min, max } = numberRanges[hash];
  return number === undefined || number < min || number > max ? undefined : BigInt.asUintN(64, number);
}

/** The hashed key of a number to be stored. INVALID_KEY. */
export function hashNumberChecked(hash: Exclude<KeyHash, "murmur">, key: NumberKey): bigint {
  const hashed = hashNumber(hash, key);
  if (hashed !== undefined) return hashed;
  const expected = `a whole number of ${numberRanges[hash].min} … ${numberRanges[hash].max}, or its text`;
  const got = typeof key === "string" ? JSON.stringify(key.slice(0, 60)) : `${typeof key} ${String(key)}`;
  throw new IndexError("INVALID_KEY", `Unusable key: expected ${expected}, got ${got}.`, { expected });
}

function parseNumber(hash: KeyHash, text: string): bigint | undefined {
  const [, sign, digits] = (text.length <= textLengthMax && numberPattern.exec(text)) || [];
  if (digits === undefined || (sign === "-" && hash === "uint64")) return undefined;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

/** A number JavaScript may have rounded is no key: it could be another one's. */
function exactNumber(key: unknown): bigint | undefined {
  if (typeof key === "bigint") return key;
  return Number.isSafeInteger(key) ? BigInt(key as number) : undefined;
}
