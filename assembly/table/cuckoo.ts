// The cuckoo hash table: a key lies in one of 2–8 blocks of 4 buckets, named by as many hash functions (FORMAT.md clause
// 3.6). Lookups here; making room in `kick.ts`, moving all of a table in `rehash.ts`.
//
// A key fills the first empty bucket of its blocks in order of function and bucket, and a bucket once used stays used, so a
// lookup ends at the first empty one. It never looks at more than 8 blocks, whatever the bytes are.

import { Bucket } from "../bucket/bucket";
import { cuckooBlock, cuckooHash, cuckooMix } from "../hash/cuckoo";
import { Probe } from "./dense";
import { Table, blockBuckets, keyBytesOf } from "./format";

/** The block that function `f` names for a key's `mixOf`. */
export function blockOf(table: Table, mixed: u64, f: u32): u32 {
  return cuckooBlock(cuckooHash(mixed, f), table.blockCount);
}

export function mixOf(table: Table, key: u64): u64 {
  return cuckooMix(key, keyBytesOf(table.kind));
}

/** The bucket that holds `key`, or the first empty one of its blocks; NONE when all are full of other keys. */
export function cuckooProbe<B extends Bucket>(table: Table, key: u64): usize {
  const mixed = mixOf(table, key);
  return cuckooProbeFrom<B>(table, key, mixed, table.block(blockOf(table, mixed, 0)));
}

/** The same where the first block is known. */
export function cuckooProbeFrom<B extends Bucket>(table: Table, key: u64, mixed: u64, first: usize): usize {
  const stride = table.bucketBytes;
  const hashCount = table.hashCount;
  let bucket = first;
  let f: u32 = 0;
  while (true) {
    for (let i: u32 = 0; i < blockBuckets; ++i) {
      if (changetype<B>(bucket).stops(key)) return bucket;
      bucket += stride;
    }
    if (++f == hashCount) return Probe.NONE;
    bucket = table.block(blockOf(table, mixed, f));
  }
}
