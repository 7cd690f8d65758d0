// The key file and the description of a table in memory (FORMAT.md clauses 3.1–3.4). Every other file reads and writes a
// table through `Table`; nobody else knows where a header field lies.
//
//   dense
//   0               8               16
//   │ u64 buckets   │ u64 keys      │ bucket 0 │ bucket 1 │ … │ slot 0 │ slot 1 │
//   ├─────────── header ────────────┤                          └─ plain and compact ┘
//
//   cuckoo, buckets in blocks of 4
//   0                       8           16        24             32       64
//   │ u8 │ u8 n │ u8 max │ …│ u64 buckets│ u64 keys│ u64 stretch  │ zeros  │ bucket 0 │ … │ slot 0 │ slot 1 │
//     n: hash functions in use, of at most `max`; stretch: bytes kept free behind the table for `tableStretch`
//
// buckets × bucket bytes (+ two slots) + header = the file's size. `keys` counts deletions too.

import { Status } from "../status";

export const headerBytes: u32 = 16;
export const cuckooHeaderBytes: u32 = 64;
export const blockBuckets: u32 = 4;
/** Hash functions of a cuckoo table: what a new one begins with, and the most there are. */
export const hashCountFirst: u32 = 2;
export const hashCountMax: u32 = 8;
const keyCountAt: usize = 8;
const hashCountAt: usize = 1;
const hashCountMaxAt: usize = 2;
const stretchBytesAt: usize = 24;

/** Buckets a lookup in a table we did not just build may probe; see `tableFind`. */
export const probeCountMax: u32 = 4096;
/** No such bound: for tables whose caller inserted every key himself. */
export const probeUnlimited: u32 = <u32>-1;

/** What is known of how far keys lie from their home buckets. */
export abstract class Reach {
  static readonly UNKNOWN: u32 = 0;
  /** None lies `probeMax` or more away: a lookup that came so far knows that its key is absent. */
  static readonly WITHIN: u32 = 1;
  static readonly BEYOND: u32 = 2;
}

/** A kind is one of the buckets, plus KEY_SHORT and CUCKOO where they hold. */
export abstract class Kind {
  static readonly PLAIN: u32 = 0;
  static readonly TIMESTAMPED: u32 = 1;
  /** Offsets of 4 bytes. */
  static readonly OFFSET_SHORT: u32 = 2;
  /** Offsets of 8 bytes. */
  static readonly OFFSET: u32 = 3;
  static readonly COMPACT: u32 = 4;
  /** Region words; keys of 8 bytes only. */
  static readonly REGION: u32 = 5;
  /** Region words behind the second of the write. */
  static readonly REGION_TIMESTAMPED: u32 = 6;
  /** Keys of 4 bytes: the low half of a hashed key. */
  static readonly KEY_SHORT: u32 = 8;
  static readonly CUCKOO: u32 = 16;
}

/** The bucket of a kind, whatever its key and table. */
export function bucketOf(kind: u32): u32 {
  return kind & 7;
}

export function keyBytesOf(kind: u32): u32 {
  return kind & Kind.KEY_SHORT ? 4 : 8;
}

export function headerBytesOf(kind: u32): u32 {
  return kind & Kind.CUCKOO ? cuckooHeaderBytes : headerBytes;
}

/** Bytes of a bucket; `valueBytes` is the payload's width 1–8, without the timestamp; a region word's is 8. */
export function bucketBytesOf(kind: u32, valueBytes: u32): u32 {
  const keyBytes = keyBytesOf(kind);
  const bucket = bucketOf(kind);
  if (bucket == Kind.PLAIN) return keyBytes + ((max(keyBytes, valueBytes) + 3) & ~3);
  if (bucket == Kind.TIMESTAMPED) return keyBytes + ((4 + valueBytes + 3) & ~3);
  if (bucket == Kind.REGION_TIMESTAMPED) return keyBytes + 4 + valueBytes;
  return keyBytes + valueBytes;
}

/** Whether buckets hold region words. */
export function hasRegions(kind: u32): bool {
  const bucket = bucketOf(kind);
  return bucket == Kind.REGION || bucket == Kind.REGION_TIMESTAMPED;
}

/** How many slots follow the buckets. */
export function slotCountOf(kind: u32): u32 {
  const bucket = bucketOf(kind);
  return bucket == Kind.PLAIN || bucket == Kind.COMPACT ? 2 : 0;
}

/** A cuckoo table has whole blocks: other counts are rounded up. */
export function wholeBlocks(kind: u32, bucketCount: u64): u64 {
  return kind & Kind.CUCKOO ? (min(bucketCount, (<u64>1) << 62) + 3) & ~3 : bucketCount;
}

/** Buckets for `capacity` keys at `occupancyPct`: Indexlib's arithmetic in doubles, which decides file sizes. */
export function bucketCountOf(capacity: u64, occupancyPct: u32): u64 {
  const pct = <f64>occupancyPct;
  return <u64>((<f64>max(capacity, 1) * 100.0 + pct - 1.0) / pct);
}

/** Keys that `bucketCount` buckets are meant for. */
export function capacityOf(bucketCount: u64, occupancyPct: u32): u64 {
  return <u64>((<f64>bucketCount * <f64>occupancyPct) / 100.0);
}

/** Bytes of a key file; for a cuckoo table of as many whole blocks. */
export function tableBytesOf(kind: u32, valueBytes: u32, bucketCount: u64): u64 {
  const places = wholeBlocks(kind, bucketCount) + slotCountOf(kind);
  return headerBytesOf(kind) + places * bucketBytesOf(kind, valueBytes);
}

@unmanaged
export class Table {
  /** The key file's first byte. */
  base: usize;
  kind: u32;
  /** Width of the value or offset in a bucket. */
  valueBytes: u32;
  bucketBytes: u32;
  bucketCount: u64;
  /** Keys ever put or deleted. */
  keyCount: u64;
  /** How many of them are deleted now; 0 after a mount, as in Indexlib. */
  deletedCount: u64;
  /** Percent of buckets that may be used before `isFull`. */
  occupancyPct: u32;
  /** Bound of `probeMax`: probeCountMax or probeUnlimited. */
  probeLimit: u32;
  /** Probes a lookup may take: min(bucketCount, probeLimit). */
  probeMax: u32;
  /** One of Reach, measured when a lookup first wants to know. */
  reach: u32;
  /** One byte a bucket (`tags.ts`), for a table that does not change any more; 0 without. */
  tags: usize;
  /** How often keys were absent of late, 0 … absenceMax: whether to ask the tags first. */
  absence: u32;
  headerBytes: u32;
  /** Of a cuckoo table; else 0. */
  hashCount: u32;
  blockCount: u32;

  @inline
  buckets(): usize {
    return this.base + this.headerBytes;
  }

  @inline
  block(index: u32): usize {
    return this.buckets() + <usize>index * blockBuckets * this.bucketBytes;
  }

  /** Of the header's counts: a cuckoo table has them 8 bytes further on. */
  @inline
  private get counts(): usize {
    return this.base + (this.kind & Kind.CUCKOO ? 8 : 0);
  }

  @inline
  slot(index: u32): usize {
    return this.buckets() + <usize>(this.bucketCount + index) * this.bucketBytes;
  }

  /** Bytes of the key file. */
  bytes(): u64 {
    return tableBytesOf(this.kind, this.valueBytes, this.bucketCount);
  }

  capacity(): u64 {
    return capacityOf(this.bucketCount, this.occupancyPct);
  }

  isFull(): bool {
    return this.keyCount >= this.capacity();
  }

  setBucketCount(bucketCount: u64): void {
    this.bucketCount = bucketCount;
    this.probeMax = <u32>min<u64>(bucketCount, this.probeLimit);
    this.blockCount = this.kind & Kind.CUCKOO ? <u32>(bucketCount / blockBuckets) : 0;
    store<u64>(this.counts, bucketCount);
  }

  setKeyCount(keyCount: u64): void {
    this.keyCount = keyCount;
    store<u64>(this.counts, keyCount, keyCountAt);
  }

  setHashCount(hashCount: u32): void {
    this.hashCount = hashCount;
    store<u8>(this.base, <u8>hashCount, hashCountAt);
  }

  /** Hash functions there may be; a header that says fewer than are in use stops at those. */
  hashCountMax(): u32 {
    return min<u32>(load<u8>(this.base, hashCountMaxAt), hashCountMax);
  }

  setHashCountMax(hashCountMax: u32): void {
    store<u8>(this.base, <u8>hashCountMax, hashCountMaxAt);
  }

  /** Bytes behind a cuckoo table that it may stretch into, once. */
  stretchBytes(): u64 {
    return load<u64>(this.base, stretchBytesAt);
  }

  setStretchBytes(bytes: u64): void {
    store<u64>(this.base, bytes, stretchBytesAt);
  }

  /** Writes the header of an empty table. */
  writeHeader(bucketCount: u64): void {
    memory.fill(this.base, 0, this.headerBytes);
    if (this.kind & Kind.CUCKOO) {
      this.setHashCount(hashCountFirst);
      this.setHashCountMax(hashCountMax);
    }
    this.setBucketCount(bucketCount);
    this.setKeyCount(0);
  }

  /** Says what lies at `base`; the header and buckets are still to be written or checked. */
  describe(base: usize, kind: u32, valueBytes: u32, occupancyPct: u32, probeLimit: u32): void {
    this.base = base;
    this.kind = kind;
    this.valueBytes = valueBytes;
    this.bucketBytes = bucketBytesOf(kind, valueBytes);
    this.headerBytes = headerBytesOf(kind);
    this.hashCount = 0;
    this.blockCount = 0;
    this.occupancyPct = occupancyPct;
    this.probeLimit = probeLimit;
    this.reach = Reach.UNKNOWN;
    this.deletedCount = 0;
    this.tags = 0;
    this.absence = 0;
  }

  /**
   * Reads the header of `bytes` untrusted bytes at `base`. `exact`: the size must be the header's, else more is
   * allowed, as upstream does.
   *
   * Protects: `key % bucketCount` and `hash % blockCount` (0 would trap), the search through `hashCount` blocks, and every
   * address `base + i * bucketBytes` (in u64, so that a huge count cannot wrap).
   */
  mount(bytes: u64, exact: bool): u32 {
    if (bytes < this.headerBytes) return Status.TABLE_SIZE;
    const bucketCount = load<u64>(this.counts);
    const keyCount = load<u64>(this.counts, keyCountAt);
    if (bucketCount == 0 || bucketCount > (bytes - this.headerBytes) / this.bucketBytes) return Status.TABLE_HEADER;
    if (keyCount > bucketCount + slotCountOf(this.kind)) return Status.TABLE_HEADER;
    if (this.kind & Kind.CUCKOO) {
      const hashCount = <u32>load<u8>(this.base, hashCountAt);
      if (bucketCount % blockBuckets != 0 || hashCount == 0 || hashCount > hashCountMax) return Status.TABLE_HEADER;
      this.hashCount = hashCount;
      this.blockCount = <u32>(bucketCount / blockBuckets);
    }
    const need = tableBytesOf(this.kind, this.valueBytes, bucketCount);
    if (need > bytes || (exact && need != bytes)) return Status.TABLE_SIZE;
    this.bucketCount = bucketCount;
    this.probeMax = <u32>min<u64>(bucketCount, this.probeLimit);
    this.keyCount = keyCount;
    this.occupancyPct = <u32>min((keyCount * 100) / bucketCount, 100);
    return Status.OK;
  }
}
