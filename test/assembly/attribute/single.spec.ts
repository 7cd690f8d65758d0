import { halfOf, floatOfHalf, int8Decode, int8Encode } from "../../../assembly/attribute/float";
import { Single, singleBytes, singleGet, singleGroups, singleSet } from "../../../assembly/attribute/single";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, hexOf } from "../support";

function singleAt(base: usize, valueBytes: u32, isNullable: bool, nullBits: u64): Single {
  const self = changetype<Single>(regionAllocate(offsetof<Single>()));
  self.base = base;
  self.valueBytes = valueBytes;
  self.isNullable = isNullable ? 1 : 0;
  self.nullBits = nullBits;
  return self;
}

describe("a column of single values", () => {
  test("has a bitmap for each 64 values where some may be null", () => {
    expect<u64>(singleBytes(4, false, 65)).toBe(260);
    expect<u64>(singleBytes(4, true, 0)).toBe(0);
    expect<u64>(singleBytes(4, true, 1)).toBe(12);
    expect<u64>(singleBytes(1, true, 64)).toBe(72);
    expect<u64>(singleBytes(2, true, 65)).toBe(146);
    expect<u64>(singleBytes(8, true, u32.MAX_VALUE)).toBe(<u64>u32.MAX_VALUE * 8 + (1 << 26) * 8);
  });

  test("is laid out in groups, nulls with their mark and bit", () => {
    freshSpace();
    const values = regionAllocate(66);
    const nulls = regionAllocate(128);
    memory.fill(nulls, 0, 128);
    for (let i: u32 = 0; i < 66; ++i) store<u8>(values + i, <u8>i);
    store<u8>(nulls, 1, 1);
    store<u8>(nulls, 1, 63);
    store<u8>(nulls, 1, 65);
    const target = regionAllocate(200);
    expect<usize>(singleGroups(1, 0x80, values, nulls, 66, target)).toBe(<usize>singleBytes(1, true, 66));
    expect<string>(hexOf(target, 12)).toBe("020000000000008000800203");
    expect<string>(hexOf(target + 71, 11)).toBe("8002000000000000004080");
    const self = singleAt(target, 1, true, 0x80);
    const cell = regionAllocate(8);
    for (let i: u32 = 0; i < 66; ++i) {
      expect<bool>(singleGet(self, i, cell)).toBe(i == 1 || i == 63 || i == 65);
      if (i % 31 > 3) expect<u8>(load<u8>(cell)).toBe(<u8>i);
    }
  });

  test("writes no mark for bits past its last value", () => {
    freshSpace();
    const values = regionAllocate(64);
    const nulls = regionAllocate(64);
    memory.fill(nulls, 1, 64);
    const target = regionAllocate(128);
    store<u32>(target, 0x11223344, 8 + 3);
    expect<usize>(singleGroups(1, 0x80, values, nulls, 3, target)).toBe(11);
    expect<u32>(load<u32>(target, 11)).toBe(0x11223344);
    expect<u64>(load<u64>(target)).toBe(u64.MAX_VALUE);
  });

  test("takes a value for a null and back, and one that looks like the mark", () => {
    freshSpace();
    const base = regionAllocate(singleBytes(2, true, 70));
    memory.fill(base, 0, <usize>singleBytes(2, true, 70));
    const self = singleAt(base, 2, true, 0x8000);
    const cell = regionAllocate(8);
    store<u16>(cell, 77);
    singleSet(self, 69, cell, true);
    expect<bool>(singleGet(self, 69, cell)).toBeTruthy();
    store<u16>(cell, 0x8000);
    singleSet(self, 69, cell, false);
    expect<bool>(singleGet(self, 69, cell)).toBeFalsy();
    expect<u16>(load<u16>(cell)).toBe(0x8000);
    expect<bool>(singleGet(self, 68, cell)).toBeFalsy();
    expect<u16>(load<u16>(cell)).toBe(0);
  });
});

describe("floats in fewer bytes", () => {
  test("are cut towards zero", () => {
    expect<u32>(halfOf(0.3)).toBe(0x34cc);
    expect<u32>(halfOf(-0.3)).toBe(0xb4cc);
    expect<u32>(halfOf(65519)).toBe(0x7bff);
    expect<u32>(halfOf(65520)).toBe(0x7c00);
    expect<u32>(halfOf(1e6)).toBe(0x7c00);
    expect<u32>(halfOf(3e-8)).toBe(0);
    expect<u32>(halfOf(-3e-8)).toBe(0x8000);
    expect<u32>(halfOf(<f32>NaN)).toBe(0x7e00);
    expect<u32>(halfOf(<f32>-Infinity)).toBe(0xfc00);
    expect<u32>(halfOf(6.103515625e-5)).toBe(0x400);
    expect<u32>(halfOf(6.1e-5)).toBe(0x3ff);
    expect<u32>(halfOf(6e-8)).toBe(1);
  });

  test("that half precision holds come back from it, all of them", () => {
    for (let half: u32 = 0; half < 0x10000; ++half) {
      if ((half & 0x7c00) == 0x7c00 && (half & 0x3ff) != 0) continue;
      if (halfOf(floatOfHalf(half)) != half) expect<u32>(halfOf(floatOfHalf(half))).toBe(half);
    }
    expect<u32>(reinterpret<u32>(floatOfHalf(0x7e00))).toBe(0x7fc00000);
    expect<f32>(floatOfHalf(0x3c00)).toBe(1);
  });

  test("are parts of a largest one in a byte, halves away from zero", () => {
    freshSpace();
    const floats = regionAllocate(24);
    const bytes = regionAllocate(8);
    store<f32>(floats, 0.5);
    store<f32>(floats, -0.5, 4);
    store<f32>(floats, 1000, 8);
    store<f32>(floats, -1000, 12);
    store<f32>(floats, <f32>NaN, 16);
    store<f32>(floats, 126.4, 20);
    int8Encode(floats, 6, 127, bytes);
    expect<string>(hexOf(bytes, 6)).toBe("01ff7f81007e");
    int8Decode(bytes, 3, 254, floats);
    expect<f32>(load<f32>(floats)).toBe(2);
    expect<f32>(load<f32>(floats, 4)).toBe(-2);
    expect<f32>(load<f32>(floats, 8)).toBe(254);
  });
});
