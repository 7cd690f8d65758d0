/** Hostile changes of a segment's files by someone who knows the format: lying counts, offsets, lengths, full tables. */

import type { Rng } from "../support/rng.js";

const headerBytes = 16;
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Counts that lie, wrap in 32 or 64 bits when multiplied by a bucket's bytes, or divide by zero. */
function hostileCount(rng: Rng, honest: bigint, stride: bigint): bigint {
  return rng.pick([
    0n,
    1n,
    2n,
    honest - 1n,
    honest + 1n,
    honest + 3n,
    honest * 2n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 32n / stride + 1n,
    2n ** 63n,
    2n ** 63n + honest,
    2n ** 64n / stride + honest,
    2n ** 64n / stride,
    2n ** 64n - 1n,
    rng.u64(),
  ]);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

type Mutation = (bytes: Uint8Array, rng: Rng, stride: number, valueBytes: number) => Uint8Array;

function inPlace(
  change: (bytes: Uint8Array, view: DataView, rng: Rng, stride: number, valueBytes: number) => void,
): Mutation {
  return (original, rng, stride, valueBytes) => {
    const bytes = original.slice();
    change(bytes, viewOf(bytes), rng, stride, valueBytes);
    return bytes;
  };
}

/** Address of a bucket, or of where one would be. */
const bucketAt = (bytes: Uint8Array, rng: Rng, stride: number): number =>
  headerBytes + rng.int(Math.max(1, Math.floor((bytes.length - headerBytes) / stride))) * stride;

const keyMutations: Readonly<Record<string, Mutation>> = {
  "bucket count": inPlace((bytes, view, rng, stride) => {
    if (bytes.length >= 8) view.setBigUint64(0, hostileCount(rng, view.getBigUint64(0, true), BigInt(stride)), true);
  }),
  "key count": inPlace((bytes, view, rng, stride) => {
    if (bytes.length >= 16) view.setBigUint64(8, hostileCount(rng, view.getBigUint64(8, true), BigInt(stride)), true);
  }),
  "both counts and a size that fits": (original, rng, stride) => {
    const buckets = rng.pick([0, 1, 2, rng.int(40)]);
    const bytes = new Uint8Array(headerBytes + buckets * stride);
    bytes.set(original.subarray(0, bytes.length));
    viewOf(bytes).setBigUint64(0, BigInt(buckets), true);
    viewOf(bytes).setBigUint64(8, BigInt(rng.pick([0, buckets, rng.int(60)])), true);
    return bytes;
  },
  // The last four bytes of a bucket: an offset, or part of the value.
  offsets: inPlace((bytes, view, rng, stride, valueBytes) => {
    for (let count = 1 + rng.int(200); count > 0; count--) {
      const at = bucketAt(bytes, rng, stride) + stride - 4;
      const offset = rng.pick([0, 1, valueBytes - 1, valueBytes, valueBytes + 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]);
      if (at + 4 <= bytes.length) view.setUint32(at, rng.once(4) ? rng.int(valueBytes + 10) : offset >>> 0, true);
    }
  }),
  "bucket copies": inPlace((bytes, _view, rng, stride) => {
    for (let count = 1 + rng.int(100); count > 0; count--) {
      const from = bucketAt(bytes, rng, stride);
      const to = bucketAt(bytes, rng, stride);
      if (to + stride <= bytes.length) bytes.copyWithin(to, from, from + stride);
    }
  }),
  "keys and marks": inPlace((bytes, view, rng, stride) => {
    for (let count = 1 + rng.int(100); count > 0; count--) {
      const at = bucketAt(bytes, rng, stride);
      const key = rng.pick([0n, 1n, 2n ** 64n - 1n, 0xffff_ffff_ffff_feffn, 0xffff_ffff_ffff_fdffn, rng.u64()]);
      if (at + 8 <= bytes.length) view.setBigUint64(at, key, true);
    }
  }),
  "no empty bucket": inPlace((bytes, view, _rng, stride) => {
    const used = firstUsed(bytes, view, stride);
    for (let at = headerBytes; at + stride <= bytes.length; at += stride) bytes.copyWithin(at, used, used + stride);
  }),
  "a full table longer than a lookup": (original, rng, stride) => {
    const buckets = 4_097 + rng.int(2_000);
    const bytes = new Uint8Array(headerBytes + (buckets + 2) * stride);
    const view = viewOf(bytes);
    const used = firstUsed(original, viewOf(original), stride);
    const bucket = original.subarray(used, used + stride);
    for (let at = headerBytes; at + bucket.length <= bytes.length; at += stride) {
      bytes.set(bucket, at);
      // Keys that share one home, so that none is where a lookup may stop.
      view.setBigUint64(at, BigInt(buckets) * BigInt(at), true);
    }
    view.setBigUint64(0, BigInt(buckets), true);
    view.setBigUint64(8, BigInt(buckets), true);
    // Slots follow in a plain table only: try both sizes.
    return rng.once(2) ? bytes : bytes.slice(0, headerBytes + buckets * stride);
  },
  "random bytes": inPlace((bytes, _view, rng) => {
    for (let count = 1 + rng.int(200); count > 0 && bytes.length > 0; count--)
      bytes[rng.int(bytes.length)] = rng.int(256);
  }),
  cut: (bytes, rng) => bytes.slice(0, rng.int(bytes.length + 1)),
};

/** A bucket whose key is small in neither half: empty ones of every kind hold marks or zeros. */
function firstUsed(bytes: Uint8Array, view: DataView, stride: number): number {
  for (let at = headerBytes; at + stride <= bytes.length; at += stride) {
    const key = view.getBigUint64(at, true);
    if (key !== 0n && key >> 32n !== 0xffff_ffffn) return at;
  }
  return headerBytes;
}

const valueMutations: Readonly<Record<string, Mutation>> = {
  // A length prefix, a record's head or a byte of a value: whatever lies there.
  "prefixes and heads": inPlace((bytes, _view, rng) => {
    for (let count = 1 + rng.int(100); count > 0 && bytes.length > 0; count--) {
      bytes[rng.int(bytes.length)] = rng.pick([0x00, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff]);
    }
  }),
  "a prefix at the very end": inPlace((bytes, _view, rng) => {
    for (let back = 1; back <= Math.min(4, bytes.length); back++)
      bytes[bytes.length - back] = rng.pick([0xff, 0xc0, 0x80]);
  }),
  shifted: (bytes, rng) => bytes.slice(Math.min(bytes.length, 1 + rng.int(8))),
  cut: (bytes, rng) => bytes.slice(0, rng.int(bytes.length + 1)),
  "random bytes": inPlace((bytes, _view, rng) => {
    for (let count = 1 + rng.int(400); count > 0 && bytes.length > 0; count--)
      bytes[rng.int(bytes.length)] = rng.int(256);
  }),
  "all one byte": (bytes, rng) => new Uint8Array(bytes.length).fill(rng.pick([0x00, 0x80, 0xff])),
};

const formatOptions: readonly unknown[] = [
  { is_short_offset: true, use_compact_bucket: false },
  { is_short_offset: false, use_compact_bucket: false },
  { is_short_offset: true, use_compact_bucket: true },
  { is_short_offset: 1 },
  JSON.parse('{"__proto__":{"is_short_offset":true}}'),
  [],
  null,
];

const metricsTexts = (rng: Rng): string => {
  const kv = { kv_segment_mem_use: 1, kv_key_value_mem_ratio: 0.5, kv_hash_mem_use: 1, kv_hash_occupancy_pct: 50 };
  const group = { ...kv, key_count: 1, kv_value_mem_use: 1 };
  const timestamp = rng.pick<unknown>([0, 1_000, 2 ** 31 - 1, 2 ** 31, -1, "1", null]);
  return rng.pick([
    JSON.stringify({ kv: group, indexlib_kv: { timestamp_max: timestamp } }),
    JSON.stringify({ kv: { ...group, key_count: 2 ** 60 } }),
    '{"__proto__":{"kv":{}}}',
    "[".repeat(100_000),
    "{}",
    "",
  ]);
};

/** Makes one hostile change to one file of either segment, and says what it did. `stride`: bytes of a bucket. */
export function mutateSegment(files: Map<string, Uint8Array>, rng: Rng, stride: number): string {
  const directory = `segment_${rng.int(2)}_level_0`;
  const at = (file: string): string => `${directory}/index/kv/${file}`;
  const value = files.get(at("value"));
  const key = files.get(at("key")) as Uint8Array;
  const kind = rng.int(20);
  if (kind === 0) {
    files.set(at("format_option"), json(rng.pick(formatOptions)));
    return `${directory} format_option`;
  }
  if (kind === 1) {
    files.set(`${directory}/segment_metrics`, new TextEncoder().encode(metricsTexts(rng)));
    return `${directory} segment_metrics`;
  }
  const isValue = value !== undefined && kind < 9;
  const mutations = isValue ? valueMutations : keyMutations;
  const name = rng.pick(Object.keys(mutations));
  const original = isValue ? value : key;
  // What an earlier change of the same run has cut shorter than a bucket has no structure left.
  if (!isValue && original.length < headerBytes + stride) return `${directory} key: nothing left`;
  files.set(at(isValue ? "value" : "key"), (mutations[name] as Mutation)(original, rng, stride, value?.length ?? 0));
  return `${directory} ${isValue ? "value" : "key"}: ${name}`;
}
