// Small things done to bytes: comparing two runs, integers of 1–8 bytes, copying a bucket, touching lines.

/** Whether `len` bytes at `a` and at `b` are the same. */
export function bytesEqual(a: usize, b: usize, len: u32): bool {
  const end = a + len;
  // Whole words first; a tail of 1–7 bytes is compared by an overlapping last word, or byte by byte when shorter.
  if (len >= 8) {
    const last = end - 8;
    while (a < last) {
      if (load<u64>(a) != load<u64>(b)) return false;
      a += 8;
      b += 8;
    }
    const back = a - last;
    return load<u64>(last) == load<u64>(b - back);
  }
  if (len >= 4) {
    return load<u32>(a) == load<u32>(b) && load<u32>(end - 4) == load<u32>(b + len - 4);
  }
  while (a < end) {
    if (load<u8>(a) != load<u8>(b)) return false;
    ++a;
    ++b;
  }
  return true;
}

/**
 * Copies a bucket of `stride` 5–20 bytes by words of which the last may overlap the one before: a call of memory.copy
 * would cost more.
 */
export function bucketCopy(to: usize, from: usize, stride: u32): void {
  if (stride < 8) {
    const first = load<u32>(from);
    store<u32>(to + stride - 4, load<u32>(from + stride - 4));
    store<u32>(to, first);
    return;
  }
  const first = load<u64>(from);
  const last = load<u64>(from + stride - 8);
  if (stride > 16) store<u64>(to, load<u64>(from, 8), 8);
  store<u64>(to + stride - 8, last);
  store<u64>(to, first);
}

/** An unsigned little-endian integer of `width` 1–8 bytes. */
export function loadWidth(ptr: usize, width: u32): u64 {
  if (width == 8) return load<u64>(ptr);
  if (width == 4) return load<u32>(ptr);
  let value: u64 = 0;
  for (let i: u32 = 0; i < width; ++i) value |= (<u64>load<u8>(ptr + i)) << (i << 3);
  return value;
}

/** Writes the low `width` 1–8 bytes of `value`. */
export function storeWidth(ptr: usize, width: u32, value: u64): void {
  if (width == 8) store<u64>(ptr, value);
  else if (width == 4) store<u32>(ptr, <u32>value);
  else for (let i: u32 = 0; i < width; ++i) store<u8>(ptr + i, <u8>(value >> (i << 3)));
}

const touchedSum: usize = memory.data(8, 8);

/**
 * Takes the sum of loads that were made only to bring their lines into the cache. A store keeps them from being optimised
 * away; nobody reads it.
 */
export function touched(sum: u64): void {
  store<u64>(touchedSum, sum);
}
