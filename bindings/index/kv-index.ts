/**
 * An open index: the building segment, the sealed ones still to be dumped, and the segments of the current version,
 * newest first, behind one directory.
 *
 *     put ─► Writer ─► building ─ full or flush ─► sealed ─ dump ─► segments ─ publish ─► version N+1
 *                         │                          │                 │
 *     get ◄───────────────┴──── directory ───────────┴─────────────────┘
 *
 * Invariant: `#directory` lists exactly what a lookup must ask, at every moment in which a caller can run.
 */

import { type Clock, checkTimestamp } from "../clock.js";
import { IndexError, invalidOption, overLimit } from "../errors.js";
import { Directory } from "../kernel/directory.js";
import type { Segment } from "../kernel/segment.js";
import type { Space } from "../kernel/space.js";
import { segmentCountMax } from "../limits.js";
import { Reader, type SelectOptions } from "../read/reader.js";
import { regionIdOf } from "../schema/regions.js";
import { type Schema, schemaWords } from "../schema/schema.js";
import type { Variant } from "../schema/variant.js";
import { segmentName } from "../segment/file-names.js";
import type { StoredSegment } from "../segment/stored-segment.js";
import type { Storage } from "../storage/storage.js";
import { dumpSegment } from "../write/dump.js";
import { Writer } from "../write/writer.js";
import { type Cursor, openCursor } from "./cursor.js";
import type { StoredVersion } from "./manifest.js";
import { KVRegion } from "./region.js";
import { figuresOf, type IndexStats } from "./stats.js";
import type { VersionStore } from "./version.js";

/** Sealed segments that may wait for their dump before writers wait too. */
const sealedCountMax = 2;

export interface WriteOptions {
  /** Second of the write, for an index with timestamps; now if not given. */
  readonly timestamp?: number;
}

/** Names of the fields of rows; of other values there are none. */
export type FieldName<V> = V extends string | number | bigint | ArrayBufferView ? never : keyof V & string;

/** A row of some of its fields. */
export type Selected<V, N> = Pick<V, N & keyof V>;

/** What `open` has put together. */
export interface IndexParts {
  readonly storage: Storage;
  readonly space: Space;
  readonly variant: Variant;
  /** Address of the form in the space. */
  readonly form: number;
  readonly versions: VersionStore;
  readonly version: StoredVersion;
  /** Segments of the version, oldest first. */
  readonly segments: readonly Segment[];
  readonly clock: Clock;
  readonly writeBufferBytes: number;
  /** Gives the writer's lock back; absent when read-only. */
  readonly unlock?: () => Promise<void>;
}

/** An index of keys `K` and values `V`. Made by `open`. */
export class KVIndex<K, V> {
  readonly #parts: IndexParts;
  readonly #space: Space;
  readonly #reader: Reader<K, V>;
  readonly #writer: Writer | undefined;
  /** Dumped segments, oldest first, and what the next version says of them. */
  readonly #segments: Segment[];
  readonly #stored: StoredSegment[];
  #version: StoredVersion;
  #nextSegmentId: number;
  #directory: Directory;
  /** The dump under way; never rejects. */
  #dumping: Promise<void> | undefined;
  #dumpFailure: unknown;
  /** Writes that wait until there is room, one after the other: a later write never overtakes them. */
  #waiting: Promise<unknown> = Promise.resolve();
  #waitingCount = 0;
  /** Puts and deletions taken, and how many of them a version holds. */
  #writeCount = 0;
  #savedCount = 0;
  /** Flushes run one after the other. */
  #flushing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: IndexParts) {
    this.#parts = parts;
    this.#space = parts.space;
    this.#segments = [...parts.segments];
    this.#stored = [...parts.version.segments];
    this.#version = parts.version;
    this.#nextSegmentId = parts.version.nextSegmentId;
    this.#reader = new Reader(parts.space, parts.variant, parts.storage.location);
    if (parts.unlock !== undefined) {
      const { space, variant, form, writeBufferBytes } = parts;
      this.#writer = new Writer(space, variant, form, writeBufferBytes, () => this.#relist());
    }
    this.#directory = this.#list(this.#writer?.building);
  }

  /** What keys and values are. */
  get schema(): Schema {
    return this.#parts.variant.schema;
  }

  /** The newest value of a key, at once; undefined when it has none. Of a row, if `select` says so, some fields only. */
  getSync<N extends FieldName<V>>(key: K, options: SelectOptions<N>): Selected<V, N> | undefined;
  getSync(key: K): V | undefined;
  getSync(key: K, options?: SelectOptions): V | undefined {
    return this.#reader.get(this.#enter(0), key, options);
  }

  /** The newest value of a key; undefined when it has none. */
  get<N extends FieldName<V>>(key: K, options: SelectOptions<N>): Promise<Selected<V, N> | undefined>;
  get(key: K): Promise<V | undefined>;
  async get(key: K, options?: SelectOptions): Promise<V | undefined> {
    return this.#reader.get(this.#enter(0), key, options);
  }

  /** Values of many keys, in their order: the fast way to read. */
  getMany<N extends FieldName<V>>(
    keys: readonly K[],
    options: SelectOptions<N>,
  ): Promise<(Selected<V, N> | undefined)[]>;
  getMany(keys: readonly K[]): Promise<(V | undefined)[]>;
  async getMany(keys: readonly K[], options?: SelectOptions): Promise<(V | undefined)[]> {
    return this.#reader.getMany(this.#enter(0), keys, options);
  }

  getManySync<N extends FieldName<V>>(keys: readonly K[], options: SelectOptions<N>): (Selected<V, N> | undefined)[];
  getManySync(keys: readonly K[]): (V | undefined)[];
  getManySync(keys: readonly K[], options?: SelectOptions): (V | undefined)[] {
    return this.#reader.getMany(this.#enter(0), keys, options);
  }

  async has(key: K): Promise<boolean> {
    return this.#reader.has(this.#enter(0), key);
  }

  /**
   * Sets a key's value. Readable at once, on storage after the next `flush` or `close`.
   *
   * Fails with INVALID_KEY, INVALID_VALUE, READONLY, MEMORY_LIMIT, or with what stopped an earlier segment's dump.
   */
  async put(key: K, value: V, options: WriteOptions = {}): Promise<void> {
    await this.#write(0, key, value, false, options);
  }

  /** Deletes a key, whether it is there or not. Fails as `put` does. */
  async del(key: K, options: WriteOptions = {}): Promise<void> {
    await this.#write(0, key, undefined, true, options);
  }

  /** All records as of now, in the tables' order; later writes do not show. */
  iterator(): Cursor<[K, V]> {
    return this.#cursor(0, (record) => record);
  }

  keys(): Cursor<K> {
    return this.#cursor(0, ([key]) => key);
  }

  values(): Cursor<V> {
    return this.#cursor(0, ([, value]) => value);
  }

  [Symbol.asyncIterator](): Cursor<[K, V]> {
    return this.iterator();
  }

  /**
   * The namespace of a region that the index was made with (`regions`); the index itself is the first of them.
   * INVALID_OPTION for a name that is none of theirs, NOT_OPEN.
   */
  region(name: string): KVRegion<K, V> {
    this.#check();
    const id = regionIdOf(this.schema.regions, name);
    return new KVRegion(this, name, {
      reader: this.#reader,
      enter: () => this.#enter(id),
      write: (key, value, deleted, options) => this.#write(id, key, value, deleted, options),
      cursor: (pick) => this.#cursor(id, pick),
    });
  }

  /**
   * Makes everything put so far durable, as one new version, and returns its number. After a failure the version is
   * unchanged, the records are still readable, and `flush` may be tried again; POISONED alone means reopen.
   */
  async flush(): Promise<number> {
    this.#check();
    const turn = Promise.all([this.#flushing, this.#waiting]).then(() => this.#flush());
    this.#flushing = turn.catch(() => undefined);
    return turn;
  }

  stats(): IndexStats {
    this.#check();
    this.#space.check();
    const building = this.#writer?.building;
    const unsaved = [...(this.#writer?.sealed ?? []), ...(building === undefined ? [] : [building])];
    return {
      schema: this.schema,
      version: this.#version.version,
      ...figuresOf([...this.#segments, ...unsaved], this.#version.segments.length),
      memoryBytes: this.#space.kernel.memoryUsed(),
    };
  }

  /**
   * Flushes and lets everything go; again, it does nothing. When the flush fails the index is closed all the same, and
   * the error says how many records were not saved.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Turns lookups to a region: what they are to ask. */
  #enter(regionId: number): Directory {
    this.#check();
    const { variant, form } = this.#parts;
    if (variant.form.regionCount > 0) this.#space.kernel.formRegion(form, regionId);
    return this.#directory;
  }

  async #write(regionId: number, key: K, value: V | undefined, deleted: boolean, options: WriteOptions): Promise<void> {
    this.#check();
    const writer = this.#writer;
    if (writer === undefined) throw readOnly(this.#parts.storage.location);
    if (this.#waitingCount > 0 || writer.sealed.length > sealedCountMax) {
      return this.#waitForRoom(writer, () => this.#add(writer, regionId, key, value, deleted, options));
    }
    this.#add(writer, regionId, key, value, deleted, options);
  }

  #add(writer: Writer, regionId: number, key: K, value: V | undefined, deleted: boolean, options: WriteOptions): void {
    writer.add(key, value, deleted, this.#timestamp(options), regionId);
    this.#writeCount++;
    // After a failure the next try is a flush, or a writer that has to wait: not every put.
    if (writer.sealed.length > 0 && this.#dumpFailure === undefined) this.#startDump();
  }

  /** Runs `add` in its turn, when few enough segments wait for their dump; fails with what stopped the dump. */
  #waitForRoom(writer: Writer, add: () => void): Promise<void> {
    this.#waitingCount++;
    const turn = this.#waiting.then(async () => {
      try {
        if (writer.sealed.length > sealedCountMax) await this.#dumpAll();
        add();
      } finally {
        this.#waitingCount--;
      }
    });
    this.#waiting = turn.catch(() => undefined);
    return turn;
  }

  #timestamp({ timestamp }: WriteOptions): number {
    if (!this.schema.timestamps) {
      if (timestamp === undefined) return 0;
      throw invalidOption({
        what: "Unusable option timestamp",
        expected: "none, since the index keeps no timestamps",
        got: timestamp,
        advice: "Build the index with timestamps: true.",
      });
    }
    return checkTimestamp(timestamp ?? this.#parts.clock());
  }

  #cursor<T>(regionId: number, pick: (record: [K, V]) => T): Cursor<T> {
    this.#check();
    const directory = this.#snapshot();
    return openCursor(
      this.#reader,
      directory,
      () => this.#enter(regionId),
      () => directory.close(),
      pick,
    );
  }

  /** A directory of everything as it is now, which later writes do not touch. */
  #snapshot(): Directory {
    const clone = this.#writer?.building?.clone("taking a snapshot");
    try {
      return this.#list(clone);
    } finally {
      // The directory, if it could be made, holds it from here on.
      clone?.release();
    }
  }

  /** A directory of everything, with `building` as the newest. LIMIT when no version could list so many segments. */
  #list(building: Segment | undefined): Directory {
    const older = [...(this.#writer?.sealed ?? [])].reverse().concat([...this.#segments].reverse());
    const segments = building === undefined ? older : [building, ...older];
    if (segments.length > segmentCountMax) throw tooManySegments(segments.length);
    const { storage, variant, form } = this.#parts;
    return new Directory(this.#space, form, segments, variant.form.newestWins, storage.location);
  }

  #relist(): void {
    const before = this.#directory;
    this.#directory = this.#list(this.#writer?.building);
    before.close();
  }

  /** Dumps the sealed segments one after the other, the oldest first, until none is left or one fails. */
  #startDump(): void {
    this.#dumping ??= this.#dumpOldest().finally(() => {
      this.#dumping = undefined;
      if (this.#dumpFailure === undefined && this.#writer?.sealed[0] !== undefined) this.#startDump();
    });
  }

  async #dumpOldest(): Promise<void> {
    const { storage, variant } = this.#parts;
    const sealed = this.#writer?.sealed ?? [];
    const segment = sealed[0];
    this.#dumpFailure = undefined;
    if (segment === undefined) return;
    try {
      // A failed dump's id is not used again, so that nothing of it can be taken for the next one's.
      const dumped = await dumpSegment(storage, segment, variant, this.#nextSegmentId++);
      segment.tag();
      this.#stored.push(dumped);
      this.#segments.push(segment);
      sealed.shift();
    } catch (cause) {
      this.#dumpFailure = cause;
    }
  }

  /** Directories that are this index's at the moment they are asked for, the one a dump is writing among them. */
  *#segmentNames(): Generator<string> {
    for (const { id, level } of this.#stored) yield segmentName(id, level);
    yield segmentName(this.#nextSegmentId - 1, 0);
  }

  /** Waits until all that is sealed now is dumped, or throws what stopped the dump. */
  async #dumpAll(): Promise<void> {
    const sealed = this.#writer?.sealed ?? [];
    const newest = sealed.at(-1);
    // Not until none is left: writers who never rest would keep a flush from ever ending.
    while (newest !== undefined && sealed.includes(newest)) {
      this.#startDump();
      await this.#dumping;
      if (this.#dumpFailure !== undefined) throw this.#dumpFailure;
    }
  }

  async #flush(): Promise<number> {
    const writer = this.#writer;
    if (writer === undefined) return this.#version.version;
    this.#space.check();
    const writeCount = this.#writeCount;
    writer.seal();
    await this.#dumpAll();
    if (this.#stored.length === this.#version.segments.length) return this.#version.version;
    const { versions, variant } = this.#parts;
    this.#version = await versions.publish({
      index: variant.schema.name,
      schema: schemaWords(variant.schema),
      nextSegmentId: this.#nextSegmentId,
      segments: [...this.#stored],
      recordCount: this.#segments.reduce((total, segment) => total + segment.keyCount, 0),
    });
    this.#savedCount = writeCount;
    // Published is published: what the cleaner could not remove now, the next writer's does.
    await versions.clean({ segments: this.#segmentNames() }).catch(() => undefined);
    return this.#version.version;
  }

  async #close(): Promise<void> {
    try {
      await Promise.all([this.#flushing, this.#waiting]);
      if (this.#writer !== undefined) await this.#flush();
    } catch (cause) {
      throw unsaved(cause, this.#countUnsaved());
    } finally {
      // Protects: the next writer, from a dump of this one that still goes on.
      while (this.#dumping !== undefined) await this.#dumping;
      this.#space.dispose();
      await this.#parts.unlock?.();
    }
  }

  #countUnsaved(): number {
    // After a trap nothing in the space can be asked.
    if (this.#space.unusable) return this.#writeCount - this.#savedCount;
    const building = this.#writer?.building;
    const sealed = this.#writer?.sealed ?? [];
    const unpublished = this.#segments.slice(this.#version.segments.length);
    return [...unpublished, ...sealed, ...(building ? [building] : [])].reduce(
      (sum, { keyCount }) => sum + keyCount,
      0,
    );
  }

  #check(): void {
    if (this.#closing !== undefined) {
      throw new IndexError("NOT_OPEN", `${this.#parts.storage.location} is closed. Open the index again.`);
    }
  }
}

function readOnly(location: string): IndexError {
  return new IndexError("READONLY", `${location} was opened read-only. Open it without readOnly to write.`);
}

function tooManySegments(got: number): IndexError {
  return overLimit({
    what: "Too many segments",
    limit: segmentCountMax,
    got,
    advice: "What was put is kept; build the index again with a larger writeBufferBytes.",
  });
}

function unsaved(cause: unknown, count: number): IndexError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof IndexError ? cause.code : "IO";
  return new IndexError(code, `Closed without saving ${count} records: ${reason}`, { cause, unsavedCount: count });
}
