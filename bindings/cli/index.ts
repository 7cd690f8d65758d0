/** The program `indexlib-kv`: finds the command, runs it, and turns what was thrown into a message and an exit code. */

import { readFileSync } from "node:fs";
import { parseArguments } from "./arguments.js";
import { build } from "./build.js";
import { column } from "./column.js";
import type { Command } from "./command.js";
import { describeError, exitCodes, printError, usageError } from "./failure.js";
import { get } from "./get.js";
import { commandHelp, mainHelp } from "./help.js";
import { suggestion } from "./nearest.js";
import { Output } from "./output.js";
import { scan } from "./scan.js";
import { stats } from "./stats.js";

const commands: readonly Command[] = [build, get, scan, stats, column];

const argv = process.argv.slice(2);
// Nobody is left to tell when stderr is closed.
process.stderr.on("error", () => undefined);
process.exitCode = await main(argv).catch((cause: unknown) => {
  process.stderr.write(printError(cause, hasJson(argv)));
  return describeError(cause).exitCode;
});

async function main(argv: readonly string[]): Promise<number> {
  const output = new Output(process.stdout);
  const at = argv.findIndex((word) => word !== "--json");
  const word = argv[at];
  if (word === undefined) {
    process.stderr.write(mainHelp(commands));
    return exitCodes.input;
  }
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  if (word === "--version") return print(output, packageVersion());
  if (word === "--help" || word === "-h" || (word === "help" && rest.length === 0)) {
    return print(output, mainHelp(commands).trimEnd());
  }
  if (word === "help") return print(output, commandHelp(findCommand(rest[0] as string)).trimEnd());
  const command = findCommand(word);
  const given = parseArguments(command, rest);
  return given.has("help") ? print(output, commandHelp(command).trimEnd()) : command.run(given, output);
}

function findCommand(word: string): Command {
  const found = commands.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const names = commands.map(({ name }) => name);
  const what = word.startsWith("-") ? `Unknown option ${word} before the command` : `Unknown command ${word}`;
  const advice = suggestion(word, names) || ` There are ${names.join(", ")}; see indexlib-kv --help.`;
  throw usageError(`${what}.${advice}`, { command: word });
}

async function print(output: Output, text: string): Promise<number> {
  output.line(text);
  await output.flush();
  return exitCodes.ok;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

/** Whether errors are to be JSON, known before anything is parsed. */
function hasJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end < 0 ? argv : argv.slice(0, end)).includes("--json");
}
