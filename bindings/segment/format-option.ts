/**
 * `index/<name>/format_option`: which of the key file's layouts a segment has. Indexlib's file and field names.
 *
 *     {"is_short_offset":true,"use_compact_bucket":false}
 *
 * `is_short_offset` is required, `use_compact_bucket` is false when absent.
 */

import { overLimit } from "../errors.js";
import { formatOptionBytesMax } from "../limits.js";
import { encodeJson, parseFields } from "./json.js";

export interface FormatOption {
  /** Whether buckets hold 4-byte offsets. */
  readonly isShortOffset: boolean;
  /** Whether buckets pack key and value with no room for a tombstone. */
  readonly usesCompactBucket: boolean;
}

export function encodeFormatOption(option: FormatOption): Uint8Array {
  return encodeJson({ is_short_offset: option.isShortOffset, use_compact_bucket: option.usesCompactBucket });
}

/** `file` is named in failures: CORRUPTION, or LIMIT past 4 KiB. */
export function parseFormatOption(bytes: Uint8Array, file = "format_option"): FormatOption {
  if (bytes.length > formatOptionBytesMax) {
    throw overLimit({ what: "Too many bytes", file, limit: formatOptionBytesMax, got: bytes.length });
  }
  const fields = parseFields(bytes, file);
  return {
    isShortOffset: fields.boolean("is_short_offset"),
    usesCompactBucket: fields.has("use_compact_bucket") && fields.boolean("use_compact_bucket"),
  };
}
