/** Which table of Indexlib's family: checked once, copied, and put into the kernel's number for it. */

import { type IndexError, invalidOption } from "../errors.js";

/** Which table: Indexlib's names of the buckets are Timestamp0Value, TimestampValue and OffsetValue. */
export interface Variant {
  readonly kind: "dense" | "cuckoo";
  /** Bytes of a hashed key; of 4, only the low half of a key counts. */
  readonly keyBytes: 8 | 4;
  /** Compact buckets are the smallest and cannot hold a deletion. */
  readonly bucket: "plain" | "compact" | "timestamped" | "offset";
  /** Bytes of a value: 1 … 8; of an offset 4 or 8. */
  readonly valueBytes: number;
  /** Percent of the buckets that `capacity` keys use: 1 … 100; 50 if not given, 80 in a cuckoo table. */
  readonly occupancyPct?: number;
  /** Whether a new cuckoo table keeps about 1 % of room behind it for `stretch`. */
  readonly mayStretch?: boolean;
  /** Hash functions a new cuckoo table may come to use: 2 … 8, 8 if not given. */
  readonly maxHashCount?: number;
}

const hashCountMin = 2;
export const hashCountMax = 8;
const occupancyPctDefault = { dense: 50, cuckoo: 80 } as const;

/** A checked copy, its defaults filled in; a dense one without what only a cuckoo table has. INVALID_OPTION. */
export function checkVariant(variant: Variant): Variant & { readonly occupancyPct: number } {
  const { kind, keyBytes, bucket, valueBytes, mayStretch = false, maxHashCount = hashCountMax } = variant;
  if (kind !== "dense" && kind !== "cuckoo") throw refuse("kind", "dense or cuckoo", kind);
  const occupancyPct = variant.occupancyPct ?? occupancyPctDefault[kind];
  if (keyBytes !== 8 && keyBytes !== 4) throw refuse("keyBytes", "8 or 4", keyBytes);
  if (bucket !== "plain" && bucket !== "compact" && bucket !== "timestamped" && bucket !== "offset") {
    throw refuse("bucket", "plain, compact, timestamped or offset", bucket);
  }
  if (bucket === "offset" ? valueBytes !== 4 && valueBytes !== 8 : !isWithin(valueBytes, 1, 8)) {
    throw refuse("valueBytes", bucket === "offset" ? "4 or 8" : "1 … 8", valueBytes);
  }
  if (!isWithin(occupancyPct, 1, 100)) throw refuse("occupancyPct", "1 … 100", occupancyPct);
  if (typeof mayStretch !== "boolean") throw refuse("mayStretch", "true or false", mayStretch);
  if (!isWithin(maxHashCount, hashCountMin, hashCountMax)) {
    throw refuse("maxHashCount", `${hashCountMin} … ${hashCountMax}`, maxHashCount);
  }
  const own = { kind, keyBytes, bucket, valueBytes, occupancyPct };
  return kind === "cuckoo" ? { ...own, mayStretch, maxHashCount } : own;
}

function refuse(name: string, expected: string, got: unknown): IndexError {
  return invalidOption({ what: `Unusable option ${name}`, expected, got: String(got) });
}

export function isWithin(n: number, min: number, max: number): boolean {
  return Number.isInteger(n) && n >= min && n <= max;
}
