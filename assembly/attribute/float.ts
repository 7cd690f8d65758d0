// Floats in 2 bytes and in 1. Half precision as IEEE 754 has it, but cut towards zero as Indexlib does; 8 bits as a part of a
// largest magnitude that the column's schema gives.

const halfExponentBias: i32 = 127 - 15;
const halfInfinity: u32 = 0x7c00;
const halfNaN: u32 = 0x7e00;
const bytesOfHalf: usize = 2;
const int8Max: f32 = 127;

/** Half precision of `value`, cut: what is too small becomes 0, from 65520 on it is infinite. */
export function halfOf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return halfNaN;
  if (magnitude >= 0x477ff000) return sign | halfInfinity;
  const exponent = <i32>(magnitude >> 23) - halfExponentBias;
  const fraction = magnitude & 0x7fffff;
  if (exponent > 0) return sign | ((<u32>exponent) << 10) | (fraction >> 13);
  // Below the normal ones the leading 1 is written out and moves down.
  const shift = 14 - exponent;
  return shift > 24 ? sign : sign | ((fraction | 0x800000) >> shift);
}

/** The float of a half. */
export function floatOfHalf(half: u32): f32 {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent == 31) return reinterpret<f32>(sign | 0x7f800000 | (fraction << 13));
  if (exponent > 0) return reinterpret<f32>(sign | ((exponent + <u32>halfExponentBias) << 23) | (fraction << 13));
  const magnitude = <f32>fraction * <f32>5.9604644775390625e-8;
  return sign != 0 ? -magnitude : magnitude;
}

export function halfEncode(source: usize, count: u32, target: usize): void {
  for (let i: usize = 0; i < count; ++i)
    store<u16>(target + i * bytesOfHalf, <u16>halfOf(load<f32>(source + (i << 2))));
}

export function halfDecode(source: usize, count: u32, target: usize): void {
  for (let i: usize = 0; i < count; ++i)
    store<f32>(target + (i << 2), floatOfHalf(load<u16>(source + i * bytesOfHalf)));
}

/** Values in ±`absMax` as −127 … 127, halves away from zero; what lies outside is moved to its end, NaN to 0. */
export function int8Encode(source: usize, count: u32, absMax: f32, target: usize): void {
  for (let i: usize = 0; i < count; ++i) {
    const value = load<f32>(source + (i << 2));
    const clamped = value > absMax ? absMax : value < -absMax ? -absMax : value;
    const scaled = (clamped * int8Max) / absMax;
    const whole = trunc<f32>(scaled);
    const away: f32 = abs<f32>(scaled - whole) >= 0.5 ? copysign<f32>(1, scaled) : 0;
    // NaN converts to 0.
    store<i8>(target + i, <i8>(<i32>(whole + away)));
  }
}

export function int8Decode(source: usize, count: u32, absMax: f32, target: usize): void {
  for (let i: usize = 0; i < count; ++i) store<f32>(target + (i << 2), (<f32>load<i8>(source + i) * absMax) / int8Max);
}
