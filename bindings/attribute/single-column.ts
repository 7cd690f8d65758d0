/** A column of single numbers in memory: plain or with nulls (`assembly/attribute/single.ts`), or compressed. */

import { corruption } from "../errors.js";
import type { ColumnSpace } from "../kernel/column-space.js";
import { Status, statusError } from "../kernel/status.js";
import type { ColumnStore, LoadedFile, StoredValue } from "./attribute.js";
import { FloatCoder } from "./float-coder.js";
import { MountedColumn, type SlotCounts, type UpdateMetrics } from "./mounted-column.js";
import { bytesOf, checkNumeric, type NumericShape, newArray, type TypedArray } from "./numeric.js";
import type { ColumnPlan } from "./options.js";

/** Values as JavaScript has them and as they are stored; both the same unless floats are coded. */
class Conversion {
  readonly stored: NumericShape;
  readonly #shape: NumericShape;
  readonly #coder: FloatCoder | undefined;

  constructor(space: ColumnSpace, plan: ColumnPlan) {
    this.#shape = plan.shape as NumericShape;
    this.stored = plan.stored as NumericShape;
    this.#coder = plan.coding === undefined ? undefined : new FloatCoder(space, plan.coding);
  }

  load(stored: number | bigint): number | bigint {
    if (this.#coder === undefined) return stored;
    return this.#coder.decode(bytesOf(this.#one(stored)))[0] as number;
  }

  /** INVALID_VALUE. */
  store(value: unknown): number | bigint {
    const checked = checkNumeric(this.#shape, value);
    if (this.#coder === undefined) return checked;
    const one = this.#one(0);
    bytesOf(one).set(this.#coder.encode(Float32Array.of(checked as number)));
    return one[0] as number;
  }

  #one(value: number | bigint): TypedArray {
    const one = newArray(this.stored, 1);
    (one as { [at: number]: number | bigint })[0] = value;
    return one;
  }
}

export class PlainSingle implements ColumnStore {
  readonly slots: undefined;
  readonly metrics: undefined;
  readonly #space: ColumnSpace;
  readonly #values: Conversion;
  readonly #cell: number;
  readonly #ptr: number;
  #view: TypedArray;

  /** CORRUPTION when the file has not the size that the options ask for. */
  constructor(space: ColumnSpace, plan: ColumnPlan, data: LoadedFile) {
    this.#space = space;
    this.#values = new Conversion(space, plan);
    const { valueBytes, nullBits, view } = this.#values.stored;
    const expected = space.attempt((codec) => codec.singleBytes(valueBytes, +plan.isNullable, plan.documentCount));
    if (expected !== data.byteLength) {
      throw corruption({
        what: "Column of the wrong size",
        file: data.path,
        expected: `${expected} bytes for ${plan.documentCount} documents`,
        got: data.byteLength,
      });
    }
    this.#ptr =
      space.attempt((codec) =>
        codec.singleMount(valueBytes, +plan.isNullable, BigInt.asIntN(64, nullBits), data.ptr),
      ) >>> 0;
    space.refresh();
    if (this.#ptr === 0) throw statusError(Status.noMemory, data.path);
    data.ptr = 0;
    this.#cell = space.kernel.valueCell() >>> 0;
    this.#view = view(space.bytes.buffer, this.#cell, 1);
  }

  get(document: number): StoredValue {
    if (this.isNull(document)) return null;
    return this.#values.load(this.#cellView()[0] as number | bigint);
  }

  isNull(document: number): boolean {
    return this.#space.attempt((codec) => codec.singleGet(this.#ptr, document, this.#cell)) !== 0;
  }

  update(document: number, value: unknown): boolean {
    const isNull = value === null;
    const stored = isNull ? undefined : this.#values.store(value);
    if (stored !== undefined) (this.#cellView() as { [at: number]: number | bigint })[0] = stored;
    this.#space.attempt((codec) => codec.singleSet(this.#ptr, document, this.#cell, +isNull));
    return true;
  }

  close(): void {
    if (!this.#space.unusable) this.#space.attempt((codec) => codec.singleClose(this.#ptr));
  }

  #cellView(): TypedArray {
    if (this.#view.length === 0) {
      this.#space.refresh();
      this.#view = this.#values.stored.view(this.#space.bytes.buffer, this.#cell, 1);
    }
    return this.#view;
  }
}

export class EqualSingle implements ColumnStore {
  readonly #values: Conversion;
  readonly #column: MountedColumn;

  /** CORRUPTION. */
  constructor(space: ColumnSpace, plan: ColumnPlan, data: LoadedFile) {
    this.#values = new Conversion(space, plan);
    const at = { base: data.ptr, byteLength: data.byteLength, expand: 0, expandBytes: 0 };
    const column = MountedColumn.own(space, this.#values.stored, at, data.path);
    data.ptr = 0;
    this.#column = column;
    if (column.length === plan.documentCount) return;
    column.close();
    throw wrongCount(data.path, plan.documentCount, column.length);
  }

  get(document: number): StoredValue {
    return this.#values.load(this.#column.get(document) as number | bigint);
  }

  isNull(): boolean {
    return false;
  }

  update(document: number, value: unknown): boolean {
    return this.#column.update(document, this.#values.store(value));
  }

  get slots(): SlotCounts {
    return this.#column.slots();
  }

  get metrics(): UpdateMetrics {
    return this.#column.metrics;
  }

  close(): void {
    this.#column.close();
  }
}

export function wrongCount(file: string, expected: number, got: number): Error {
  return corruption({ what: "Wrong count of compressed values", file, expected, got });
}
