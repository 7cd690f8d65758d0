/** f32 in fewer bytes, a few at a time through the codec's cell. */

import type { ColumnSpace } from "../kernel/column-space.js";
import type { FloatCoding } from "./options.js";

/** Floats that the cell holds beside their coded form. */
const stepCount = 4;
const floatBytes = 4;
const codedAt = 16;

export class FloatCoder {
  readonly #space: ColumnSpace;
  readonly #coding: FloatCoding;
  readonly #cell: number;
  /** Bytes of a coded float. */
  readonly #codedBytes: number;

  constructor(space: ColumnSpace, coding: FloatCoding) {
    this.#space = space;
    this.#coding = coding;
    this.#cell = space.kernel.valueCell() >>> 0;
    this.#codedBytes = coding.kind === "half" ? 2 : 1;
  }

  encode(values: Float32Array): Uint8Array<ArrayBuffer> {
    const coded = new Uint8Array(values.length * this.#codedBytes);
    const from = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#steps(values.length, (at, count, codec) => {
      const source = this.#cell;
      this.#space.bytes.set(from.subarray(at * floatBytes, (at + count) * floatBytes), source);
      if (this.#coding.kind === "half") codec.halfEncode(source, count, source + codedAt);
      else codec.int8Encode(source, count, this.#coding.absMax, source + codedAt);
      coded.set(this.#coded(count), at * this.#codedBytes);
    });
    return coded;
  }

  decode(coded: Uint8Array): Float32Array<ArrayBuffer> {
    const values = new Float32Array(coded.length / this.#codedBytes);
    const to = new Uint8Array(values.buffer);
    this.#steps(values.length, (at, count, codec) => {
      const target = this.#cell;
      this.#space.bytes.set(coded.subarray(at * this.#codedBytes, (at + count) * this.#codedBytes), target + codedAt);
      if (this.#coding.kind === "half") codec.halfDecode(target + codedAt, count, target);
      else codec.int8Decode(target + codedAt, count, this.#coding.absMax, target);
      to.set(this.#space.bytes.subarray(target, target + count * floatBytes), at * floatBytes);
    });
    return values;
  }

  #coded(count: number): Uint8Array {
    return this.#space.bytes.subarray(this.#cell + codedAt, this.#cell + codedAt + count * this.#codedBytes);
  }

  #steps(count: number, step: (at: number, count: number, codec: ColumnSpace["kernel"]) => void): void {
    this.#space.check();
    this.#space.refresh();
    const codec = this.#space.kernel;
    for (let at = 0; at < count; at += stepCount) step(at, Math.min(stepCount, count - at), codec);
  }
}
