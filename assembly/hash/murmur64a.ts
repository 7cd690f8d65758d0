// MurmurHash64A, Indexlib's hash of text keys (spec: FORMAT.md clause 2.1). Best of the field up to 40 bytes.

export const m: u64 = 0xc6a4a7935bd1e995;
const mInverse: u64 = 0x5f7a0ea7e59b19bd;

/** Indexlib's seed for keys. */
export const keySeed: u64 = 545609244;

export function murmur64a(ptr: usize, len: u32, seed: u64): u64 {
  let h = seed ^ (<u64>len * m);
  const end = ptr + (len & ~7);
  while (ptr < end) {
    h = (h ^ mixBlock(load<u64>(ptr))) * m;
    ptr += 8;
  }
  const tail = len & 7;
  if (tail != 0) {
    let k: u64 = 0;
    if (tail & 4) {
      k = load<u32>(ptr);
      if (tail & 2) k |= (<u64>load<u16>(ptr, 4)) << 32;
      if (tail & 1) k |= (<u64>load<u8>(ptr + tail - 1)) << ((tail - 1) << 3);
    } else {
      if (tail & 2) k = load<u16>(ptr);
      if (tail & 1) k |= (<u64>load<u8>(ptr + tail - 1)) << ((tail - 1) << 3);
    }
    h = (h ^ k) * m;
  }
  return finish(h);
}

/** The hash of a key in region `region`: of the 8 bytes of its hash, with the region's number mixed in before them. */
export function murmurRegion(hash: u64, region: u64): u64 {
  const salted = (keySeed ^ (8 * m) ^ mixBlock(region)) * m;
  return finish((salted ^ mixBlock(hash)) * m);
}

/** The hash that `murmurRegion` made into `hashed`: within one region no two hashes become one. */
export function unmurmurRegion(hashed: u64, region: u64): u64 {
  const salted = (keySeed ^ (8 * m) ^ mixBlock(region)) * m;
  let h = (hashed ^ (hashed >> 47)) * mInverse;
  h = (h ^ (h >> 47)) * mInverse;
  let k = (h ^ salted) * mInverse;
  k ^= k >> 47;
  return k * mInverse;
}

export function mixBlock(k: u64): u64 {
  k *= m;
  k ^= k >> 47;
  return k * m;
}

export function finish(h: u64): u64 {
  h ^= h >> 47;
  h *= m;
  return h ^ (h >> 47);
}
