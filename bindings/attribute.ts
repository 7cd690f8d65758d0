/**
 * `indexlib-kv/attribute`: columns by document number, as Indexlib's attribute patches lay them out. Needs nothing of the
 * rest of the library; runs wherever WebAssembly does.
 */

export { type Attribute, openAttribute, type StoredValue } from "./attribute/attribute.js";
export type { ColumnFigures } from "./attribute/column-sink.js";
export {
  adviseEqual,
  type EncodeEqualOptions,
  encodeEqual,
  type MountEqualOptions,
  measureEqual,
  mountEqual,
} from "./attribute/equal.js";
export type { EqualColumn, SlotCounts, UpdateMetrics } from "./attribute/mounted-column.js";
export type { Numeric, TypedArray } from "./attribute/numeric.js";
export type { ColumnOptions } from "./attribute/options.js";
export {
  type ColumnSummary,
  type ColumnValue,
  type PatchOptions,
  type PatchWriter,
  patchWriter,
} from "./attribute/patch-writer.js";
export { IndexError, type IndexErrorCode, isIndexError } from "./errors.js";
export { type MemoryStorage, memoryStorage } from "./storage/memory.js";
export type { ReadFile, Storage, WriteFile } from "./storage/storage.js";
