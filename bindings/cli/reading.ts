/** The records of an input with their progress on the terminal: what both ways to build share. */

import type { Input } from "./input.js";
import { showProgress } from "./progress.js";
import { type RecordShape, Records } from "./records.js";
import { openRows } from "./rows.js";

/** Lets `take` have all records; its failures get the line they belong to. The input is closed afterwards. */
export async function readRecords<T>(
  input: Input,
  shape: RecordShape,
  take: (records: Records) => Promise<T>,
): Promise<T> {
  const records = new Records(await openRows(input), shape);
  const gauge = {
    byteLength: input.byteLength,
    isTyped: input.isTyped,
    get bytesRead() {
      return input.bytesRead;
    },
    get recordCount() {
      return records.count;
    },
  };
  const progress = await showProgress(gauge, process.stderr);
  try {
    return await take(records);
  } catch (cause) {
    throw records.locate(cause);
  } finally {
    progress.stop();
    input.close();
  }
}
