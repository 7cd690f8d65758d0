/**
 * Keys that collide in MurmurHash64A under every seed. A block enters the hash as `hash = (hash ^ mix(block)) * m`. Of two
 * blocks whose mixed forms differ in the top bit alone, the results differ in the top bit alone, since m is odd; the same
 * change of the next block takes that back. Two blocks so changed are one bit of choice: n of them give 2^n keys.
 *
 * All bytes are ASCII, so the keys are text too. A changed block differs from its origin in the upper six bytes, by one of
 * two constants, which leaves one block in about 500 that is ASCII before and after.
 */

import { mixBlock, unmixBlock } from "./hashes.js";
import { rngOf } from "./rng.js";

const topBit = 1n << 63n;
const asciiOnly = 0x8080_8080_8080_8080n;
const pairBytes = 16;

/** `count` different keys of one hash under every seed, each of 16 · ⌈log2 count⌉ ASCII bytes; the same in every call. */
export function collidingKeys(count: number): Uint8Array[] {
  const pairCount = Math.max(1, Math.ceil(Math.log2(count)));
  const blocks = asciiBlocks(pairCount * 2);
  return Array.from({ length: count }, (_, index) => {
    const key = new Uint8Array(pairCount * pairBytes);
    const view = new DataView(key.buffer);
    blocks.forEach(([origin, changed], i) => {
      view.setBigUint64(i * 8, ((index >> (i >> 1)) & 1) === 0 ? origin : changed, true);
    });
    return key;
  });
}

/** The same keys as text. */
export function collidingStrings(count: number): string[] {
  return collidingKeys(count).map((key) => String.fromCharCode(...key));
}

/** Pairs of different ASCII blocks whose mixed forms differ in the top bit alone. */
function asciiBlocks(count: number): [origin: bigint, changed: bigint][] {
  const rng = rngOf(1);
  const blocks: [bigint, bigint][] = [];
  while (blocks.length < count) {
    const origin = rng.u64() & ~asciiOnly;
    const changed = unmixBlock(mixBlock(origin) ^ topBit);
    if ((changed & asciiOnly) === 0n) blocks.push([origin, changed]);
  }
  return blocks;
}
