/**
 * Every name an index gives to its files and directories, printed and parsed in one place.
 *
 *     version.12                      manifest
 *     segment_3_level_1/              Indexlib's name
 *       index/<name>/key              hash table
 *       index/<name>/value            values of varying length
 *       index/<name>/format_option    JSON
 *       index/<name>/region_info      JSON, in an index with regions
 *       segment_metrics               JSON
 *       checksums                     ours
 *       shard_0/index/<name>/…        of a segment that Havenask divides by key; column_0 in older ones
 *
 * A name is printed in one way only, so parsing refuses `version.012`: two names would mean one version.
 */

import { invalidOption } from "../errors.js";
import { levelMax, segmentIdMax, versionMax } from "../limits.js";
import { nameFault } from "../storage/storage.js";

export type IndexFile = "key" | "value" | "format_option" | "region_info";

export const segmentMetricsName = "segment_metrics";
export const checksumsName = "checksums";
/** Ending of the file that Havenask writes beside one it compresses. */
export const compressInfoSuffix = ".__compress_info__";
/** In a segment whose keys belong to several regions. */
export const regionInfoName = "region_info";
/** Ending of a file that is being published. */
export const temporarySuffix = ".tmp";

/** Directory of a segment: `id` 0 … 2^31 - 1, `level` 0 … 255. */
export function segmentName(id: number, level: number): string {
  return `segment_${checkInteger("Segment id", id, segmentIdMax)}_level_${checkInteger("Level", level, levelMax)}`;
}

export interface SegmentPlace {
  readonly id: number;
  readonly level: number;
}

/** What a segment's name says, or undefined if `name` is none. */
export function parseSegmentName(name: string): SegmentPlace | undefined {
  const [, id, level] = /^segment_(0|[1-9][0-9]{0,9})_level_(0|[1-9][0-9]{0,2})$/.exec(name) ?? [];
  const place = { id: Number(id), level: Number(level) };
  return place.id <= segmentIdMax && place.level <= levelMax ? place : undefined;
}

/** The number of a shard's directory inside a segment of Havenask's, or undefined if `name` is none. */
export function parseShardName(name: string): number | undefined {
  const [, digits] = /^(?:shard|column)_(0|[1-9][0-9]{0,3})$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Manifest of version 1 … 2^31 - 1. */
export function versionName(version: number): string {
  if (version === 0) throw invalidOption({ what: "Version", expected: "1 or more", got: version });
  return `version.${checkInteger("Version", version, versionMax)}`;
}

/** The version whose manifest is called `name`, or undefined if it is none. */
export function parseVersionName(name: string): number | undefined {
  const version = Number(/^version\.([1-9][0-9]{0,9})$/.exec(name)?.[1]);
  return version <= versionMax ? version : undefined;
}

/** Path inside a segment; INVALID_OPTION if the index's name cannot be a directory. */
export function indexFileName(indexName: string, file: IndexFile): string {
  const expected = nameFault(indexName);
  if (expected !== undefined) {
    throw invalidOption({ what: "Unusable index name", expected, got: JSON.stringify(indexName) });
  }
  return `index/${indexName}/${file}`;
}

function checkInteger(what: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalidOption({ what, expected: `a whole number in 0 … ${max}`, got: value });
}
