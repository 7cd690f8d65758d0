import { describe, expect, it } from "vitest";
import {
  decodeHalf,
  encodeHalf,
  halfFormat,
  isQuantisedMax,
  quantisedFormat,
} from "../../../bindings/schema/narrow-float.js";

const code = (max: number, value: number): number => {
  const view = new DataView(new ArrayBuffer(1));
  quantisedFormat(max).set(view, 0, value);
  return view.getInt8(0);
};
const read = (max: number, stored: number): number => {
  const view = new DataView(new ArrayBuffer(1));
  view.setInt8(0, stored);
  return quantisedFormat(max).get(view, 0);
};

describe("a half", () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [2, 0x4000],
    [3, 0x4200],
    [-4.5, 0xc480],
    [0.1, 0x2e66],
    [0.2, 0x3266],
    [0.3, 0x34cc],
    [0.4, 0x3666],
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [65_520, 0x7bff],
    [65_536, 0x7c00],
    [1e6, 0x7c00],
    [-1e6, 0xfc00],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
    [Number.NaN, 0x7e00],
    [3e-8, 0x0000],
    [-3e-8, 0x8000],
    [2 ** -24, 0x0001],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -15, 0x0200],
    [2 ** -23 * 1.9, 0x0003],
  ])("of %d is what Indexlib's is", (value, half) => {
    expect(encodeHalf(value).toString(16)).toBe(half.toString(16));
  });

  it("comes back from its number, each of the 63,490 that are not NaN", () => {
    let count = 0;
    for (let half = 0; half < 0x1_0000; half++) {
      const value = decodeHalf(half);
      if (Number.isNaN(value)) expect(half & 0x7fff).toBeGreaterThan(0x7c00);
      else if (encodeHalf(value) === half) count++;
    }
    expect(count).toBe(63_490);
  });

  it("is never farther from 0 than the number it was made of", () => {
    for (let i = 1; i < 4_000; i++) {
      const value = Math.fround(1.0173 ** i * 1e-8);
      const got = decodeHalf(encodeHalf(value));
      if (value >= 65_536) expect(got).toBe(Infinity);
      else {
        expect(got).toBeLessThanOrEqual(value);
        expect(value - got).toBeLessThanOrEqual(Math.max(value * 2 ** -10, 2 ** -24));
        expect(decodeHalf(encodeHalf(-value))).toBe(-got);
      }
    }
  });

  it("takes any number", () => {
    expect([0, Number.NaN, Infinity].every(halfFormat.fits)).toBe(true);
    expect(["1", 1n, null].some(halfFormat.fits)).toBe(false);
  });
});

describe("a float in one byte", () => {
  it.each([
    [127, 0, 0],
    [127, 1, 1],
    [127, 0.5, 1],
    [127, -0.5, -1],
    [127, 0.49, 0],
    [127, 1_000, 127],
    [127, -Infinity, -127],
    [1, 1, 127],
    [1, -1, -127],
    [1, 0.5, 64],
    [1, -0.5, -64],
    [2, 1, 64],
    [1.5, 0.1, 8],
  ])("of ±%d stores %d as %d", (max, value, stored) => {
    expect(code(max, value)).toBe(stored);
  });

  it("is read as its code times the step of 32-bit floats", () => {
    expect(read(127, -127)).toBe(-127);
    expect(read(1, 64)).toBe(Math.fround(Math.fround(1 / 127) * 64));
    // Indexlib never writes this code; a damaged byte may be it.
    expect(read(127, -128)).toBe(-128);
  });

  it("is at most half a step off within the range", () => {
    for (const max of [1, 127, 0.001, 3e9]) {
      for (let i = -100; i <= 100; i++) {
        const value = (max * i) / 100;
        expect(Math.abs(read(max, code(max, value)) - value)).toBeLessThanOrEqual((max / 254) * 1.0001);
      }
    }
  });

  it("has no code for NaN", () => {
    expect(quantisedFormat(1).fits(Number.NaN)).toBe(false);
    expect(quantisedFormat(1).fits(Infinity)).toBe(true);
  });

  it("has a range that 32-bit floats can hold and divide by", () => {
    expect([1, 127, 1e-30, 1e30].every(isQuantisedMax)).toBe(true);
    expect([0, -1, Number.NaN, Infinity, 1e39, 1e-46, 1e-44].some(isQuantisedMax)).toBe(false);
  });
});
