// Reads rows in a test as records.ts does.

import type { Rows } from "../../bindings/cli/rows.js";

/** All rows, each with its line. */
export async function readRows(rows: Rows): Promise<[row: unknown, line: number][]> {
  const found: [unknown, number][] = [];
  while (await rows.fill()) {
    for (let row = rows.take(); row !== undefined; row = rows.take()) found.push([row, rows.place.line]);
  }
  return found;
}
