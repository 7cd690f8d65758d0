// A column of values of one width without compression: the values side by side, or, where some may be null, in groups of 64
// behind a bitmap.
//
//   0              8                                    8 + 64 × width
//   │ u64 nulls    │ value 0 │ value 1 │ … │ value 63   │ u64 nulls │ value 64 │ …
//   └ bit k: value k of the group is null               └ the last group has as many values as there are
//
// A null's value is a mark too. Only where the mark stands does a reader look at the bitmap; so a value that happens to be
// the mark is still a value.

import { loadWidth, storeWidth } from "../value/bytes";

const groupValues: u32 = 64;
const bitmapBytes: u32 = 8;

@unmanaged
export class Single {
  base: usize;
  valueBytes: u32;
  isNullable: u32;
  /** The stored bits of a null. */
  nullBits: u64;
}

/** Bytes of a column of `count` values. */
export function singleBytes(valueBytes: u32, isNullable: bool, count: u64): u64 {
  const groups = (count + groupValues - 1) / groupValues;
  return count * valueBytes + (isNullable ? groups * bitmapBytes : 0);
}

/** Address of the value at `index`. */
function valueAt(self: Single, index: u32): usize {
  const at = self.base + <usize>index * self.valueBytes;
  return self.isNullable != 0 ? at + <usize>(index / groupValues + 1) * bitmapBytes : at;
}

/** Address of the bitmap of the group of the value at `index`. */
function bitmapAt(self: Single, index: u32): usize {
  const group = <usize>(index / groupValues);
  return self.base + group * (groupValues * self.valueBytes + bitmapBytes);
}

/** Writes the value at `index` to `target`, or says that it is null. */
export function singleGet(self: Single, index: u32, target: usize): bool {
  const value = loadWidth(valueAt(self, index), self.valueBytes);
  storeWidth(target, self.valueBytes, value);
  if (self.isNullable == 0 || value != self.nullBits) return false;
  return ((load<u64>(bitmapAt(self, index)) >> (index % groupValues)) & 1) != 0;
}

/** Sets the value at `index` to the one at `source`, or to null. */
export function singleSet(self: Single, index: u32, source: usize, isNull: bool): void {
  storeWidth(valueAt(self, index), self.valueBytes, isNull ? self.nullBits : loadWidth(source, self.valueBytes));
  if (self.isNullable == 0) return;
  const bitmap = bitmapAt(self, index);
  const bit = (<u64>1) << (index % groupValues);
  store<u64>(bitmap, isNull ? load<u64>(bitmap) | bit : load<u64>(bitmap) & ~bit);
}

/**
 * Lays `count` values out in groups at `target` and returns their bytes. `nulls` is a byte a value, 1 for null, and what the
 * unused bits shall be up to a multiple of 64; the first value begins a group.
 */
export function singleGroups(
  valueBytes: u32,
  nullBits: u64,
  source: usize,
  nulls: usize,
  count: u32,
  target: usize,
): usize {
  const start = target;
  for (let from: u32 = 0; from < count; from += groupValues) {
    const here = min(groupValues, count - from);
    const bitmap = bitmapOf(nulls + from);
    store<u64>(target, bitmap);
    target += bitmapBytes;
    memory.copy(target, source + <usize>from * valueBytes, here * valueBytes);
    const used = u64.MAX_VALUE >> (groupValues - here);
    for (let left = bitmap & used; left != 0; left &= left - 1)
      storeWidth(target + <usize>ctz<u64>(left) * valueBytes, valueBytes, nullBits);
    target += here * valueBytes;
  }
  return target - start;
}

/** Bit k is byte k's lowest. */
function bitmapOf(nulls: usize): u64 {
  let bitmap: u64 = 0;
  for (let i: usize = 0; i < 4; ++i) {
    const marks = i8x16.neg(v128.load(nulls + (i << 4)));
    bitmap |= (<u64>i8x16.bitmask(marks)) << (i << 4);
  }
  return bitmap;
}
