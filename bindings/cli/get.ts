/** `indexlib-kv get`: values of keys. */

import type { Arguments } from "./arguments.js";
import type { Command } from "./command.js";
import { converter, Mismatch } from "./convert.js";
import { CliError, exitCodes, inputError } from "./failure.js";
import { quote, toJson, toText } from "./json.js";
import { compatOptions, openForReading } from "./opening.js";
import type { Output } from "./output.js";

export const get: Command = {
  name: "get",
  summary: "Print the values of keys",
  usage: "DIR KEY…",
  wordCount: [2, Number.POSITIVE_INFINITY],
  text: `Prints the value of each KEY of the index DIR on a line: JSON in compact form, texts and
numbers as they are, bytes as hex digits. A KEY is read by the type of the index's keys;
of bytes it is hex digits. A key without a value is told on stderr, and the exit code is 1.
Rows are JSON objects; --select takes some of their fields.

With --json each key gets a line {"key":…,"found":true,"value":…}, or "found":false.`,
  options: [
    { name: "select", placeholder: "FIELD,…", text: "Fields of a row to print, in this order" },
    ...compatOptions,
  ],
  example:
    "indexlib-kv get catalog sku:1 sku:2\nindexlib-kv get catalog --select price,name sku:1\nindexlib-kv get --compat havenask --schema schema.json segment_3_level_1 sku:1",
  run,
};

async function run(given: Arguments, output: Output): Promise<number> {
  const [location = "", ...texts] = given.words;
  const isJson = given.has("json");
  const index = await openForReading(given, location);
  try {
    const options = selectOptions(given);
    const toKey = converter(index.schema.key);
    const keys = texts.map((text) => checkKey(toKey(text), text, index.schema.key));
    const absent: string[] = [];
    for (const [at, key] of keys.entries()) {
      const value: unknown = options === undefined ? index.getSync(key) : index.getSync(key, options);
      const found = value !== undefined;
      if (!found) absent.push(texts[at] as string);
      if (isJson) {
        const start = `{"key":${toJson(key)},"found":${found}`;
        await output.line(found ? `${start},"value":${toJson(value)}}` : `${start}}`);
      } else if (found) await output.line(index.schema.value === "json" ? JSON.stringify(value) : toText(value));
    }
    await output.flush();
    if (absent.length > 0) throw keysNotFound(absent, location);
    return exitCodes.ok;
  } finally {
    await index.close();
  }
}

function selectOptions(given: Arguments): { readonly select: readonly never[] } | undefined {
  const names = given.text("select");
  return names === undefined ? undefined : { select: names.split(",") as never[] };
}

function checkKey(key: unknown, text: string, type: string): unknown {
  if (!(key instanceof Mismatch)) return key;
  const { expected } = key;
  throw inputError(
    "INVALID_KEY",
    `Unusable key: expected ${expected}, since the index has ${type} keys; got ${quote(text)}.`,
    { expected, got: text },
  );
}

function keysNotFound(keys: readonly string[], location: string): Error {
  const shown = keys.slice(0, keysShownMax).map(quote).join(", ");
  const rest = keys.length > keysShownMax ? ` and ${keys.length - keysShownMax} more` : "";
  const message = `No value in ${location} for the ${keys.length === 1 ? "key" : "keys"} ${shown}${rest}.`;
  return new CliError("KEY_NOT_FOUND", exitCodes.keyNotFound, message, { directory: location, keys });
}

const keysShownMax = 20;
