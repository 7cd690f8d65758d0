/** A compressed column in memory: typed calls of the codec (`assembly/attribute/equal/read.ts`, `update.ts`). */

import { IndexError, invalidOption } from "../errors.js";
import type { AttributeExports } from "../kernel/attribute-exports.js";
import type { ColumnSpace } from "../kernel/column-space.js";
import { Status, statusError } from "../kernel/status.js";
import { chunkValues } from "./encoder.js";
import { bytesOf, checkNumeric, type Numeric, type NumericShape, newArray, type TypedArray } from "./numeric.js";

/** What updates cost so far: Indexlib's counters. */
export interface UpdateMetrics {
  /** Bytes of blocks that lie about since their slots got new ones. */
  readonly unusedBytes: number;
  readonly inPlaceCount: number;
  readonly expandCount: number;
}

/** Slots of a mounted column by the width of their differences in bits; `equal` ones have none. */
export interface SlotCounts {
  readonly slotItemCount: number;
  readonly slotCount: number;
  readonly equal: number;
  readonly byBits: ReadonlyMap<number, number>;
}

/** A compressed column in memory. */
export interface EqualColumn {
  readonly type: Numeric;
  readonly length: number;
  /** The value at `index`; undefined past the end. Costs at most three reads of memory. */
  get(index: number): number | bigint | undefined;
  /** The values at these places, in any order. INVALID_OPTION when one is past the end. */
  getMany(indexes: Uint32Array): TypedArray;
  /** All values. */
  decode(): TypedArray;
  /** Sets a value: in place, or by a new block in the expand area. False past the end, or when the area is full. */
  update(index: number, value: number | bigint): boolean;
  /** A copy of the file as it is now. */
  bytes(): Uint8Array;
  /** A copy of the expand area: empty, or 16 bytes of counters and blocks. */
  readonly expanded: Uint8Array;
  readonly metrics: UpdateMetrics;
  slots(): SlotCounts;
  /** Gives the memory back; a column that nobody holds any more does so by itself. NOT_OPEN afterwards. */
  close(): void;
}

/** Marks behind an offset file, little-endian. */
export const magicTails = { u32: 0xf2f3f4f5, u64: 0xf3f4f5f6 } as const;
export const magicTailBytes = 4;
const widthBits: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/** The mark behind an offset file of this type; INVALID_OPTION for types that have none. */
export function magicTailOf({ type }: NumericShape): number {
  if (type === "u32" || type === "u64") return magicTails[type];
  throw invalidOption({ what: "Unusable magicTail", expected: "values of u32 or u64", got: type });
}

/** Frees the regions of columns that the garbage collector took. */
const abandoned = new FinalizationRegistry<{ space: ColumnSpace; ptr: number }>(({ space, ptr }) => {
  if (!space.unusable) space.attempt((codec) => codec.columnClose(ptr));
});

/** Used by the columns of a directory too, whose offsets may be compressed. */
export class MountedColumn implements EqualColumn {
  readonly length: number;
  readonly #space: ColumnSpace;
  readonly #shape: NumericShape;
  readonly #where: string;
  readonly #cell: number;
  #ptr: number;
  #byteLength: number;
  /** The value cell as the column's type. */
  #value: TypedArray;

  private constructor(space: ColumnSpace, shape: NumericShape, ptr: number, byteLength: number, where: string) {
    this.#space = space;
    this.#shape = shape;
    this.#where = where;
    this.#ptr = ptr;
    this.#byteLength = byteLength;
    this.#cell = space.kernel.valueCell() >>> 0;
    this.#value = shape.view(space.bytes.buffer, this.#cell, 1);
    this.length = space.kernel.columnItemCount(ptr);
    abandoned.register(this, { space, ptr }, this);
  }

  static mount(
    space: ColumnSpace,
    shape: NumericShape,
    file: Uint8Array,
    expanded: Uint8Array,
    where: string,
  ): MountedColumn {
    const base = space.allocate(file.byteLength, where);
    let expand = 0;
    try {
      if (expanded.byteLength > 0) expand = space.allocate(expanded.byteLength, where);
      space.bytes.set(file, base);
      space.bytes.set(expanded, expand);
      return MountedColumn.own(
        space,
        shape,
        { base, byteLength: file.byteLength, expand, expandBytes: expanded.byteLength },
        where,
      );
    } catch (cause) {
      space.free(base);
      space.free(expand);
      throw cause;
    }
  }

  /** Over bytes that lie in regions already; it owns the regions unless it fails. */
  static own(
    space: ColumnSpace,
    shape: NumericShape,
    at: { base: number; byteLength: number; expand: number; expandBytes: number },
    where: string,
  ): MountedColumn {
    const { valueBytes, isSigned } = shape;
    const ptr =
      space.attempt((codec) =>
        codec.columnMount(valueBytes, +isSigned, at.base, at.byteLength, at.expand, at.expandBytes),
      ) >>> 0;
    space.refresh();
    if (ptr === 0) throw statusError(space.kernel.columnMountStatus() || Status.noMemory, where);
    return new MountedColumn(space, shape, ptr, at.byteLength, where);
  }

  get type(): Numeric {
    return this.#shape.type;
  }

  /** Where the codec has it. */
  get address(): number {
    return this.#ptr;
  }

  /** Takes the mark at the end for a tail if no block reaches into it; what follows a block is else nobody's. */
  findTail(bytes: Uint8Array): void {
    const { type } = this.#shape;
    if ((type !== "u32" && type !== "u64") || bytes.length < magicTailBytes) return;
    const at = bytes.length - magicTailBytes;
    if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true) !== magicTails[type]) return;
    const codec = this.#codec();
    if (codec.columnEnd(this.#ptr) > at) return;
    this.#byteLength = at;
    codec.columnCompressedBytes(this.#ptr, at);
  }

  get(index: number): number | bigint | undefined {
    const codec = this.#codec();
    if (!this.#isPlace(index)) return undefined;
    codec.columnGet(this.#ptr, index, this.#cell);
    return this.#cellView()[0];
  }

  getMany(indexes: Uint32Array): TypedArray {
    const { valueBytes } = this.#shape;
    const values = newArray(this.#shape, indexes.length);
    const result = bytesOf(values);
    const chunk = Math.min(chunkValues, indexes.length);
    this.#withScratch(chunk * (4 + valueBytes), (scratch) => {
      const target = scratch + chunk * 4;
      for (let at = 0; at < indexes.length; at += chunk) {
        const some = indexes.subarray(at, at + chunk);
        this.#space.words.set(some, scratch >>> 2);
        const done = this.#codec().columnGetMany(this.#ptr, scratch, some.length, target);
        if (done < some.length) throw this.#noPlace(some[done] as number);
        result.set(this.#space.bytes.subarray(target, target + some.length * valueBytes), at * valueBytes);
      }
    });
    return values;
  }

  decode(): TypedArray {
    const { valueBytes } = this.#shape;
    const values = newArray(this.#shape, this.length);
    const result = bytesOf(values);
    const chunk = Math.min(chunkValues, this.length);
    this.#withScratch(chunk * valueBytes, (target) => {
      for (let at = 0; at < this.length; at += chunk) {
        const count = Math.min(chunk, this.length - at);
        this.#codec().columnDecode(this.#ptr, at, count, target);
        result.set(this.#space.bytes.subarray(target, target + count * valueBytes), at * valueBytes);
      }
    });
    return values;
  }

  update(index: number, value: number | bigint): boolean {
    this.#codec();
    const checked = checkNumeric(this.#shape, value);
    if (!this.#isPlace(index)) return false;
    (this.#cellView() as { [at: number]: number | bigint })[0] = checked;
    const status = this.#space.attempt((codec) => codec.columnUpdate(this.#ptr, index, this.#cell));
    this.#space.refresh();
    if (status === Status.noMemory) throw statusError(status, this.#where);
    return status === Status.ok;
  }

  bytes(): Uint8Array {
    const base = this.#codec().columnBase(this.#ptr) >>> 0;
    this.#space.refresh();
    return this.#space.bytes.slice(base, base + this.#byteLength);
  }

  get expanded(): Uint8Array {
    const codec = this.#codec();
    const at = codec.columnExpand(this.#ptr) >>> 0;
    this.#space.refresh();
    return this.#space.bytes.slice(at, at + codec.columnExpandBytes(this.#ptr));
  }

  get metrics(): UpdateMetrics {
    const codec = this.#codec();
    if (codec.columnExpandBytes(this.#ptr) === 0) return { unusedBytes: 0, inPlaceCount: 0, expandCount: 0 };
    this.#space.refresh();
    const { view } = this.#space;
    const at = codec.columnExpand(this.#ptr) >>> 0;
    return {
      unusedBytes: Number(view.getBigUint64(at, true)),
      inPlaceCount: view.getUint32(at + 8, true),
      expandCount: view.getUint32(at + 12, true),
    };
  }

  slots(): SlotCounts {
    const codec = this.#codec();
    codec.columnWidths(this.#ptr, this.#cell);
    this.#space.refresh();
    const counts = [...this.#space.words.slice(this.#cell >>> 2, (this.#cell >>> 2) + widthBits.length + 1)];
    const equal = counts.pop() as number;
    return {
      slotItemCount: 2 ** codec.columnPower(this.#ptr),
      slotCount: counts.reduce((sum, count) => sum + count, equal),
      equal,
      byBits: new Map(
        widthBits.map((bits, i) => [bits, counts[i] as number] as const).filter(([, count]) => count > 0),
      ),
    };
  }

  close(): void {
    if (this.#ptr === 0) return;
    abandoned.unregister(this);
    if (!this.#space.unusable) this.#space.attempt((codec) => codec.columnClose(this.#ptr));
    this.#ptr = 0;
  }

  #isPlace(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.length;
  }

  /** The codec, of a column that is open in a space that is not poisoned. */
  #codec(): AttributeExports {
    this.#space.check();
    if (this.#ptr === 0) throw new IndexError("NOT_OPEN", `${this.#where}: used after close.`);
    return this.#space.kernel;
  }

  #cellView(): TypedArray {
    if (this.#value.length === 0) {
      this.#space.refresh();
      this.#value = this.#shape.view(this.#space.bytes.buffer, this.#cell, 1);
    }
    return this.#value;
  }

  /** A region for the time of `action`. */
  #withScratch(byteLength: number, action: (ptr: number) => void): void {
    this.#codec();
    const ptr = this.#space.allocate(byteLength, this.#where);
    try {
      action(ptr);
    } catch (cause) {
      throw this.#space.poison(cause);
    } finally {
      this.#space.free(ptr);
    }
  }

  #noPlace(index: number): IndexError {
    return invalidOption({ what: "No such place in the column", expected: `0 … ${this.length - 1}`, got: index });
  }
}
