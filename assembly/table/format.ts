// The dense key file and the description of a table in memory (FORMAT.md clauses 3.1–3.4). Every other file reads
// and writes a table through `Table`; nobody else knows where a header field lies.
//
//   0               8               16
//   │ u64 buckets   │ u64 keys      │ bucket 0 │ bucket 1 │ … │ slot 0 │ slot 1 │
//   ├─────────── header ────────────┤                          └─ plain buckets ┘
//
// buckets × bucket bytes (+ two slots) + header = the file's size. `keys` counts deletions too.

import { Status } from "../status";

export const headerBytes: u32 = 16;
const keyCountAt: usize = 8;

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

export abstract class Kind {
  static readonly PLAIN: u32 = 0;
  static readonly TIMESTAMPED: u32 = 1;
  /** Offsets of 4 bytes. */
  static readonly OFFSET_SHORT: u32 = 2;
  /** Offsets of 8 bytes. */
  static readonly OFFSET: u32 = 3;
}

const keyBytes: u32 = 8;

/** Bytes of a bucket; `valueBytes` is the payload's width 1–8, without the timestamp. */
export function bucketBytesOf(kind: u32, valueBytes: u32): u32 {
  if (kind == Kind.PLAIN) return keyBytes + ((max(keyBytes, valueBytes) + 3) & ~3);
  if (kind == Kind.TIMESTAMPED) return keyBytes + ((4 + valueBytes + 3) & ~3);
  return keyBytes + valueBytes;
}

/** How many slots follow the buckets. */
export function slotCountOf(kind: u32): u32 {
  return kind == Kind.PLAIN ? 2 : 0;
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

/** Bytes of a key file. */
export function tableBytesOf(kind: u32, valueBytes: u32, bucketCount: u64): u64 {
  return headerBytes + (bucketCount + slotCountOf(kind)) * bucketBytesOf(kind, valueBytes);
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

  @inline
  buckets(): usize {
    return this.base + headerBytes;
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
    store<u64>(this.base, bucketCount);
  }

  setKeyCount(keyCount: u64): void {
    this.keyCount = keyCount;
    store<u64>(this.base, keyCount, keyCountAt);
  }

  /** Says what lies at `base`; the header and buckets are still to be written or checked. */
  describe(base: usize, kind: u32, valueBytes: u32, occupancyPct: u32, probeLimit: u32): void {
    this.base = base;
    this.kind = kind;
    this.valueBytes = valueBytes;
    this.bucketBytes = bucketBytesOf(kind, valueBytes);
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
   * Protects: `key % bucketCount` (0 would trap) and every address `base + i * bucketBytes` (in u64, so that a huge
   * count cannot wrap).
   */
  mount(bytes: u64, exact: bool): u32 {
    if (bytes < headerBytes) return Status.TABLE_SIZE;
    const bucketCount = load<u64>(this.base);
    const keyCount = load<u64>(this.base, keyCountAt);
    if (bucketCount == 0 || bucketCount > (bytes - headerBytes) / this.bucketBytes) return Status.TABLE_HEADER;
    if (keyCount > bucketCount + slotCountOf(this.kind)) return Status.TABLE_HEADER;
    const need = tableBytesOf(this.kind, this.valueBytes, bucketCount);
    if (need > bytes || (exact && need != bytes)) return Status.TABLE_SIZE;
    this.bucketCount = bucketCount;
    this.probeMax = <u32>min<u64>(bucketCount, this.probeLimit);
    this.keyCount = keyCount;
    this.occupancyPct = <u32>min((keyCount * 100) / bucketCount, 100);
    return Status.OK;
  }
}
