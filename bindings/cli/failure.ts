/** What the command line tells when something goes wrong: one class, the exit codes, and how an error is printed. */

import { type IndexErrorCode, isIndexError } from "../errors.js";
import { stringify } from "./json.js";

/** Exit codes; a build ended by a signal exits with 128 and the signal's number, as shells do. */
export const exitCodes = { ok: 0, keyNotFound: 1, input: 2, index: 3, signal: 128 } as const;

/**
 * Codes of the command line's own errors; those of the library keep theirs (`errors.ts`).
 *
 * | code | means |
 * |---|---|
 * | USAGE | the command line itself |
 * | INPUT_NOT_FOUND, INPUT_UNREADABLE | the file records are to come from |
 * | INVALID_LINE | a line that is no record |
 * | MISSING_FIELD | a record without the field it needs |
 * | KEY_NOT_FOUND | a key asked for has no value |
 * | INTERNAL | a mistake of this program |
 */
export type CliErrorCode =
  | "USAGE"
  | "INPUT_NOT_FOUND"
  | "INPUT_UNREADABLE"
  | "INVALID_LINE"
  | "MISSING_FIELD"
  | "KEY_NOT_FOUND"
  | "INTERNAL";

export type FailureCode = CliErrorCode | IndexErrorCode;

/** Facts of an error, for `--json`: file, line, field, expected, got … */
export type Facts = Readonly<Record<string, unknown>>;

/** A failure whose message is ready for people. */
export class CliError extends Error {
  readonly code: FailureCode;
  readonly exitCode: number;
  readonly facts: Facts;

  constructor(code: FailureCode, exitCode: number, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = exitCode;
    this.facts = facts;
  }
}

export function usageError(message: string, facts: Facts = {}): CliError {
  return new CliError("USAGE", exitCodes.input, message, facts);
}

/** Wrong input: exit code 2. */
export function inputError(code: FailureCode, message: string, facts: Facts, cause?: unknown): CliError {
  return new CliError(code, exitCodes.input, message, facts, cause);
}

/** An error of the library in this tool's words, with its own code and facts. */
export function reword(cause: Error, message: string, facts: Facts = {}): CliError {
  const { code, exitCode, facts: known } = describeError(cause);
  return new CliError(code, exitCode, message, { ...known, ...facts }, cause);
}

/** What any thrown thing is: never fails. */
export function describeError(cause: unknown): CliError {
  if (cause instanceof CliError) return cause;
  if (isIndexError(cause)) {
    const { code, ...facts } = cause;
    const isInput = code === "INVALID_OPTION" || code === "INVALID_KEY" || code === "INVALID_VALUE";
    return new CliError(code, isInput ? exitCodes.input : exitCodes.index, cause.message, facts, cause);
  }
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const message = `A mistake in this program, please report it. ${text}`;
  return new CliError("INTERNAL", exitCodes.index, message, {}, cause);
}

/** The text for stderr, with its line feed. */
export function printError(cause: unknown, isJson: boolean): string {
  const { code, message, facts } = describeError(cause);
  return isJson ? `${stringify({ error: { code, message, ...facts } })}\n` : `indexlib-kv: ${message}\n`;
}
