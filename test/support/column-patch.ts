/** Writing and reading whole columns, for the tests of both. */

import {
  type ColumnValue,
  isIndexError,
  memoryStorage,
  openAttribute,
  type PatchOptions,
  patchWriter,
} from "../../bindings/attribute.js";

export const directory = "segment_0_level_0/attribute/price";

/** The code of the IndexError that `action` fails with, or "none". */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (isIndexError(error)) return error.code;
    throw error;
  }
  return "none";
}

/** Writes a column; null is a null. */
export async function write(options: PatchOptions, values: readonly (ColumnValue | null)[], storage = memoryStorage()) {
  const writer = patchWriter(storage, directory, options);
  for (const value of values) await (value === null ? writer.appendNull() : writer.appendValue(value));
  const summary = await writer.close();
  const sizes = [...storage.files()].map(([path, { length }]) => [path.slice(directory.length + 1), length]);
  return { storage, summary, sizes: Object.fromEntries(sizes) as Record<string, number> };
}

/** The values of a column that is written and opened. */
export async function readBack(options: PatchOptions, values: readonly (ColumnValue | null)[]): Promise<unknown[]> {
  const { storage } = await write(options, values);
  const column = await openAttribute(storage, directory, options);
  return column.getMany(values.map((_, i) => i));
}
