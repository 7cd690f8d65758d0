// How an index stores keys and values: decided by its schema once, shared by all of its segments.

import { mix64, unmix64 } from "../hash/mix64";
import { murmur64a, murmurRegion, unmurmurRegion } from "../hash/murmur64a";
import { xxh64 } from "../hash/xxh64";
import { regionOffsetMax } from "../value/pack";

export abstract class KeyForm {
  /** An integer, hashed by mix64: exact by nature. */
  static readonly INTEGER: u32 = 0;
  /** Bytes, hashed by murmur64a and compared with the key in the record. */
  static readonly EXACT: u32 = 1;
  /** Bytes, known by their murmur64a alone, as in Indexlib. */
  static readonly HASHED: u32 = 2;
  /** An integer that is its own hash, as in Indexlib. */
  static readonly IDENTITY: u32 = 3;
}

/** Hashes an exact key may go on to. By chance even the second is needed once in 2^64 pairs of keys. */
export const saltCountMax: u32 = 8;

@unmanaged
export class Form {
  /** One of KeyForm. */
  keys: u32;
  /** 1: integer keys cross the boundary as f64. */
  numbers: u32;
  /** 1: values lie in the bucket, else in the arena. */
  inline: u32;
  seed: u64;
  /** 1: a write older than what its key holds loses. */
  newestWins: u32;
  /** Bytes of every value in the arena, which then have no length prefix; 0 when they have one. */
  fixedBytes: u32;
  /** Regions of a shared index, where buckets hold region words; 0 in an index without. */
  regionCount: u32;
  /** The region that lookups, walks and hashes are of until another is set; 0 without regions. */
  regionId: u32;
  /** Bits of a bucket's value that are the offset: all but in a region word. */
  offsetMask: u64;

  setRegions(regionCount: u32): void {
    this.regionCount = regionCount;
    this.regionId = 0;
    this.offsetMask = regionCount == 0 ? u64.MAX_VALUE : regionOffsetMax;
  }

  /** Whether keys are bytes, not integers. */
  @inline
  hasBytes(): bool {
    return this.keys == KeyForm.EXACT || this.keys == KeyForm.HASHED;
  }

  /** The hashed key of a bytes key. */
  @inline
  hashBytes(ptr: usize, len: u32): u64 {
    return this.inRegion(murmur64a(ptr, len, this.seed));
  }

  /** The hashed key of an integer key. */
  @inline
  hashInteger(key: u64): u64 {
    return this.keys == KeyForm.INTEGER ? mix64(key) : key;
  }

  /** The integer key of a hashed key; of hashed bytes the hash itself, since nothing else is left of them. */
  @inline
  unhash(hash: u64): u64 {
    if (this.keys == KeyForm.INTEGER) return unmix64(hash);
    return this.regionCount == 0 ? hash : unmurmurRegion(hash, this.regionId);
  }

  /**
   * The hashed key under salt ≥ 1. Another function, not another seed: keys that collide in murmur under every seed
   * can be made by hand.
   */
  @inline
  hashSalted(ptr: usize, len: u32, salt: u32): u64 {
    return this.inRegion(xxh64(ptr, len, this.seed + salt));
  }

  /** A hash as it stands in the buckets of the region. */
  @inline
  private inRegion(hash: u64): u64 {
    return this.regionCount == 0 ? hash : murmurRegion(hash, this.regionId);
  }
}
