/**
 * The seam between the library and whatever keeps its bytes: a flat tree of immutable files, one writer, many readers.
 * Small enough that a test writes its own in forty lines; caching, throttling and faults are wrappers around it.
 *
 * Paths are relative, with `/`, and pass {@link checkPath} in every implementation. A name that comes from bytes
 * nobody vouches for (a manifest, a sidecar) is checked there already, by {@link pathFault}.
 */

import {
  corruption,
  type IndexError,
  type IndexErrorCode,
  indexError,
  invalidOption,
  isIndexError,
  overLimit,
} from "../errors.js";
import { nameBytesMax, pathDepthMax } from "../limits.js";

/** One file open for reading. Its bytes never change, even if it is removed meanwhile. */
export interface ReadFile {
  /** Size when it was opened. */
  readonly byteLength: number;
  /**
   * Fills `target` with the bytes from `position` on: all of it, or CORRUPTION if the file ends before, IO if the
   * storage fails, NOT_OPEN after close.
   *
   * Returns nothing when it is done at once, else a promise. `target` may be WebAssembly memory, which must not grow
   * until then.
   */
  read(position: number, target: Uint8Array): void | Promise<void>;
  close(): Promise<void>;
}

/** One new file. After a failure it is dead: everything but `abandon` fails again, with the first failure as cause. */
export interface WriteFile {
  /** Appends all of `bytes`; does not keep them after it settles. */
  write(bytes: Uint8Array): Promise<void>;
  /** Syncs, compares the size with what was written, closes. Only then the content is whole for readers. */
  finish(): Promise<void>;
  /** Closes and removes the file; never throws. After `finish` it does nothing. */
  abandon(): Promise<void>;
}

/** A place that holds one index. Failures are IndexError: IO with cause unless said otherwise. */
export interface Storage {
  /** For messages: a directory, an address. */
  readonly location: string;
  /** Names of the files and directories in `directory`, sorted; "" is the root; an absent directory is empty. */
  list(directory: string): Promise<string[]>;
  /** NOT_FOUND if absent; CORRUPTION if it is no regular file. */
  open(path: string): Promise<ReadFile>;
  /** A file that was not there, with the directories above it; else EXISTS. QUOTA_EXCEEDED when the disk is full. */
  create(path: string): Promise<WriteFile>;
  /** Removes a file or a whole directory; absent is fine. */
  remove(path: string): Promise<void>;
  /** What was created and removed, through this storage, in the directory and below survives power loss. */
  syncDirectory(directory: string): Promise<void>;
  /**
   * Makes a file appear whole and durable, or not at all; EXISTS if it is there. Files made before are durable first.
   * POISONED means that nobody can say whether it appeared: write no more, reopen and look.
   */
  publish(path: string, bytes: Uint8Array): Promise<void>;
  /** Becomes the only writer, else LOCKED. The result gives the lock back; calling it again does nothing. */
  lock(): Promise<() => Promise<void>>;
}

/**
 * All bytes of a file, its size checked against `bytesMax` before anything is allocated.
 *
 * Fails with LIMIT, NOT_FOUND, CORRUPTION or IO.
 */
export async function readWhole(storage: Storage, path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await storage.open(path);
  try {
    if (file.byteLength > bytesMax) {
      throw overLimit({ what: "Too many bytes", file: path, limit: bytesMax, got: file.byteLength });
    }
    const bytes = new Uint8Array(file.byteLength);
    await file.read(0, bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

const namePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const devicePattern = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Why `name` cannot be a file or directory on every system, or undefined if it can. */
export function nameFault(name: string): string | undefined {
  if (name.length > nameBytesMax) return `a name of at most ${nameBytesMax} bytes`;
  if (!namePattern.test(name)) return "a name of letters, digits, _, . and -, not beginning with . or -";
  // Windows drops a dot at the end, so that two names would mean one file.
  if (name.endsWith(".")) return "a name not ending in a dot";
  if (devicePattern.test(name)) return "a name that is no Windows device";
  return undefined;
}

/** Why `path` cannot be used inside a storage, or undefined if it can. Never lets one leave the root. */
export function pathFault(path: string): string | undefined {
  // Protects: the split below, from a hostile name of megabytes.
  if (path.length > pathDepthMax * (nameBytesMax + 1)) return `a path of at most ${pathDepthMax} names`;
  const names = path.split("/");
  if (names.length > pathDepthMax) return `a path of at most ${pathDepthMax} names`;
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Returns `path`, or fails with INVALID_OPTION. */
export function checkPath(path: string): string {
  const expected = pathFault(path);
  if (expected !== undefined) throw invalidOption({ what: "Unusable path", expected, got: JSON.stringify(path) });
  return path;
}

/** {@link checkPath} for a directory: "" is the root. */
export function checkDirectory(directory: string): string {
  return directory === "" ? directory : checkPath(directory);
}

/** What every `read` checks first: `byteCount` bytes from `position` on lie in the file. */
export function checkRange(file: string, byteLength: number, position: number, byteCount: number): void {
  if (Number.isSafeInteger(position) && position >= 0 && byteCount <= byteLength - position) return;
  throw corruption({
    what: "Read past the end",
    file,
    offset: position,
    expected: `${byteCount} bytes`,
    got: `a file of ${byteLength} bytes`,
  });
}

export function notFound(file: string, cause?: unknown): IndexError {
  return indexError("NOT_FOUND", { what: "No such file", file, operation: "open", cause });
}

export function alreadyExists(file: string, cause?: unknown): IndexError {
  return indexError("EXISTS", { what: "File exists already", file, operation: "create", cause });
}

export function notOpen(file: string): IndexError {
  return indexError("NOT_OPEN", { what: "Used after close", file });
}

/** Codes that mean more than IO, by errno name or DOMException name. */
const codeOfCause: ReadonlyMap<string, readonly [code: IndexErrorCode, advice: string]> = new Map([
  ["ENOSPC", ["QUOTA_EXCEEDED", "Free space on the disk, then reopen."]],
  ["EDQUOT", ["QUOTA_EXCEEDED", "Raise the disk quota or free space, then reopen."]],
  ["QuotaExceededError", ["QUOTA_EXCEEDED", "Free space of this origin, then reopen."]],
  ["EROFS", ["READONLY", "Open with readOnly: true, or mount the file system writable."]],
  ["EMFILE", ["IO", "Close other indexes, or raise the limit of open files (ulimit -n)."]],
  ["ENFILE", ["IO", "The whole system is out of open files: close some, or raise its limit."]],
]);

/** The IndexError for a failed `operation` on `file`; one that is an IndexError already stays as it is. */
export function storageFailure(operation: string, file: string, cause: unknown): IndexError {
  if (isIndexError(cause)) return cause;
  const { code, name, message } = (cause ?? {}) as { readonly [field in "code" | "name" | "message"]?: unknown };
  const known = codeOfCause.get(String(code)) ?? codeOfCause.get(String(name));
  return indexError(known?.[0] ?? "IO", {
    what: `Cannot ${operation}: ${message ?? cause}`,
    file,
    operation,
    advice: known?.[1] ?? "Check the disk and the permissions, then reopen.",
    cause,
  });
}
