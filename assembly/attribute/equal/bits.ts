// 64 values to 64 differences of 1–64 bits, and back. Everything works on whole groups of 64, so that no packed byte is
// shared by two groups and no loop has a rest; the last group of a slot goes through a buffer that has room for one.

import { Slot, Width, groupValues } from "./format";

/** Writes the differences of whole groups of values to `base`, each of 2^width bits, and returns the address behind them. */
export function packGroups<U extends number>(source: usize, base: U, width: u32, groups: u32, target: usize): usize {
  const bases = v128.splat<U>(base);
  for (; groups > 0; --groups) {
    if (width == Width.BITS64) {
      if (sizeof<U>() == 8) Lanes.packSame<U>(source, bases, target);
    } else if (width == Width.BITS32) {
      if (sizeof<U>() == 4) Lanes.packSame<U>(source, bases, target);
      if (sizeof<U>() == 8) {
        for (let at: usize = 0; at < groupValues * 4; at += 16)
          v128.store(
            target + at,
            v128.shuffle<u32>(Lanes.part<U>(source, bases, at, 0), Lanes.part<U>(source, bases, at, 1), 0, 2, 4, 6),
          );
      }
    } else if (width == Width.BITS16) {
      if (sizeof<U>() == 2) Lanes.packSame<U>(source, bases, target);
      else
        for (let at: usize = 0; at < groupValues * 2; at += 16)
          v128.store(target + at, Lanes.halves<U>(source, bases, at));
    } else if (width == Width.BITS8) {
      for (let at: usize = 0; at < groupValues; at += 16) v128.store(target + at, Lanes.bytes<U>(source, bases, at));
    } else {
      packBits<U>(source, bases, width, target);
    }
    source += groupValues * sizeof<U>();
    target += (groupValues << width) >> 3;
  }
  return target;
}

function packBits<U extends number>(source: usize, bases: v128, width: u32, target: usize): void {
  const a = Lanes.bytes<U>(source, bases, 0);
  const b = Lanes.bytes<U>(source, bases, 16);
  const c = Lanes.bytes<U>(source, bases, 32);
  const d = Lanes.bytes<U>(source, bases, 48);
  const bits: i32 = 1 << width;
  const ab = Lanes.joined(a, b, bits);
  const cd = Lanes.joined(c, d, bits);
  if (width == Width.BITS4) {
    v128.store(target, ab);
    v128.store(target, cd, 16);
    return;
  }
  const all = Lanes.joined(ab, cd, bits << 1);
  if (width == Width.BITS2) {
    v128.store(target, all);
    return;
  }
  store<u64>(target, v128.extract_lane<u64>(Lanes.joined(all, all, 4), 0));
}

/** The reverse of packGroups: values of whole groups from the differences at `source`. */
export function unpackGroups<U extends number>(source: usize, base: U, width: u32, groups: u32, target: usize): void {
  const bases = v128.splat<U>(base);
  for (; groups > 0; --groups) {
    if (width == Width.BITS1) unpackBits1<U>(source, bases, target);
    else if (width == Width.BITS2) unpackBits2<U>(source, bases, target);
    else if (width == Width.BITS4) unpackBits4<U>(source, bases, target);
    else if (width == Width.BITS8) {
      for (let at: usize = 0; at < groupValues; at += 16) Lanes.spread<U>(v128.load(source + at), bases, target, at);
    } else if (width == Slot.fullWidth<U>()) {
      for (let at: usize = 0; at < groupValues * sizeof<U>(); at += 16)
        v128.store(target + at, v128.add<U>(v128.load(source + at), bases));
    } else if (sizeof<U>() >= 4 && width == Width.BITS16) {
      for (let at: usize = 0; at < groupValues; at += 8)
        Lanes.spreadHalves<U>(v128.load(source + (at << 1)), bases, target, at);
    } else if (sizeof<U>() == 8 && width == Width.BITS32) {
      for (let at: usize = 0; at < groupValues; at += 4)
        Lanes.spreadWords<U>(v128.load(source + (at << 2)), bases, target, at);
    } else {
      // Wider than the values: nobody writes that, and only the low bytes count.
      const stride: usize = 1 << (width - 3);
      for (let i: usize = 0; i < groupValues; ++i)
        store<U>(target + i * sizeof<U>(), <U>(load<U>(source + i * stride) + base));
    }
    source += (groupValues << width) >> 3;
    target += groupValues * sizeof<U>();
  }
}

function unpackBits4<U extends number>(source: usize, bases: v128, target: usize): void {
  Lanes.spreadBits4<U>(v128.load(source), bases, target, 0);
  Lanes.spreadBits4<U>(v128.load(source, 16), bases, target, 32);
}

function unpackBits2<U extends number>(source: usize, bases: v128, target: usize): void {
  const x = v128.load(source);
  const mask = i8x16.splat(15);
  const high = v128.and(i16x8.shr_u(x, 4), mask);
  const low = v128.and(x, mask);
  Lanes.spreadBits2<U>(Lanes.firstPairs(high, low), bases, target, 0);
  Lanes.spreadBits2<U>(Lanes.lastPairs(high, low), bases, target, 32);
}

function unpackBits1<U extends number>(source: usize, bases: v128, target: usize): void {
  const x = v128.load64_zero(source);
  Lanes.spreadBits1<U>(v128.shuffle<u8>(x, x, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1), bases, target, 0);
  Lanes.spreadBits1<U>(v128.shuffle<u8>(x, x, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3), bases, target, 16);
  Lanes.spreadBits1<U>(v128.shuffle<u8>(x, x, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5), bases, target, 32);
  Lanes.spreadBits1<U>(v128.shuffle<u8>(x, x, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7), bases, target, 48);
}

/** What one group is done with, 16 bytes at a time. */
abstract class Lanes {
  @inline
  static packSame<U extends number>(source: usize, bases: v128, target: usize): void {
    for (let at: usize = 0; at < groupValues * sizeof<U>(); at += 16)
      v128.store(target + at, v128.sub<U>(v128.load(source + at), bases));
  }

  /** The differences of the i-th 16 bytes of values that end up in the packed bytes from `at` on, values of 8 bytes. */
  @inline
  static part<U extends number>(source: usize, bases: v128, at: usize, i: usize): v128 {
    return v128.sub<U>(v128.load(source + (at << 1) + (i << 4)), bases);
  }

  /** 8 differences of 16 bits, for packed bytes `at` … `at` + 15. */
  @inline
  static halves<U extends number>(source: usize, bases: v128, at: usize): v128 {
    if (sizeof<U>() == 4) {
      const a = v128.sub<U>(v128.load(source + (at << 1)), bases);
      const b = v128.sub<U>(v128.load(source + (at << 1), 16), bases);
      return v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
    }
    const a = v128.sub<U>(v128.load(source + (at << 2)), bases);
    const b = v128.sub<U>(v128.load(source + (at << 2), 16), bases);
    const c = v128.sub<U>(v128.load(source + (at << 2), 32), bases);
    const d = v128.sub<U>(v128.load(source + (at << 2), 48), bases);
    const ab = v128.shuffle<u32>(a, b, 0, 2, 4, 6);
    const cd = v128.shuffle<u32>(c, d, 0, 2, 4, 6);
    return v128.shuffle<u16>(ab, cd, 0, 2, 4, 6, 8, 10, 12, 14);
  }

  /** 16 differences of 8 bits, of values `at` … `at` + 15. */
  @inline
  static bytes<U extends number>(source: usize, bases: v128, at: usize): v128 {
    if (sizeof<U>() == 1) return v128.sub<U>(v128.load(source + at), bases);
    if (sizeof<U>() == 2) {
      const a = v128.sub<U>(v128.load(source + (at << 1)), bases);
      const b = v128.sub<U>(v128.load(source + (at << 1), 16), bases);
      return Lanes.evenBytes(a, b);
    }
    return Lanes.evenBytes(Lanes.halves<U>(source, bases, at << 1), Lanes.halves<U>(source, bases, (at << 1) + 16));
  }

  @inline
  static evenBytes(a: v128, b: v128): v128 {
    return v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  }

  /** Of each two bytes one: the first, shifted up by `bits`, and the second below it. */
  @inline
  static joined(a: v128, b: v128, bits: i32): v128 {
    const low = i16x8.splat(0xff);
    const x = v128.and(v128.or(i16x8.shl(a, bits), i16x8.shr_u(a, 8)), low);
    const y = v128.and(v128.or(i16x8.shl(b, bits), i16x8.shr_u(b, 8)), low);
    return i8x16.narrow_i16x8_u(x, y);
  }

  @inline
  static spreadBits4<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    const mask = i8x16.splat(15);
    const high = v128.and(i16x8.shr_u(x, 4), mask);
    const low = v128.and(x, mask);
    Lanes.spread<U>(Lanes.firstPairs(high, low), bases, target, at);
    Lanes.spread<U>(Lanes.lastPairs(high, low), bases, target, at + 16);
  }

  @inline
  static spreadBits2<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    const mask = i8x16.splat(3);
    const high = v128.and(i16x8.shr_u(x, 2), mask);
    const low = v128.and(x, mask);
    Lanes.spread<U>(Lanes.firstPairs(high, low), bases, target, at);
    Lanes.spread<U>(Lanes.lastPairs(high, low), bases, target, at + 16);
  }

  /** Each lane holds the byte its value's bit is in. */
  @inline
  static spreadBits1<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    const place = i64x2.splat(0x0102040810204080);
    const ones = i8x16.eq(v128.and(x, place), place);
    Lanes.spread<U>(i8x16.neg(ones), bases, target, at);
  }

  @inline
  static firstPairs(a: v128, b: v128): v128 {
    return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  @inline
  static lastPairs(a: v128, b: v128): v128 {
    return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }

  /** Stores the values `at` … `at` + 15 of 16 differences of 8 bits. */
  @inline
  static spread<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    if (sizeof<U>() == 1) v128.store(target + at, i8x16.add(x, bases));
    else {
      Lanes.spreadHalves<U>(i16x8.extend_low_i8x16_u(x), bases, target, at);
      Lanes.spreadHalves<U>(i16x8.extend_high_i8x16_u(x), bases, target, at + 8);
    }
  }

  /** Stores the values `at` … `at` + 7 of 8 differences of 16 bits. */
  @inline
  static spreadHalves<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    if (sizeof<U>() == 2) v128.store(target + (at << 1), i16x8.add(x, bases));
    else {
      Lanes.spreadWords<U>(i32x4.extend_low_i16x8_u(x), bases, target, at);
      Lanes.spreadWords<U>(i32x4.extend_high_i16x8_u(x), bases, target, at + 4);
    }
  }

  /** Stores the values `at` … `at` + 3 of 4 differences of 32 bits. */
  @inline
  static spreadWords<U extends number>(x: v128, bases: v128, target: usize, at: usize): void {
    if (sizeof<U>() == 4) v128.store(target + (at << 2), i32x4.add(x, bases));
    else {
      v128.store(target + (at << 3), i64x2.add(i64x2.extend_low_i32x4_u(x), bases));
      v128.store(target + (at << 3), i64x2.add(i64x2.extend_high_i32x4_u(x), bases), 16);
    }
  }
}
