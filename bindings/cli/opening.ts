/** Opening an index to read it: one of ours, or one by a Havenask configuration, a segment of Havenask's among them. */

import { readFileSync } from "node:fs";
import type { KVIndex } from "../index/kv-index.js";
import { openIndex } from "../index/open.js";
import type { HavenaskSchemaOptions } from "../schema/schema.js";
import { nodeStorage } from "../storage/node.js";
import type { Arguments } from "./arguments.js";
import type { OptionSpec } from "./command.js";
import { explainOpen } from "./directory.js";
import { usageError } from "./failure.js";
import { unreadable } from "./input.js";

/** Where the schema of --compat is. */
export const schemaFileOptions: readonly OptionSpec[] = [
  { name: "schema", placeholder: "FILE", text: "The schema, JSON of a table or of one KV index" },
  { name: "name", placeholder: "INDEX", text: "Which of several KV indexes in the schema" },
];

/** Options of the commands that read an index. */
export const compatOptions: readonly OptionSpec[] = [
  {
    name: "compat",
    placeholder: "havenask",
    text: "Read DIR by a schema of Havenask's; DIR may be a segment's directory.\nRecords are shown whatever their age",
  },
  ...schemaFileOptions,
];

/** What the options say of the schema; undefined when they say nothing. USAGE, INPUT_NOT_FOUND, INPUT_UNREADABLE. */
export function schemaOptions(given: Arguments): HavenaskSchemaOptions | undefined {
  const compat = given.choice("compat", ["havenask"]);
  if (compat === undefined) {
    const option = ["schema", "name"].find((name) => given.has(name));
    if (option === undefined) return undefined;
    throw usageError(`--${option} is of use with --compat havenask only.`, { option: `--${option}` });
  }
  const path = given.required("schema", "which file holds the schema of --compat havenask");
  const name = given.text("name");
  return { compat, schema: readText(path), ...(name === undefined ? {} : { name }) };
}

/** Opens the index of a command read-only. What the library says, in this tool's words. */
export async function openForReading(given: Arguments, location: string): Promise<KVIndex<unknown, unknown>> {
  const schema = schemaOptions(given);
  try {
    const storage = nodeStorage(location);
    if (schema === undefined) return await openIndex(storage, { readOnly: true });
    return (await openIndex(storage, { ...schema, readOnly: true })) as KVIndex<unknown, unknown>;
  } catch (cause) {
    throw explainOpen(cause, location);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
