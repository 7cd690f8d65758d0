/**
 * Which table an index has: everything that follows from its key field, its value fields and its preferences, as
 * Indexlib decides it (its KVTypeId). Pure: configurations of Havenask (`havenask-config.ts`) come here as ones of our own do.
 */

import { formatUnsupported, type IndexError } from "../errors.js";
import type { FormatOption } from "../segment/format-option.js";
import { layoutOf, type RowType } from "./fields.js";
import type { KeyHash } from "./hash-key.js";

export type IntegerType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64";

/** How the hash table is to be; field by field Indexlib's `hash_dict`. */
export interface HashDictPreference {
  /** "dense" or "cuckoo"; any other word means dense, and is warned of. */
  readonly type: string;
  readonly occupancyPct: number;
  /** Keys of integers up to 32 bits take 4 bytes. */
  readonly enableCompactHashKey: boolean;
  /** Offsets take 4 bytes while values are few enough. */
  readonly enableShortenOffset: boolean;
  /** Bytes of a value file whose offsets may be short. */
  readonly shortOffsetValueBytesMax: number;
}

/** How values are to lie; field by field Indexlib's `value`. The pack format is the row type's. */
export interface ValuePreference {
  /** Rows of up to 8 fixed bytes go into the buckets; if not, only a single number does. */
  readonly fixLenAutoInline: boolean;
  /** Name of the compressor of the value file; undefined for none. */
  readonly fileCompressor: string | undefined;
}

export interface TableConfig {
  /** The key field's type; undefined for all that are no integers. */
  readonly keyType: IntegerType | undefined;
  /** Integers are their own hashes. */
  readonly useNumberHash: boolean;
  readonly row: RowType;
  /** False once the schema was changed: then even a single number is a row, with a prefix. True if not given. */
  readonly hasSimpleValue?: boolean;
  readonly hasTtl: boolean;
  readonly hashDict: HashDictPreference;
  readonly value: ValuePreference;
}

export interface TableVariant {
  readonly kind: "dense" | "cuckoo";
  readonly keyBytes: 8 | 4;
  readonly bucket: "plain" | "compact" | "timestamped" | "offset";
  /** Bytes of a value (1–8) or an offset (4 or 8) in a bucket. */
  readonly valueBytes: number;
  /** Values lie in the buckets, and there is no value file. */
  readonly inline: boolean;
  /** Bytes of each value in the value file, where they have no prefix; undefined when they have one. */
  readonly fixedBytes: number | undefined;
  readonly shortOffset: boolean;
  readonly occupancyPct: number;
  readonly hasTtl: boolean;
  readonly hash: KeyHash;
  /** What the value file is to be compressed with. A segment says itself whether it is: see {@link compressedValues}. */
  readonly fileCompressor: string | undefined;
  /** What the configuration says and Indexlib takes for something else. */
  readonly warnings: readonly string[];
}

const inlineBytesMax = 8;
const narrowKeys: readonly (IntegerType | undefined)[] = ["u8", "i8", "u16", "i16", "u32", "i32"];
/** Above these a table of the kind takes too many probes. */
const occupancyPctMax = { dense: 80, cuckoo: 97 } as const;

/**
 * @param formatOption of the segment that is read; without one, of a segment about to be written
 */
export function selectVariant(config: TableConfig, formatOption?: FormatOption): TableVariant {
  const { hashDict, hasTtl } = config;
  const layout = layoutOf(config.row);
  const fixedBytes = (config.hasSimpleValue ?? true) ? layout.byteWidth : 0;
  const isSimple = layout.fields.length === 1 && layout.fields[0]?.kind === "number";
  const inline = fixedBytes > 0 && (config.value.fixLenAutoInline ? fixedBytes <= inlineBytesMax : isSimple);
  const shortOffset = formatOption?.isShortOffset ?? (!inline && hashDict.enableShortenOffset);
  const kind = hashDict.type === "cuckoo" ? "cuckoo" : "dense";
  // Only merges of what may be put inline make compact buckets, and none of them has room for a second.
  const isCompact = inline && config.value.fixLenAutoInline && formatOption?.usesCompactBucket === true;
  const hash = keyHash(config);
  const isNarrow = hashDict.enableCompactHashKey && hash !== "murmur" && narrowKeys.includes(config.keyType);
  return {
    kind,
    keyBytes: isNarrow ? 4 : 8,
    bucket: hasTtl ? "timestamped" : !inline ? "offset" : isCompact ? "compact" : "plain",
    valueBytes: inline ? fixedBytes : shortOffset ? 4 : 8,
    inline,
    fixedBytes: inline || fixedBytes === 0 ? undefined : fixedBytes,
    shortOffset,
    occupancyPct: Math.min(hashDict.occupancyPct, occupancyPctMax[kind]),
    hasTtl,
    hash,
    fileCompressor: config.value.fileCompressor,
    warnings: kind === hashDict.type ? [] : [`hash_dict.type ${JSON.stringify(hashDict.type)} is taken for "dense"`],
  };
}

/** What a merge knows of the segments it merges. */
export interface MergeFacts {
  /** No older segment is left outside the merge. */
  readonly dropsDeleted: boolean;
  /** Tombstones of each source; undefined where its metrics do not say. */
  readonly deletedKeyCounts: readonly (number | undefined)[];
}

/** Whether a merge makes compact buckets, which save the filling but have no room for a tombstone. */
export function needsCompactBucket(config: TableConfig, facts: MergeFacts): boolean {
  const { inline, keyBytes, valueBytes, hasTtl } = selectVariant(config);
  const hasNoTombstone = facts.dropsDeleted || facts.deletedKeyCounts.every((count) => count === 0);
  return !hasTtl && config.value.fixLenAutoInline && inline && keyBytes > valueBytes && hasNoTombstone;
}

/** The failure for a value file that really is compressed: its bytes are not those of values. */
export function compressedValues(file: string, compressor: string | undefined): IndexError {
  return formatUnsupported({
    what: "Compressed value file",
    file,
    expected: "values as they are",
    got: compressor ?? "a compressed file",
    advice: "Merge the segment with value.file_compressor empty, and read the result.",
  });
}

function keyHash({ keyType, useNumberHash }: TableConfig): KeyHash {
  if (!useNumberHash || keyType === undefined) return "murmur";
  return keyType.startsWith("u") ? "uint64" : "int64";
}
