// Indexlib's count encoding, which stands before every stored value (FORMAT.md clause 4.1). The top two bits of the
// first byte say how many bytes the prefix has, the other bits are the count, big-endian.
//
//   00 nnnnnn                     up to 0x3f
//   01 nnnnnn nnnnnnnn            up to 0x3fff
//   10 nnnnnn nnnnnnnn nnnnnnnn   up to 0x3fffff
//   11 nnnnnn … (4 bytes)         up to 0x3ffffffe; 0x3fffffff is Indexlib's null

export const prefixBytesMax: u32 = 4;
export const countMax: u32 = 0x3ffffffe;

/** Bytes of the prefix of `count` ≤ countMax. */
export function prefixBytes(count: u32): u32 {
  return count <= 0x3f ? 1 : count <= 0x3fff ? 2 : count <= 0x3fffff ? 3 : 4;
}

/** Writes the prefix of `count` ≤ countMax and says how many bytes it took. */
export function prefixStore(ptr: usize, count: u32): u32 {
  const bytes = prefixBytes(count);
  const tagged = count | ((bytes - 1) << ((bytes << 3) - 2));
  for (let i: u32 = 0; i < bytes; ++i) store<u8>(ptr + i, <u8>(tagged >> ((bytes - 1 - i) << 3)));
  return bytes;
}

/** Bytes of the prefix that begins with `first`. */
export function prefixBytesAt(first: u8): u32 {
  return (first >> 6) + 1;
}

/** The count in a prefix of `bytes`, all of which can be read. */
export function prefixCount(ptr: usize, bytes: u32): u32 {
  let count: u32 = load<u8>(ptr) & 0x3f;
  for (let i: u32 = 1; i < bytes; ++i) count = (count << 8) | load<u8>(ptr + i);
  return count;
}
