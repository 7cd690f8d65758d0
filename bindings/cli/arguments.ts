/** The command line of one command, taken apart by `node:util` and checked: an unknown option is never ignored. */

import { parseArgs } from "node:util";
import { type Command, commonOptions, type OptionSpec } from "./command.js";
import { usageError } from "./failure.js";
import { quote } from "./json.js";
import { suggestion } from "./nearest.js";

/** What was given to a command. */
export class Arguments {
  /** The words that are no options. */
  readonly words: readonly string[];
  readonly #values: ReadonlyMap<string, string>;
  readonly #command: string;

  constructor(command: string, words: readonly string[], values: ReadonlyMap<string, string>) {
    this.#command = command;
    this.words = words;
    this.#values = values;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option, or undefined. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The value of an option that must be given; `why` completes "is missing: …". */
  required(name: string, why: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw usageError(`--${name} is missing: ${why}. See indexlib-kv ${this.#command} --help.`, { option: `--${name}` });
  }

  /** The value of an option that must be one of `choices`, or undefined. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    throw this.#unusable(name, `one of ${choices.join(", ")}`, value, suggestion(value, choices));
  }

  /** The value of an option that must be a whole number, 0 or more, or undefined. */
  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^[0-9]{1,15}$/.test(value)) return Number(value);
    throw this.#unusable(name, "a whole number, 0 or more", value);
  }

  /** The value of an option that must be a size of at least `min` bytes, `64MiB`, or undefined. */
  bytes(name: string, min: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const [, digits, unit = "B"] = /^([0-9]{1,12})(B|KiB|MiB|GiB)?$/i.exec(value) ?? [];
    const bytes = Number(digits) * 1024 ** ["b", "kib", "mib", "gib"].indexOf(unit.toLowerCase());
    if (Number.isSafeInteger(bytes) && bytes >= min) return bytes;
    throw this.#unusable(name, `a size such as 64MiB or 1GiB, at least ${min} bytes`, value);
  }

  #unusable(name: string, expected: string, got: string, advice = ""): Error {
    return usageError(`Unusable --${name}: expected ${expected}, got ${quote(got)}.${advice}`, {
      option: `--${name}`,
      expected,
      got,
    });
  }
}

/** Takes `argv`, what follows the command's name, apart. USAGE. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const specs = [...command.options, ...commonOptions];
  const { tokens } = parseArgs({
    args: hideNumbers(argv),
    // Not strict: what is wrong is found below, where more can be said of it.
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      specs.map(({ name, short, placeholder }) => [
        name,
        { type: placeholder === undefined ? ("boolean" as const) : ("string" as const), ...(short ? { short } : {}) },
      ]),
    ),
  });
  const words: string[] = [];
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(show(token.value));
    if (token.kind !== "option") continue;
    const spec = specs.find(({ name }) => name === token.name);
    if (spec === undefined) throw unknownOption(command, token.rawName, specs);
    values.set(spec.name, optionValue(spec, token.value, token.inlineValue === true));
  }
  const given = new Arguments(command.name, words, values);
  if (!given.has("help")) checkWords(command, words);
  return given;
}

function optionValue(spec: OptionSpec, value: string | undefined, isInline: boolean): string {
  if (spec.placeholder === undefined) {
    if (value === undefined) return "";
    throw usageError(`--${spec.name} takes no value, got ${quote(value)}.`, { option: `--${spec.name}`, got: value });
  }
  if (value !== undefined && (isInline || value === "-" || !value.startsWith("-"))) return show(value);
  const got = value === undefined ? "nothing" : value;
  const way = value === undefined ? "" : ` If that is the value, write --${spec.name}=${value}.`;
  throw usageError(`--${spec.name} needs a value (${spec.placeholder}), got ${got}.${way}`, {
    option: `--${spec.name}`,
    got,
  });
}

function unknownOption(command: Command, option: string, specs: readonly OptionSpec[]): Error {
  const names = specs.map(({ name }) => name);
  const hint = option.startsWith("--") ? suggestion(option.slice(2), names, "--") : "";
  const advice = hint || ` See indexlib-kv ${command.name} --help; after -- nothing is an option.`;
  return usageError(`Unknown option ${option} of ${command.name}.${advice}`, { option });
}

function checkWords(command: Command, words: readonly string[]): void {
  const [min, max] = command.wordCount;
  if (words.length >= min && words.length <= max) return;
  const what = words.length < min ? "Too few arguments" : `Too many arguments, from ${quote(words[max])} on`;
  throw usageError(
    `${what}: expected indexlib-kv ${command.name} ${command.usage}. See indexlib-kv ${command.name} --help.`,
    { expected: command.usage },
  );
}

/** An argument has no zero character, so one in front tells `-5`, a number, from `-5`, an option. */
const numberMark = "\0";

function hideNumbers(argv: readonly string[]): string[] {
  return argv.map((word) => (/^-[0-9]/.test(word) ? numberMark + word : word));
}

function show(word: string): string {
  return word.startsWith(numberMark) ? word.slice(1) : word;
}
