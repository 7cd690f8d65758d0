import { Slot, Width, deltaBytes, powerOf, slotCountOf, widthOf } from "../../../../assembly/attribute/equal/format";
import { regionAllocate } from "../../../../assembly/memory";
import { freshSpace } from "../../support";

describe("the equal-value format", () => {
  test("takes the narrowest width that holds a difference", () => {
    expect<u32>(widthOf(0)).toBe(Width.BITS1);
    expect<u32>(widthOf(1)).toBe(Width.BITS1);
    expect<u32>(widthOf(2)).toBe(Width.BITS2);
    expect<u32>(widthOf(3)).toBe(Width.BITS2);
    expect<u32>(widthOf(4)).toBe(Width.BITS4);
    expect<u32>(widthOf(15)).toBe(Width.BITS4);
    expect<u32>(widthOf(16)).toBe(Width.BITS8);
    expect<u32>(widthOf(255)).toBe(Width.BITS8);
    expect<u32>(widthOf(256)).toBe(Width.BITS16);
    expect<u32>(widthOf(65535)).toBe(Width.BITS16);
    expect<u32>(widthOf(65536)).toBe(Width.BITS32);
    expect<u32>(widthOf(0xffffffff)).toBe(Width.BITS32);
    expect<u32>(widthOf(0x100000000)).toBe(Width.BITS64);
    expect<u32>(widthOf(u64.MAX_VALUE)).toBe(Width.BITS64);
  });

  test("rounds slot sizes up to a power of two of at least 64", () => {
    expect<u32>(powerOf(0)).toBe(6);
    expect<u32>(powerOf(3)).toBe(6);
    expect<u32>(powerOf(64)).toBe(6);
    expect<u32>(powerOf(65)).toBe(7);
    expect<u32>(powerOf(127)).toBe(7);
    expect<u32>(powerOf(1024)).toBe(10);
    expect<u32>(powerOf(1025)).toBe(11);
    expect<u32>(powerOf(0x80000000)).toBe(31);
  });

  test("counts slots up to the last value, without wrapping", () => {
    expect<u32>(slotCountOf(0, 6)).toBe(0);
    expect<u32>(slotCountOf(1, 6)).toBe(1);
    expect<u32>(slotCountOf(64, 6)).toBe(1);
    expect<u32>(slotCountOf(65, 6)).toBe(2);
    expect<u32>(slotCountOf(u32.MAX_VALUE, 6)).toBe(1 << 26);
    expect<u32>(slotCountOf(u32.MAX_VALUE, 31)).toBe(2);
  });

  test("rounds packed differences up to bytes", () => {
    expect<u64>(deltaBytes(Width.BITS1, 9)).toBe(2);
    expect<u64>(deltaBytes(Width.BITS2, 9)).toBe(3);
    expect<u64>(deltaBytes(Width.BITS4, 9)).toBe(5);
    expect<u64>(deltaBytes(Width.BITS64, 0x80000000)).toBe(0x400000000);
  });

  test("keeps value, offset and width of a slot in its word, or its block's head", () => {
    freshSpace();
    const block = regionAllocate(16);
    for (let width: u32 = Width.BITS1; width <= Width.BITS64; ++width) {
      const short = Slot.ofBlock<u32>(77, width);
      expect<bool>(Slot.isEqual<u32>(short)).toBeFalsy();
      expect<u64>(Slot.payload<u32>(short)).toBe(77);
      expect<u32>(Slot.widthAt<u32>(short, block)).toBe(width);
      const long = Slot.ofBlock<u64>(77, width);
      Slot.storeHead<u64>(block, 5, width);
      expect<bool>(Slot.isEqual<u64>(long)).toBeFalsy();
      expect<u64>(Slot.payload<u64>(long)).toBe(77);
      expect<bool>(Slot.isKnown<u64>(block)).toBeTruthy();
      expect<u32>(Slot.widthAt<u64>(long, block)).toBe(width);
    }
    expect<u64>(Slot.ofValue<u32>(42)).toBe((42 << 3) | 1);
    expect<u64>(Slot.ofValue<u64>(42)).toBe((42 << 1) | 1);
    expect<bool>(Slot.isEqual<u32>(Slot.ofValue<u32>(u32.MAX_VALUE))).toBeTruthy();
    expect<u64>(Slot.payload<u32>(Slot.ofValue<u32>(u32.MAX_VALUE))).toBe(u32.MAX_VALUE);
  });

  test("knows seven codes of long blocks, and no eighth", () => {
    freshSpace();
    const block = regionAllocate(16);
    for (let code: u64 = 0; code < 7; ++code) {
      store<u64>(block, code, 8);
      expect<bool>(Slot.isKnown<u64>(block)).toBeTruthy();
    }
    store<u64>(block, 7, 8);
    expect<bool>(Slot.isKnown<u64>(block)).toBeFalsy();
    store<u64>(block, 0x100000000, 8);
    expect<bool>(Slot.isKnown<u64>(block)).toBeFalsy();
  });
});
