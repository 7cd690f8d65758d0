// Compact bucket (Indexlib: CompactSpecialKeyBucket over Timestamp0Value): key and value side by side with nothing
// between buckets, and no room for a tombstone, so a compact table refuses deletions. Two keys live in slots (see Slot),
// as in a plain table.
//
//   ◄── K = 4 or 8 ──►◄── 1 … 8 ──►
//   │ key            │ value       │
//   key == emptyKey → empty
//   else            → live

import { Bucket } from "./bucket";
import { deletedKey, emptyKey } from "./plain";

@unmanaged
export class CompactBucket<K> extends Bucket {
  @inline
  isEmpty(): bool {
    return load<K>(changetype<usize>(this)) == <K>emptyKey;
  }

  @inline
  isDeleted(): bool {
    return false;
  }

  @inline
  key(): u64 {
    return <u64>load<K>(changetype<usize>(this));
  }

  @inline
  stops(key: u64): bool {
    const own = load<K>(changetype<usize>(this));
    return own == <K>key || own == <K>emptyKey;
  }

  @inline
  inSlot(key: u64): bool {
    return <K>key == <K>emptyKey || <K>key == <K>deletedKey;
  }

  @inline
  valuePtr(): usize {
    return changetype<usize>(this) + sizeof<K>();
  }

  @inline
  timestamp(): u32 {
    return 0;
  }

  @inline
  putKey(key: u64, timestamp: u32): void {
    store<K>(changetype<usize>(this), <K>key);
  }

  /** Never called: `tableDelete` refuses before. */
  @inline
  putDeleted(key: u64, timestamp: u32): void {}

  @inline
  putEmpty(): void {
    store<K>(changetype<usize>(this), <K>emptyKey);
  }
}
