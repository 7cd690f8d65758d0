/**
 * The one error class of the library. Everything that goes wrong, and is not an expected condition (absent, full),
 * is an IndexError: a stable `code` for programs, a message for people that says what, where, expected, got and what
 * to do, the same facts as typed fields, and the `cause` where there is one.
 */

/**
 * What went wrong, for programs. Codes are never renamed.
 *
 * | code | means |
 * |---|---|
 * | LOCKED | another writer has the index open |
 * | READONLY | a write to something opened or mounted read-only |
 * | IO | the storage failed; `cause` says how |
 * | CORRUPTION | bytes are not what was written |
 * | INVALID_KEY, INVALID_VALUE, INVALID_OPTION | an argument the call cannot take |
 * | NOT_SUPPORTED | this environment or schema cannot do it |
 * | ABORTED | the caller's AbortSignal fired |
 * | NOT_OPEN | used after close |
 * | NOT_FOUND | no index, version or file there (a missing key is `undefined`, not an error) |
 * | EXISTS | something is there that must not be |
 * | SCHEMA_MISMATCH | the index was made with another schema |
 * | FORMAT_UNSUPPORTED | written by a newer or foreign format |
 * | QUOTA_EXCEEDED | the disk or the origin's quota is full |
 * | MEMORY_LIMIT | the memory budget is used up |
 * | LIMIT | a bound of `limits.ts` is passed |
 * | POISONED | an earlier failure left the outcome unknown: reopen |
 * | VERSION_GONE | the version asked for has been cleaned |
 * | STALE_SOURCE | a remote file changed while it was read |
 */
export type IndexErrorCode =
  | "LOCKED"
  | "READONLY"
  | "IO"
  | "CORRUPTION"
  | "INVALID_KEY"
  | "INVALID_VALUE"
  | "INVALID_OPTION"
  | "NOT_SUPPORTED"
  | "ABORTED"
  | "NOT_OPEN"
  | "NOT_FOUND"
  | "EXISTS"
  | "SCHEMA_MISMATCH"
  | "FORMAT_UNSUPPORTED"
  | "QUOTA_EXCEEDED"
  | "MEMORY_LIMIT"
  | "LIMIT"
  | "POISONED"
  | "VERSION_GONE"
  | "STALE_SOURCE";

/** A fact in an error: what was expected, what was found. */
export type IndexErrorFact = string | number | bigint | boolean;

/** Facts of an error, as own properties where they are known. */
export interface IndexErrorDetails {
  /** Path inside the storage, or the storage's own location. */
  readonly file?: string;
  /** Bytes from the start of `file`. */
  readonly offset?: number;
  /** Field of a JSON file or option, dotted. */
  readonly field?: string;
  /** What the storage was doing: open, read, write, sync, rename … */
  readonly operation?: string;
  readonly expected?: IndexErrorFact;
  readonly got?: IndexErrorFact;
  /** Records that were accepted and are not on storage. */
  readonly unsavedCount?: number;
  /** Process that holds the lock. */
  readonly pid?: number;
  /** Machine of that process. */
  readonly host?: string;
}

const detailNames = [
  "file",
  "offset",
  "field",
  "operation",
  "expected",
  "got",
  "unsavedCount",
  "pid",
  "host",
] as const satisfies readonly (keyof IndexErrorDetails)[];

/** A typed failure. Test for it with {@link isIndexError}, which also knows errors of another copy of the library. */
export class IndexError extends Error implements IndexErrorDetails {
  readonly code: IndexErrorCode;
  declare readonly file?: string;
  declare readonly offset?: number;
  declare readonly field?: string;
  declare readonly operation?: string;
  declare readonly expected?: IndexErrorFact;
  declare readonly got?: IndexErrorFact;
  declare readonly unsavedCount?: number;
  declare readonly pid?: number;
  declare readonly host?: string;

  constructor(code: IndexErrorCode, message: string, details: IndexErrorDetails & { readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    for (const name of detailNames) {
      const value = details[name];
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  /** On the prototype, so that the stack's first line has it too. */
  override get name(): string {
    return "IndexError";
  }
}

/** Whether `error` is an {@link IndexError}, and, if `code` is given, has this code. */
export function isIndexError<C extends IndexErrorCode = IndexErrorCode>(
  error: unknown,
  code?: C,
): error is IndexError & { readonly code: C } {
  if (!(error instanceof Error) || error.name !== "IndexError") return false;
  const found = (error as { readonly code?: unknown }).code;
  return code === undefined ? typeof found === "string" : found === code;
}

/** The parts of a message: what (file, byte offset): expected …, got …. Advice. */
export interface Fault extends IndexErrorDetails {
  readonly what: string;
  /** What the reader of the message can do; a sentence with its full stop. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/** An IndexError whose message is put together from its facts, so that all messages read alike. */
export function indexError(code: IndexErrorCode, fault: Fault): IndexError {
  const place = fault.offset === undefined ? fault.file : `${fault.file}, byte ${fault.offset}`;
  let message = fault.file === undefined ? fault.what : `${fault.what} (${place})`;
  const facts: string[] = [];
  if (fault.expected !== undefined) facts.push(`expected ${fault.expected}`);
  if (fault.got !== undefined) facts.push(`got ${fault.got}`);
  if (facts.length > 0) message += `: ${facts.join(", ")}`;
  message += ".";
  if (fault.advice !== undefined) message += ` ${fault.advice}`;
  return new IndexError(code, message, fault);
}

type At<Names extends keyof Fault> = Fault & Required<Pick<Fault, Names>>;

/** Bytes that are not what was written. */
export function corruption(fault: At<"file" | "expected" | "got">): IndexError {
  return indexError("CORRUPTION", { advice: "Restore the file from a copy, or build the index again.", ...fault });
}

/** Whole bytes of a format this release does not know. */
export function formatUnsupported(fault: At<"file" | "expected" | "got">): IndexError {
  return indexError("FORMAT_UNSUPPORTED", {
    advice: "Open it with the release that wrote it, or a newer one.",
    ...fault,
  });
}

/** A bound of `limits.ts` is passed: `limit` is that bound, `got` what was asked for. */
export function overLimit(fault: Fault & { readonly limit: number; readonly got: IndexErrorFact }): IndexError {
  const { limit, ...rest } = fault;
  return indexError("LIMIT", { ...rest, expected: `at most ${limit}` });
}

/** An option a caller gave. */
export function invalidOption(fault: At<"expected" | "got">): IndexError {
  return indexError("INVALID_OPTION", fault);
}
