/** The public API that is the same everywhere: storages come as values. `node.ts` and `browser.ts` add what is theirs. */

export type { Clock } from "./clock.js";
export { IndexError, type IndexErrorCode, type IndexErrorDetails, isIndexError } from "./errors.js";
export type {
  BuildOptions,
  BuildProgress,
  BuildSummary,
  HavenaskBuildOptions,
  Source,
  SourceRecord,
} from "./index/build.js";
export type { Cursor } from "./index/cursor.js";
export { type FieldName, KVIndex, type Selected, type WriteOptions } from "./index/kv-index.js";
export type { HavenaskIndex, HavenaskOpenOptions, HavenaskRow, OpenOptions } from "./index/open.js";
export { KVRegion } from "./index/region.js";
export type { IndexStats } from "./index/stats.js";
export type { Verify } from "./read/load.js";
export type { SelectOptions } from "./read/reader.js";
export type { FieldValue, FieldWord, FieldWords, PackFormat, Row, RowType } from "./schema/fields.js";
export type { HavenaskKey } from "./schema/havenask-key.js";
export type { KeyType, KeyTypes } from "./schema/key-type.js";
export type { Conflict, HavenaskSchemaOptions, Schema, SchemaOptions } from "./schema/schema.js";
export type { AnyValueType, ValueOf, ValueType, ValueTypes } from "./schema/value-type.js";
export { type MemoryStorage, memoryStorage } from "./storage/memory.js";
export type { ReadFile, Storage, WriteFile } from "./storage/storage.js";
