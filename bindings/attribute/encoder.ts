/**
 * Writing an equal-value file (`assembly/attribute/equal/encode.ts`) piece by piece: the values come twice, in chunks, and the
 * file goes out in chunks. So its memory is bounded by a thirty-second of the values and the chunks.
 */

import type { ColumnSpace } from "../kernel/column-space.js";
import { Status, statusError } from "../kernel/status.js";
import type { NumericShape } from "./numeric.js";

/** Values of a chunk, of every one but the last: a multiple of a slot's. */
export const chunkValues = 65_536;
/** Slot words written at a time. */
const chunkSlots = 8_192;
/** Bytes that blocks may take over their values', for each slot that begins in a chunk. */
const blockHeadBytes = 16;
const slotValuesMin = 64;
const headerBytes = 8;
const slotBytes = 8;
/** Percent of the blocks of 1024 values that Indexlib's dumper samples to choose a slot size. */
export const sampleRatioPct = 1;

/**
 * Invariant: `scan` takes all values in order before anything else is asked; then `head` once, then `blocks` takes them again.
 * `close` frees its memory, whatever happened.
 */
export class EqualEncoder {
  readonly #space: ColumnSpace;
  readonly #shape: NumericShape;
  readonly #itemCount: number;
  readonly #ptr: number;
  readonly #source: number;
  readonly #target: number;

  /** MEMORY_LIMIT. */
  constructor(space: ColumnSpace, shape: NumericShape, itemCount: number) {
    this.#space = space;
    this.#shape = shape;
    this.#itemCount = itemCount;
    const { valueBytes, isSigned } = shape;
    const where = "compressing a column";
    const chunk = Math.min(chunkValues, itemCount);
    const targetBytes = chunk * valueBytes + (chunk / slotValuesMin + 1) * blockHeadBytes;
    this.#source = space.allocate(chunk * valueBytes, where);
    let target = 0;
    try {
      target = space.allocate(Math.max(targetBytes, chunkSlots * slotBytes), where);
      this.#ptr = space.attempt((codec) => codec.encoderOpen(valueBytes, +isSigned, itemCount)) >>> 0;
      space.refresh();
      if (this.#ptr === 0) throw statusError(Status.noMemory, where);
    } catch (cause) {
      space.free(this.#source);
      space.free(target);
      throw cause;
    }
    this.#target = target;
  }

  /** Takes the next values, at most `chunkValues`: as many, until the last ones. */
  scan(values: Uint8Array): void {
    const count = this.#stage(values);
    this.#space.attempt((codec) => codec.encoderScan(this.#ptr, this.#source, count));
  }

  /** The slot size that Indexlib's advisor takes. */
  advise(ratioPct: number): number {
    return 2 ** this.#space.attempt((codec) => codec.encoderAdvise(this.#ptr, ratioPct));
  }

  /** Bytes of the file with slots of at least `slotItemCount` values, without a tail. */
  byteLength(slotItemCount: number): number {
    return this.#space.attempt((codec) => codec.encoderBytes(this.#ptr, codec.slotPower(slotItemCount)));
  }

  /** Header and slot words, in pieces that are gone with the next call. */
  *head(slotItemCount: number): Generator<Uint8Array> {
    const space = this.#space;
    const target = this.#target;
    const power = space.attempt((codec) => codec.slotPower(slotItemCount));
    space.attempt((codec) => codec.encoderPlan(this.#ptr, power, target));
    yield this.#written(headerBytes);
    const slotCount = space.attempt((codec) => codec.slotCount(this.#itemCount, power));
    for (let at = 0; at < slotCount; at += chunkSlots) {
      const count = Math.min(chunkSlots, slotCount - at);
      space.attempt((codec) => codec.encoderSlots(this.#ptr, at, count, target));
      yield this.#written(count * slotBytes);
    }
  }

  /** The blocks of the next values; gone with the next call. */
  blocks(values: Uint8Array): Uint8Array {
    const count = this.#stage(values);
    return this.#written(
      this.#space.attempt((codec) => codec.encoderBlocks(this.#ptr, this.#source, count, this.#target)) >>> 0,
    );
  }

  close(): void {
    const space = this.#space;
    if (space.unusable) return;
    space.attempt((codec) => codec.encoderClose(this.#ptr));
    space.free(this.#source);
    space.free(this.#target);
  }

  #stage(values: Uint8Array): number {
    this.#space.refresh();
    this.#space.bytes.set(values, this.#source);
    return values.byteLength / this.#shape.valueBytes;
  }

  #written(byteLength: number): Uint8Array {
    this.#space.refresh();
    return this.#space.bytes.subarray(this.#target, this.#target + byteLength);
  }
}
