// From keys to bytes and back, as Indexlib reckons: its arithmetic decides file sizes, in doubles where it has doubles.
//
// Table memory is the key file and, where it may stretch, what is kept free behind it. Build memory adds, for a cuckoo
// table, what the search for a free bucket takes: a mark for each block and a tree of nodes.

import { Kind, blockBuckets, bucketBytesOf, bucketCountOf, headerBytesOf, slotCountOf, tableBytesOf } from "./format";

const markBytes: u64 = 4;
const nodeBytes: u64 = 16;
/** Nodes of a search's tree. */
export const nodeCountMax: u64 = 1 << 20;
/** By how much a table that may stretch can grow, and one block more. */
const stretchFactor: f64 = 0.01;

/** Bytes for a table of `capacity` keys. */
export function tableMemoryOf(kind: u32, valueBytes: u32, capacity: u64, occupancyPct: u32, mayStretch: bool): u64 {
  const bytes = tableBytesOf(kind, valueBytes, bucketCountOf(capacity, occupancyPct));
  if (!mayStretch || !(kind & Kind.CUCKOO)) return bytes;
  const block = blockBuckets * bucketBytesOf(kind, valueBytes);
  const fixed = headerBytesOf(kind) + slotCountOf(kind) * bucketBytesOf(kind, valueBytes);
  return fixed + <u64>(<f64>(bytes - fixed) * (1.0 + stretchFactor)) + 1 + block;
}

/** Bytes to build it in. */
export function buildMemoryOf(kind: u32, valueBytes: u32, capacity: u64, occupancyPct: u32, mayStretch: bool): u64 {
  const bytes = tableMemoryOf(kind, valueBytes, capacity, occupancyPct, mayStretch);
  if (!(kind & Kind.CUCKOO)) return bytes;
  const blocks = (bucketCountOf(capacity, occupancyPct) + blockBuckets - 1) / blockBuckets;
  return bytes + markBytes * blocks + min(blocks, nodeCountMax) * nodeBytes;
}

/** What `bytes` are without header and slots; 0 when they do not even hold those. */
function bucketMemoryOf(kind: u32, valueBytes: u32, bytes: u64): u64 {
  const fixed = <u64>headerBytesOf(kind) + slotCountOf(kind) * bucketBytesOf(kind, valueBytes);
  return bytes < fixed ? 0 : bytes - fixed;
}

/** Keys that a table of `bytes` is meant for. */
export function capacityOfTable(kind: u32, valueBytes: u32, bytes: u64, occupancyPct: u32): u64 {
  const buckets = bucketMemoryOf(kind, valueBytes, bytes) / bucketBytesOf(kind, valueBytes);
  return (buckets * occupancyPct) / 100;
}

/** Keys that a table built in `bytes` is meant for. */
export function capacityOfBuild(kind: u32, valueBytes: u32, bytes: u64, occupancyPct: u32): u64 {
  if (!(kind & Kind.CUCKOO)) return capacityOfTable(kind, valueBytes, bytes, occupancyPct);
  const blockBytes = <u64>blockBuckets * bucketBytesOf(kind, valueBytes);
  const slots = <u64>slotCountOf(kind) * bucketBytesOf(kind, valueBytes);
  const most = (nodeCountMax * blockBuckets * occupancyPct) / 100;
  // From here on the tree grows no further with the table.
  const threshold = buildMemoryOf(kind, valueBytes, most, occupancyPct, false) - slots;
  const left = bucketMemoryOf(kind, valueBytes, bytes);
  const blocks =
    left + headerBytesOf(kind) >= threshold
      ? (left - nodeCountMax * nodeBytes) / (markBytes + blockBytes)
      : left / (markBytes + nodeBytes + blockBytes);
  return (blocks * blockBuckets * occupancyPct) / 100;
}

/** Bytes of the table alone, of what it is built in. */
export function tableMemoryOfBuild(kind: u32, valueBytes: u32, bytes: u64, occupancyPct: u32): u64 {
  if (!(kind & Kind.CUCKOO)) return bytes;
  const capacity = capacityOfBuild(kind, valueBytes, bytes, occupancyPct);
  return tableMemoryOf(kind, valueBytes, capacity, occupancyPct, false);
}

/** Of a table's `bytes`, those that are kept free for stretching: a block and what `tableMemoryOf` added. */
export function stretchBytesOf(kind: u32, valueBytes: u32, bytes: u64): u64 {
  const buckets = bucketMemoryOf(kind, valueBytes, bytes);
  const spare = <f64>buckets - <f64>buckets / (1.0 + stretchFactor);
  return <u64>blockBuckets * bucketBytesOf(kind, valueBytes) + <u64>spare;
}

/** Buckets of a table that takes up `bytes`, of which `stretchBytes` are kept free. */
export function bucketCountIn(kind: u32, valueBytes: u32, bytes: u64, stretchBytes: u64): u64 {
  const count = (bucketMemoryOf(kind, valueBytes, bytes) - stretchBytes) / bucketBytesOf(kind, valueBytes);
  return kind & Kind.CUCKOO ? count & ~3 : count;
}
