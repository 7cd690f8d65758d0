/** The entry for Node: a location is a directory's path or a storage. */

import { type BuildOptions, type BuildSummary, buildIndex, type SourceRecord } from "./index/build.js";
import type { KVIndex } from "./index/kv-index.js";
import { type OpenOptions, openIndex } from "./index/open.js";
import type { KeyType, KeyTypes } from "./schema/key-type.js";
import type { AnyValueType, ValueOf } from "./schema/value-type.js";
import { nodeStorage } from "./storage/node.js";
import type { Storage } from "./storage/storage.js";

export * from "./index.js";
export { nodeStorage } from "./storage/node.js";

/**
 * Opens the index in a directory or a storage, or makes it. See `OpenOptions` for what may be said, `IndexError` for
 * what may fail.
 */
export async function open<K extends KeyType, V extends AnyValueType>(
  location: string | Storage,
  options?: OpenOptions<K, V>,
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>> {
  return openIndex(place(location), options);
}

/** Builds an index in a directory or a storage from records; either the whole index is there afterwards, or none. */
export async function build<K extends KeyType, V extends AnyValueType>(
  location: string | Storage,
  source: Iterable<SourceRecord<KeyTypes[K], ValueOf<V>>> | AsyncIterable<SourceRecord<KeyTypes[K], ValueOf<V>>>,
  options: BuildOptions<K, V>,
): Promise<BuildSummary> {
  return buildIndex(place(location), source, options);
}

function place(location: string | Storage): Storage {
  return typeof location === "string" ? nodeStorage(location) : location;
}
