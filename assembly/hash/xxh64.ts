// XXH64: checksums of blocks, and the hash of an exact key under every salt but the first (FORMAT.md clause 2.3).

const p1: u64 = 0x9e3779b185ebca87;
const p2: u64 = 0xc2b2ae3d27d4eb4f;
const p3: u64 = 0x165667b19e3779f9;
const p4: u64 = 0x85ebca77c2b2ae63;
const p5: u64 = 0x27d4eb2f165667c5;

export function xxh64(ptr: usize, len: u64, seed: u64): u64 {
  const end = ptr + <usize>len;
  let h: u64;
  if (len >= 32) {
    let s1 = seed + p1 + p2;
    let s2 = seed + p2;
    let s3 = seed;
    let s4 = seed - p1;
    const last = end - 32;
    do {
      s1 = round(s1, load<u64>(ptr));
      s2 = round(s2, load<u64>(ptr, 8));
      s3 = round(s3, load<u64>(ptr, 16));
      s4 = round(s4, load<u64>(ptr, 24));
      ptr += 32;
    } while (ptr <= last);
    h = rotl(s1, 1) + rotl(s2, 7) + rotl(s3, 12) + rotl(s4, 18);
    h = fold(fold(fold(fold(h, s1), s2), s3), s4);
  } else {
    h = seed + p5;
  }
  h += len;
  while (ptr + 8 <= end) {
    h = rotl(h ^ round(0, load<u64>(ptr)), 27) * p1 + p4;
    ptr += 8;
  }
  if (ptr + 4 <= end) {
    h = rotl(h ^ (<u64>load<u32>(ptr) * p1), 23) * p2 + p3;
    ptr += 4;
  }
  while (ptr < end) {
    h = rotl(h ^ (<u64>load<u8>(ptr) * p5), 11) * p1;
    ++ptr;
  }
  h = (h ^ (h >> 33)) * p2;
  h = (h ^ (h >> 29)) * p3;
  return h ^ (h >> 32);
}

function round(state: u64, lane: u64): u64 {
  return rotl(state + lane * p2, 31) * p1;
}

function fold(h: u64, state: u64): u64 {
  return (h ^ round(0, state)) * p1 + p4;
}
