/** A column whose values differ in length, in memory (`assembly/attribute/item/read.ts`). */

import { corruption } from "../errors.js";
import type { ColumnSpace } from "../kernel/column-space.js";
import { Status, statusError } from "../kernel/status.js";
import type { ColumnStore, LoadedFile, StoredValue } from "./attribute.js";
import { FloatCoder } from "./float-coder.js";
import { Frames } from "./frames.js";
import { ItemCodec, ItemKind } from "./item-codec.js";
import { MountedColumn, magicTailBytes, magicTails, type SlotCounts, type UpdateMetrics } from "./mounted-column.js";
import { type NumericShape, numericShape } from "./numeric.js";
import type { ColumnPlan } from "./options.js";
import { wrongCount } from "./single-column.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Words of what `itemFound` points at. */
const found = { count: 2, payload: 3, payloadBytes: 4, isNull: 5 } as const;

export class ItemColumn implements ColumnStore {
  readonly #space: ColumnSpace;
  readonly #plan: ColumnPlan;
  readonly #codec: ItemCodec;
  readonly #coder: FloatCoder | undefined;
  readonly #where: string;
  /** Compressed offsets. */
  readonly #column: MountedColumn | undefined;
  readonly #ptr: number;
  readonly #found: number;
  readonly #cell: number;

  /** CORRUPTION. */
  constructor(space: ColumnSpace, plan: ColumnPlan, data: LoadedFile, offset: LoadedFile) {
    this.#space = space;
    this.#plan = plan;
    this.#codec = new ItemCodec(plan, space);
    this.#coder = plan.coding === undefined ? undefined : new FloatCoder(space, plan.coding);
    this.#where = data.path;
    const offsetBytes = plan.isEqual ? 0 : offsetBytesOf(plan, offset);
    if (plan.isEqual) this.#column = mountOffsets(space, plan, offset);
    const { kind, valueBytes, fixedBytes } = this.#codec;
    this.#ptr =
      space.attempt((codec) =>
        codec.itemsMount(
          kind,
          valueBytes,
          fixedBytes,
          plan.documentCount,
          data.ptr,
          data.byteLength,
          offset.ptr,
          offsetBytes,
          this.#column?.address ?? 0,
          plan.offsetThreshold,
        ),
      ) >>> 0;
    space.refresh();
    if (this.#ptr === 0) {
      this.#column?.close();
      throw statusError(Status.noMemory, data.path);
    }
    data.ptr = 0;
    offset.ptr = 0;
    this.#found = space.kernel.itemFound() >>> 2;
    this.#cell = space.kernel.valueCell() >>> 2;
  }

  get(document: number): StoredValue {
    if (this.isNull(document)) return null;
    const { words, bytes } = this.#space;
    const count = words[this.#found + found.count] as number;
    const payload = words[this.#found + found.payload] as number;
    const payloadBytes = words[this.#found + found.payloadBytes] as number;
    if (this.#codec.kind === ItemKind.texts) return this.#texts(count);
    const item = bytes.slice(payload, payload + payloadBytes);
    if (this.#codec.kind === ItemKind.text) return decoder.decode(item);
    if (this.#coder !== undefined) return this.#coder.decode(item);
    return (this.#plan.shape as NumericShape).view(item.buffer, 0, count);
  }

  isNull(document: number): boolean {
    const status = this.#space.attempt((codec) => codec.itemsFind(this.#ptr, document));
    if (status !== Status.ok) throw statusError(status, `${this.#where}, document ${document}`);
    this.#space.refresh();
    return this.#space.words[this.#found + found.isNull] !== 0;
  }

  update(document: number, value: unknown): boolean {
    const frames = new Frames();
    if (value === null) this.#codec.nothing(frames);
    else this.#codec.value(frames, value);
    const space = this.#space;
    const frame = space.allocate(frames.end, this.#where);
    try {
      space.bytes.set(frames.bytes.subarray(0, frames.end), frame);
      const status = space.attempt((codec) => codec.itemsUpdate(this.#ptr, document, frame));
      space.refresh();
      if (status === Status.noMemory) throw statusError(status, this.#where);
      return status === Status.ok;
    } finally {
      space.free(frame);
    }
  }

  get slots(): SlotCounts | undefined {
    return this.#column?.slots();
  }

  get metrics(): UpdateMetrics | undefined {
    return this.#column?.metrics;
  }

  close(): void {
    if (!this.#space.unusable) this.#space.attempt((codec) => codec.itemsUnmount(this.#ptr));
    this.#column?.close();
  }

  #texts(count: number): readonly string[] {
    const { bytes, words, kernel } = this.#space;
    const texts: string[] = [];
    for (let i = 0; i < count; i++) {
      const ptr = kernel.itemText(i) >>> 0;
      texts.push(decoder.decode(bytes.subarray(ptr, ptr + (words[this.#cell] as number))));
    }
    return texts;
  }
}

/** The width of offsets that are not compressed follows from the file's size: one for each document, and the guard. */
function offsetBytesOf({ documentCount }: ColumnPlan, { path, byteLength }: LoadedFile): number {
  const count = documentCount + 1;
  const width = byteLength / count;
  if (width === 4 || width === 8) return width;
  throw corruption({
    what: "Offsets of the wrong size",
    file: path,
    expected: `${count * 4} or ${count * 8} bytes for ${documentCount} documents`,
    got: byteLength,
  });
}

/** The mark at the end says how wide they are. Takes the region over: the file's `ptr` becomes 0. */
function mountOffsets(space: ColumnSpace, plan: ColumnPlan, offset: LoadedFile): MountedColumn {
  const { path, ptr, byteLength } = offset;
  const tail = byteLength < magicTailBytes ? 0 : space.view.getUint32(ptr + byteLength - magicTailBytes, true);
  const type = tail === magicTails.u32 ? "u32" : tail === magicTails.u64 ? "u64" : undefined;
  if (type === undefined) {
    throw corruption({
      what: "Compressed offsets without their mark",
      file: path,
      expected: "f5 f4 f3 f2 or f6 f5 f4 f3 at the end",
      got: `${tail.toString(16)} as a number`,
    });
  }
  const at = { base: ptr, byteLength: byteLength - magicTailBytes, expand: 0, expandBytes: 0 };
  const column = MountedColumn.own(space, numericShape(type), at, path);
  offset.ptr = 0;
  const isUpdatable = type === "u64" || !plan.isUpdatable;
  if (isUpdatable && column.length === plan.documentCount + 1) return column;
  column.close();
  if (!isUpdatable) {
    throw corruption({
      what: "Compressed offsets that cannot be updated",
      file: path,
      expected: "offsets of u64",
      got: type,
    });
  }
  throw wrongCount(path, plan.documentCount + 1, column.length);
}
