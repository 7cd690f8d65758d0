/** Files as engines leave them. */

import { closeSync, fsyncSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What is in the file is on the disk when this returns. */
export function syncFile(path) {
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
}

/** Paths of all files below a directory; none when it is not there. */
export function filesIn(directory) {
  let entries;
  try {
    entries = readdirSync(directory, { recursive: true });
  } catch {
    return [];
  }
  return entries.map((name) => join(directory, name)).filter((path) => statSync(path).isFile());
}

/** Bytes that all files below a directory say they have. */
export function bytesIn(directory) {
  return filesIn(directory).reduce((sum, path) => sum + statSync(path).size, 0);
}
