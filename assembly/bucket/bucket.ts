// What every bucket kind can do. A kind is the code of one fixed-width cell, laid over its address; `table/` is written
// once over any of them and monomorphised by the kind, so nothing here is a virtual call.

@unmanaged
export abstract class Bucket {
  abstract isEmpty(): bool;
  abstract isDeleted(): bool;
  /** The key of a live or deleted bucket. */
  abstract key(): u64;
  /**
   * Whether a probe for `key` ends here: this bucket is empty or the key's own. Without branches: which of its tests
   * holds is as random as the keys are, whether one holds is not.
   */
  abstract stops(key: u64): bool;
  /** Whether it may: true wherever `stops` is, and rarely else. */
  abstract mayStop(key: u64): bool;
  /** Of a bucket where a probe for `key` ended: whether it is live, and so the key's own. */
  abstract isLive(key: u64): bool;
  /** Whether `key` is one of the kind's marks and so lives in a slot. */
  abstract inSlot(key: u64): bool;
  /** Address of the value or offset. */
  abstract valuePtr(): usize;
  /** Seconds; 0 for a kind without. */
  abstract timestamp(): u32;
  /** Makes it a live bucket of `key`; the value is written by the caller. */
  abstract putKey(key: u64, timestamp: u32): void;
  abstract putDeleted(key: u64, timestamp: u32): void;
  /** Makes zeroed memory an empty bucket. */
  abstract putEmpty(): void;
}
