/** What both formats give: rows, one by one, without a promise for each. Read by records.ts. */

import type { Place } from "./blocks.js";
import type { Input } from "./input.js";
import { NdjsonRows } from "./ndjson.js";

/** A row's content by field; look fields up with `Object.hasOwn`, for a name may be `__proto__`. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Rows {
  /** Names that every row has, when they are known before the first one. */
  readonly columns: readonly string[] | undefined;
  /** Where the row taken last begins. */
  readonly place: Place;
  /** The next row at hand, or undefined when more must be read first. INVALID_LINE. */
  take(): Fields | undefined;
  /** Reads on; false at the end of the input. INVALID_LINE, LIMIT, INPUT_UNREADABLE. */
  fill(): Promise<boolean>;
}

export async function openRows({ name, format, chunks }: Pick<Input, "name" | "format" | "chunks">): Promise<Rows> {
  if (format === "ndjson") return new NdjsonRows(chunks, name);
  // Loaded when needed: other commands start sooner.
  const { CsvRows } = await import("./csv.js");
  return new CsvRows(chunks, name, format === "tsv" ? "\t" : ",");
}
