/**
 * Bytes to rows, as `pack-format.ts` draws them: all fields or some. Compiled once for a choice of fields; a fixed field
 * is read where it lies, and of the others only the chosen ones are touched (in `plain`, those before them are skipped).
 *
 * For any bytes the answer is a row or CORRUPTION: nothing outside of them is read, and the time is bounded by their number,
 * since no byte is decoded twice.
 */

import { IndexError } from "../errors.js";
import { copyBytes } from "./copy-bytes.js";
import type { Field, RowLayout } from "./fields.js";
import type { NumberArray, NumberFormat } from "./number-format.js";
import { blank, nullCount, stepBytes, unitBytes } from "./pack-format.js";
import { readText } from "./text.js";
import type { ValueSource } from "./value-source.js";

/** Up to this many bytes an array is read number by number, which beats the two views that a copy takes. */
const shortArrayBytesMax = 64;

/** A field of fixed width: where it lies, from the row's start on, and what reads it. */
interface FixedStep {
  readonly name: string;
  readonly at: number;
  readonly read: (source: ValueSource, at: number) => unknown;
}

/** A field of varying length: its number among them, and what makes a value of as many elements as it has. */
interface VaryingStep {
  readonly name: string;
  readonly at: number;
  readonly elementBytes: number;
  readonly isTexts: boolean;
  readonly isNullable: boolean;
  readonly read: (source: ValueSource, at: number, count: number) => unknown;
}

export class Unpacker<R = Record<string, unknown>> {
  readonly #layout: RowLayout;
  readonly #fixed: readonly FixedStep[];
  /** All of them, since some must be skipped. */
  readonly #varying: readonly VaryingStep[];
  /** Numbers of those that are read. */
  readonly #chosen: readonly number[];
  readonly #isSequence: boolean;
  /** A row of all names: rows copied from it share one shape, whatever the order in which they are filled. */
  readonly #template: Record<string, unknown>;
  /** Bytes before the first datum, as far as the layout says them. */
  readonly #headBytes: number;
  readonly #span = new Span();

  /** Reads the fields of `names`, which are fields of `layout`, in this order. */
  constructor(layout: RowLayout, names: readonly string[]) {
    const { fixed, varying, fixedBytes, format } = layout;
    const wanted = new Set(names);
    this.#layout = layout;
    this.#template = Object.fromEntries(names.map((name) => [name, undefined]));
    this.#fixed = fixed.filter(({ field }) => wanted.has(field.name)).map(({ field, at }) => fixedStep(field, at));
    this.#varying = varying.map(varyingStep);
    this.#chosen = this.#varying.filter(({ name }) => wanted.has(name)).map(({ at }) => at);
    // With one datum `impact` has no table, and lies as `plain` does.
    this.#isSequence = format === "plain" || (format === "impact" && varying.length === 1);
    this.#headBytes = fixedBytes + (format === "normal" ? varying.length * stepBytes : 0);
  }

  /** The row of `byteLength` bytes at `ptr`. CORRUPTION. */
  read(source: ValueSource, ptr: number, byteLength: number): R {
    const { varying } = this.#layout;
    // Protects: every fixed field and every step.
    if (byteLength < this.#headBytes || (varying.length === 0 && byteLength !== this.#headBytes)) {
      throw damaged("the row", `${varying.length === 0 ? "" : "at least "}${this.#headBytes} bytes`, byteLength);
    }
    const row = { ...this.#template };
    for (const { name, at, read } of this.#fixed) row[name] = read(source, ptr + at);
    if (this.#chosen.length > 0) {
      this.#span.open(source, ptr + this.#headBytes, ptr + byteLength);
      if (this.#isSequence) this.#readSequence(row);
      else if (this.#layout.format === "normal") this.#readSteps(row, source.view, ptr + this.#layout.fixedBytes);
      else this.#readTable(row);
    }
    return row as R;
  }

  #readSequence(row: Record<string, unknown>): void {
    let number = 0;
    for (const chosen of this.#chosen) {
      for (; number < chosen; number++) this.#span.skip(this.#varying[number] as VaryingStep);
      const step = this.#varying[number++] as VaryingStep;
      row[step.name] = this.#span.take(step);
    }
  }

  #readSteps(row: Record<string, unknown>, view: DataView, steps: number): void {
    for (const chosen of this.#chosen) {
      const step = this.#varying[chosen] as VaryingStep;
      const at = steps + chosen * stepBytes;
      this.#span.jump(step, view.getUint32(at, true), view.getUint32(at + 4, true), at);
      row[step.name] = this.#span.take(step);
    }
  }

  #readTable(row: Record<string, unknown>): void {
    const { length } = this.#varying;
    for (const chosen of this.#chosen) {
      const step = this.#varying[chosen] as VaryingStep;
      this.#span.enter(step, chosen, length);
      row[step.name] = chosen === length - 1 || step.isTexts ? this.#span.take(step) : this.#span.takeAll(step);
    }
  }
}

function fixedStep(field: Field, at: number): FixedStep {
  const { name, kind, count, number } = field;
  if (number === undefined) return { name, at, read: (source, from) => charText(name, source, from, count) };
  if (kind === "array") return { name, at, read: (source, from) => numbers(number, source, from, count) };
  return { name, at, read: (source, from) => number.get(source.view, from) };
}

function varyingStep({ name, kind, number, isNullable }: Field, at: number): VaryingStep {
  const step = { name, at, isNullable, isTexts: kind === "texts", elementBytes: number?.byteWidth ?? 1 };
  return {
    ...step,
    read:
      number === undefined
        ? (source, from, count) => text(name, source, from, count)
        : (source, from, count) => numbers(number, source, from, count),
  };
}

/** The data of one row, and where reading is. */
class Span {
  #source!: ValueSource;
  #start = 0;
  #end = 0;
  /** Where the datum read next begins, and what it may not reach beyond. */
  #at = 0;
  #limit = 0;
  /** Bytes of data not yet decoded, all overlaps counted. */
  #rest = 0;

  open(source: ValueSource, start: number, end: number): void {
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.#at = start;
    this.#limit = end;
    this.#rest = end - start;
  }

  /** To the datum that lies `low` + 2^32 · `high` bytes after `from`, the place that says so. */
  jump(step: VaryingStep, low: number, high: number, from: number): void {
    this.#at = from + low;
    if (high !== 0 || this.#at < this.#start || this.#at >= this.#end) {
      throw damaged(
        step.name,
        `data in bytes ${this.#start - from} … ${this.#end - from} after its step`,
        low + high * 2 ** 32,
      );
    }
  }

  /** To datum `number` of `count` by the table of ends. */
  enter(step: VaryingStep, number: number, count: number): void {
    const { bytes } = this.#source;
    const unit = this.#start < this.#end ? (bytes[this.#start] as number) : 0;
    const table = this.#start + unitBytes;
    const data = table + (count - 1) * unit;
    if ((unit !== 1 && unit !== 2 && unit !== 4) || data > this.#end) {
      throw damaged(step.name, `${count - 1} ends of 1, 2 or 4 bytes`, `${unit} in ${this.#end - this.#start} bytes`);
    }
    this.#at = number === 0 ? data : data + this.#entry(table, unit, number - 1);
    this.#limit = number === count - 1 ? this.#end : data + this.#entry(table, unit, number);
    if (this.#at > this.#limit || this.#limit > this.#end) {
      throw damaged(step.name, `an end within ${this.#end - data} bytes`, `${this.#at - data} … ${this.#limit - data}`);
    }
  }

  /** The value of the datum with a prefix that is next. */
  take(step: VaryingStep): unknown {
    const start = this.#at;
    const count = this.#prefix(step);
    if (count === nullCount) {
      if (!step.isNullable) throw damaged(step.name, "a value", "null");
      return null;
    }
    const value = step.isTexts ? this.#texts(step, count) : this.#elements(step, count);
    this.#spend(step, this.#at - start);
    return value;
  }

  /** The value of a datum that fills its place. */
  takeAll(step: VaryingStep): unknown {
    const byteLength = this.#limit - this.#at;
    const width = step.elementBytes;
    if (byteLength % width !== 0) throw damaged(step.name, `a multiple of ${width} bytes`, byteLength);
    this.#spend(step, byteLength);
    return this.#elements(step, byteLength / width);
  }

  /** Over the datum with a prefix that is next. */
  skip(step: VaryingStep): void {
    const count = this.#prefix(step);
    if (count === nullCount || (count === 0 && step.isTexts)) return;
    if (step.isTexts) {
      const { unit, table, texts } = this.#table(step, count);
      this.#at = texts + this.#entry(table, unit, count - 1);
      this.#advance(step, this.#prefix(step));
    } else this.#advance(step, count * step.elementBytes);
  }

  #elements(step: VaryingStep, count: number): unknown {
    const at = this.#at;
    this.#advance(step, count * step.elementBytes);
    return step.read(this.#source, at, count);
  }

  #texts(step: VaryingStep, count: number): string[] {
    const list: string[] = [];
    if (count === 0) return list;
    const { unit, table, texts } = this.#table(step, count);
    for (let i = 0; i < count; i++) {
      // Starts are compared, not followed: texts that share bytes would take longer than there are bytes.
      if (this.#at !== texts + this.#entry(table, unit, i)) {
        throw damaged(step.name, `text ${i} at ${this.#at - texts}`, this.#entry(table, unit, i));
      }
      const byteLength = this.#prefix(step);
      const at = this.#at;
      this.#advance(step, byteLength);
      list.push(step.read(this.#source, at, byteLength) as string);
    }
    return list;
  }

  /** Reads the unit of a table of starts and goes to the first text. */
  #table(step: VaryingStep, count: number): { unit: number; table: number; texts: number } {
    const unitAt = this.#at;
    this.#advance(step, unitBytes);
    const unit = this.#source.bytes[unitAt] as number;
    if (unit !== 1 && unit !== 2 && unit !== 4) throw damaged(step.name, "starts of 1, 2 or 4 bytes", unit);
    const table = this.#at;
    this.#advance(step, count * unit);
    return { unit, table, texts: this.#at };
  }

  #entry(table: number, unit: number, number: number): number {
    const at = table + number * unit;
    if (unit === 1) return this.#source.bytes[at] as number;
    return unit === 2 ? this.#source.view.getUint16(at, true) : this.#source.view.getUint32(at, true);
  }

  /** The count of a prefix, and over it. */
  #prefix(step: VaryingStep): number {
    const { bytes } = this.#source;
    const at = this.#at;
    this.#advance(step, 1);
    const first = bytes[at] as number;
    this.#advance(step, first >>> 6);
    let count = first & 0x3f;
    for (let i = at + 1; i < this.#at; i++) count = count * 256 + (bytes[i] as number);
    return count;
  }

  /** Protects: every byte read. */
  #advance(step: VaryingStep, byteLength: number): void {
    if (byteLength > this.#limit - this.#at) {
      throw damaged(step.name, `at most ${this.#limit - this.#at} bytes more`, byteLength);
    }
    this.#at += byteLength;
  }

  /** Protects: the bound of the time, from fields that share bytes. */
  #spend(step: VaryingStep, byteLength: number): void {
    this.#rest -= byteLength;
    if (this.#rest < 0) throw damaged(step.name, "data of its own", "data of another field");
  }
}

function charText(name: string, source: ValueSource, at: number, byteLength: number): string {
  let end = at + byteLength;
  while (end > at && source.bytes[end - 1] === blank) end--;
  return text(name, source, at, end - at);
}

function text(name: string, source: ValueSource, at: number, byteLength: number): string {
  if (byteLength === 0) return "";
  try {
    return readText(source, at, byteLength);
  } catch (cause) {
    throw damaged(name, "UTF-8", "other bytes", cause);
  }
}

function numbers(format: NumberFormat, source: ValueSource, at: number, count: number): NumberArray {
  const { arrayClass, byteWidth } = format;
  if (format.isRaw) {
    const byteOffset = source.bytes.byteOffset + at;
    if (source.isOwned && byteOffset % byteWidth === 0) return new arrayClass(source.bytes.buffer, byteOffset, count);
    if (arrayClass === Uint8Array) return copyBytes(source.bytes, at, count);
    if (count * byteWidth > shortArrayBytesMax) {
      const copy = copyBytes(source.bytes, at, count * byteWidth);
      return new arrayClass(copy.buffer, copy.byteOffset, count);
    }
  }
  const list = new arrayClass(count);
  for (let i = 0; i < count; i++) list[i] = format.get(source.view, at + i * byteWidth);
  return list;
}

function damaged(what: string, expected: string, got: string | number, cause?: unknown): IndexError {
  return new IndexError(
    "CORRUPTION",
    `A stored row is damaged in ${what}: expected ${expected}, got ${got}. The value file is damaged, or the index holds rows of other fields: restore it from a copy.`,
    { field: what, expected, got, cause },
  );
}
