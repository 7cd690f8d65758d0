/** Opening an index: which version, which schema, and its segments into a space. */

import { type Clock, systemClock } from "../clock.js";
import { IndexError, invalidOption } from "../errors.js";
import { openForm, type Segment } from "../kernel/segment.js";
import { Space, spaceBytesMax } from "../kernel/space.js";
import { loadSegment, type Verify } from "../read/load.js";
import type { KeyType, KeyTypes } from "../schema/key-type.js";
import {
  createSchema,
  matchSchema,
  readSchema,
  type Schema,
  type SchemaOptions,
  schemaWords,
} from "../schema/schema.js";
import type { AnyValueType, ValueOf } from "../schema/value-type.js";
import { createVariant } from "../schema/variant.js";
import { versionName } from "../segment/file-names.js";
import type { Storage } from "../storage/storage.js";
import { KVIndex } from "./kv-index.js";
import type { StoredVersion } from "./manifest.js";
import { VersionStore } from "./version.js";

const MiB = 1024 * 1024;
const writeBufferBytesDefault: number = 64 * MiB;
/** Below this a space cannot hold its scratch areas. */
const memoryLimitMin: number = 2 * MiB;

export interface OpenOptions<K extends KeyType = KeyType, V extends AnyValueType = AnyValueType>
  extends SchemaOptions<K, V> {
  /** Make an index where there is none. True if not given; `key` and `value` must then be said. */
  readonly createIfMissing?: boolean;
  /** Fail with EXISTS where there is one. */
  readonly errorIfExists?: boolean;
  /** Take no lock and refuse writes; several readers may have the same index open. */
  readonly readOnly?: boolean;
  /** Check every byte when it is loaded ("open", the default), or only the structure ("none"). */
  readonly verify?: Verify;
  /** Bytes a building segment may reach before it is dumped: 64 MiB if not given. */
  readonly writeBufferBytes?: number;
  /** Bytes of memory the index may take: 4 GiB, the most there is, if not given. */
  readonly memoryLimit?: number;
  /** Where "now" comes from, in seconds. */
  readonly clock?: Clock;
}

/**
 * Opens the index in a storage, or makes it.
 *
 * NOT_FOUND, EXISTS, SCHEMA_MISMATCH, INVALID_OPTION, LOCKED; CORRUPTION, FORMAT_UNSUPPORTED, MEMORY_LIMIT, IO.
 */
export async function openIndex<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  options: OpenOptions<K, V> = {},
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>> {
  const { readOnly = false, createIfMissing = true, errorIfExists = false } = options;
  const { verify = "open" } = options;
  if (verify !== "open" && verify !== "none") {
    throw invalidOption({ what: "Unusable option verify", expected: "open or none", got: String(verify) });
  }
  const writeBufferBytes = checkBytes("writeBufferBytes", options.writeBufferBytes ?? writeBufferBytesDefault, 1);
  const space = new Space(checkBytes("memoryLimit", options.memoryLimit ?? spaceBytesMax, memoryLimitMin));
  const xxh64 = space.xxh64.bind(space);
  const versions = new VersionStore(storage, xxh64);
  const unlock = readOnly ? undefined : await lockFor(storage, options, versions);
  try {
    let version = await versions.newest();
    if (version !== undefined && errorIfExists) throw exists(storage.location);
    if (version === undefined && (readOnly || !createIfMissing)) throw notFound(storage.location);
    const schema =
      version === undefined
        ? createSchema(requireTypes(options, storage.location))
        : schemaOf(version, options, storage.location);
    if (!readOnly) await versions.clean();
    version ??= await versions.publish(firstVersion(schema));
    const variant = createVariant(schema);
    const form = openForm(space, variant.form, storage.location);
    const segments: Segment[] = [];
    for (const listed of version.segments) {
      segments.push(await loadSegment(storage, space, form, variant, listed, verify));
    }
    return new KVIndex({
      storage,
      space,
      variant,
      form,
      versions,
      version,
      segments,
      clock: options.clock ?? systemClock,
      writeBufferBytes,
      ...(unlock === undefined ? {} : { unlock }),
    });
  } catch (cause) {
    space.dispose();
    await unlock?.();
    throw cause;
  }
}

/** The version of an index without segments. */
function firstVersion(schema: Schema): Omit<StoredVersion, "version"> {
  return { index: schema.name, schema: schemaWords(schema), nextSegmentId: 0, segments: [], recordCount: 0 };
}

export function exists(location: string): IndexError {
  return new IndexError("EXISTS", `${location} already holds an index. Open it to add to it, or name another place.`);
}

/** Locking makes the place where there is none, so what must fail fails before. */
async function lockFor(storage: Storage, options: OpenOptions, versions: VersionStore): Promise<() => Promise<void>> {
  if ((await versions.newest()) === undefined) {
    if (options.createIfMissing === false) throw notFound(storage.location);
    createSchema(requireTypes(options, storage.location));
  }
  return storage.lock();
}

function notFound(location: string): IndexError {
  return new IndexError(
    "NOT_FOUND",
    `${location} holds no index: no version file is there. Check the path, or build one first.`,
  );
}

function requireTypes(options: SchemaOptions, location: string): SchemaOptions {
  if (options.key !== undefined && options.value !== undefined) return options;
  throw invalidOption({
    what: `A new index is to be made in ${location}, so its types must be said`,
    expected: 'key and value, for example { key: "string", value: "json" }',
    got: `key ${options.key}, value ${options.value}`,
  });
}

function schemaOf(version: StoredVersion, options: SchemaOptions, location: string): Schema {
  const file = versionName(version.version);
  const schema = readSchema(version.schema, version.index, file);
  matchSchema(schema, options, location);
  return schema;
}

function checkBytes(name: string, bytes: number, min: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= min) return bytes;
  throw invalidOption({
    what: `Unusable option ${name}`,
    expected: `a whole number of bytes, at least ${min}`,
    got: String(bytes),
  });
}
