import { describe, expect, it } from "vitest";
import {
  adviseEqual,
  encodeEqual,
  isIndexError,
  measureEqual,
  mountEqual,
  type TypedArray,
} from "../../../bindings/attribute.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const headerBytes = 8;
const slotBytes = 8;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isIndexError(error)) return error.code;
    throw error;
  }
  return "none";
}

/** `count` zeros and one value. */
function rangeOf<A extends Uint32Array | BigUint64Array>(values: A, last: A[0]): A {
  (values as { [at: number]: unknown })[values.length - 1] = last;
  return values;
}

describe("an equal-value file", () => {
  it("of nothing is a header", () => {
    expect(hex(encodeEqual(new Uint32Array(0)))).toBe("0000000006000000");
    expect(hex(encodeEqual(new Float64Array(0)))).toBe("0000000006000000");
    expect(mountEqual(encodeEqual(new Int8Array(0)), "i8").decode()).toEqual(new Int8Array(0));
  });

  it.each([
    [1, 6],
    [3, 6],
    [8, 6],
    [64, 6],
    [65, 7],
    [127, 7],
    [255, 8],
    [1_024, 10],
    [1_025, 11],
    [2 ** 31, 31],
  ])("rounds slots of %i values up to 2^%i", (slotItemCount, power) => {
    const file = encodeEqual(Uint8Array.of(1, 2), { slotItemCount });
    expect(new DataView(file.buffer).getUint32(4, true)).toBe(power);
    expect([...mountEqual(file, "u8").decode()]).toEqual([1, 2]);
  });

  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 1, 2],
    [4, 1, 4],
    [15, 1, 4],
    [16, 1, 8],
    [255, 1, 8],
    [256, 1, 16],
    [65_535, 1, 16],
    [65_536, 1, 32],
    [2 ** 32 - 1, 1, 32],
    [1, 2, 2],
    [3, 2, 3],
    [15, 2, 5],
  ])("holds differences up to %i of 8 values, or of 9 (%i), in %i bytes", (delta, isNine, bytes) => {
    const values = rangeOf(new Uint32Array(7 + isNine), delta);
    expect(measureEqual(values, 64)).toBe(headerBytes + slotBytes + 4 + bytes);
    const longs = rangeOf(new BigUint64Array(7 + isNine), BigInt(delta));
    expect(measureEqual(longs, 64)).toBe(headerBytes + slotBytes + 16 + bytes);
  });

  it("takes 64 bits for differences past 2^32", () => {
    expect(measureEqual(rangeOf(new BigUint64Array(8), 2n ** 32n), 64)).toBe(headerBytes + slotBytes + 16 + 64);
  });

  it("has the lengths of Indexlib's tests", () => {
    expect(measureEqual(Uint32Array.of(1, 1, 1, 1, 1, 1, 20), 64)).toBe(headerBytes + slotBytes + 11);
    expect(measureEqual(BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 1n, 20n), 64)).toBe(headerBytes + slotBytes + 23);
    // A slot of bytes, one of 16 bits, or of 64, and one of equal values.
    const words = Uint32Array.from({ length: 150 }, (_, i) => (i < 64 ? i : i < 128 ? i * 100 : 7));
    expect(measureEqual(words, 64)).toBe(headerBytes + 3 * slotBytes + 2 * 4 + 64 + 128);
    const longs = BigUint64Array.from(words, (value, i) => (i === 100 ? 1n << 63n : BigInt(value)));
    expect(measureEqual(longs, 64)).toBe(headerBytes + 3 * slotBytes + 2 * 16 + 64 + 512);
  });

  it("keeps equal values in the slot's word unless they do not fit into 63 bits", () => {
    expect(measureEqual(new BigUint64Array(64).fill(2n ** 63n - 1n), 64)).toBe(headerBytes + slotBytes);
    expect(measureEqual(new BigUint64Array(64).fill(2n ** 63n), 64)).toBe(headerBytes + slotBytes + 16 + 8);
    const negative = new Float64Array(64).fill(-1.5);
    expect(measureEqual(negative, 64)).toBe(headerBytes + slotBytes + 16 + 8);
    expect(mountEqual(encodeEqual(negative), "f64").decode()).toEqual(negative);
  });

  it("maps signed values near 0 to small numbers", () => {
    const values = Int32Array.from({ length: 64 }, (_, i) => (i % 16) - 8);
    expect(measureEqual(values, 64)).toBe(headerBytes + slotBytes + 4 + 32);
    const border = Int8Array.of(-128, 127, -1, 0, 1);
    expect(mountEqual(encodeEqual(border), "i8").decode()).toEqual(border);
    const long = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n, 0n);
    expect(mountEqual(encodeEqual(long), "i64").decode()).toEqual(long);
  });

  it.each([2, 4, 16])("keeps slots of every width beside a tail with differences up to %i", (tailMax) => {
    const values = Uint32Array.from({ length: 300 }, (_, i) => {
      const range = [2, 4, 16, 200, tailMax + 1][i >> 6] as number;
      return 1_000 + ((i * 7) % range);
    });
    const arrays: TypedArray[] = [
      Uint16Array.from(values),
      Int16Array.from(values),
      values,
      Int32Array.from(values),
      BigUint64Array.from(values, BigInt),
      BigInt64Array.from(values, BigInt),
    ];
    for (const array of arrays) {
      const column = mountEqual(encodeEqual(array, { slotItemCount: 64 }), typeOf(array));
      expect(column.decode()).toEqual(array);
      for (let i = 0; i < 300; i++) expect(column.get(i)).toBe(array[i]);
    }
  });

  it("has a mark behind offsets, which is found and belongs to no value", () => {
    expect(hex(encodeEqual(Uint32Array.of(0), { magicTail: true }))).toBe("010000000a0000000100000000000000f5f4f3f2");
    const longs = encodeEqual(new BigUint64Array(0), { magicTail: true });
    expect(hex(longs)).toBe("0000000006000000f6f5f4f3");
    for (const values of [Uint32Array.of(0, 0xf2f3f4f5), Uint32Array.from({ length: 70 }, (_, i) => i)]) {
      const marked = mountEqual(encodeEqual(values, { magicTail: true }), "u32");
      const plain = encodeEqual(values);
      expect(marked.bytes()).toEqual(plain);
      // The last difference may look like the mark.
      expect(mountEqual(plain, "u32").bytes()).toEqual(plain);
    }
    expect(codeOf(() => encodeEqual(Int32Array.of(1), { magicTail: true }))).toBe("INVALID_OPTION");
  });

  it("takes slots as long as they get no longer, the larger of two that are the same", () => {
    expect(adviseEqual(new Uint32Array(5_000))).toBe(1_024);
    expect(adviseEqual(Uint32Array.from({ length: 5_000 }, (_, i) => (i % 97 === 0 ? i * 1_000 : 0)))).toBe(64);
    expect(adviseEqual(new Uint32Array(0))).toBe(0);
    for (const ratioPct of [0, 101, 1.5])
      expect(codeOf(() => adviseEqual(Uint8Array.of(1), ratioPct))).toBe("INVALID_OPTION");
  });

  it("refuses what is no typed array and no slot size", () => {
    for (const values of [[1, 2], "12", new DataView(new ArrayBuffer(4)), null]) {
      expect(codeOf(() => encodeEqual(values as never))).toBe("INVALID_VALUE");
    }
    for (const slotItemCount of [0, -1, 1.5, 2 ** 31 + 1, Number.NaN]) {
      expect(codeOf(() => encodeEqual(Uint8Array.of(1), { slotItemCount }))).toBe("INVALID_OPTION");
    }
  });
});

const typeOf = (values: TypedArray) => {
  if (values instanceof Uint16Array) return "u16";
  if (values instanceof Int16Array) return "i16";
  if (values instanceof Uint32Array) return "u32";
  if (values instanceof Int32Array) return "i32";
  return values instanceof BigUint64Array ? "u64" : "i64";
};

describe("a mounted column", () => {
  it("reads blocks whose codes are older than narrow differences", () => {
    for (const range of [128, 20_000, 100_000, 5e9]) {
      const values = BigUint64Array.from({ length: 1_024 }, (_, i) => BigInt(i % 64 === 63 ? range : i % 64));
      const column = mountEqual(encodeEqual(values, { slotItemCount: 64 }), "u64");
      expect(column.decode()).toEqual(values);
      const bits = range < 256 ? 8 : range < 65_536 ? 16 : range < 2 ** 32 ? 32 : 64;
      expect([...column.slots().byBits]).toEqual([[bits, 16]]);
    }
  });

  it("reads differences wider than the values, of which only the low bytes count", () => {
    // One slot of 3 values of u8, base 250, differences of 16 bits.
    const file = new Uint8Array([3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 250, 1, 0, 10, 1, 255, 255]);
    const column = mountEqual(file, "u8");
    expect([...column.decode()]).toEqual([251, 4, 249]);
    expect([column.get(0), column.get(1), column.get(2)]).toEqual([251, 4, 249]);
  });

  it("answers undefined past the end, and refuses a batch with such a place", () => {
    const column = mountEqual(encodeEqual(Uint8Array.of(7, 8, 9)), "u8");
    for (const at of [3, -1, 0.5, 2 ** 32, Number.NaN]) expect(column.get(at)).toBeUndefined();
    expect([...column.getMany(Uint32Array.of(2, 0, 2))]).toEqual([9, 7, 9]);
    expect(codeOf(() => column.getMany(Uint32Array.of(0, 3)))).toBe("INVALID_OPTION");
    expect(column.update(3, 1)).toBe(false);
  });

  it("refuses values that its type has not, and stays as it was", () => {
    const column = mountEqual(encodeEqual(Uint8Array.of(7, 8)), "u8");
    for (const value of [256, -1, 1.5, 7n, Number.NaN, "7"]) {
      expect(codeOf(() => column.update(0, value as number))).toBe("INVALID_VALUE");
    }
    expect([...column.decode()]).toEqual([7, 8]);
    expect(column.expanded.length).toBe(0);
    const long = mountEqual(encodeEqual(BigInt64Array.of(1n)), "i64");
    for (const value of [2n ** 63n, 7]) expect(codeOf(() => long.update(0, value))).toBe("INVALID_VALUE");
  });

  it("grows by counters, a head and a whole slot", () => {
    const sizes = [
      [mountEqual(encodeEqual(new Uint32Array(100), { slotItemCount: 64 }), "u32"), 2 ** 31, 4 + 64 * 4],
      [mountEqual(encodeEqual(new Uint16Array(100), { slotItemCount: 64 }), "u16"), 300, 2 + 64 * 2],
      [mountEqual(encodeEqual(new Uint32Array(100), { slotItemCount: 64 }), "u32"), 1, 4 + 8],
      [mountEqual(encodeEqual(new BigUint64Array(100), { slotItemCount: 64 }), "u64"), 2n ** 40n, 16 + 64 * 8],
    ] as const;
    for (const [column, value, bytes] of sizes) {
      expect(column.update(99, value)).toBe(true);
      expect(column.expanded.length).toBe(16 + bytes);
      expect(column.get(99)).toBe(value);
      expect(column.get(98)).toBe(column.get(0));
    }
  });

  it("becomes absolute in a block of full width, which then takes every value in place", () => {
    const column = mountEqual(encodeEqual(Uint32Array.from({ length: 64 }, (_, i) => 5_000 + i)), "u32");
    expect(column.update(5, 2 ** 31)).toBe(true);
    const { length } = column.expanded;
    for (const value of [0, 2 ** 32 - 1, 17]) expect(column.update(6, value)).toBe(true);
    expect(column.expanded.length).toBe(length);
    expect(column.metrics).toEqual({ unusedBytes: 4 + 64, inPlaceCount: 3, expandCount: 1 });
    expect(column.get(6)).toBe(17);
    expect(column.get(7)).toBe(5_007);
  });

  it("is not used after close", () => {
    const column = mountEqual(encodeEqual(Uint8Array.of(1)), "u8");
    column.close();
    column.close();
    const calls = [
      () => column.get(0),
      () => column.decode(),
      () => column.getMany(Uint32Array.of(0)),
      () => column.update(0, 1),
      () => column.bytes(),
      () => column.expanded,
      () => column.metrics,
      () => column.slots(),
    ];
    for (const call of calls) expect(codeOf(call)).toBe("NOT_OPEN");
  });

  it.each([
    ["too short for a header", "0300000006"],
    ["slots of too few values", "0100000005000000" + "0100000000000000"],
    ["slots of too many values", "0100000020000000" + "0100000000000000"],
    ["more slots than bytes", "4100000006000000" + "0100000000000000"],
    ["a block past the end", "0200000006000000" + "4000000000000000" + "0100000000000000"],
    ["a block that is cut", "0200000006000000" + "0000000000000000" + "0100000001"],
    ["an expand area that is not there", "0200000006000000" + "0801000000000000" + "0100000001"],
  ])("is refused with %s", (_, file) => {
    expect(codeOf(() => mountEqual(new Uint8Array(Buffer.from(file, "hex")), "u32"))).toBe("CORRUPTION");
  });

  it("is refused with options that do not fit", () => {
    const file = encodeEqual(Uint32Array.of(1, 2, 3));
    for (const compressedLength of [-1, 1.5, file.length + 1]) {
      expect(codeOf(() => mountEqual(file, "u32", { compressedLength }))).toBe("INVALID_OPTION");
    }
    expect(codeOf(() => mountEqual(file, "u128" as never))).toBe("INVALID_OPTION");
    expect(codeOf(() => mountEqual(file, "u32", { expanded: new Uint8Array(15) }))).toBe("CORRUPTION");
  });

  it("stays readable while hundreds of others come and go", () => {
    const kept = mountEqual(encodeEqual(Uint32Array.from({ length: 5_000 }, (_, i) => i * i)), "u32");
    for (let i = 0; i < 300; i++) {
      const other = mountEqual(encodeEqual(new Float64Array(20_000).fill(i)), "f64");
      if (i % 3 > 0) other.close();
    }
    for (let i = 0; i < 5_000; i += 71) expect(kept.get(i)).toBe((i * i) % 2 ** 32);
  });
});
