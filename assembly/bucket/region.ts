// Region bucket (Indexlib: SpecialValueBucket over MultiRegionTimestamp0Value or MultiRegionTimestampValue): a region word
// (`value/pack.ts`) where other indexes have an offset, and before it the second of the write where the index has timestamps.
//
//   ◄──── 8 ────►◄───── 8 ─────►                 S = u8: no timestamp
//   │ key       │ region word  │
//
//   ◄──── 8 ────►◄─ 4 ─►◄───── 8 ─────►          S = u32
//   │ key       │ second│ region word  │
//   the word's flag 0 → empty; the key's bytes mean nothing
//               flag 1 → deleted, of the word's region; the offset is 0
//               flag 2 → live; 3 is nobody's, and whoever reads the word refuses it
//
// Differs from a timestamped bucket: the second has all its 32 bits, since the word says the state.

import { RegionFlag, regionFlag } from "../value/pack";
import { Bucket } from "./bucket";

const keyBytes: usize = 8;
export const regionWordBytes: u32 = 8;

@unmanaged
export class RegionBucket<S> extends Bucket {
  /** `sizeof<S>() & 4` are the bytes of the second in front of the word. */
  @inline
  private flag(): u32 {
    return regionFlag(load<u64>(changetype<usize>(this) + (sizeof<S>() & 4), keyBytes));
  }

  @inline
  isEmpty(): bool {
    return this.flag() == RegionFlag.EMPTY;
  }

  @inline
  isDeleted(): bool {
    return this.flag() == RegionFlag.DELETED;
  }

  @inline
  key(): u64 {
    return load<u64>(changetype<usize>(this));
  }

  @inline
  stops(key: u64): bool {
    return (i32(load<u64>(changetype<usize>(this)) == key) | i32(this.isEmpty())) != 0;
  }

  @inline
  mayStop(key: u64): bool {
    return this.stops(key);
  }

  @inline
  isLive(key: u64): bool {
    return this.flag() >= RegionFlag.LIVE;
  }

  @inline
  inSlot(key: u64): bool {
    return false;
  }

  @inline
  valuePtr(): usize {
    return changetype<usize>(this) + keyBytes + (sizeof<S>() & 4);
  }

  @inline
  timestamp(): u32 {
    return (sizeof<S>() & 4) == 0 ? 0 : load<u32>(changetype<usize>(this), keyBytes);
  }

  @inline
  putKey(key: u64, timestamp: u32): void {
    store<u64>(changetype<usize>(this), key);
    if ((sizeof<S>() & 4) != 0) store<u32>(changetype<usize>(this), timestamp, keyBytes);
  }

  /** Never called: `tableDeleteRegionAt` knows of which region. */
  @inline
  putDeleted(key: u64, timestamp: u32): void {}

  @inline
  putEmpty(): void {
    store<u64>(this.valuePtr(), 0);
  }
}
