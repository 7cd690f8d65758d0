/** What a command is: a file of this folder exports one, and `index.ts` runs it. */

import type { Arguments } from "./arguments.js";
import type { Output } from "./output.js";

/** An option: `--name VALUE`, or `--name` when there is no placeholder. */
export interface OptionSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in help; absent for a switch. */
  readonly placeholder?: string;
  readonly text: string;
}

export interface Command {
  readonly name: string;
  /** Half a sentence for the list of commands. */
  readonly summary: string;
  /** What follows the name: `INPUT --key FIELD -o DIR`. */
  readonly usage: string;
  /** Fewest and most words that are no options. */
  readonly wordCount: readonly [min: number, max: number];
  readonly text: string;
  readonly options: readonly OptionSpec[];
  readonly example: string;
  /** Prints results to `output` and returns the exit code; failures are thrown. */
  run(given: Arguments, output: Output): Promise<number>;
}

/** Options of every command. */
export const commonOptions: readonly OptionSpec[] = [
  { name: "json", text: "Print results, and errors, as JSON" },
  { name: "help", short: "h", text: "Show this help" },
];
