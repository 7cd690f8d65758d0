/** The directory of an index, seen from the command line: is one there, and is it ours to remove. */

import { rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isIndexError } from "../errors.js";
import { reword, usageError } from "./failure.js";

/** What `location` is. */
export function lookAt(location: string): "absent" | "directory" | "other" {
  const stats = statSync(location, { throwIfNoEntry: false });
  return stats === undefined ? "absent" : stats.isDirectory() ? "directory" : "other";
}

/** An index that could not be opened, in this tool's words. */
export function explainOpen(cause: unknown, location: string): unknown {
  if (!isIndexError(cause, "NOT_FOUND")) return cause;
  const found = lookAt(location);
  // Of a segment that is there it says which file is not.
  if (cause.file !== undefined && found === "directory") return cause;
  const what =
    found === "absent"
      ? `No directory ${location}`
      : found === "other"
        ? `${location} is a file, not the directory of an index`
        : `No index in ${location}: expected a file version.N, got none`;
  return reword(cause, `${what}. Check the path, or make an index there with indexlib-kv build.`, {
    directory: location,
  });
}

/** USAGE when an index cannot lie at `location`. */
export function checkTarget(location: string): void {
  if (lookAt(location) !== "other") return;
  throw usageError(`${location} is a file: expected a directory, or a name for a new one. Choose another -o.`, {
    option: "--output",
    directory: location,
  });
}

/**
 * Remembers which of the directories down to `location` are not there yet. What it returns removes them again, as far
 * as nothing is in them.
 */
export function rememberAbsent(location: string): () => void {
  const absent: string[] = [];
  for (let at = resolve(location); lookAt(at) === "absent" && at !== dirname(at); at = dirname(at)) absent.push(at);
  return () => {
    for (const directory of absent) {
      try {
        rmdirSync(directory);
      } catch {
        // Not made after all, or someone else's files are in it.
        return;
      }
    }
  };
}
