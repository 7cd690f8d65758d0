/** The entry for Node: a location is a directory's path or a storage. */

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
import { nodeStorage } from "./storage/node.js";
import type { Storage } from "./storage/storage.js";

export * from "./index.js";
export { nodeStorage } from "./storage/node.js";

/**
 * Opens the index in a directory or a storage, or makes it. See `OpenOptions` for what may be said, `IndexError` for
 * what may fail.
 */
export function open<K extends KeyType, V extends AnyValueType>(
  location: string | Storage,
  options?: OpenOptions<K, V>,
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>>;
export function open(location: string | Storage, options: HavenaskOpenOptions): Promise<HavenaskIndex>;
export async function open(location: string | Storage, options?: OpenOptions | HavenaskOpenOptions): Promise<unknown> {
  return openIndex(place(location), options as OpenOptions);
}

/** Builds an index in a directory or a storage from records; either the whole index is there afterwards, or none. */
export function build<K extends KeyType, V extends AnyValueType>(
  location: string | Storage,
  source: Source<KeyTypes[K], ValueOf<V>>,
  options: BuildOptions<K, V>,
): Promise<BuildSummary>;
export function build(
  location: string | Storage,
  source: Source<HavenaskKey, HavenaskRow>,
  options: HavenaskBuildOptions,
): Promise<BuildSummary>;
export async function build(
  location: string | Storage,
  source: Source<unknown, unknown>,
  options: BuildOptions | HavenaskBuildOptions,
): Promise<BuildSummary> {
  return buildIndex(place(location), source as Source<never, never>, options as BuildOptions);
}

function place(location: string | Storage): Storage {
  return typeof location === "string" ? nodeStorage(location) : location;
}
