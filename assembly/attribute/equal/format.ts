// The equal-value file: a whole column in slots of a power of two of values, each slot a base and narrow differences.
// Written by encode.ts, read by read.ts; nobody else knows where a field lies.
//
//   0           4            8                                8 + 8 × slots             file length
//   │ u32 items │ u32 power  │ u64 slot 0 │ u64 slot 1 │ … │ block │ block │ … │ [u32 tail]
//   ├──────── header ────────┤                              └─ area: no padding, no order but the slots'
//
//   slot of values of 1–4 bytes            slot of values of 8 bytes
//   bits 0–2   code                        bit 0      1 = all values are equal
//   bits 3–63  the value, or the block's   bits 1–63  the value, or the block's
//              offset in the area                     offset in the area
//   block      base, differences           block      u64 base, u64 code, differences
//
// A slot holds 2^power values, the last one fewer. Value = base + difference, modulo the width. Differences of 1, 2 and 4
// bits lie in a byte from its high end down. An offset from `compressedBytes` on leads into the expand area (update.ts).

export const headerBytes: u32 = 8;
export const powerAt: usize = 4;
export const slotBytes: u32 = 8;
/** log2 of the fewest values of a slot. */
export const powerMin: u32 = 6;
/** log2 of the most: a slot's place must stay within 32 bits. */
export const powerMax: u32 = 31;
/** Values that scan, pack and unpack take at a time: the smallest slot. */
export const groupValues: u32 = 64;

/** How wide a slot's differences are: 2^width bits. */
export abstract class Width {
  static readonly BITS1: u32 = 0;
  static readonly BITS2: u32 = 1;
  static readonly BITS4: u32 = 2;
  static readonly BITS8: u32 = 3;
  static readonly BITS16: u32 = 4;
  static readonly BITS32: u32 = 5;
  static readonly BITS64: u32 = 6;
}

/** The code of a slot of short values that are all equal; `Width` of the other codes is in `widthOfCode`. */
const codeEqual: u32 = 1;

// Codes by width, and widths by code, four bits each from the low end.
const shortCodes: u32 = 0x3420765;
const shortWidths: u32 = 0x21056403;
const longCodes: u32 = 0x3210654;
const longWidths: u32 = 0x2106543;
/** Codes of long blocks end here. */
const longCodeCount: u64 = 7;

/** The narrowest width that holds `delta`. */
export function widthOf(delta: u64): u32 {
  if (delta <= 1) return Width.BITS1;
  if (delta <= 3) return Width.BITS2;
  if (delta <= 15) return Width.BITS4;
  if (delta <= 0xff) return Width.BITS8;
  if (delta <= 0xffff) return Width.BITS16;
  return delta <= 0xffffffff ? Width.BITS32 : Width.BITS64;
}

/** Bytes of `count` differences. */
export function deltaBytes(width: u32, count: u64): u64 {
  return ((count << width) + 7) >> 3;
}

export abstract class Slot {
  /** The width of values of type U themselves. */
  @inline
  static fullWidth<U extends number>(): u32 {
    return 31 - clz<u32>(sizeof<U>() << 3);
  }

  /** Bytes of a block before its differences. */
  @inline
  static headBytes<U extends number>(): u32 {
    return sizeof<U>() == 8 ? 16 : <u32>sizeof<U>();
  }

  /** Whether a slot of one value only can say it in its word: 63 bits, or 61, hold it. */
  @inline
  static holds<U extends number>(value: U): bool {
    return sizeof<U>() < 8 || <i64>value >= 0;
  }

  @inline
  static ofValue<U extends number>(value: U): u64 {
    return sizeof<U>() == 8 ? ((<u64>value) << 1) | 1 : ((<u64>value) << 3) | codeEqual;
  }

  @inline
  static ofBlock<U extends number>(offset: u64, width: u32): u64 {
    return sizeof<U>() == 8 ? offset << 1 : (offset << 3) | ((shortCodes >> (width << 2)) & 7);
  }

  @inline
  static isEqual<U extends number>(word: u64): bool {
    return sizeof<U>() == 8 ? (word & 1) != 0 : (<u32>word & 7) == codeEqual;
  }

  /** The value, or the block's offset. */
  @inline
  static payload<U extends number>(word: u64): u64 {
    return sizeof<U>() == 8 ? word >> 1 : word >> 3;
  }

  /** Width of the differences of the block at `block`, whose head can be read; only after `isKnown`. */
  @inline
  static widthAt<U extends number>(word: u64, block: usize): u32 {
    const code = sizeof<U>() == 8 ? load<u32>(block, 8) : <u32>word & 7;
    return ((sizeof<U>() == 8 ? longWidths : shortWidths) >> (code << 2)) & 15;
  }

  /** Protects: `widthAt`, from codes that mean nothing. All eight short codes mean something. */
  @inline
  static isKnown<U extends number>(block: usize): bool {
    return sizeof<U>() < 8 || load<u64>(block, 8) < longCodeCount;
  }

  /** Writes a block's head. */
  @inline
  static storeHead<U extends number>(block: usize, base: U, width: u32): void {
    store<U>(block, base);
    if (sizeof<U>() == 8) store<u64>(block, (longCodes >> (width << 2)) & 7, 8);
  }
}

/** The smallest power of slots of at least `items` ≤ 2^31 values. */
export function powerOf(items: u32): u32 {
  if (items <= groupValues) return powerMin;
  return 32 - clz<u32>(items - 1);
}

/** Slots of `itemCount` values. */
export function slotCountOf(itemCount: u32, power: u32): u32 {
  return <u32>((<u64>itemCount + ((<u64>1) << power) - 1) >> power);
}
