/** The entry for browsers and everything that is not Node: a location is a storage. */

import { IndexError } from "./errors.js";
import { type BuildOptions, type BuildSummary, buildIndex, type SourceRecord } from "./index/build.js";
import type { KVIndex } from "./index/kv-index.js";
import { type OpenOptions, openIndex } from "./index/open.js";
import type { KeyType, KeyTypes } from "./schema/key-type.js";
import type { AnyValueType, ValueOf } from "./schema/value-type.js";
import type { Storage } from "./storage/storage.js";

export * from "./index.js";

/** Opens the index in `storage`, or makes it. See `OpenOptions` for what may be said, `IndexError` for what may fail. */
export async function open<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  options?: OpenOptions<K, V>,
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>> {
  return openIndex(checkStorage(storage), options);
}

/** Builds an index in `storage` from records; either the whole index is there afterwards, or none. */
export async function build<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  source: Iterable<SourceRecord<KeyTypes[K], ValueOf<V>>> | AsyncIterable<SourceRecord<KeyTypes[K], ValueOf<V>>>,
  options: BuildOptions<K, V>,
): Promise<BuildSummary> {
  return buildIndex(checkStorage(storage), source, options);
}

function checkStorage(storage: Storage): Storage {
  if (typeof storage === "object" && storage !== null) return storage;
  throw new IndexError(
    "NOT_SUPPORTED",
    `A path is not a place in a browser: expected a storage, got ${typeof storage}. Pass memoryStorage().`,
  );
}
