/**
 * How an index's records lie: which files a segment has, which buckets, and how the kernel is to read them. Everything here
 * follows from the schema, and for a segment of Havenask's from its `format_option` too.
 */

import { formatUnsupported } from "../errors.js";
import { KeyForm, Kind, kindOf, type TableWords } from "../kernel/kind.js";
import type { FormShape, TableShape } from "../kernel/segment.js";
import type { FormatOption } from "../segment/format-option.js";
import { havenaskKeys } from "./havenask-key.js";
import { hashedKeys, type KeyCodec, keyCodec, keyForm } from "./key-type.js";
import { recordKeys } from "./record-key.js";
import { rowCodec } from "./row-codec.js";
import type { Schema } from "./schema.js";
import { selectVariant, type TableVariant } from "./table-variant.js";
import { type ValueCodec, valueCodec } from "./value-type.js";

export interface Variant {
  readonly schema: Schema;
  readonly keys: KeyCodec;
  readonly values: ValueCodec;
  /** Of segments that are written. */
  readonly table: TableShape;
  readonly formatOption: FormatOption;
  readonly form: FormShape;
  /** Names the kind of key and value files in the checksums: table, bytes in the bucket, and what keys and values are. */
  readonly typeId: bigint;
  /** The table of a segment with this `format_option`, read from `file`. FORMAT_UNSUPPORTED. */
  tableOf(formatOption: FormatOption, file: string): TableShape;
}

const offsetShortBytes = 4;
const regionWordBytes = 8;

/** FORMAT_UNSUPPORTED for what a Havenask configuration can say and we cannot write or read. */
export function createVariant(schema: Schema): Variant {
  return schema.havenask === undefined ? ownVariant(schema) : havenaskVariant(schema, schema.havenask);
}

/**
 * A fixed number or row under an integer or a hashed key lies in its bucket. Everything else lies in the value file, behind an
 * offset of 4 bytes: what a space holds never needs more. With regions everything lies there, behind a region word, and an
 * integer key with it: two regions' hashes may meet, and then only the record tells whose it is.
 */
function ownVariant(schema: Schema): Variant {
  const { exact, hash, timestamps, regions } = schema;
  const hasRegions = regions !== undefined;
  const codec = hasRegions && keyForm(schema.key) !== "exact" ? recordKeys(keyCodec(schema.key)) : keyCodec(schema.key);
  const keys = hash !== "murmur" || exact ? codec : hashedKeys(codec);
  const values = valueCodec(schema.value);
  const inline = !exact && !hasRegions && values.byteWidth > 0;
  const isNarrow = hash === "identity" && (schema.key === "u32" || schema.key === "i32");
  const table = shapeOf(schema, inline, {
    kind: schema.table,
    keyBytes: isNarrow ? 4 : 8,
    ...(hasRegions
      ? { bucket: timestamps ? "regionTimestamped" : "region", valueBytes: regionWordBytes }
      : {
          bucket: timestamps ? "timestamped" : inline ? "plain" : "offset",
          valueBytes: inline ? values.byteWidth : offsetShortBytes,
        }),
  });
  const formatOption = { isShortOffset: !inline && !hasRegions, usesCompactBucket: false };
  return {
    ...described(schema, keys, table, 0),
    values,
    formatOption,
    tableOf({ isShortOffset, usesCompactBucket }, file) {
      if (isShortOffset === formatOption.isShortOffset && !usesCompactBucket) return table;
      throw formatUnsupported({
        what: "Unknown bucket format",
        file,
        expected: `${inline ? "values" : hasRegions ? "region words" : "short offsets"} in buckets that are not compact`,
        got: `short ${isShortOffset}, compact ${usesCompactBucket}`,
      });
    },
  };
}

/** Indexlib's choice: `table-variant.ts`. Segments differ by their `format_option`. */
function havenaskVariant(schema: Schema, config: NonNullable<Schema["havenask"]>): Variant {
  const written = selectVariant(config);
  const shape = (variant: TableVariant): TableShape => shapeOf(schema, variant.inline, variant);
  return {
    ...described(schema, havenaskKeys(written.hash, written.keyBytes), shape(written), written.fixedBytes ?? 0),
    values: rowCodec(config.row),
    formatOption: { isShortOffset: written.shortOffset, usesCompactBucket: false },
    tableOf: (formatOption) => shape(selectVariant(config, formatOption)),
  };
}

function shapeOf({ occupancyPct }: Schema, inline: boolean, words: TableWords): TableShape {
  return { kind: kindOf(words), valueBytes: words.valueBytes, inline, occupancyPct };
}

/** What both have in common. */
function described(
  schema: Schema,
  keys: KeyCodec,
  table: TableShape,
  fixedBytes: number,
): Pick<Variant, "schema" | "keys" | "table" | "form" | "typeId"> {
  const { kind, valueBytes, inline } = table;
  const form: FormShape = {
    keys: schema.hash === "murmur" ? KeyForm[schema.exact ? "exact" : "hashed"] : formOfInteger(schema),
    numbers: keys.form === "number",
    inline,
    seed: schema.hashSeed,
    newestWins: schema.timestamps && schema.conflict === "newest",
    fixedBytes,
    regionCount: schema.regions?.length ?? 0,
  };
  const keyBytes = kind & Kind.keyShort ? 4 : 8;
  const isExact = form.keys === KeyForm.exact;
  // Bits 26 and 27 tell the forms of keys that bit 24 does not.
  const keysBits = form.keys === KeyForm.hashed ? 1 : form.keys === KeyForm.identity ? 2 : 0;
  const low = keyBytes | (kind << 8) | (valueBytes << 16) | (+isExact << 24) | (+inline << 25) | (keysBits << 26);
  return { schema, keys, table, form, typeId: BigInt(low) | (BigInt(fixedBytes) << 32n) };
}

function formOfInteger({ hash }: Schema): number {
  return hash === "identity" ? KeyForm.identity : KeyForm.integer;
}
