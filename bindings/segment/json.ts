/**
 * JSON nobody vouches for. Bytes are parsed strictly, then known fields are picked one by one, by type and range, into
 * objects made here; what is not asked for is not seen. Parsed objects are never spread, merged or handed on, so a
 * field called `__proto__` is a field like any other. Every failure names the file and the field.
 */

import { corruption, formatUnsupported, type IndexError, indexError, overLimit } from "../errors.js";

// A byte order mark is not skipped but refused: nobody's writer makes one, and sizes and hashes would count it.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/**
 * UTF-8 of `value`, with no blanks. Fields come in the order they were written in, so the same facts in the same order
 * give the same bytes on every engine. INVALID_VALUE for NaN and infinities, which JSON would turn into null.
 */
export function encodeJson(value: object): Uint8Array {
  return utf8.encode(JSON.stringify(value, refuseNotFinite));
}

/** The fields of the JSON object that `bytes` are; `file` is named in failures. CORRUPTION if they are no object. */
export function parseFields(bytes: Uint8Array, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(bytes));
  } catch (cause) {
    throw corruption({ what: "Not JSON", file, expected: "a JSON object in UTF-8", got: String(cause), cause });
  }
  return new Fields(file, "", objectOf(value, file, "the whole file"));
}

/** A u64 as 16 lower-case hex digits: JSON numbers stop at 2^53. */
export function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, "0");
}

/** One parsed object. Each method picks one field and fails with CORRUPTION if it is absent or not what was asked for. */
export class Fields {
  readonly #file: string;
  readonly #at: string;
  readonly #values: object;

  constructor(file: string, at: string, values: object) {
    this.#file = file;
    this.#at = at;
    this.#values = values;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** The names of all fields, in the file's order; they are data, so keep them out of objects. */
  names(): string[] {
    return Object.keys(this.#values);
  }

  boolean(name: string): boolean {
    const value = this.#pick(name);
    if (typeof value !== "boolean") throw this.fault(name, "true or false", value);
    return value;
  }

  /** A whole number in `min` … `max`. */
  integer(name: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#pick(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) {
      return value === 0 ? 0 : value;
    }
    throw this.fault(name, `a whole number in ${min} … ${max}`, value);
  }

  /** Any finite number in `min` … `max`. */
  number(name: string, min: number, max: number): number {
    const value = this.#pick(name);
    if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) return value;
    throw this.fault(name, `a number in ${min} … ${max}`, value);
  }

  /** Text that matches `pattern`, which says all of it, its length too; `expected` says so in words. */
  text(name: string, pattern: RegExp, expected: string): string {
    const value = this.#pick(name);
    if (typeof value !== "string" || !pattern.test(value)) throw this.fault(name, expected, value);
    return value;
  }

  object(name: string): Fields {
    const at = this.#at + name;
    return new Fields(this.#file, `${at}.`, objectOf(this.#pick(name), this.#file, at));
  }

  /** An array of objects; LIMIT if it has more than `countMax`. */
  objects(name: string, countMax: number): Fields[] {
    const value = this.#pick(name);
    if (!Array.isArray(value)) throw this.fault(name, "an array", value);
    if (value.length > countMax) {
      const field = this.#at + name;
      throw overLimit({ what: `Too many ${field}`, file: this.#file, field, limit: countMax, got: value.length });
    }
    return value.map((item: unknown, index) => {
      const at = `${this.#at}${name}[${index}]`;
      return new Fields(this.#file, `${at}.`, objectOf(item, this.#file, at));
    });
  }

  /** The failure for a field whose value its reader cannot take, for rules only the reader knows. */
  fault(name: string, expected: string, got: unknown): IndexError {
    return fieldFault(this.#file, this.#at + name, expected, got);
  }

  /** FORMAT_UNSUPPORTED for a field that says so. */
  unsupported(name: string, expected: string | number): IndexError {
    const field = this.#at + name;
    const got = excerpt(this.#pick(name));
    return formatUnsupported({ what: `Field ${field} of an unknown format`, file: this.#file, field, expected, got });
  }

  #pick(name: string): unknown {
    return this.has(name) ? this.#values[name as keyof object] : undefined;
  }
}

function refuseNotFinite(field: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw indexError("INVALID_VALUE", { what: `Unusable ${field}`, field, expected: "a finite number", got: value });
}

function objectOf(value: unknown, file: string, field: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fieldFault(file, field, "an object", value);
  }
  return value;
}

function fieldFault(file: string, field: string, expected: string, got: unknown): IndexError {
  return corruption({ what: `Wrong field ${field}`, file, field, expected, got: excerpt(got) });
}

/** Enough of a value to recognise it; a hostile file must not fill the log. */
function excerpt(value: unknown): string {
  if (value === undefined) return "nothing";
  const text =
    typeof value === "object" && value !== null
      ? Array.isArray(value)
        ? "an array"
        : "an object"
      : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
