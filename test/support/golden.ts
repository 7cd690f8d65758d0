/** Where Indexlib's own files are: data that is not part of this repository. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const home = process.env.INDEXLIB_GOLDEN ?? fileURLToPath(new URL("../../../shared/golden", import.meta.url));

/** One folder of the golden files. */
export interface Golden {
  bytes(name: string): Uint8Array;
  text(name: string): string;
  json<T>(name: string): T;
  /** Fields of each line that is not empty. */
  rows(name: string): string[][];
}

/**
 * The golden files of `room`, or undefined where there are none: then one line says so. With CI set they must be there.
 */
export function openGolden(room: string): Golden | undefined {
  const folder = join(home, room);
  if (!existsSync(folder)) {
    const missing = `golden/${room}: not there (INDEXLIB_GOLDEN or ../shared/golden), nothing compared`;
    if (process.env.CI) throw new Error(missing);
    console.log(missing);
    return undefined;
  }
  const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  return {
    bytes,
    text,
    json: (name) => JSON.parse(text(name)),
    rows: (name) =>
      text(name)
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split("\t")),
  };
}

/** "a1b2" of bytes. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
