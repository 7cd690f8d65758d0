// Offset bucket (Indexlib: SpecialValueBucket over OffsetValue): where the record lies in the value file, 4 bytes
// (short) or 8, no timestamp. The two highest offsets are kept as marks.
//
//   ◄── K = 4 or 8 ──►◄── O = 4 or 8 ──►
//   │ key            │ offset          │
//   offset == max     → empty; the key's bytes mean nothing
//   offset == max - 1 → deleted
//   else              → live

import { Bucket } from "./bucket";

@unmanaged
export class OffsetBucket<K, O> extends Bucket {
  @inline
  isEmpty(): bool {
    return load<O>(changetype<usize>(this), sizeof<K>()) == <O>-1;
  }

  @inline
  isDeleted(): bool {
    return load<O>(changetype<usize>(this), sizeof<K>()) == <O>-2;
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
    return load<O>(changetype<usize>(this), sizeof<K>()) < <O>-2;
  }

  @inline
  inSlot(key: u64): bool {
    return false;
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
    store<K>(changetype<usize>(this), <K>key);
    store<O>(changetype<usize>(this), <O>-2, sizeof<K>());
  }

  @inline
  putEmpty(): void {
    store<O>(changetype<usize>(this), <O>-1, sizeof<K>());
  }
}
