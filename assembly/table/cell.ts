// One bucket of a kind known at run time, for whatever moves, walks and counts buckets: there the switch costs little. Lookups
// are compiled for each kind instead (`dense.ts`, `cuckoo.ts`).

import { Bucket } from "../bucket/bucket";
import { OffsetBucket } from "../bucket/offset";
import { PlainBucket, slotDeleted, slotEmpty } from "../bucket/plain";
import { RegionBucket } from "../bucket/region";
import { TimestampedBucket } from "../bucket/timestamped";
import { Status } from "../status";
import { Kind, keyBytesOf, slotCountOf } from "./format";
import { seat } from "./seat";

/** A kind without its table. */
export const cellMask: u32 = 15;

/** Fills `seat` from a bucket and says its state. */
export function look<B extends Bucket>(bucket: usize): u32 {
  seat.bucket = bucket;
  if (changetype<B>(bucket).isEmpty()) return Status.ABSENT;
  seat.valuePtr = changetype<B>(bucket).valuePtr();
  seat.timestamp = changetype<B>(bucket).timestamp();
  return changetype<B>(bucket).isDeleted() ? Status.DELETED : Status.OK;
}

/** The same of a bucket of `kind`. */
export function cellLook(kind: u32, bucket: usize): u32 {
  switch (kind & cellMask) {
    case Kind.PLAIN:
    case Kind.COMPACT:
      return look<PlainBucket<u64>>(bucket);
    case Kind.TIMESTAMPED:
      return look<TimestampedBucket<u64>>(bucket);
    case Kind.OFFSET_SHORT:
      return look<OffsetBucket<u64, u32>>(bucket);
    case Kind.OFFSET:
      return look<OffsetBucket<u64, u64>>(bucket);
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      return look<TimestampedBucket<u32>>(bucket);
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      return look<OffsetBucket<u32, u32>>(bucket);
    case Kind.OFFSET | Kind.KEY_SHORT:
      return look<OffsetBucket<u32, u64>>(bucket);
    case Kind.REGION:
      return look<RegionBucket<u8>>(bucket);
    case Kind.REGION_TIMESTAMPED:
      return look<RegionBucket<u32>>(bucket);
    default:
      return look<PlainBucket<u32>>(bucket);
  }
}

export function cellIsEmpty(kind: u32, bucket: usize): bool {
  switch (kind & cellMask) {
    case Kind.PLAIN:
    case Kind.COMPACT:
      return changetype<PlainBucket<u64>>(bucket).isEmpty();
    case Kind.TIMESTAMPED:
      return changetype<TimestampedBucket<u64>>(bucket).isEmpty();
    case Kind.OFFSET_SHORT:
      return changetype<OffsetBucket<u64, u32>>(bucket).isEmpty();
    case Kind.OFFSET:
      return changetype<OffsetBucket<u64, u64>>(bucket).isEmpty();
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      return changetype<TimestampedBucket<u32>>(bucket).isEmpty();
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      return changetype<OffsetBucket<u32, u32>>(bucket).isEmpty();
    case Kind.OFFSET | Kind.KEY_SHORT:
      return changetype<OffsetBucket<u32, u64>>(bucket).isEmpty();
    case Kind.REGION:
      return changetype<RegionBucket<u8>>(bucket).isEmpty();
    case Kind.REGION_TIMESTAMPED:
      return changetype<RegionBucket<u32>>(bucket).isEmpty();
    default:
      return changetype<PlainBucket<u32>>(bucket).isEmpty();
  }
}

/** The key of a live or deleted bucket. Only a plain one may have it elsewhere than in front. */
export function cellKey(kind: u32, bucket: usize): u64 {
  const cell = kind & cellMask;
  if (cell == Kind.PLAIN) return changetype<PlainBucket<u64>>(bucket).key();
  if (cell == (Kind.PLAIN | Kind.KEY_SHORT)) return changetype<PlainBucket<u32>>(bucket).key();
  return keyBytesOf(kind) == 8 ? load<u64>(bucket) : <u64>load<u32>(bucket);
}

export function cellPutEmpty(kind: u32, bucket: usize): void {
  switch (kind & cellMask) {
    case Kind.PLAIN:
    case Kind.COMPACT:
      changetype<PlainBucket<u64>>(bucket).putEmpty();
      break;
    case Kind.TIMESTAMPED:
      changetype<TimestampedBucket<u64>>(bucket).putEmpty();
      break;
    case Kind.OFFSET_SHORT:
      changetype<OffsetBucket<u64, u32>>(bucket).putEmpty();
      break;
    case Kind.OFFSET:
      changetype<OffsetBucket<u64, u64>>(bucket).putEmpty();
      break;
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      changetype<TimestampedBucket<u32>>(bucket).putEmpty();
      break;
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      changetype<OffsetBucket<u32, u32>>(bucket).putEmpty();
      break;
    case Kind.OFFSET | Kind.KEY_SHORT:
      changetype<OffsetBucket<u32, u64>>(bucket).putEmpty();
      break;
    case Kind.REGION:
      changetype<RegionBucket<u8>>(bucket).putEmpty();
      break;
    case Kind.REGION_TIMESTAMPED:
      changetype<RegionBucket<u32>>(bucket).putEmpty();
      break;
    default:
      changetype<PlainBucket<u32>>(bucket).putEmpty();
  }
}

/**
 * Empties a used bucket. Where the key says so, Indexlib clears the value's own bytes and leaves the rest as it was; else
 * it clears the whole bucket.
 */
export function cellVacate(kind: u32, bucket: usize, bucketBytes: u32, valueBytes: u32): void {
  const marked = slotCountOf(kind) != 0;
  if (marked) memory.fill(bucket + keyBytesOf(kind), 0, valueBytes);
  else memory.fill(bucket, 0, bucketBytes);
  cellPutEmpty(kind, bucket);
}

/** The same as `cellLook` of one of the two slots. */
export function lookSlot(kind: u32, ptr: usize): u32 {
  seat.bucket = ptr;
  seat.timestamp = 0;
  seat.valuePtr = ptr + keyBytesOf(kind);
  const state = keyBytesOf(kind) == 8 ? load<u64>(ptr) : <u64>load<u32>(ptr);
  return state == slotEmpty ? Status.ABSENT : state == slotDeleted ? Status.DELETED : Status.OK;
}
