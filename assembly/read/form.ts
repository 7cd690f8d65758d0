// How an index stores keys and values: decided by its schema once, shared by all of its segments.

import { mix64, unmix64 } from "../hash/mix64";
import { murmur64a } from "../hash/murmur64a";
import { xxh64 } from "../hash/xxh64";

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

  /** Whether keys are bytes, not integers. */
  @inline
  hasBytes(): bool {
    return this.keys == KeyForm.EXACT || this.keys == KeyForm.HASHED;
  }

  /** The hashed key of a bytes key. */
  @inline
  hashBytes(ptr: usize, len: u32): u64 {
    return murmur64a(ptr, len, this.seed);
  }

  /** The hashed key of an integer key. */
  @inline
  hashInteger(key: u64): u64 {
    return this.keys == KeyForm.INTEGER ? mix64(key) : key;
  }

  /** The integer key of a hashed key; of hashed bytes the hash itself, since nothing else is left of them. */
  @inline
  unhash(hash: u64): u64 {
    return this.keys == KeyForm.INTEGER ? unmix64(hash) : hash;
  }

  /**
   * The hashed key under salt ≥ 1. Another function, not another seed: keys that collide in murmur under every seed
   * can be made by hand.
   */
  @inline
  hashSalted(ptr: usize, len: u32, salt: u32): u64 {
    return xxh64(ptr, len, this.seed + salt);
  }
}
