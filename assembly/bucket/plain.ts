// Plain bucket (Indexlib: SpecialKeyBucket over Timestamp0Value): a value of 1–8 bytes in the bucket, no timestamp.
// Two keys are kept as marks; whoever has one of them as a real key is found in a slot behind the table (see Slot).
//
//   ◄── K = 4 or 8 ──►◄── roundup4(max(K, value bytes)) ──►
//   │ key            │ value, or the deleted key         │
//   key == emptyKey   → empty
//   key == deletedKey → deleted, its real key lies where the value was
//   else              → live
//
// Compact bucket (CompactSpecialKeyBucket): the same without room for the deleted key, so a compact table refuses
// deletions. Then none of its buckets has that mark, and all the rest is one code.
//
//   ◄── K = 4 or 8 ──►◄── 1 … 8 ──►
//   │ key            │ value       │

import { Bucket } from "./bucket";

/** Indexlib's marks, cut to the key's width. */
export const emptyKey: u64 = 0xfffffffffffffeff;
export const deletedKey: u64 = 0xfffffffffffffdff;

@unmanaged
export class PlainBucket<K> extends Bucket {
  @inline
  isEmpty(): bool {
    return load<K>(changetype<usize>(this)) == <K>emptyKey;
  }

  @inline
  isDeleted(): bool {
    return load<K>(changetype<usize>(this)) == <K>deletedKey;
  }

  @inline
  key(): u64 {
    const key = load<K>(changetype<usize>(this));
    return <u64>(key == <K>deletedKey ? load<K>(changetype<usize>(this), sizeof<K>()) : key);
  }

  @inline
  stops(key: u64): bool {
    const own = load<K>(changetype<usize>(this));
    const isDeletedKey = own == <K>deletedKey && this.key() == <u64>(<K>key);
    return (i32(own == <K>key) | i32(own == <K>emptyKey) | i32(isDeletedKey)) != 0;
  }

  @inline
  mayStop(key: u64): bool {
    const own = load<K>(changetype<usize>(this));
    return (i32(own == <K>key) | i32(own == <K>emptyKey) | i32(own == <K>deletedKey)) != 0;
  }

  @inline
  isLive(key: u64): bool {
    return load<K>(changetype<usize>(this)) == <K>key;
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

  @inline
  putDeleted(key: u64, timestamp: u32): void {
    store<K>(changetype<usize>(this), <K>key, sizeof<K>());
    store<K>(changetype<usize>(this), <K>deletedKey);
  }

  @inline
  putEmpty(): void {
    store<K>(changetype<usize>(this), <K>emptyKey);
  }
}

/** What the key field of a slot says besides the key itself. */
export const slotEmpty: u64 = 0;
export const slotDeleted: u64 = 1;

/**
 * One of the two slots behind a plain or compact table, in the shape of a bucket: slot 0 serves the key `emptyKey`, slot 1
 * `deletedKey`. The key field says the state, since the key is known: slotEmpty, slotDeleted, else the key itself.
 */
@unmanaged
export class Slot<K> {
  @inline
  putDeleted(key: u64): void {
    store<K>(changetype<usize>(this), <K>key, sizeof<K>());
    store<K>(changetype<usize>(this), <K>slotDeleted);
  }
}
