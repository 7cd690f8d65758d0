// Offsets of 8 bytes made 4 where they lie, as Indexlib's BucketOffsetCompressor does.

import { OffsetBucket } from "../bucket/offset";
import { TimestampedBucket } from "../bucket/timestamped";
import { Status } from "../status";
import { cellKey, cellLook, cellPutEmpty } from "./cell";
import { Kind, Table, bucketBytesOf, bucketOf, keyBytesOf } from "./format";
import { seat } from "./seat";

/** Offsets from here on do not fit: the two highest are marks. */
export const shortOffsetEnd: u64 = 0xfffffffe;

/** The kind of a table's buckets with short offsets; all bits where it has none of 8 bytes. */
function shortKindOf(table: Table): u32 {
  const bucket = bucketOf(table.kind);
  if (bucket == Kind.OFFSET) return table.kind - Kind.OFFSET + Kind.OFFSET_SHORT;
  if (bucket == Kind.TIMESTAMPED && table.valueBytes == 8) return table.kind;
  return <u32>-1;
}

/**
 * Rewrites 8-byte offsets as 4 bytes, buckets packed in place, and makes `table` the short table. VALUE_RESERVED, and
 * nothing changed, when a live offset does not fit; TABLE_HEADER when the kind holds no 8-byte offset.
 */
export function tableShortenOffsets(table: Table): u32 {
  const kind = table.kind;
  const shortKind = shortKindOf(table);
  if (shortKind == <u32>-1) return Status.TABLE_HEADER;
  const from = table.bucketBytes;
  const to = bucketBytesOf(shortKind, 4);
  const end = table.slot(0);
  for (let bucket = table.buckets(); bucket < end; bucket += from) {
    if (cellLook(kind, bucket) == Status.OK && load<u64>(seat.valuePtr) >= shortOffsetEnd) return Status.VALUE_RESERVED;
  }
  let target = table.buckets();
  for (let bucket = target; bucket < end; bucket += from) {
    const status = cellLook(kind, bucket);
    const key = cellKey(kind, bucket);
    const offset: u32 = status == Status.OK ? <u32>load<u64>(seat.valuePtr) : 0;
    const timestamp = seat.timestamp;
    memory.fill(target, 0, to);
    if (status == Status.ABSENT) cellPutEmpty(shortKind, target);
    else if (keyBytesOf(kind) == 8) putShort<u64>(shortKind, target, key, status, offset, timestamp);
    else putShort<u32>(shortKind, target, key, status, offset, timestamp);
    target += to;
  }
  table.kind = shortKind;
  table.valueBytes = 4;
  table.bucketBytes = to;
  return Status.OK;
}

/** Writes a used short bucket into zeros. */
function putShort<K>(kind: u32, bucket: usize, key: u64, status: u32, offset: u32, timestamp: u32): void {
  if (bucketOf(kind) == Kind.TIMESTAMPED) {
    if (status == Status.DELETED) changetype<TimestampedBucket<K>>(bucket).putDeleted(key, timestamp);
    else changetype<TimestampedBucket<K>>(bucket).putKey(key, timestamp);
    store<u32>(bucket + sizeof<K>() + 4, offset);
  } else if (status == Status.DELETED) {
    changetype<OffsetBucket<K, u32>>(bucket).putDeleted(key, 0);
  } else {
    store<K>(bucket, <K>key);
    store<u32>(bucket + sizeof<K>(), offset);
  }
}
