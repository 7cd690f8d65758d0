/** `indexlib-kv column`: columns by document number beside an index, or alone. */

import { numericTypes } from "../attribute/numeric.js";
import type { Arguments } from "./arguments.js";
import { buildColumn } from "./column-build.js";
import { getDocuments } from "./column-get.js";
import { showColumns } from "./column-stats.js";
import type { Command } from "./command.js";
import { usageError } from "./failure.js";
import { formats } from "./input.js";
import { suggestion } from "./nearest.js";
import type { Output } from "./output.js";

const actions: Readonly<
  Record<string, readonly [words: string, run: (given: Arguments, output: Output) => Promise<number>]>
> = {
  build: ["DIR NAME --type TYPE --from FILE", buildColumn],
  get: ["DIR NAME DOCUMENT…", getDocuments],
  stats: ["DIR", showColumns],
};
/** Words with the action: of build and get fewest, and of all but get most. */
const wordCounts: Readonly<Record<string, readonly [min: number, max: number]>> = {
  build: [3, 3],
  get: [4, Number.POSITIVE_INFINITY],
  stats: [2, 2],
};

export const column: Command = {
  name: "column",
  summary: "Build and read columns: build, get, stats",
  usage: "build|get|stats DIR …",
  wordCount: [2, Number.POSITIVE_INFINITY],
  text: `A column holds a value for each document, by number from 0. It lies in DIR/attribute/NAME,
in Indexlib's files, with its options beside them in DIR/attribute/NAME.column.

  column build DIR NAME --type TYPE --from FILE
    makes one of the records of FILE, in their order; it is read twice unless --documents
    says how many they are. With --multi a field holds an array, or in CSV a text that
    --separator divides. After a failure there is no column.
  column get DIR NAME DOCUMENT…
    prints values, a line each: JSON, and null where there is none.
  column stats DIR
    shows sizes, and of what is compressed how wide the differences in its slots are.`,
  options: [
    { name: "type", placeholder: "TYPE", text: `string, or ${numericTypes.join(", ")}` },
    { name: "from", placeholder: "FILE", text: "NDJSON, CSV or TSV" },
    { name: "field", placeholder: "FIELD", text: "Field that holds the values (default: NAME)" },
    { name: "format", placeholder: "FORMAT", text: `${formats.join(", ")} (default: by FILE's ending)` },
    { name: "documents", placeholder: "COUNT", text: "How many records there are" },
    { name: "multi", text: "Each document has many values" },
    { name: "separator", placeholder: "TEXT", text: "Between many values in a cell of CSV (default: ;)" },
    { name: "nullable", text: "A document may have none: null, no field, or an empty cell" },
    { name: "updatable", text: "Text and many values may be changed later" },
    { name: "compress", placeholder: "WORDS", text: "equal, uniq, fp16, int8#MAX, joined by |" },
    { name: "fixed-count", placeholder: "COUNT", text: "Each document has as many values, or bytes of text" },
    { name: "replace", text: "Build in place of a column that is there" },
  ],
  example: `indexlib-kv column build catalog price --type f64 --from catalog.ndjson
indexlib-kv column build catalog tags --type string --multi --compress "uniq|equal" --from catalog.csv
indexlib-kv column get catalog price 0 17`,
  run,
};

function run(given: Arguments, output: Output): Promise<number> {
  const word = given.words[0] as string;
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action === undefined) {
    const names = Object.keys(actions);
    const advice = suggestion(word, names) || ` There are ${names.join(", ")}.`;
    throw usageError(`Unknown action ${word} of column.${advice}`, { action: word });
  }
  const [min, max] = wordCounts[word] as readonly [number, number];
  if (given.words.length < min || given.words.length > max) {
    const what = given.words.length < min ? "Too few" : "Too many";
    throw usageError(
      `${what} arguments: expected indexlib-kv column ${word} ${action[0]}. See indexlib-kv column --help.`,
      { expected: action[0] },
    );
  }
  return action[1](given, output);
}
