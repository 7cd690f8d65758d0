/** `index_preference` of a KV index: two presets, and what a configuration changes in them. */

import type { ConfigNode } from "./config-json.js";
import type { PackFormat } from "./fields.js";
import type { HashDictPreference, ValuePreference } from "./table-variant.js";

/** PERF reads fast, STORE takes little room. */
export type PreferenceType = "PERF" | "STORE";

export interface HavenaskValuePreference extends ValuePreference {
  /** Bytes of a compressed block, before compression; a power of 2. */
  readonly fileCompressorBufferBytes: number;
  /** Indexlib's `encode`; it changes no byte of what we know. */
  readonly encode: boolean;
}

export interface IndexPreference {
  readonly preference: PreferenceType;
  readonly hashDict: HashDictPreference;
  readonly value: HavenaskValuePreference;
  readonly packFormat: PackFormat;
}

const presets = {
  PERF: { type: "dense", occupancyPct: 50, fileCompressor: "" },
  STORE: { type: "cuckoo", occupancyPct: 80, fileCompressor: "zstd" },
} as const;

const compressors = ["", "snappy", "lz4", "lz4hc", "zstd", "zlib", "zlib_default"];
const compressorBufferBytesDefault = 4_096;
/** The highest offset of 4 bytes that no bucket keeps for itself. */
const shortOffsetValueBytesMax = 0xffff_fffe;

/** Reads an `index_preference`, empty where there is none. INVALID_OPTION. */
export function parsePreference(node: ConfigNode): IndexPreference {
  const preference = node.text("type", "PERF");
  if (preference !== "PERF" && preference !== "STORE") throw node.fault("type", "PERF or STORE");
  const preset = presets[preference];
  const parameters = node.object("parameters");
  const hashDict = parameters.object("hash_dict");
  const value = parameters.object("value");
  return {
    preference,
    hashDict: {
      type: hashDict.text("type", preset.type),
      occupancyPct: hashDict.integer("occupancy_pct", preset.occupancyPct, 1, 100),
      enableCompactHashKey: hashDict.boolean("enable_compact_hash_key", true),
      enableShortenOffset: hashDict.boolean("enable_shorten_offset", true),
      shortOffsetValueBytesMax: hashDict.integer(
        "max_value_size_for_short_offset",
        shortOffsetValueBytesMax,
        1,
        shortOffsetValueBytesMax,
      ),
    },
    value: {
      fixLenAutoInline: value.boolean("fix_len_auto_inline", false),
      encode: value.boolean("encode", false),
      ...parseCompressor(value, preset.fileCompressor),
    },
    packFormat: parsePackFormat(value),
  };
}

function parseCompressor(
  value: ConfigNode,
  preset: string,
): Pick<HavenaskValuePreference, "fileCompressor" | "fileCompressorBufferBytes"> {
  const fileCompressor = value.text("file_compressor", preset);
  if (!compressors.includes(fileCompressor)) {
    throw value.fault("file_compressor", `one of ${compressors.slice(1).join(", ")}, or none`);
  }
  const name = "file_compressor_buffer_size";
  const fileCompressorBufferBytes = value.integer(name, compressorBufferBytesDefault, 1, 2 ** 30);
  if ((fileCompressorBufferBytes & (fileCompressorBufferBytes - 1)) !== 0) throw value.fault(name, "a power of 2");
  return { fileCompressor: fileCompressor === "" ? undefined : fileCompressor, fileCompressorBufferBytes };
}

function parsePackFormat(value: ConfigNode): PackFormat {
  const names = ["encode", "value_impact", "plain_format"].filter((name) => value.boolean(name, false));
  const [first, second] = names;
  if (second !== undefined) throw value.fault(second, `false beside ${first}`, true);
  return first === "value_impact" ? "impact" : first === "plain_format" ? "plain" : "normal";
}
