/** The texts of `--help`. */

import { type Command, commonOptions, type OptionSpec } from "./command.js";

const exitCodeText = `Exit codes:
  0  done
  1  get: a key has no value
  2  the command line or the input is wrong
  3  the index cannot be used (absent, there already, damaged, locked, of other types),
     or the disk failed
  130, 143, 129  ended by SIGINT (Ctrl-C), SIGTERM, SIGHUP
`;

/** Help on everything. */
export function mainHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, summary }) => [`${name} ${usage}`, summary] as const);
  return `indexlib-kv: immutable key-value indexes, built in bulk and looked up at memory speed

Usage: indexlib-kv COMMAND …

Commands:
${columns(rows)}
Options:
${columns([...commonOptions.map(optionRow), ["--version", "Show the version"]])}
${exitCodeText}
With --json an error is one line on stderr: {"error":{"code":…,"message":…, …}}.
In all JSON, 64-bit integers (u64, i64) are decimal strings and bytes are hex strings; lists
of numbers in rows are arrays.

Example:
  indexlib-kv build catalog.ndjson --key sku -o catalog
  indexlib-kv get catalog sku:1

indexlib-kv COMMAND --help tells more.
`;
}

/** Help on one command. */
export function commandHelp({ name, usage, text, options, example }: Command): string {
  const indented = example.replace(/^/gm, "  ");
  return `Usage: indexlib-kv ${name} ${usage}

${text}

Options:
${columns([...options, ...commonOptions].map(optionRow))}
Example:
${indented}

${exitCodeText}`;
}

function optionRow({ name, short, placeholder, text }: OptionSpec): readonly [string, string] {
  return [`${short === undefined ? "" : `-${short}, `}--${name}${placeholder ? ` ${placeholder}` : ""}`, text];
}

/** Two columns; the second may have several lines. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, right]) => {
    const [first = "", ...rest] = right.split("\n");
    return [`  ${left.padEnd(width)}${first}`, ...rest.map((line) => " ".repeat(width + 2) + line)].join("\n");
  });
  return `${lines.join("\n")}\n`;
}
