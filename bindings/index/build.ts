/**
 * Building an index in bulk from a stream of records: no reader, no version before the end. Either the whole index is
 * there afterwards, or none.
 */

import { checkTimestamp, systemClock } from "../clock.js";
import { IndexError, invalidOption, isIndexError, overLimit } from "../errors.js";
import { openForm } from "../kernel/segment.js";
import { Space } from "../kernel/space.js";
import { segmentCountMax } from "../limits.js";
import type { HavenaskKey } from "../schema/havenask-key.js";
import type { KeyType, KeyTypes } from "../schema/key-type.js";
import { regionIdOf } from "../schema/regions.js";
import { createSchema, type HavenaskSchemaOptions, type SchemaOptions, schemaWords } from "../schema/schema.js";
import type { AnyValueType, ValueOf } from "../schema/value-type.js";
import { createVariant } from "../schema/variant.js";
import { segmentName } from "../segment/file-names.js";
import type { StoredSegment } from "../segment/stored-segment.js";
import type { Storage } from "../storage/storage.js";
import { SegmentDump } from "../write/dump.js";
import { Writer } from "../write/writer.js";
import { checkWritable, exists, foreignSegments, type HavenaskRow, newestVersion } from "./open.js";
import { VersionStore } from "./version.js";

const segmentBytesDefault: number = 1024 * 1024 * 1024;
/** Records between two looks at the signal, two reports of progress. */
const reportCount = 16_384;
/** Records between two looks at what can be written already. */
const advanceCount = 2_048;

/** What may be said of building, whatever an index's keys and values are. */
export interface BuildChoices {
  /** Bytes a segment may reach: 1 GiB if not given. What is larger becomes several segments. */
  readonly segmentBytes?: number;
  readonly signal?: AbortSignal;
  /** Called now and then, and at the end. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface BuildOptions<K extends KeyType = KeyType, V extends AnyValueType = AnyValueType>
  extends SchemaOptions<K, V>,
    BuildChoices {
  readonly compat?: undefined;
  readonly key: K;
  readonly value: V;
}

/** Builds what `HavenaskOpenOptions` opens: segments that are Indexlib's, byte by byte. */
export interface HavenaskBuildOptions extends HavenaskSchemaOptions, BuildChoices {}

export interface BuildProgress {
  /** Records taken from the source. */
  readonly recordCount: number;
}

export interface BuildSummary extends BuildProgress {
  /** Keys in the index; a key given twice counts once in a segment. */
  readonly keyCount: number;
  readonly segmentCount: number;
  /** Bytes of all files. */
  readonly byteLength: number;
  readonly version: number;
}

/** A record of a source. The timestamp is for an index with timestamps, the region for one with regions: the first if not given. */
export type SourceRecord<K, V> = readonly [key: K, value: V, timestamp?: number | undefined, region?: string];

/** Where records come from. */
export type Source<K, V> = Iterable<SourceRecord<K, V>> | AsyncIterable<SourceRecord<K, V>>;

/**
 * Builds an index from records; the last one of a key wins (with timestamps: the newest).
 *
 * EXISTS, LOCKED, INVALID_OPTION, FORMAT_UNSUPPORTED (of a Havenask configuration), INVALID_KEY, INVALID_VALUE (with the
 * record's number), ABORTED, MEMORY_LIMIT, IO, QUOTA_EXCEEDED, or whatever the source throws. After any of them the storage holds no index.
 */
export function buildIndex<K extends KeyType, V extends AnyValueType>(
  storage: Storage,
  source: Source<KeyTypes[K], ValueOf<V>>,
  options: BuildOptions<K, V>,
): Promise<BuildSummary>;
export function buildIndex(
  storage: Storage,
  source: Source<HavenaskKey, HavenaskRow>,
  options: HavenaskBuildOptions,
): Promise<BuildSummary>;
export async function buildIndex(
  storage: Storage,
  source: Source<unknown, unknown>,
  options: BuildOptions | HavenaskBuildOptions,
): Promise<BuildSummary> {
  const schema = createSchema(options);
  checkWritable(schema);
  const variant = createVariant(schema);
  const space = new Space();
  const versions = new VersionStore(storage, space.xxh64.bind(space));
  const unlock = await storage.lock();
  const dumped: StoredSegment[] = [];
  /** The files of the segment that is building. */
  let dump: SegmentDump | undefined;
  try {
    if ((await newestVersion(storage, options, versions)) !== undefined) throw exists(storage.location);
    if ((await foreignSegments(storage, options)) !== undefined) throw exists(storage.location);
    // What a killed build left behind has the names that this one's segments are to have.
    await versions.clean();
    const form = openForm(space, variant.form, storage.location);
    const writer = new Writer(space, variant, form, segmentBytes(options), () => undefined);
    let keyCount = 0;
    const dumpSealed = async (): Promise<void> => {
      for (let segment = writer.sealed.shift(); segment !== undefined; segment = writer.sealed.shift()) {
        keyCount += segment.keyCount;
        dump ??= openDump();
        dumped.push(await dump.finish(segment));
        dump = undefined;
        segment.release();
      }
    };
    const openDump = (): SegmentDump => {
      if (dumped.length === segmentCountMax) throw tooManySegments(options);
      return new SegmentDump(storage, space, variant, dumped.length);
    };
    // Writing goes on while records are taken: what the disk needs is then mostly hidden.
    const advance = async (): Promise<void> => {
      if (writer.sealed.length > 0) await dumpSealed();
      if (writer.building === undefined) return;
      dump ??= openDump();
      await dump.advance(writer.building);
    };

    const { regions } = variant.schema;
    let recordCount = 0;
    /** Takes a record; true when it is time to advance. */
    const take = (record: SourceRecord<unknown, unknown>): boolean => {
      try {
        const timestamp = variant.schema.timestamps ? checkTimestamp(record[2] ?? systemClock()) : 0;
        const regionId = record[3] === undefined ? 0 : regionIdOf(regions, record[3]);
        writer.stage(record[0], record[1], false, timestamp, regionId);
      } catch (cause) {
        throw withNumber(cause, recordCount);
      }
      if (++recordCount % reportCount === 0) {
        checkSignal(options.signal);
        options.onProgress?.({ recordCount });
      }
      return recordCount % advanceCount === 0 || writer.sealed.length > 0;
    };
    checkSignal(options.signal);
    // A plain iterable is not awaited: a turn of the event loop for each record would cost more than the record.
    if (Symbol.iterator in source) {
      for (const record of source) {
        if (take(record)) await advance();
      }
    } else {
      for await (const record of source) {
        if (take(record)) await advance();
      }
    }
    writer.drain();
    writer.seal();
    await dumpSealed();
    options.onProgress?.({ recordCount });
    checkSignal(options.signal);
    const { version } = await versions.publish({
      index: variant.schema.name,
      schema: schemaWords(variant.schema),
      nextSegmentId: dumped.length,
      segments: dumped,
      recordCount: keyCount,
    });
    return { recordCount, keyCount, segmentCount: dumped.length, byteLength: bytesOf(dumped), version };
  } catch (cause) {
    await dump?.abandon();
    // Without a version nothing opens; what could not be removed is an orphan for the next writer. After POISONED there
    // may be a version, which then needs its segments.
    const removed = isIndexError(cause, "POISONED") ? [] : dumped;
    for (const { id, level } of removed) await storage.remove(segmentName(id, level)).catch(() => undefined);
    throw cause;
  } finally {
    space.dispose();
    await unlock();
  }
}

function tooManySegments({ segmentBytes = segmentBytesDefault }: { readonly segmentBytes?: number }): IndexError {
  return overLimit({
    what: `Too many segments of ${segmentBytes} bytes`,
    limit: segmentCountMax,
    got: segmentCountMax + 1,
    advice: "Raise segmentBytes.",
  });
}

function segmentBytes({ segmentBytes = segmentBytesDefault }: { readonly segmentBytes?: number }): number {
  if (Number.isSafeInteger(segmentBytes) && segmentBytes > 0) return segmentBytes;
  throw invalidOption({
    what: "Unusable option segmentBytes",
    expected: "a whole number of bytes",
    got: String(segmentBytes),
  });
}

function bytesOf(segments: readonly StoredSegment[]): number {
  let sum = 0;
  for (const { files } of segments) for (const { byteLength } of files) sum += byteLength;
  return sum;
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new IndexError("ABORTED", "The build was aborted; no index was made.", { cause: signal.reason });
  }
}

/** What a record alone can be wrong by: its key, its value, its timestamp. */
const ofRecord: readonly string[] = ["INVALID_KEY", "INVALID_VALUE", "INVALID_OPTION"];

/** A bad record's error with its place in the source. */
function withNumber(cause: unknown, index: number): unknown {
  if (!(cause instanceof IndexError) || !ofRecord.includes(cause.code)) return cause;
  return new IndexError(cause.code, `Record ${index + 1} of the source: ${cause.message}`, { cause });
}
