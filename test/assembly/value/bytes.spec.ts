import { regionAllocate } from "../../../assembly/memory";
import { bucketCopy, bytesEqual, loadWidth, storeWidth } from "../../../assembly/value/bytes";
import { freshSpace, hexOf } from "../support";

describe("comparing bytes", () => {
  test("sees a difference at each place, for every length, and nothing behind the end", () => {
    freshSpace();
    const a = regionAllocate(128);
    const b = regionAllocate(128) + 3;
    for (let i: u32 = 0; i < 100; ++i) {
      store<u8>(a + i, <u8>(i * 7));
      store<u8>(b + i, <u8>(i * 7));
    }
    let wrong = 0;
    for (let len: u32 = 0; len < 70; ++len) {
      store<u8>(b + len, 0xee);
      if (!bytesEqual(a, b, len)) ++wrong;
      for (let i: u32 = 0; i < len; ++i) {
        const kept = load<u8>(b + i);
        store<u8>(b + i, kept ^ 0x80);
        if (bytesEqual(a, b, len)) ++wrong;
        store<u8>(b + i, kept);
      }
      store<u8>(b + len, <u8>(len * 7));
    }
    expect<i32>(wrong).toBe(0);
  });
});

describe("integers of 1 to 8 bytes", () => {
  test("are little-endian, and neither read nor write past their width", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    for (let width: u32 = 1; width <= 8; ++width) {
      memory.fill(ptr, 0xcc, 32);
      storeWidth(ptr + 1, width, 0x8877665544332211);
      const expected = `cc${"1122334455667788".substring(0, width * 2)}cccccccccccccccc`;
      expect<string>(hexOf(ptr, 9 + width)).toBe(expected);
      const mask = width == 8 ? u64.MAX_VALUE : ((<u64>1) << (width << 3)) - 1;
      expect<u64>(loadWidth(ptr + 1, width)).toBe(0x8877665544332211 & mask);
    }
  });
});

describe("copying a bucket", () => {
  test("copies its bytes and no more, for every stride there is", () => {
    freshSpace();
    const from = regionAllocate(64);
    const to = regionAllocate(64);
    for (let i: u32 = 0; i < 32; ++i) store<u8>(from + i, <u8>(i + 1));
    for (let stride: u32 = 5; stride <= 20; ++stride) {
      memory.fill(to, 0xcc, 32);
      bucketCopy(to, from, stride);
      expect<string>(hexOf(to, stride)).toBe(hexOf(from, stride));
      expect<string>(hexOf(to + stride, 4)).toBe("cccccccc");
    }
  });
});
