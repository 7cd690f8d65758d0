/** The columns' codec through its raw exports, one column of 1 Mi values at a time. */

import { readFileSync } from "node:fs";

const shapes = new Map([
  [Uint32Array, [4, 0]],
  [Int32Array, [4, 1]],
  [Float32Array, [4, 0]],
  [BigUint64Array, [8, 0]],
  [Float64Array, [8, 0]],
]);
const sampleRatioPct = 1;
const headerBytes = 8;
const slotBytes = 8;
/** Places asked for in one call. */
export const batchCount = 65_536;

export class Codec {
  constructor(values, places) {
    const module = new WebAssembly.Module(readFileSync(new URL("../../dist/attribute.wasm", import.meta.url)));
    const env = {
      abort() {
        throw new Error("the codec aborted");
      },
    };
    this.exports = new WebAssembly.Instance(module, { env }).exports;
    const codec = this.exports;
    const [valueBytes, isSigned] = shapes.get(values.constructor);
    Object.assign(this, { valueBytes, isSigned, count: values.length });
    this.source = this.#region(values.byteLength);
    this.target = this.#region(values.byteLength);
    this.places = this.#region(places.byteLength);
    this.file = this.#region(values.byteLength * 1.2);
    new Uint8Array(codec.memory.buffer).set(new Uint8Array(values.buffer), this.source);
    new Uint32Array(codec.memory.buffer).set(places, this.places >>> 2);
    const byteLength = this.encode();
    this.byteLength = byteLength;
    const base = this.#region(byteLength);
    new Uint8Array(codec.memory.buffer).copyWithin(base, this.file, this.file + byteLength);
    this.column = codec.columnMount(valueBytes, isSigned, base, byteLength, 0, 0) >>> 0;
    if (this.column === 0) throw new Error(`mounting answered ${codec.columnMountStatus()}`);
    this.slotItemCount = 2 ** codec.columnPower(this.column);
  }

  /** The whole file, its slot size chosen as Indexlib does; returns its bytes. */
  encode() {
    const codec = this.exports;
    const encoder = codec.encoderOpen(this.valueBytes, this.isSigned, this.count) >>> 0;
    codec.encoderScan(encoder, this.source, this.count);
    const power = codec.encoderAdvise(encoder, sampleRatioPct);
    const byteLength = codec.encoderBytes(encoder, power);
    const slotCount = codec.slotCount(this.count, power);
    codec.encoderPlan(encoder, power, this.file);
    codec.encoderSlots(encoder, 0, slotCount, this.file + headerBytes);
    codec.encoderBlocks(encoder, this.source, this.count, this.file + headerBytes + slotCount * slotBytes);
    codec.encoderClose(encoder);
    return byteLength;
  }

  decode() {
    this.exports.columnDecode(this.column, 0, this.count, this.target);
  }

  getMany() {
    const { exports: codec, count } = this;
    for (let at = 0; at < count; at += batchCount) {
      const done = codec.columnGetMany(
        this.column,
        this.places + at * 4,
        batchCount,
        this.target + at * this.valueBytes,
      );
      if (done !== batchCount) throw new Error(`only ${done} of ${batchCount} places`);
    }
  }

  copy() {
    new Uint8Array(this.exports.memory.buffer).copyWithin(
      this.target,
      this.source,
      this.source + this.count * this.valueBytes,
    );
  }

  /** Fails unless the values at `target` are these. */
  check(values, what) {
    const got = new Uint8Array(this.exports.memory.buffer, this.target, values.byteLength);
    if (Buffer.compare(got, new Uint8Array(values.buffer)) !== 0) throw new Error(`${what}: wrong values`);
  }

  #region(byteLength) {
    const ptr = this.exports.regionAllocate(Math.ceil(byteLength)) >>> 0;
    if (ptr === 0) throw new Error(`no memory for ${byteLength} bytes`);
    return ptr;
  }
}
