// Signed values as unsigned ones that are small when the value is near 0: 0, -1, 1, -2 … become 0, 1, 2, 3 …

import { groupValues } from "./format";

/** Transforms whole groups of 64 values from `source` to `target`, which may be the same. */
export function zigzagGroups<U extends number>(source: usize, groups: u32, target: usize): void {
  const bytes = <usize>groups * groupValues * sizeof<U>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(source + at);
    v128.store(target + at, v128.xor(v128.shl<U>(values, 1), Zigzag.signs<U>(values)));
  }
}

/** The reverse. */
export function unzigzagGroups<U extends number>(source: usize, groups: u32, target: usize): void {
  const bytes = <usize>groups * groupValues * sizeof<U>();
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(source + at);
    const odd = v128.sub<U>(i64x2.splat(0), v128.and(values, v128.splat<U>(<U>1)));
    v128.store(target + at, v128.xor(v128.shr<U>(values, 1), odd));
  }
}

export abstract class Zigzag {
  @inline
  static encode<U extends number>(value: U): U {
    const sign = <U>(0 - (value >> <U>(8 * sizeof<U>() - 1)));
    return <U>((value << 1) ^ sign);
  }

  @inline
  static decode<U extends number>(value: U): U {
    return <U>((value >> 1) ^ <U>(0 - (value & 1)));
  }

  /** All bits where the value is below 0. */
  @inline
  static signs<U extends number>(values: v128): v128 {
    const zero = i64x2.splat(0);
    if (sizeof<U>() == 1) return i8x16.gt_s(zero, values);
    if (sizeof<U>() == 2) return i16x8.gt_s(zero, values);
    if (sizeof<U>() == 4) return i32x4.gt_s(zero, values);
    return i64x2.gt_s(zero, values);
  }
}
