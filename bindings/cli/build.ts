/** `indexlib-kv build`: an index from the records of a file or of stdin. */

import { isIndexError } from "../errors.js";
import { type RowType, rowTypeOf } from "../schema/fields.js";
import { type KeyType, keyTypes } from "../schema/key-type.js";
import { createSchema, type HavenaskSchemaOptions } from "../schema/schema.js";
import { type AnyValueType, valueTypes } from "../schema/value-type.js";
import type { Arguments } from "./arguments.js";
import { buildAppend } from "./build-append.js";
import { buildNew } from "./build-new.js";
import type { Command } from "./command.js";
import { checkTarget } from "./directory.js";
import { exitCodes, reword, usageError } from "./failure.js";
import { type Format, formatOf, formats } from "./input.js";
import { listenForInterrupt } from "./interrupt.js";
import { quote } from "./json.js";
import { summarize, total } from "./manifest.js";
import { countText, factLines } from "./numbers.js";
import { schemaFileOptions, schemaOptions } from "./opening.js";
import type { Output } from "./output.js";

/** Below this, an input that is worth an index becomes more segments than an index can have. */
const segmentBytesMin: number = 1024 * 1024;

/** What is to be built of what. */
export interface BuildJob {
  /** A file, or `-` for stdin. */
  readonly path: string;
  readonly format: Format;
  readonly location: string;
  readonly fields: { readonly keyField: string; readonly valueField?: string };
  readonly keyType: KeyType | undefined;
  readonly valueType: AnyValueType | undefined;
  /** Says what keys and values are, in place of the types. */
  readonly havenask: HavenaskSchemaOptions | undefined;
  readonly segmentBytes: number | undefined;
  readonly signal: AbortSignal;
}

export const build: Command = {
  name: "build",
  summary: "Build an index from NDJSON, CSV or TSV",
  usage: "INPUT --key FIELD -o DIR",
  wordCount: [1, 1],
  text: `Builds the index DIR from the records of INPUT, a file or - for stdin. A record is an
object on a line of NDJSON, or a row of CSV or TSV under a first row of names. Of records
with one key the last wins. After a failure DIR is as it was.

A JSON number as a key of type string becomes its text. Cells of CSV are texts; types of
numbers read them as decimal numbers, bytes as hex digits. JSON rounds integers beyond
2^53: write them as strings.

With --fields the value is a row of these fields of the record, in less room than JSON:
u8 … f64, f16, string; f32[] and f32[8] for lists; string? may be null. With --compat the
schema says what the key and the fields are.`,
  options: [
    { name: "key", placeholder: "FIELD", text: "Field that is the key" },
    { name: "value", placeholder: "FIELD", text: "Field that is the value; without it the whole record, as JSON" },
    { name: "output", short: "o", placeholder: "DIR", text: "Directory of the index" },
    { name: "key-type", placeholder: "TYPE", text: `Type of the keys: ${keyTypes.join(", ")}\n(default: string)` },
    {
      name: "value-type",
      placeholder: "TYPE",
      text: "Type of the values: json, string, bytes, u8, i8, u16, i16, u32,\ni32, u64, i64, f32, f64 (default: json; others need --value)",
    },
    { name: "fields", placeholder: "NAME:TYPE,…", text: "Fields of the record that are the value, with their types" },
    {
      name: "append",
      text: "Add to the index in DIR, all records or none; its types are\nused, and its values of the same keys are replaced",
    },
    { name: "format", placeholder: "FORMAT", text: "ndjson, csv or tsv (default: by INPUT's ending)" },
    {
      name: "segment-bytes",
      placeholder: "SIZE",
      text: "Bytes a segment may reach, and about the memory it takes\n(default: 1GiB, with --append 64MiB)",
    },
    {
      name: "compat",
      placeholder: "havenask",
      text: "Take key and fields from a schema of Havenask's, and write\nits format",
    },
    ...schemaFileOptions,
  ],
  example:
    "indexlib-kv build catalog.ndjson --key sku -o catalog\nindexlib-kv build catalog.ndjson --key sku --fields 'price:f32,tags:string[]' -o rows\ncurl … | indexlib-kv build - --format csv --key ip --key-type u32 --value asn --value-type u32 -o asn",
  run,
};

async function run(given: Arguments, output: Output): Promise<number> {
  const started = performance.now();
  const order = orderOf(given);
  const { location } = order;
  const isAppend = given.has("append");
  const interrupt = listenForInterrupt();
  const job = { ...order, signal: interrupt.signal };
  try {
    const records = await (isAppend ? buildAppend(job) : buildNew(job));
    await report(location, { records, isAppend, started, isJson: given.has("json") }, output);
    return exitCodes.ok;
  } catch (cause) {
    const outcome = isAppend ? `the index in ${location} is as it was.` : `no index was made in ${location}.`;
    throw interrupt.error(outcome) ?? explain(cause, location);
  } finally {
    interrupt.stop();
  }
}

/** What was asked for, checked as far as the command line goes. USAGE. */
function orderOf(given: Arguments): Omit<BuildJob, "signal"> {
  const path = given.words[0] as string;
  const format = formatOf(path, given.choice("format", formats));
  const havenask = schemaOptions(given);
  const keyField =
    given.text("key") ??
    (havenask && createSchema(havenask).havenask?.keyField) ??
    given.required("key", "which field of a record is its key");
  const location = given.required("output", "which directory the index is to be in (-o DIR)");
  const keyType = given.choice("key-type", keyTypes);
  const row = rowTypeIn(given);
  const valueType = row ?? given.choice("value-type", valueTypes);
  const valueField = given.text("value");
  if (row === undefined && valueField === undefined && valueType !== undefined && valueType !== "json") {
    throw usageError(`--value is missing: a whole record can be json only, not ${valueType}. Name a field.`, {
      option: "--value",
    });
  }
  checkTypes(given, havenask === undefined ? "fields" : "compat");
  checkTarget(location);
  const fields = { keyField, ...(valueField === undefined ? {} : { valueField }) };
  const segmentBytes = given.bytes("segment-bytes", segmentBytesMin);
  return { path, format, location, fields, keyType, valueType, havenask, segmentBytes };
}

/** The row type of `--fields price:f32,name:string`. USAGE, INVALID_OPTION. */
function rowTypeIn(given: Arguments): Required<RowType> | undefined {
  const text = given.text("fields");
  if (text === undefined) return undefined;
  const words = text.split(",").map((item) => item.split(":"));
  const wrong = words.find((parts) => parts.length !== 2);
  if (wrong === undefined) return rowTypeOf({ fields: Object.fromEntries(words) });
  throw usageError(
    `Unusable --fields: expected NAME:TYPE, as in price:f32,name:string, got ${quote(wrong.join(":"))}.`,
    {
      option: "--fields",
      got: wrong.join(":"),
    },
  );
}

/** USAGE when two options say what a value is; with --compat the schema says it, and of keys too. */
function checkTypes(given: Arguments, option: "fields" | "compat"): void {
  if (!given.has(option)) return;
  const others = option === "compat" ? ["fields", "key-type", "value", "value-type"] : ["value", "value-type"];
  const other = others.find((name) => given.has(name));
  if (other === undefined) return;
  throw usageError(`--${other} is of no use with --${option}, which says it already. Leave one out.`, {
    option: `--${other}`,
  });
}

/** Failures that both ways to build have, in this tool's words. */
function explain(cause: unknown, location: string): unknown {
  if (isIndexError(cause, "LOCKED") && cause.pid !== undefined) {
    const who = `process ${cause.pid} on host ${cause.host}`;
    return reword(cause, `${location} is being written by ${who}. Wait until it has ended, or end it.`);
  }
  if (isIndexError(cause, "LIMIT") && cause.message.includes("does not fit")) {
    return reword(cause, "A record does not fit into a segment. Raise --segment-bytes.");
  }
  return cause;
}

async function report(
  location: string,
  work: { records: number; isAppend: boolean; started: number; isJson: boolean },
  output: Output,
): Promise<void> {
  const { records, isAppend, started, isJson } = work;
  const summary = await summarize(location);
  const keys = total(summary, "keyCount");
  const bytes = total(summary, "byteLength");
  const bytesPerKey = keys === 0 ? 0 : Math.round((bytes / keys) * 10) / 10;
  const seconds = Math.round(performance.now() - started) / 1000;
  const segments = summary.segments.length;
  if (isJson) {
    const { version } = summary;
    output.line(JSON.stringify({ directory: location, records, keys, segments, bytes, bytesPerKey, seconds, version }));
  } else {
    // Of a moment a rate says nothing.
    const rate = seconds < 0.5 ? "" : `${countText(Math.round(records / seconds))} records a second`;
    output.line(isAppend ? `Added to ${location}` : `Built ${location}`);
    const facts: [string, string, string?][] = [
      [isAppend ? "records added" : "records", countText(records)],
      ["keys", countText(keys), isAppend && segments > 1 ? "in all segments; one replaced counts twice" : ""],
      ["segments", countText(segments)],
      ["bytes", countText(bytes)],
      ["bytes a key", bytesPerKey.toFixed(1)],
      ["seconds", seconds.toFixed(3), rate],
    ];
    for (const line of factLines(facts)) output.line(line);
  }
  await output.flush();
}
