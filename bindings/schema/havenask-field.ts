/** The `fields` of a Havenask table schema, and what they are as fields of rows. */

import type { ConfigNode } from "./config-json.js";
import type { FieldWord, NumberWord } from "./fields.js";
import { isQuantisedMax } from "./narrow-float.js";
import type { IntegerType } from "./table-variant.js";

/** Field types in upper case; Havenask reads them in any. */
const numberWords: { readonly [type: string]: NumberWord } = {
  INT8: "i8",
  UINT8: "u8",
  INT16: "i16",
  UINT16: "u16",
  INTEGER: "i32",
  INT32: "i32",
  UINT32: "u32",
  LONG: "i64",
  INT64: "i64",
  UINT64: "u64",
  FLOAT: "f32",
  FP16: "f16",
  DOUBLE: "f64",
  TIME: "u32",
  DATE: "u32",
  TIMESTAMP: "u64",
};
const integerTypes = ["INT8", "UINT8", "INT16", "UINT16", "INTEGER", "INT32", "UINT32", "LONG", "INT64", "UINT64"];
/** Stored as numbers, but never many of them in a field. */
const momentTypes = ["TIME", "DATE", "TIMESTAMP"];
/** Types that Indexlib has and that are no values, or whose bytes we do not know. */
const foreignTypes = /^(TEXT|ENUM|FP8|LOCATION|LINE|POLYGON|ONLINE|PROPERTY|HASH_64|HASH_128|RAW)$/;
/** How columns are stored; a value in a row is not touched by them. */
const columnEncodings = ["", "uniq", "equal", "patch_compress"];

export interface HavenaskField {
  readonly name: string;
  /** In upper case. */
  readonly type: string;
  readonly isMulti: boolean;
  /** Elements of a multi-value, bytes of a string; -1 when they differ. */
  readonly fixedCount: number;
  readonly mayBeNull: boolean;
  readonly node: ConfigNode;
}

/** One of `fields`. INVALID_OPTION. */
export function parseField(node: ConfigNode): HavenaskField {
  const type = node.text("field_type").toUpperCase();
  if (type !== "STRING" && numberWords[type] === undefined && !foreignTypes.test(type)) {
    throw node.fault("field_type", `one of STRING, ${Object.keys(numberWords).join(", ")}`);
  }
  return {
    name: node.text("field_name"),
    type,
    isMulti: node.boolean("multi_value", false),
    fixedCount: node.integer("fixed_multi_value_count", -1, -1, 2 ** 31 - 1),
    mayBeNull: node.boolean("enable_null", false),
    node,
  };
}

/** The type of a key field that is an integer; undefined for all others, which are hashed as text. */
export function integerTypeOf({ type }: HavenaskField): IntegerType | undefined {
  return integerTypes.includes(type) ? (numberWords[type] as IntegerType) : undefined;
}

/** The word of a value field. INVALID_OPTION, or FORMAT_UNSUPPORTED for what only Indexlib can read. */
export function fieldWordOf(field: HavenaskField): FieldWord {
  const { node, type, isMulti, fixedCount } = field;
  if (field.mayBeNull) throw node.fault("enable_null", "false, since values of a KV index cannot be null", true);
  if (fixedCount === 0) throw node.fault("fixed_multi_value_count", "1 or more", 0);
  const encoding = encodingOf(field);
  if (type === "STRING") {
    if (!isMulti) return fixedCount > 0 ? `char[${fixedCount}]` : "string";
    if (fixedCount > 0) throw node.fault("fixed_multi_value_count", "none for strings of multi_value", fixedCount);
    return "string[]";
  }
  const word = encoding ?? numberWords[type];
  if (word === undefined) throw node.unsupported("field_type", `one of STRING, ${Object.keys(numberWords).join(", ")}`);
  if (!isMulti) {
    if (fixedCount > 0) throw node.fault("fixed_multi_value_count", "none without multi_value", fixedCount);
    return word;
  }
  if (momentTypes.includes(type)) throw node.fault("multi_value", `false for ${type}`, true);
  return fixedCount > 0 ? `${word}[${fixedCount}]` : `${word}[]`;
}

/** What `compress_type` makes of a float; undefined when it says nothing of floats. */
function encodingOf({ node, type }: HavenaskField): NumberWord | undefined {
  // Attribute configurations of version 2 keep it among a field's own parameters.
  const holder = node.has("compress_type") ? node : node.object("user_defined_param");
  const tokens = holder
    .text("compress_type", "")
    .split("|")
    .map((token) => token.trim());
  let word: NumberWord | undefined;
  for (const token of tokens.filter((each) => !columnEncodings.includes(each))) {
    const [, digits] = /^int8#([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/.exec(token) ?? [];
    if (token === "block_fp") throw holder.unsupported("compress_type", "fp16 or int8#max");
    if (word !== undefined) throw holder.fault("compress_type", "one encoding of floats");
    if (token === "fp16") word = "f16";
    else if (digits !== undefined && isQuantisedMax(Number(digits))) word = `q8#${Number(digits)}`;
    else throw holder.fault("compress_type", "fp16, int8#max, uniq, equal or patch_compress, joined by |");
    if (type !== "FLOAT") throw holder.fault("compress_type", "fp16 and int8#max with FLOAT only");
  }
  return word;
}
