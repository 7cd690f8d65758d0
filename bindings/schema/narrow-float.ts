/**
 * Floats in fewer bytes, as Indexlib's compress types `fp16` and `int8#max` store them. Both lose digits; what is read
 * back is what the bytes say.
 *
 *     f16      2 bytes  │s│eeeee│mmmmmmmmmm│  IEEE half. Cut off towards zero, not rounded: 0.3 → 34cc, which is 0.2998;
 *                                             from 65,536 on it is an infinity, below 2^-24 it is 0
 *     q8#max   1 byte   │ code -127 … 127 │   code · max/127. Values beyond ±max become ±max; halves round away from 0
 *
 * Both go through 32-bit floats, in Indexlib's order of operations, so that equal numbers give equal bytes.
 */

import { isNumber, type NumberFormat } from "./number-format.js";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Exponent bias of 32-bit floats less that of halves. */
const biasStep: number = 127 - 15;
/** Mantissa bits that a half lacks. */
const cutBits: number = 23 - 10;
const codeMax = 127;

/** The half of a number, 16 bits. */
export function encodeHalf(value: number): number {
  float[0] = value;
  const word = bits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const mantissa = word & 0x7f_ffff;
  if (exponent === 0xff && mantissa !== 0) return 0x7e00;
  if (exponent >= biasStep + 31) return sign | 0x7c00;
  if (exponent > biasStep) return sign | ((exponent - biasStep) << 10) | (mantissa >>> cutBits);
  // Below the smallest normal half the leading one is written out, further to the right the smaller the number.
  const shift = cutBits + 1 + biasStep - exponent;
  return shift > 23 ? sign : sign | ((0x80_0000 | mantissa) >>> shift);
}

/** The number of a half; every one of the 65,536 has one. */
export function decodeHalf(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return (half & 0x8000 ? -mantissa : mantissa) * 2 ** -24;
  const wide = exponent === 31 ? 0xff : exponent + biasStep;
  bits[0] = ((half & 0x8000) << 16) | (wide << 23) | (mantissa << cutBits);
  return float[0] as number;
}

export const halfFormat: NumberFormat<number> = {
  byteWidth: 2,
  name: "a number",
  arrayClass: Float32Array,
  isRaw: false,
  fits: isNumber,
  get: (view, at) => decodeHalf(view.getUint16(at, true)),
  set: (view, at, value) => view.setUint16(at, encodeHalf(value), true),
};

/**
 * Floats of ±max in one byte. NaN has no code.
 *
 * Differs: Indexlib stores NaN as -max.
 */
export function quantisedFormat(max: number): NumberFormat<number> {
  const limit = Math.fround(max);
  const scale = Math.fround(codeMax / limit);
  const step = Math.fround(limit / codeMax);
  return {
    byteWidth: 1,
    name: "a number that is not NaN",
    arrayClass: Float32Array,
    isRaw: false,
    fits: (value) => typeof value === "number" && !Number.isNaN(value),
    get: (view, at) => Math.fround(step * view.getInt8(at)),
    set: (view, at, value) => {
      const scaled = Math.fround(Math.max(-limit, Math.min(Math.fround(value), limit)) * scale);
      const size = Math.floor(Math.abs(scaled) + 0.5);
      view.setInt8(at, scaled < 0 ? -size : size);
    },
  };
}

/** Whether a range can be one: Indexlib holds it as a 32-bit float, and both quotients must be finite and not 0. */
export function isQuantisedMax(max: number): boolean {
  const limit = Math.fround(max);
  return (
    limit > 0 &&
    Number.isFinite(limit) &&
    Number.isFinite(Math.fround(codeMax / limit)) &&
    Math.fround(limit / codeMax) > 0
  );
}
