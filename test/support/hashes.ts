/**
 * The key hashes of FORMAT.md clause 2 in BigInt: slow, and not the kernel's, so that tests of what is hashed do not rest
 * on the code that hashes. XXH64 is in `bindings/segment/xxh64.ts` beside them.
 */

export { xxh64 } from "../bindings/segment/xxh64.js";

const mask = (1n << 64n) - 1n;
const m = 0xc6a4a7935bd1e995n;
const mInverse = 0x5f7a0ea7e59b19bdn;

/** The mixed form of an 8-byte block in MurmurHash64A. */
export function mixBlock(block: bigint): bigint {
  const k = (block * m) & mask;
  return ((k ^ (k >> 47n)) * m) & mask;
}

/** The block whose mixed form is `mixed`. */
export function unmixBlock(mixed: bigint): bigint {
  const k = (mixed * mInverse) & mask;
  return ((k ^ (k >> 47n)) * mInverse) & mask;
}

/** MurmurHash64A. */
export function murmur64a(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = seed ^ ((BigInt(bytes.length) * m) & mask);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) hash = ((hash ^ mixBlock(view.getBigUint64(at, true))) * m) & mask;
  if (at < bytes.length) {
    let tail = 0n;
    for (let i = bytes.length - 1; i >= at; i--) tail = (tail << 8n) | BigInt(bytes[i] as number);
    hash = ((hash ^ tail) * m) & mask;
  }
  hash = ((hash ^ (hash >> 47n)) * m) & mask;
  return hash ^ (hash >> 47n);
}

/** The bijection of integer keys. */
export function mix64(key: bigint): bigint {
  let hash = ((key ^ (key >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  hash = ((hash ^ (hash >> 27n)) * 0x94d049bb133111ebn) & mask;
  return hash ^ (hash >> 31n);
}

/** Its inverse, step by step. */
export function unmix64(hash: bigint): bigint {
  let key = hash ^ (hash >> 31n) ^ (hash >> 62n);
  key = (key * 0x319642b2d24d8ec3n) & mask;
  key = key ^ (key >> 27n) ^ (key >> 54n);
  key = (key * 0x96de1b173f119089n) & mask;
  key = key ^ (key >> 30n) ^ (key >> 60n);
  if (mix64(key) !== hash) throw new Error("mix64 is not undone");
  return key;
}
