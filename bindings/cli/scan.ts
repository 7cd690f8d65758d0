/** `indexlib-kv scan`: all records of an index. */

import type { Arguments } from "./arguments.js";
import type { Command } from "./command.js";
import { exitCodes } from "./failure.js";
import { toJson, toText } from "./json.js";
import { compatOptions, openForReading } from "./opening.js";
import type { Output } from "./output.js";

export const scan: Command = {
  name: "scan",
  summary: "Print all records",
  usage: "DIR",
  wordCount: [1, 1],
  text: `Prints each record of the index DIR on a line: key, tab, value. JSON is in compact form,
bytes are hex digits; in texts a tab, line feed, carriage return and backslash are written
\\t \\n \\r \\\\. The order is that of the hash table, and the same for each scan.
An index that knows its keys by their hash alone, as Havenask's do, has the hash as key.

With --json each line is {"key":…,"value":…}.`,
  options: [{ name: "limit", placeholder: "N", text: "Print at most N records" }, ...compatOptions],
  example: "indexlib-kv scan catalog --json | jq .key | head",
  run,
};

async function run(given: Arguments, output: Output): Promise<number> {
  const location = given.words[0] as string;
  const isJson = given.has("json");
  let rest = given.count("limit") ?? Number.POSITIVE_INFINITY;
  const index = await openForReading(given, location);
  try {
    const cell = index.schema.value === "json" ? JSON.stringify : toCell;
    for await (const [key, value] of index) {
      if (rest-- <= 0 || output.isClosed) break;
      const full = output.line(
        isJson ? `{"key":${toJson(key)},"value":${toJson(value)}}` : `${toCell(key)}\t${cell(value)}`,
      );
      if (full !== undefined) await full;
    }
    await output.flush();
    return exitCodes.ok;
  } finally {
    await index.close();
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\\", "\\\\"],
]);

/** Text that stays in its column and on its line. */
function toCell(value: unknown): string {
  const text = toText(value);
  return /[\t\n\r\\]/.test(text) ? text.replace(/[\t\n\r\\]/g, (mark) => escapes.get(mark) as string) : text;
}
