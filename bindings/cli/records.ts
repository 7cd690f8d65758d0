/**
 * The records of an input, as `build` takes them: an async iterator by hand, because an async generator's three
 * promises a record would cost a tenth of a build; this one has one. Called by build.ts.
 */

import { isIndexError } from "../errors.js";
import type { SourceRecord } from "../index/build.js";
import { type Field, layoutOf } from "../schema/fields.js";
import type { KeyType, KeyTypes } from "../schema/key-type.js";
import type { AnyValueType } from "../schema/value-type.js";
import { placeText } from "./blocks.js";
import { type Convert, converter, fieldConverter, Mismatch } from "./convert.js";
import { inputError } from "./failure.js";
import { quote } from "./json.js";
import type { Fields, Rows } from "./rows.js";

type Record = SourceRecord<Key, unknown>;
type Key = KeyTypes[KeyType];

/** Which fields of a row become the key and the value, and of which types. */
export interface RecordShape {
  readonly keyField: string;
  readonly keyType: KeyType;
  /** Absent: the whole row is the value, or those of its fields that the value's type has. */
  readonly valueField?: string;
  readonly valueType: AnyValueType;
}

/** A field of a typed row and what makes it of a cell. */
type Column = readonly [field: Field, convert: Convert];
type CellOption = "--key" | "--value" | "--fields";

export class Records implements AsyncIterableIterator<Record> {
  readonly #rows: Rows;
  readonly #shape: RecordShape;
  readonly #toKey: Convert;
  readonly #toValue: Convert;
  /** Of typed rows. */
  readonly #typed: readonly Column[] | undefined;
  #count = 0;

  constructor(rows: Rows, shape: RecordShape) {
    this.#rows = rows;
    this.#shape = shape;
    this.#toKey = converter(shape.keyType);
    const { valueType } = shape;
    this.#toValue = typeof valueType === "string" ? converter(valueType) : (cell) => cell;
    if (typeof valueType !== "string") {
      this.#typed = layoutOf(valueType).fields.map((field) => [field, fieldConverter(field)]);
    }
  }

  /** Records taken. */
  get count(): number {
    return this.#count;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** INVALID_LINE, MISSING_FIELD, INVALID_KEY, INVALID_VALUE, each with its line. */
  next(): Promise<IteratorResult<Record>> {
    const row = this.#rows.take();
    return row === undefined ? this.#read() : Promise.resolve({ done: false, value: this.#record(row) });
  }

  /** What the library refused, which was the record taken last, with its line; other failures as they are. */
  locate(cause: unknown): unknown {
    if (!isIndexError(cause, "INVALID_KEY") && !isIndexError(cause, "INVALID_VALUE")) return cause;
    const { place } = this.#rows;
    // A build's own error says which record it was; the line says that better.
    const reason = isIndexError(cause.cause) ? cause.cause : cause;
    const field = cause.code === "INVALID_KEY" ? this.#shape.keyField : this.#shape.valueField;
    const { code, ...facts } = reason;
    const known = field === undefined ? {} : { field };
    return inputError(code, `${placeText(place)}: ${reason.message}`, { ...facts, ...place, ...known }, cause);
  }

  async #read(): Promise<IteratorResult<Record>> {
    while (await this.#rows.fill()) {
      this.#checkColumns();
      const row = this.#rows.take();
      if (row !== undefined) return { done: false, value: this.#record(row) };
    }
    return { done: true, value: undefined };
  }

  #record(row: Fields): Record {
    const { keyField, keyType, valueField, valueType } = this.#shape;
    const key = this.#cell(row, keyField, "--key", this.#toKey, "INVALID_KEY", keyType);
    const value =
      this.#typed !== undefined
        ? this.#row(row, this.#typed)
        : valueField === undefined
          ? row
          : this.#cell(row, valueField, "--value", this.#toValue, "INVALID_VALUE", valueType as string);
    this.#count++;
    return [key as Key, value];
  }

  #row(row: Fields, columns: readonly Column[]): unknown {
    const typed = columns.map(([{ name, word }, convert]) => [
      name,
      this.#cell(row, name, "--fields", convert, "INVALID_VALUE", word),
    ]);
    return Object.fromEntries(typed);
  }

  #cell(
    row: Fields,
    field: string,
    option: CellOption,
    convert: Convert,
    code: "INVALID_KEY" | "INVALID_VALUE",
    type: string,
  ): unknown {
    if (!Object.hasOwn(row, field)) throw this.#missing(Object.keys(row), field, option);
    const cell = row[field];
    const converted = convert(cell);
    if (!(converted instanceof Mismatch)) return converted;
    const { expected, advice } = converted;
    const { place } = this.#rows;
    const what = code === "INVALID_KEY" ? "key" : "value";
    throw inputError(
      code,
      `${placeText(place)}: unusable ${what} in field ${quote(field)}: expected ${expected} (${type}), got ${quote(cell)}.${advice || ` Repair the line, or choose another ${option === "--fields" ? "type in --fields" : `${option}-type`}.`}`,
      { ...place, field, expected, got: cell },
    );
  }

  /** Before the first row, since there may be none to find a missing field in. */
  #checkColumns(): void {
    const { columns } = this.#rows;
    if (this.#count > 0 || columns === undefined) return;
    const { keyField, valueField = keyField } = this.#shape;
    if (!columns.includes(keyField)) throw this.#missing(columns, keyField, "--key");
    if (!columns.includes(valueField)) throw this.#missing(columns, valueField, "--value");
    const absent = this.#typed?.find(([{ name }]) => !columns.includes(name));
    if (absent !== undefined) throw this.#missing(columns, absent[0].name, "--fields");
  }

  #missing(fields: readonly string[], field: string, option: CellOption): Error {
    const { place } = this.#rows;
    const shown = fields.slice(0, fieldsShownMax).map(quote).join(", ");
    const rest = fields.length > fieldsShownMax ? ` and ${fields.length - fieldsShownMax} more` : "";
    const there = fields.length === 0 ? "no fields at all" : `the fields ${shown}${rest}`;
    return inputError(
      "MISSING_FIELD",
      `${placeText(place)}: expected a field ${quote(field)}, got ${there}. Name another one with ${option}, or repair the line.`,
      { ...place, field, fields },
    );
  }
}

const fieldsShownMax = 20;
