// Which buckets have found their place while a table is rehashed where it lies: one bit each.

import { alignUp } from "../memory";

/** Bytes for the bits of `count` buckets; they are zeros at first. */
export function settledBytes(count: u64): u64 {
  return alignUp((count + 7) >> 3, 8);
}

export function isSettled(settled: usize, i: u64): bool {
  return ((load<u8>(settled + <usize>(i >> 3)) >> (<u8>i & 7)) & 1) != 0;
}

export function settle(settled: usize, i: u64): void {
  const at = settled + <usize>(i >> 3);
  store<u8>(at, load<u8>(at) | (1 << (<u8>i & 7)));
}
