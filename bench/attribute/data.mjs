/** The columns of the table: each distribution an array of 1 Mi values, the same in every run. */

import { random32 } from "../tools.mjs";

export const valueCount = 1_048_576;

const fill = (array, value) => {
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  return array;
};
const u32 = (value) => fill(new Uint32Array(valueCount), value);
const u64 = (value) => fill(new BigUint64Array(valueCount), value);
const random64 = (i) => (BigInt(random32(i)) << 32n) | BigInt(random32(i + valueCount));

function offsets() {
  let at = 0;
  return (i) => {
    const before = at;
    at += random32(i) % 40;
    return before;
  };
}

/** Each with what Indexlib's own C++ took on the machine of its measurements, ns a value: encode, decode, random get. */
export const columns = [
  ["u32 const", () => u32(() => 42), [7.0, 0.8, 0.8]],
  ["u32 runs of 97", () => u32((i) => (Math.floor(i / 97) * 7) % 50), [13.0, 1.7, 7.2]],
  ["u32 1-bit", () => u32((i) => 100 + (random32(i) & 1)), [29.3, 1.9, 2.2]],
  ["u32 4-bit", () => u32((i) => 100 + (random32(i) & 15)), [15.7, 2.5, 2.6]],
  ["u32 u8 range", () => u32((i) => random32(i) & 255), [12.4, 1.7, 2.9]],
  ["u32 u16 range", () => u32((i) => random32(i) & 65_535), [15.0, 1.6, 2.8]],
  ["u32 monotonic", () => u32((i) => i), [11.0, 1.8, 3.0]],
  ["u32 random", () => u32(random32), [19.0, 1.7, 3.8]],
  ["u32 1 % outliers", () => u32((i) => (i % 100 === 50 ? 0xffff_7fff : 5)), [11.6, 1.4, 6.5]],
  ["u32 offsets", () => u32(offsets()), [11.0, 1.6, 2.7]],
  ["u64 const", () => u64(() => 42n), [6.6, 0.8, 0.8]],
  ["u64 runs of 97", () => u64((i) => BigInt((Math.floor(i / 97) * 7) % 50)), [11.8, 1.6, 7.7]],
  ["u64 u8 range", () => u64((i) => BigInt(random32(i) & 255)), [16.7, 1.6, 2.4]],
  ["u64 monotonic", () => u64(BigInt), [17.8, 1.6, 2.9]],
  ["u64 random", () => u64(random64), [29.8, 1.5, 5.9]],
  ["i32 −3 … 3", () => fill(new Int32Array(valueCount), (i) => (random32(i) % 7) - 3), [17.5, 2.3, 2.9]],
  ["i32 u16 range", () => fill(new Int32Array(valueCount), (i) => random32(i) & 65_535), [17.4, 1.9, 3.7]],
  ["f32 n/8", () => fill(new Float32Array(valueCount), (i) => (random32(i) & 255) / 8), [20.5, 1.7, 3.0]],
  ["f64 n/8", () => fill(new Float64Array(valueCount), (i) => (random32(i) & 255) / 8), [49.8, 1.5, 3.5]],
];
