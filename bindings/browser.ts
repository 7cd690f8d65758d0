/** The entry for browsers and everything that is not Node: a location is a storage. */

import { IndexError } from "./errors.js";
import {
  type BuildOptions,
  type BuildSummary,
  buildIndex,
  type HavenaskBuildOptions,
  type Source,
} from "./index/build.js";
import type { KVIndex } from "./index/kv-index.js";
import {
  type HavenaskIndex,
  type HavenaskOpenOptions,
  type HavenaskRow,
  type OpenOptions,
  openIndex,
} from "./index/open.js";
import type { HavenaskKey } from "./schema/havenask-key.js";
import type { KeyType, KeyTypes } from "./schema/key-type.js";
import type { AnyValueType, ValueOf } from "./schema/value-type.js";
import type { Storage } from "./storage/storage.js";

export * from "./index.js";

/** Opens the index in `storage`, or makes it. See `OpenOptions` for what may be said, `IndexError` for what may fail. */
export function open<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  options?: OpenOptions<K, V>,
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>>;
export function open(storage: Storage, options: HavenaskOpenOptions): Promise<HavenaskIndex>;
export async function open(storage: Storage, options?: OpenOptions | HavenaskOpenOptions): Promise<unknown> {
  return openIndex(checkStorage(storage), options as OpenOptions);
}

/** Builds an index in `storage` from records; either the whole index is there afterwards, or none. */
export function build<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  source: Source<KeyTypes[K], ValueOf<V>>,
  options: BuildOptions<K, V>,
): Promise<BuildSummary>;
export function build(
  storage: Storage,
  source: Source<HavenaskKey, HavenaskRow>,
  options: HavenaskBuildOptions,
): Promise<BuildSummary>;
export async function build(
  storage: Storage,
  source: Source<unknown, unknown>,
  options: BuildOptions | HavenaskBuildOptions,
): Promise<BuildSummary> {
  return buildIndex(checkStorage(storage), source as Source<never, never>, options as BuildOptions);
}

function checkStorage(storage: Storage): Storage {
  if (typeof storage === "object" && storage !== null) return storage;
  throw new IndexError(
    "NOT_SUPPORTED",
    `A path is not a place in a browser: expected a storage, got ${typeof storage}. Pass memoryStorage().`,
  );
}
