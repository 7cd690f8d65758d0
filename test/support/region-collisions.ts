/**
 * Keys of different regions with one hash. A key's hash in a region is `murmurRegion(h, region)`, a bijection of `h`; for a key of 8
 * bytes `h` is a bijection of those too. So for any key of one region there is exactly one of 8 bytes in another that meets it.
 */

import { mixBlock, unmixBlock } from "./hashes.js";

const mask = (1n << 64n) - 1n;
const m = 0xc6a4a7935bd1e995n;
const mInverse = 0x5f7a0ea7e59b19bdn;
const keySeed = 545_609_244n;
/** The seed's part in the hash of 8 bytes. */
const seeded = (keySeed ^ (8n * m)) & mask;

function finish(state: bigint): bigint {
  const hash = ((state ^ (state >> 47n)) * m) & mask;
  return hash ^ (hash >> 47n);
}

function unfinish(hash: bigint): bigint {
  const state = ((hash ^ (hash >> 47n)) * mInverse) & mask;
  return state ^ (state >> 47n);
}

const salted = (regionId: number): bigint => ((seeded ^ mixBlock(BigInt(regionId))) * m) & mask;

/** What a bucket holds for a key whose hash is `hash`. */
export function murmurRegion(hash: bigint, regionId: number): bigint {
  return finish(((salted(regionId) ^ mixBlock(hash)) * m) & mask);
}

export function unmurmurRegion(hashed: bigint, regionId: number): bigint {
  return unmixBlock((((unfinish(hashed) * mInverse) & mask) ^ salted(regionId)) & mask);
}

/** MurmurHash64A of the 8 bytes of `key`, under Indexlib's seed. */
export function hashOfKey(key: bigint): bigint {
  return finish(((seeded ^ mixBlock(key)) * m) & mask);
}

/** The key of 8 bytes in region `target` that has the hash of `key` in region `source`. */
export function meetingKey(key: bigint, source: number, target: number): bigint {
  const hash = unmurmurRegion(murmurRegion(hashOfKey(key), source), target);
  return unmixBlock((((unfinish(hash) * mInverse) & mask) ^ seeded) & mask);
}

/** A key of 8 bytes as bytes. */
export function bytesOfKey(key: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, key, true);
  return bytes;
}
