// The smallest and largest value of each group of 64: all that choosing a slot size and laying slots out needs to know, in a
// thirty-second of the column's bytes. A slot's bounds are those of its groups, whatever its size.

import { groupValues } from "./format";

/** Writes (min, max) of each group of `count` values at `source` to `pairs`; the last group may be short. */
export function scanGroups<U extends number>(source: usize, count: u32, pairs: usize): void {
  const groups = count / groupValues;
  for (let i: u32 = 0; i < groups; ++i) {
    scanGroup<U>(source, pairs);
    source += groupValues * sizeof<U>();
    pairs += 2 * sizeof<U>();
  }
  const rest = count % groupValues;
  if (rest == 0) return;
  let low = load<U>(source);
  let high = low;
  for (let i: u32 = 1; i < rest; ++i) {
    const value = load<U>(source + i * sizeof<U>());
    low = min<U>(low, value);
    high = max<U>(high, value);
  }
  store<U>(pairs, low);
  store<U>(pairs, high, sizeof<U>());
}

function scanGroup<U extends number>(source: usize, pairs: usize): void {
  let low = v128.load(source);
  let high = low;
  for (let at: usize = 16; at < groupValues * sizeof<U>(); at += 16) {
    const values = v128.load(source + at);
    low = Lanes.lesser<U>(low, values);
    high = Lanes.greater<U>(high, values);
  }
  store<U>(pairs, least<U>(low));
  store<U>(pairs, greatest<U>(high), sizeof<U>());
}

function least<U extends number>(lanes: v128): U {
  lanes = Lanes.lesser<U>(lanes, v128.shuffle<u64>(lanes, lanes, 1, 0));
  if (sizeof<U>() <= 4) lanes = Lanes.lesser<U>(lanes, v128.shuffle<u32>(lanes, lanes, 1, 0, 3, 2));
  if (sizeof<U>() <= 2) lanes = Lanes.lesser<U>(lanes, v128.shuffle<u16>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6));
  if (sizeof<U>() == 1)
    lanes = Lanes.lesser<U>(
      lanes,
      v128.shuffle<u8>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14),
    );
  return v128.extract_lane<U>(lanes, 0);
}

function greatest<U extends number>(lanes: v128): U {
  lanes = Lanes.greater<U>(lanes, v128.shuffle<u64>(lanes, lanes, 1, 0));
  if (sizeof<U>() <= 4) lanes = Lanes.greater<U>(lanes, v128.shuffle<u32>(lanes, lanes, 1, 0, 3, 2));
  if (sizeof<U>() <= 2) lanes = Lanes.greater<U>(lanes, v128.shuffle<u16>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6));
  if (sizeof<U>() == 1)
    lanes = Lanes.greater<U>(
      lanes,
      v128.shuffle<u8>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14),
    );
  return v128.extract_lane<U>(lanes, 0);
}

/** Comparisons lane by lane, as unsigned numbers. */
abstract class Lanes {
  @inline
  static lesser<U extends number>(a: v128, b: v128): v128 {
    if (sizeof<U>() == 8) return v128.bitselect(b, a, Lanes.above(a, b));
    return v128.min<U>(a, b);
  }

  @inline
  static greater<U extends number>(a: v128, b: v128): v128 {
    if (sizeof<U>() == 8) return v128.bitselect(a, b, Lanes.above(a, b));
    return v128.max<U>(a, b);
  }

  /** Where a > b as unsigned numbers of 64 bits, for which there is only a signed comparison. */
  @inline
  static above(a: v128, b: v128): v128 {
    const sign = i64x2.splat(i64.MIN_VALUE);
    return i64x2.gt_s(v128.xor(a, sign), v128.xor(b, sign));
  }
}
