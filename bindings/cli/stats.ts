/** `indexlib-kv stats`: what an index holds. */

import { valueWord } from "../schema/value-type.js";
import type { Arguments } from "./arguments.js";
import type { Command } from "./command.js";
import { explainOpen } from "./directory.js";
import { exitCodes } from "./failure.js";
import { stringify } from "./json.js";
import { type IndexSummary, summarize, total } from "./manifest.js";
import { countText, sizeText, tableLines } from "./numbers.js";
import { compatOptions, schemaOptions } from "./opening.js";
import type { Output } from "./output.js";

export const stats: Command = {
  name: "stats",
  summary: "Show what an index holds",
  usage: "DIR",
  wordCount: [1, 1],
  text: `Shows the types, the version and the segments of the index DIR, from its version file and
the metrics of its segments: no record is read. A key in two segments counts twice.

A segment of Havenask's has no version, and deletions in it are counted as keys only.`,
  options: compatOptions,
  example: "indexlib-kv stats catalog\nindexlib-kv stats catalog --json | jq .keys",
  run,
};

async function run(given: Arguments, output: Output): Promise<number> {
  const location = given.words[0] as string;
  const summary = await summarize(location, schemaOptions(given)).catch((cause: unknown) => {
    throw explainOpen(cause, location);
  });
  for (const line of given.has("json") ? [asJson(location, summary)] : asTable(location, summary)) output.line(line);
  await output.flush();
  return exitCodes.ok;
}

function asJson(location: string, summary: IndexSummary): string {
  const { schema, version, segments } = summary;
  return stringify({
    directory: location,
    version,
    schema: schema.havenask === undefined ? schema : { ...schema, havenask: JSON.parse(schema.havenask.text) },
    keys: total(summary, "keyCount"),
    deletedKeys: total(summary, "deletedKeyCount"),
    bytes: total(summary, "byteLength"),
    segments: segments.map(({ name, keyCount, deletedKeyCount, keyFileBytes, valueFileBytes, byteLength }) => ({
      name,
      keys: keyCount,
      deletedKeys: deletedKeyCount,
      keyFileBytes,
      valueFileBytes,
      bytes: byteLength,
    })),
  });
}

function asTable(location: string, summary: IndexSummary): string[] {
  const { schema, version, segments } = summary;
  const keys = total(summary, "keyCount");
  const deleted = total(summary, "deletedKeyCount");
  const bytes = total(summary, "byteLength");
  const figures = (segment: Omit<IndexSummary["segments"][number], "name">): string[] =>
    [segment.keyCount, segment.deletedKeyCount, segment.keyFileBytes, segment.valueFileBytes, segment.byteLength].map(
      countText,
    );
  const rows = segments.map((segment) => [segment.name, ...figures(segment)]);
  return [
    location,
    `  ${schema.key} keys, ${valueWord(schema.value)} values${schema.timestamps ? `, timestamps (${schema.conflict} wins)` : ""}`,
    `  ${version === undefined ? "no version" : `version ${version}`}, ${countText(segments.length)} ${segments.length === 1 ? "segment" : "segments"}`,
    `  ${countText(keys)} keys${deleted > 0 ? `, ${countText(deleted)} of them deletions` : ""}`,
    `  ${sizeText(bytes)}${keys > 0 ? `, ${(bytes / keys).toFixed(1)} bytes a key` : ""}`,
    ...(rows.length === 0
      ? []
      : ["", ...tableLines([["segment", "keys", "deleted", "key file", "value file", "bytes"], ...rows])]),
  ];
}
