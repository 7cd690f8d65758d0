/**
 * Rows to bytes, as `pack-format.ts` draws them. One packer an index; what it returns is the caller's.
 *
 * Invariant: a caller's code (getters, proxies) runs while a row's properties are collected, and never while bytes are
 * written. So it may put into the same index, and nothing it does changes a length that was already reserved.
 */

import { IndexError } from "../errors.js";
import { valueBytesMax } from "../limits.js";
import { copyBytes } from "./copy-bytes.js";
import type { Field, RowLayout } from "./fields.js";
import type { NumberFormat } from "./number-format.js";
import {
  blank,
  nullCount,
  prefixBytes,
  prefixBytesMax,
  stepBytes,
  unitBytes,
  unitOf,
  writePrefix,
} from "./pack-format.js";
import { encodeText, longTextLengthMin } from "./text.js";

const packerBytesMin = 4_096;
/** A packer that grew beyond this for a great row does not stay so. */
const packerBytesMax: number = 1024 * 1024;
/** Up to this length a loop beats the encoder and its view. */
const shortTextLengthMax = 48;
const utf8BytesMax = 3;
const utf8 = new TextEncoder();

export class Packer {
  readonly #layout: RowLayout;
  /** The fields in the order of their bytes. */
  readonly #order: readonly Field[];
  #bytes = new Uint8Array(packerBytesMin);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(layout: RowLayout) {
    this.#layout = layout;
    this.#order = [...layout.fixed.map(({ field }) => field), ...layout.varying];
  }

  /** The row's bytes. INVALID_VALUE, with the field, for what does not fit the layout; other properties are passed over. */
  pack(row: unknown): Uint8Array {
    const { fixed, varying, format } = this.#layout;
    if (typeof row !== "object" || row === null) throw misfit(undefined, "an object with the fields of the row", row);
    const values: unknown[] = [];
    for (const { name } of this.#order) values.push(collected((row as Record<string, unknown>)[name]));
    this.#at = 0;
    for (let i = 0; i < fixed.length; i++) this.#fixed(this.#order[i] as Field, values[i]);
    if (varying.length > 0) {
      if (format === "normal") this.#normal(values);
      else if (format === "impact" && varying.length > 1) this.#impact(values);
      else for (let i = fixed.length; i < values.length; i++) this.#datum(this.#order[i] as Field, values[i], true);
    }
    const packed = copyBytes(this.#bytes, 0, this.#at);
    if (this.#bytes.length > packerBytesMax) this.#replace(packerBytesMin, 0);
    return packed;
  }

  #normal(values: readonly unknown[]): void {
    let step = this.#at;
    const stepsBytes = this.#layout.varying.length * stepBytes;
    this.#reserve(stepsBytes);
    this.#at += stepsBytes;
    for (let i = this.#layout.fixed.length; i < values.length; i++) {
      this.#view.setUint32(step, this.#at - step, true);
      this.#view.setUint32(step + 4, 0, true);
      this.#datum(this.#order[i] as Field, values[i], true);
      step += stepBytes;
    }
  }

  #impact(values: readonly unknown[]): void {
    const start = this.#at;
    const last = values.length - 1;
    const ends: number[] = [];
    for (let i = this.#layout.fixed.length; i < last; i++) {
      const field = this.#order[i] as Field;
      this.#datum(field, values[i], field.kind === "texts");
      ends.push(this.#at - start);
    }
    this.#datum(this.#order[last] as Field, values[last], true);
    this.#insertTable(start, ends);
  }

  /** Moves what was written from `start` on to make room for a unit and the entries. */
  #insertTable(start: number, entries: readonly number[]): void {
    const unit = unitOf(entries.at(-1) as number);
    const tableBytes = unitBytes + entries.length * unit;
    this.#reserve(tableBytes);
    this.#bytes.copyWithin(start + tableBytes, start, this.#at);
    this.#bytes[start] = unit;
    let at = start + unitBytes;
    for (const entry of entries) {
      if (unit === 1) this.#bytes[at] = entry;
      else if (unit === 2) this.#view.setUint16(at, entry, true);
      else this.#view.setUint32(at, entry, true);
      at += unit;
    }
    this.#at += tableBytes;
  }

  #fixed(field: Field, value: unknown): void {
    const { kind, number, count, byteWidth } = field;
    this.#reserve(byteWidth);
    if (kind === "number") this.#number(field, number as NumberFormat, value);
    else if (kind === "array") {
      const list = elementsOf(field, value);
      if (list.length !== count) throw misfit(field, `${count} elements`, `${list.length}`);
      this.#numbers(field, number as NumberFormat, list);
    } else this.#char(field, value);
  }

  #datum(field: Field, value: unknown, hasPrefix: boolean): void {
    const { kind, number } = field;
    if (value === null && field.isNullable) this.#prefix(nullCount);
    else if (kind === "text") this.#text(field, value, hasPrefix);
    else if (kind === "texts") this.#texts(field, value);
    else {
      const list = elementsOf(field, value);
      this.#checkLength(list.length * (number as NumberFormat).byteWidth);
      if (hasPrefix) this.#prefix(list.length);
      this.#reserve(list.length * (number as NumberFormat).byteWidth);
      this.#numbers(field, number as NumberFormat, list);
    }
    this.#checkLength(0);
  }

  #number(field: Field, number: NumberFormat, value: unknown): void {
    if (!number.fits(value)) throw misfit(field, number.name, value);
    number.set(this.#view, this.#at, value as number | bigint);
    this.#at += number.byteWidth;
  }

  /** Room for all of them is reserved. */
  #numbers(field: Field, number: NumberFormat, list: ArrayLike<number | bigint>): void {
    if (number.isRaw && ArrayBuffer.isView(list)) {
      this.#bytes.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), this.#at);
      this.#at += list.byteLength;
    } else for (let i = 0; i < list.length; i++) this.#number(field, number, list[i]);
  }

  #char(field: Field, value: unknown): void {
    const start = this.#at;
    this.#text(field, value, false);
    const got = this.#at - start;
    if (got > field.count) throw misfit(field, `at most ${field.count} bytes of UTF-8`, `${got}`);
    if (got > 0 && this.#bytes[this.#at - 1] === blank) {
      throw misfit(field, "text without a blank at its end, where it could not be told from filling", value);
    }
    this.#at = start + field.count;
    this.#bytes.fill(blank, start + got, this.#at);
  }

  #texts(field: Field, value: unknown): void {
    if (!Array.isArray(value)) throw misfit(field, "an array of strings", value);
    this.#prefix(value.length);
    if (value.length === 0) return;
    const start = this.#at;
    const starts: number[] = [];
    for (const text of value) {
      starts.push(this.#at - start);
      this.#text(field, text, true);
      this.#checkLength(0);
    }
    this.#insertTable(start, starts);
  }

  #text(field: Field, value: unknown, hasPrefix: boolean): void {
    if (typeof value !== "string") throw misfit(field, "a string", value);
    const { length } = value;
    // A character is at least a byte: whoever fails here would fail after encoding too.
    this.#checkLength(length);
    // Nearly all text is ASCII; when it is not, its bytes may have to make room for a longer prefix.
    const guess = hasPrefix ? prefixBytes(length) : 0;
    const start = this.#at;
    const bytes = length < longTextLengthMin ? undefined : encodeText(value);
    this.#reserve(prefixBytesMax + (bytes?.byteLength ?? length * utf8BytesMax));
    let written = length <= shortTextLengthMax ? this.#ascii(value, start + guess) : -1;
    if (bytes !== undefined) {
      this.#bytes.set(bytes, start + guess);
      written = bytes.byteLength;
    } else if (written < 0) {
      if (!value.isWellFormed())
        throw misfit(field, "text without lone surrogates", JSON.stringify(value.slice(0, 40)));
      ({ written } = utf8.encodeInto(value, this.#bytes.subarray(start + guess)));
    }
    const byteLength = hasPrefix ? prefixBytes(written) : 0;
    if (byteLength !== guess) this.#bytes.copyWithin(start + byteLength, start + guess, start + guess + written);
    if (hasPrefix) writePrefix(this.#bytes, start, written, byteLength);
    this.#at = start + byteLength + written;
  }

  /** Bytes of a text of one byte a character, -1 for another; the bytes are written all the same. */
  #ascii(text: string, at: number): number {
    const bytes = this.#bytes;
    let all = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[at + i] = code;
      all |= code;
    }
    return all < 0x80 ? text.length : -1;
  }

  #prefix(count: number): void {
    const byteLength = prefixBytes(count);
    this.#reserve(byteLength);
    writePrefix(this.#bytes, this.#at, count, byteLength);
    this.#at += byteLength;
  }

  #checkLength(more: number): void {
    const got = this.#at + more;
    if (got <= valueBytesMax) return;
    throw new IndexError(
      "INVALID_VALUE",
      `Value too long: at most ${valueBytesMax} bytes, got ${got} and more. Split it over several keys.`,
      { expected: valueBytesMax, got },
    );
  }

  /** Protects: every write at `#at` of up to `byteLength` bytes. */
  #reserve(byteLength: number): void {
    const needed = this.#at + byteLength;
    if (needed > this.#bytes.length) this.#replace(Math.max(needed, this.#bytes.length * 2), this.#at);
  }

  #replace(byteLength: number, used: number): void {
    const old = this.#bytes.subarray(0, used);
    this.#bytes = new Uint8Array(byteLength);
    this.#bytes.set(old);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** Arrays as they are now: their elements may be getters. */
function collected(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value;
}

function elementsOf(field: Field, value: unknown): ArrayLike<number | bigint> {
  const { arrayClass } = field.number as NumberFormat;
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && value instanceof arrayClass)) {
    return value as ArrayLike<number | bigint>;
  }
  throw misfit(field, `an array or ${arrayClass.name}`, value);
}

function misfit(field: Field | undefined, expected: string, value: unknown): IndexError {
  const got =
    typeof value === "bigint"
      ? `${value}n`
      : typeof value === "object" && value !== null
        ? `an object (${value.constructor?.name ?? "no prototype"})`
        : String(value);
  const what = field === undefined ? "Unusable row" : `Unusable field ${field.name} of a row`;
  return new IndexError("INVALID_VALUE", `${what}: expected ${expected}, got ${got.slice(0, 120)}.`, {
    ...(field === undefined ? {} : { field: field.name }),
    expected,
  });
}
