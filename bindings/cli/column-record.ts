/** What is known of a column in a directory: Indexlib's files do not say their options, so a file beside them does. */

import { numericTypes } from "../attribute/numeric.js";
import type { ColumnOptions } from "../attribute/options.js";
import { isIndexError } from "../errors.js";
import { encodeJson, parseFields } from "../segment/json.js";
import { nameFault, readWhole, type Storage } from "../storage/storage.js";
import { reword, usageError } from "./failure.js";
import { quote } from "./json.js";

const home = "attribute";
const ending = ".column";
const recordBytesMax = 64 * 1024;
const countMax: number = 2 ** 32;

/** The directory of a column's files. USAGE for a name that cannot be one. */
export function columnDirectory(name: string): string {
  const expected = nameFault(`${name}${ending}`);
  if (expected === undefined) return `${home}/${name}`;
  throw usageError(`Unusable column name: expected ${expected}, got ${quote(name)}.`, { expected, got: name });
}

const recordPath = (name: string): string => `${columnDirectory(name)}${ending}`;

/** Names of the columns in `storage`. */
export async function listColumns(storage: Storage): Promise<string[]> {
  const names = await storage.list(home);
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

/** Says, last of all, that the column is there. */
export async function publishColumn(storage: Storage, name: string, options: ColumnOptions): Promise<void> {
  const { type, multi, compress, nullable, updatable, fixedCount, documentCount } = options;
  const record = { format: "indexlib-kv column", formatVersion: 1, type, multi, compress, nullable, updatable };
  await storage.publish(recordPath(name), encodeJson({ ...record, fixedCount, documentCount }));
}

export async function removeColumn(storage: Storage, name: string): Promise<void> {
  await storage.remove(recordPath(name));
  await storage.remove(columnDirectory(name));
}

/** NOT_FOUND, CORRUPTION, FORMAT_UNSUPPORTED. */
export async function readColumn(storage: Storage, name: string): Promise<ColumnOptions> {
  const path = recordPath(name);
  const bytes = await readWhole(storage, path, recordBytesMax).catch((cause: unknown) => {
    if (!isIndexError(cause, "NOT_FOUND")) throw cause;
    const message = `No column ${quote(name)} in ${storage.location}. Make it with indexlib-kv column build.`;
    throw reword(cause, message, { directory: storage.location, column: name });
  });
  const fields = parseFields(bytes, path);
  if (fields.text("format", /^.{1,100}$/, "a format") !== "indexlib-kv column") {
    throw fields.unsupported("format", "indexlib-kv column");
  }
  if (fields.integer("formatVersion") !== 1) throw fields.unsupported("formatVersion", 1);
  const types = ["string", ...numericTypes] as const;
  const type = fields.text("type", new RegExp(`^(${types.join("|")})$`), `one of ${types.join(", ")}`);
  return {
    type: type as ColumnOptions["type"],
    multi: fields.boolean("multi"),
    compress: fields.text("compress", /^[a-z0-9|#.+-]{0,100}$/i, "words of compression"),
    nullable: fields.boolean("nullable"),
    updatable: fields.boolean("updatable"),
    documentCount: fields.integer("documentCount", 0, countMax),
    ...(fields.has("fixedCount") ? { fixedCount: fields.integer("fixedCount", 1, countMax) } : {}),
  };
}
