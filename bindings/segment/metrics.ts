/**
 * `segment_metrics`: what a segment cost and holds, in Indexlib's JSON. The next segment's memory is divided by it, and
 * a merge chooses its format from it.
 *
 *     { "<index name>": { "key_count": …, "kv_segment_mem_use": …, … },     Indexlib's group and keys
 *       "indexlib_kv":  { "record_count": …, "timestamp_max": … } }         ours; Indexlib does not look at it
 *
 * Keys are sorted within a group, so the same facts give the same bytes.
 */

import { overLimit } from "../errors.js";
import { segmentMetricsBytesMax } from "../limits.js";
import { encodeJson, type Fields, parseFields } from "./json.js";

export interface SegmentMetrics {
  /** Bytes of keys and values. */
  readonly memoryUse: number;
  /** Share of `memoryUse` that is the table: 0 … 1. */
  readonly keyValueRatio: number;
  /** Bytes of a table of this many keys at this occupancy: what is needed, not what was allocated. */
  readonly keyMemoryUse: number;
  readonly occupancyPct: number;
  /** Keys, tombstones among them. */
  readonly keyCount: number;
  readonly deletedKeyCount: number;
  /** Bytes of values before file compression, padding among them. */
  readonly valueMemoryUse: number;
  /** Bytes of the value file for each byte of values; 1 if it is not compressed. */
  readonly valueCompressRatio: number;
  /** Newest timestamp of a record, seconds: a search may stop at a record that is not older. */
  readonly timestampMax?: number;
  /** Records in the segment, those sharing a hashed key counted one by one. */
  readonly recordCount?: number;
}

const ourGroup = "indexlib_kv";
const legacyGroupPart = "segment_stat_metrics_@_";
const timestampSecondsMax = 2 ** 31 - 1;

/** `indexName` is the name of the group; a second group holds what Indexlib has no key for. */
export function encodeMetrics(metrics: SegmentMetrics, indexName: string): Uint8Array {
  const theirs = {
    key_count: metrics.keyCount,
    kv_compress_ratio: metrics.valueCompressRatio,
    kv_hash_mem_use: metrics.keyMemoryUse,
    kv_hash_occupancy_pct: metrics.occupancyPct,
    kv_key_delete_count: metrics.deletedKeyCount,
    kv_key_value_mem_ratio: metrics.keyValueRatio,
    kv_segment_mem_use: metrics.memoryUse,
    kv_value_mem_use: metrics.valueMemoryUse,
  };
  const ours = { record_count: metrics.recordCount, timestamp_max: metrics.timestampMax };
  // An index may have our group's name; then the one group holds both.
  if (indexName === ourGroup) return encodeJson({ [ourGroup]: { ...theirs, ...ours } });
  return encodeJson({ [indexName]: theirs, [ourGroup]: ours });
}

/**
 * The metrics of `indexName`, else of the first group of an older Indexlib. Undefined if there is no such group or it
 * lacks a required key, as in segments of other kinds: the caller then goes by its defaults.
 *
 * `file` is named in failures: CORRUPTION, or LIMIT past 256 KiB.
 */
export function parseMetrics(
  bytes: Uint8Array,
  indexName: string,
  file = "segment_metrics",
): SegmentMetrics | undefined {
  if (bytes.length > segmentMetricsBytesMax) {
    throw overLimit({ what: "Too many bytes", file, limit: segmentMetricsBytesMax, got: bytes.length });
  }
  const groups = parseFields(bytes, file);
  const groupName = groups.has(indexName) ? indexName : groups.names().find((name) => name.includes(legacyGroupPart));
  if (groupName === undefined) return undefined;
  const group = groups.object(groupName);
  if (!requiredKeys.every((key) => group.has(key))) return undefined;
  const ours = groups.has(ourGroup) ? groups.object(ourGroup) : undefined;
  const timestampMax = optionalInteger(ours, "timestamp_max", timestampSecondsMax);
  const recordCount = optionalInteger(ours, "record_count", Number.MAX_SAFE_INTEGER);
  return {
    memoryUse: group.integer("kv_segment_mem_use"),
    keyValueRatio: group.number("kv_key_value_mem_ratio", 0, 1),
    keyMemoryUse: group.integer("kv_hash_mem_use"),
    occupancyPct: group.integer("kv_hash_occupancy_pct", 0, 100),
    keyCount: group.integer("key_count"),
    deletedKeyCount: optionalInteger(group, "kv_key_delete_count", Number.MAX_SAFE_INTEGER) ?? 0,
    valueMemoryUse: group.integer("kv_value_mem_use"),
    valueCompressRatio: group.has("kv_compress_ratio") ? group.number("kv_compress_ratio", 0, compressRatioMax) : 1,
    ...(timestampMax === undefined ? {} : { timestampMax }),
    ...(recordCount === undefined ? {} : { recordCount }),
  };
}

const requiredKeys = [
  "kv_segment_mem_use",
  "kv_key_value_mem_ratio",
  "kv_hash_mem_use",
  "kv_hash_occupancy_pct",
  "key_count",
  "kv_value_mem_use",
];

/** Compression can make tiny files larger, never this much. */
const compressRatioMax = 1_024;

function optionalInteger(fields: Fields | undefined, name: string, max: number): number | undefined {
  return fields?.has(name) ? fields.integer(name, 0, max) : undefined;
}
