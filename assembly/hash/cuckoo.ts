// The hashes of a cuckoo table: murmur64a of the key's own bytes under a seed for each function, cut to the key's width,
// and the block that such a hash names. All functions of one key share the mixing of its bytes.

import { finish, m, mixBlock } from "./murmur64a";

const seedStep: u64 = 816922183;

/** What the hashes of a key of `keyBytes` 8 or 4 have in common. */
export function cuckooMix(key: u64, keyBytes: u32): u64 {
  const len = <u64>keyBytes * m;
  return keyBytes == 8 ? mixBlock(key) ^ len : <u64>(<u32>key) ^ len;
}

/** The 64-bit hash of function `f` 0–7, from `cuckooMix`; a key of 4 bytes has its low half. */
export function cuckooHash(mixed: u64, f: u32): u64 {
  return finish((mixed ^ (seedStep * f)) * m);
}

/** The block of a hash among 2^32 or fewer: only the low half of the hash counts. */
export function cuckooBlock(hash: u64, blockCount: u32): u32 {
  return <u32>hash % blockCount;
}
