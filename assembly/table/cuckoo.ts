// The cuckoo hash table: a key lies in one of 2–8 blocks of 4 buckets, named by as many hash functions (FORMAT.md clause
// 3.6). Lookups here; making room in `kick.ts`, moving all of a table in `rehash.ts`.
//
// A key fills the first empty bucket of its blocks in order of function and bucket, and a bucket once used stays used, so a
// lookup ends at the first empty one. It never looks at more than 8 blocks, whatever the bytes are.

import { Bucket } from "../bucket/bucket";
import { cuckooBlock, cuckooHash, cuckooMix } from "../hash/cuckoo";
import { Probe } from "./dense";
import { Table, keyBytesOf } from "./format";

/** The block that function `f` names for a key's `mixOf`. */
export function blockOf(table: Table, mixed: u64, f: u32): u32 {
  return cuckooBlock(cuckooHash(mixed, f), table.blockCount);
}

export function mixOf(table: Table, key: u64): u64 {
  return cuckooMix(key, keyBytesOf(table.kind));
}

export abstract class Block {
  /** Which of a block's buckets may end a search for `key`: a bit each, without a branch. */
  @inline
  static stops<B extends Bucket>(block: usize, stride: u32, key: u64): u32 {
    return (
      u32(changetype<B>(block).mayStop(key)) |
      (u32(changetype<B>(block + stride).mayStop(key)) << 1) |
      (u32(changetype<B>(block + 2 * stride).mayStop(key)) << 2) |
      (u32(changetype<B>(block + 3 * stride).mayStop(key)) << 3)
    );
  }
}

/** The bucket that holds `key`, or the first empty one of its blocks; NONE when all are full of other keys. */
export function cuckooProbe<B extends Bucket>(table: Table, key: u64): usize {
  return cuckooProbeFrom<B>(table, key, mixOf(table, key), 0);
}

/** The same from function `f` on. */
export function cuckooProbeFrom<B extends Bucket>(table: Table, key: u64, mixed: u64, f: u32): usize {
  const stride = table.bucketBytes;
  for (; f < table.hashCount; ++f) {
    const block = table.block(blockOf(table, mixed, f));
    for (let stops = Block.stops<B>(block, stride, key); stops != 0; stops &= stops - 1) {
      const bucket = block + ctz(stops) * stride;
      if (changetype<B>(bucket).stops(key)) return bucket;
    }
  }
  return Probe.NONE;
}
