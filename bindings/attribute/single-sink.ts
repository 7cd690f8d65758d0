/** The `data` file of single numbers: plain, in groups with their nulls, or compressed (`assembly/attribute/single.ts`). */

import { indexError } from "../errors.js";
import type { BufferedFile } from "./buffered-file.js";
import {
  type ColumnFigures,
  type ColumnPlace,
  type ColumnSink,
  type Later,
  openFile,
  openSpool,
  writeEqual,
} from "./column-sink.js";
import { chunkValues } from "./encoder.js";
import { FloatCoder } from "./float-coder.js";
import { bytesOf, checkNumeric, type NumericShape, newArray, type TypedArray } from "./numeric.js";
import type { ColumnPlan } from "./options.js";
import type { Spool } from "./spool.js";
import { parseNumber, zeroOf } from "./text.js";

/** Bytes of bitmaps beside the values of a chunk. */
const bitmapBytes: number = chunkValues / 8;

/**
 * Values that Indexlib's writer buffers. Its bitmaps are not cleared between two buffers, so the unused bits of a column's last
 * one are those that lay there: they mean nothing, but equal columns shall have equal bytes.
 */
const formerCount: number = 1024 * 1024;
const groupValues = 64;

export class SingleSink implements ColumnSink {
  readonly #plan: ColumnPlan;
  readonly #shape: NumericShape;
  readonly #stored: NumericShape;
  readonly #place: ColumnPlace;
  readonly #coder: FloatCoder | undefined;
  readonly #data: BufferedFile;
  /** Values that are to be compressed. */
  readonly #spool: Spool | undefined;
  /** The values of a chunk as they are stored, in JavaScript's memory: views of the codec's may be detached. */
  readonly #values: TypedArray;
  readonly #nulls: Uint8Array;
  /** Nulls of the documents before, by their place in Indexlib's buffer; only of columns that fill more than one. */
  readonly #former: Uint8Array;
  #used = 0;
  #count = 0;
  textErrorCount = 0;

  constructor(plan: ColumnPlan, place: ColumnPlace) {
    this.#plan = plan;
    this.#shape = plan.shape as NumericShape;
    this.#stored = plan.stored as NumericShape;
    this.#place = place;
    this.#coder = plan.coding === undefined ? undefined : new FloatCoder(place.space, plan.coding);
    this.#data = openFile(place, "data");
    this.#spool = plan.isEqual ? openSpool(place, "data") : undefined;
    const chunk = Math.min(chunkValues, Math.max(plan.documentCount, 1));
    this.#values = newArray(this.#stored, chunk);
    this.#nulls = new Uint8Array(plan.isNullable ? chunkValues : 0);
    this.#former = new Uint8Array(plan.isNullable && plan.documentCount > formerCount ? formerCount : 0);
  }

  value(value: unknown): Later {
    return this.#add(checkNumeric(this.#shape, value));
  }

  text(text: string | Uint8Array): Later {
    const value = parseNumber(this.#shape, typeof text === "string" ? text : new TextDecoder().decode(text));
    if (value === undefined) this.textErrorCount++;
    return this.#add(value ?? zeroOf(this.#shape));
  }

  nothing(): Later {
    this.#nulls[this.#used] = 1;
    return this.#added();
  }

  encoded(bytes: Uint8Array): Later {
    const { valueBytes } = this.#stored;
    if (bytes.length !== valueBytes) {
      throw indexError("INVALID_VALUE", {
        what: "Encoded value of the wrong length",
        expected: `${valueBytes} bytes`,
        got: bytes.length,
      });
    }
    bytesOf(this.#values).set(bytes, this.#used * valueBytes);
    return this.#added();
  }

  async close(): Promise<ColumnFigures> {
    await this.#flush();
    if (this.#spool !== undefined) {
      const spool = this.#spool;
      await spool.finish();
      const { valueBytes } = this.#stored;
      const read = (from: number, target: Uint8Array): Later => spool.read(from * valueBytes, target);
      await writeEqual(this.#data, this.#place.space, this.#stored, this.#count, read, false);
      await spool.close();
    }
    await this.#data.finish();
    return { itemCount: this.#count, itemBytesMax: this.#count === 0 ? 0 : this.#stored.valueBytes };
  }

  async abandon(): Promise<void> {
    await this.#spool?.close();
    await this.#data.abandon();
  }

  #add(value: number | bigint): Later {
    if (this.#coder === undefined) (this.#values as { [at: number]: number | bigint })[this.#used] = value;
    else
      bytesOf(this.#values).set(
        this.#coder.encode(Float32Array.of(value as number)),
        this.#used * this.#stored.valueBytes,
      );
    return this.#added();
  }

  #added(): Later {
    this.#count++;
    return ++this.#used === this.#values.length ? this.#flush() : undefined;
  }

  #flush(): Later {
    const count = this.#used;
    this.#used = 0;
    const bytes = bytesOf(this.#values).subarray(0, count * this.#stored.valueBytes);
    if (this.#spool !== undefined) return this.#spool.append(bytes);
    return this.#data.append(this.#plan.isNullable ? this.#grouped(bytes, count) : bytes);
  }

  /** The values with their bitmaps: gone with the next call of the codec. */
  #grouped(bytes: Uint8Array, count: number): Uint8Array {
    const { space } = this.#place;
    const { valueBytes, nullBits } = this.#stored;
    this.#takeFormer(count);
    const source = space.allocate(chunkValues * (2 * valueBytes + 1) + bitmapBytes, "writing a column with nulls");
    try {
      const nulls = source + chunkValues * valueBytes;
      const target = nulls + chunkValues;
      space.bytes.set(bytes, source);
      space.bytes.set(this.#nulls, nulls);
      this.#nulls.fill(0);
      const written =
        space.attempt((codec) => codec.singleGroups(valueBytes, nullBits, source, nulls, count, target)) >>> 0;
      return space.bytes.slice(target, target + written);
    } finally {
      space.free(source);
    }
  }

  /** Fills the marks of the last group up with those of the buffer before. */
  #takeFormer(count: number): void {
    if (this.#former.length === 0) return;
    const at = (this.#count - count) % formerCount;
    const end = Math.ceil(count / groupValues) * groupValues;
    this.#nulls.set(this.#former.subarray(at + count, at + end), count);
    this.#former.set(this.#nulls.subarray(0, end), at);
  }
}
