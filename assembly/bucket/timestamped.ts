// Timestamped bucket (Indexlib: SpecialValueBucket over TimestampValue): a value of 1–8 bytes or an offset, and the
// second it was written.
//
//   ◄── K = 4 or 8 ──►◄── 4 ──►◄── roundup4(value bytes) ──►
//   │ key            │ state  │ value or offset            │
//   state == 0x7fffffff → empty; the key's bytes mean nothing
//   state bit 31        → deleted at the second in bits 0–30; the value's bytes are stale
//   else                → live, written at that second

import { Bucket } from "./bucket";

/** Bits of a timestamp; this value itself cannot be stored, it reads as an empty bucket. */
export const timestampMask: u32 = 0x7fffffff;
const deletedBit: u32 = 0x80000000;

@unmanaged
export class TimestampedBucket<K> extends Bucket {
  @inline
  isEmpty(): bool {
    return load<u32>(changetype<usize>(this), sizeof<K>()) == timestampMask;
  }

  @inline
  isDeleted(): bool {
    return load<u32>(changetype<usize>(this), sizeof<K>()) >= deletedBit;
  }

  @inline
  key(): u64 {
    return <u64>load<K>(changetype<usize>(this));
  }

  @inline
  stops(key: u64): bool {
    return (i32(load<K>(changetype<usize>(this)) == <K>key) | i32(this.isEmpty())) != 0;
  }

  @inline
  mayStop(key: u64): bool {
    return this.stops(key);
  }

  @inline
  isLive(key: u64): bool {
    return load<u32>(changetype<usize>(this), sizeof<K>()) < timestampMask;
  }

  @inline
  inSlot(key: u64): bool {
    return false;
  }

  @inline
  valuePtr(): usize {
    return changetype<usize>(this) + sizeof<K>() + 4;
  }

  @inline
  timestamp(): u32 {
    return load<u32>(changetype<usize>(this), sizeof<K>()) & timestampMask;
  }

  @inline
  putKey(key: u64, timestamp: u32): void {
    store<K>(changetype<usize>(this), <K>key);
    store<u32>(changetype<usize>(this), timestamp & timestampMask, sizeof<K>());
  }

  @inline
  putDeleted(key: u64, timestamp: u32): void {
    store<K>(changetype<usize>(this), <K>key);
    store<u32>(changetype<usize>(this), timestamp | deletedBit, sizeof<K>());
  }

  @inline
  putEmpty(): void {
    store<u32>(changetype<usize>(this), timestampMask, sizeof<K>());
  }
}
