/**
 * `indexlib-kv/attribute`: columns by document number, as Indexlib's attribute patches lay them out. Needs nothing of the
 * rest of the library; runs wherever WebAssembly does.
 */

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
export { IndexError, type IndexErrorCode, isIndexError } from "./errors.js";
