/** Opening an index: which version, which schema, and its segments into a space. */

import { type Clock, systemClock } from "../clock.js";
import { IndexError, indexError, invalidOption, isIndexError } from "../errors.js";
import { openForm, type Segment } from "../kernel/segment.js";
import { Space, spaceBytesMax } from "../kernel/space.js";
import { findForeign, isPartition } from "../read/foreign.js";
import { loadSegment, type Verify } from "../read/load.js";
import type { HavenaskKey } from "../schema/havenask-key.js";
import type { KeyType, KeyTypes } from "../schema/key-type.js";
import {
  type AnySchemaOptions,
  createSchema,
  type HavenaskSchemaOptions,
  isHavenask,
  matchSchema,
  readSchema,
  type Schema,
  type SchemaOptions,
  schemaWords,
} from "../schema/schema.js";
import { selectVariant } from "../schema/table-variant.js";
import type { AnyValueType, ValueOf } from "../schema/value-type.js";
import { createVariant } from "../schema/variant.js";
import { segmentName, versionName } from "../segment/file-names.js";
import type { SegmentFiles } from "../segment/stored-segment.js";
import type { Storage } from "../storage/storage.js";
import { KVIndex } from "./kv-index.js";
import type { StoredVersion } from "./manifest.js";
import { VersionStore } from "./version.js";

const MiB = 1024 * 1024;
const writeBufferBytesDefault: number = 64 * MiB;
/** Below this a space cannot hold its scratch areas. */
const memoryLimitMin: number = 2 * MiB;

/** What may be said of opening, whatever an index's keys and values are. */
export interface OpenChoices {
  /** Make an index where there is none. True if not given; what its keys and values are must then be said. */
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

export interface OpenOptions<K extends KeyType = KeyType, V extends AnyValueType = AnyValueType>
  extends SchemaOptions<K, V>,
    OpenChoices {
  readonly compat?: undefined;
}

/**
 * An index by a KV configuration of Havenask: its keys are hashed as there, its values are rows of the configuration's
 * fields, and its segments' files are Indexlib's byte by byte.
 *
 * With `readOnly` the location may also be a segment that Havenask wrote, `segment_<id>_level_<l>`, whole or in shards.
 * Nothing vouches for its bytes, so `verify` has nothing to check; a lookup asks each shard, and all but one miss.
 *
 * Records of an index with a TTL are returned whatever their age.
 */
export interface HavenaskOpenOptions extends HavenaskSchemaOptions, OpenChoices {}

/** The values of an index by a Havenask configuration: its fields by name. */
export type HavenaskRow = Record<string, unknown>;

/** An index by a Havenask configuration. Iteration gives hashed keys, as bigint: the keys themselves are not stored. */
export type HavenaskIndex = KVIndex<HavenaskKey, HavenaskRow>;

/**
 * Opens the index in a storage, or makes it.
 *
 * NOT_FOUND, EXISTS, SCHEMA_MISMATCH, INVALID_OPTION, LOCKED; CORRUPTION, FORMAT_UNSUPPORTED, MEMORY_LIMIT, IO. READONLY
 * for a segment of Havenask's that is opened for writing.
 */
export function openIndex<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  options?: OpenOptions<K, V>,
): Promise<KVIndex<KeyTypes[K], ValueOf<V>>>;
export function openIndex(storage: Storage, options: HavenaskOpenOptions): Promise<HavenaskIndex>;
export async function openIndex(
  storage: Storage,
  options: OpenOptions | HavenaskOpenOptions = {},
): Promise<KVIndex<never, never>> {
  const { readOnly = false, verify = "open" } = options;
  if (verify !== "open" && verify !== "none") {
    throw invalidOption({ what: "Unusable option verify", expected: "open or none", got: String(verify) });
  }
  const writeBufferBytes = checkBytes("writeBufferBytes", options.writeBufferBytes ?? writeBufferBytesDefault, 1);
  const space = new Space(checkBytes("memoryLimit", options.memoryLimit ?? spaceBytesMax, memoryLimitMin));
  const xxh64 = space.xxh64.bind(space);
  const versions = new VersionStore(storage, xxh64);
  const unlock = readOnly ? undefined : await lockFor(storage, options, versions);
  try {
    const found = await find(storage, options, versions);
    if (!readOnly) await versions.clean();
    const version = found.version ?? (await versions.publish(firstVersion(found.schema)));
    const variant = createVariant(found.schema);
    const form = openForm(space, variant.form, storage.location);
    const segments: Segment[] = [];
    for (const listed of found.segments) {
      // A segment of Havenask's has no checksums.
      const verified = version.version === foreignVersionNumber ? "none" : verify;
      segments.push(await loadSegment(storage, space, form, variant, listed, verified));
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

/** What is there, or is to be made. */
interface Found {
  readonly schema: Schema;
  /** Absent when the index is to be made. */
  readonly version?: StoredVersion;
  readonly segments: readonly SegmentFiles[];
}

async function find(storage: Storage, options: AnyOpenOptions, versions: VersionStore): Promise<Found> {
  const { location } = storage;
  const { readOnly = false, createIfMissing = true, errorIfExists = false } = options;
  const version = await newestVersion(storage, options, versions);
  const foreign = version === undefined ? await foreignSegments(storage, options) : undefined;
  if (errorIfExists && (version !== undefined || foreign !== undefined)) throw exists(location);
  if (version !== undefined) {
    const schema = schemaOf(version, options, location);
    if (!readOnly) checkWritable(schema);
    const segments = version.segments.map((one) => ({ ...one, directory: segmentName(one.id, one.level) }));
    return { schema, version, segments };
  }
  if (foreign === undefined) {
    if (readOnly || !createIfMissing) throw notFound(location);
    return { schema: newSchema(options, location), segments: [] };
  }
  if (!readOnly) throw foreignReadOnly(location);
  const schema = createSchema(options);
  return { schema, version: foreignVersion(schema, foreign), segments: foreign };
}

type AnyOpenOptions = AnySchemaOptions & OpenChoices;

/** The newest version of ours. Versions of Havenask's, which only its options can mean, are none. */
export async function newestVersion(
  storage: Storage,
  options: AnySchemaOptions,
  versions: VersionStore,
): Promise<StoredVersion | undefined> {
  try {
    return await versions.newest();
  } catch (cause) {
    if (isIndexError(cause, "CORRUPTION") && isHavenask(options) && (await isPartition(storage))) return undefined;
    throw cause;
  }
}

/** The segment that Havenask wrote, where the options ask for one and no version of ours is there. */
export async function foreignSegments(
  storage: Storage,
  options: AnySchemaOptions,
): Promise<SegmentFiles[] | undefined> {
  return isHavenask(options) ? findForeign(storage, createSchema(options).name) : undefined;
}

/** No version of ours has this number. */
const foreignVersionNumber = 0;

/** What a version would say of a segment of Havenask's. */
function foreignVersion(schema: Schema, segments: readonly SegmentFiles[]): StoredVersion {
  const listed = segments.map(({ files }, id) => ({ id, level: 0, files }));
  return { ...firstVersion(schema), version: foreignVersionNumber, nextSegmentId: listed.length, segments: listed };
}

/** The version of an index without segments. */
function firstVersion(schema: Schema): Omit<StoredVersion, "version"> {
  return { index: schema.name, schema: schemaWords(schema), nextSegmentId: 0, segments: [], recordCount: 0 };
}

export function exists(location: string): IndexError {
  return new IndexError("EXISTS", `${location} already holds an index. Open it to add to it, or name another place.`);
}

/** Locking makes the place where there is none, so what must fail fails before. */
async function lockFor(
  storage: Storage,
  options: AnyOpenOptions,
  versions: VersionStore,
): Promise<() => Promise<void>> {
  if ((await newestVersion(storage, options, versions)) === undefined) {
    if ((await foreignSegments(storage, options)) !== undefined) throw foreignReadOnly(storage.location);
    if (options.createIfMissing === false) throw notFound(storage.location);
    newSchema(options, storage.location);
  }
  return storage.lock();
}

/** The schema of an index that is to be made. INVALID_OPTION, FORMAT_UNSUPPORTED. */
function newSchema(options: AnySchemaOptions, location: string): Schema {
  const schema = createSchema(isHavenask(options) ? options : requireTypes(options, location));
  checkWritable(schema);
  return schema;
}

/** FORMAT_UNSUPPORTED for an index whose values are to be compressed, which we cannot do. */
export function checkWritable({ havenask }: Schema): void {
  const compressor = havenask?.value.fileCompressor;
  if (havenask === undefined || compressor === undefined || selectVariant(havenask).inline) return;
  const field = "index_preference.parameters.value.file_compressor";
  throw indexError("FORMAT_UNSUPPORTED", {
    what: "The schema asks for a compressed value file, which cannot be written",
    field,
    expected: `${field} as ""`,
    got: compressor,
    advice: `Set it to "" in the schema, for Havenask's readers too; STORE alone means "zstd".`,
  });
}

function foreignReadOnly(location: string): IndexError {
  return new IndexError(
    "READONLY",
    `${location} is a segment that Havenask wrote, which is only read. Open it with readOnly: true, or build an index of its records elsewhere.`,
  );
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

function schemaOf(version: StoredVersion, options: AnySchemaOptions, location: string): Schema {
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
