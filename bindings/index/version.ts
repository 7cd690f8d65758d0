/**
 * `version.N`, the manifest: which segments an index has, and how its keys and values are to be read. JSON on one line;
 * an index is the newest of these files that is whole.
 *
 *     {"format":"indexlib-kv","formatVersion":1,"version":12,"index":"kv","schema":{…},"nextSegmentId":4,
 *      "segments":[{"id":3,"level":1,"name":"segment_3_level_1","checksums":"<16 hex>",
 *                   "files":[{"name":"index/kv/key","byteLength":4112}, …]}, …],"recordCount":7
 *     ,"xxh64":"<16 hex>"}⏎                    the tail: 29 bytes; the hash, seed 0, is of all bytes before the tail
 *
 * Every later format keeps the tail, so that a reader can tell a newer file from a damaged one.
 */

import { corruption, type IndexError, indexError, isIndexError, overLimit } from "../errors.js";
import {
  levelMax,
  segmentCountMax,
  segmentFileCountMax,
  segmentIdMax,
  sizeCheckCountMax,
  versionBytesMax,
  versionMax,
  versionRelistCountMax,
  versionsKeptMin,
  versionWalkCountMax,
} from "../limits.js";
import type { Xxh64 } from "../segment/checksums.js";
import {
  checksumsName,
  parseSegmentName,
  parseVersionName,
  segmentName,
  temporarySuffix,
  versionName,
} from "../segment/file-names.js";
import { encodeJson, type Fields, hex64, parseFields } from "../segment/json.js";
import { nameFault, pathFault, readWhole, type Storage } from "../storage/storage.js";

/** How keys and values are written, in words; `schema/` knows which words there are and what they mean. */
export interface StoredSchema {
  /** Key type: string, bytes, u64 … */
  readonly key: string;
  /** Value type: json, bytes, u32 … */
  readonly value: string;
  /** Whether records hold their keys. */
  readonly exact: boolean;
  /** How a key becomes its hashed key: murmur, mix, identity … */
  readonly hash: string;
  /** A u64 in decimal. */
  readonly hashSeed: string;
  /** Whether buckets hold timestamps. */
  readonly timestamps: boolean;
  /** 1 … 100. */
  readonly occupancyPct: number;
  /** dense or cuckoo. */
  readonly table?: string;
  /** Which of two writes to a key wins. */
  readonly conflict?: string;
  /** Seconds a record lives; absent: for ever. */
  readonly ttlSeconds?: number;
  /** Whose files these must equal: havenask. */
  readonly compat?: string;
}

export interface StoredFile {
  /** Path inside the segment. */
  readonly name: string;
  readonly byteLength: number;
}

export interface StoredSegment {
  readonly id: number;
  readonly level: number;
  /** XXH64 of the sidecar, seed 0, as 16 hex digits; absent for a segment without one. */
  readonly checksums?: string;
  /** Every file of the segment, the sidecar among them. */
  readonly files: readonly StoredFile[];
}

export interface StoredVersion {
  /** 1 or more; never used twice in an index. */
  readonly version: number;
  readonly index: string;
  readonly schema: StoredSchema;
  /** Id of the next segment; every segment's is smaller. */
  readonly nextSegmentId: number;
  /** In the order the writer gave. */
  readonly segments: readonly StoredSegment[];
  /** Records in all segments, if the writer counted them. */
  readonly recordCount?: number;
  /** First log file whose records are in no segment. */
  readonly logStart?: number;
}

const format = "indexlib-kv";
const formatVersion = 1;
const tailStart = ',"xxh64":"';
const tailEnd = '"}\n';
const tailBytes: number = tailStart.length + 16 + tailEnd.length;

const utf8 = new TextEncoder();

/** The manifest's bytes. LIMIT, or INVALID_VALUE for one that no reader would accept. */
export function encodeVersion(stored: StoredVersion, xxh64: Xxh64): Uint8Array {
  const { schema } = stored;
  const json = encodeJson({
    format,
    formatVersion,
    version: stored.version,
    index: stored.index,
    schema: {
      key: schema.key,
      value: schema.value,
      exact: schema.exact,
      hash: schema.hash,
      hashSeed: schema.hashSeed,
      timestamps: schema.timestamps,
      occupancyPct: schema.occupancyPct,
      table: schema.table,
      conflict: schema.conflict,
      ttlSeconds: schema.ttlSeconds,
      compat: schema.compat,
    },
    nextSegmentId: stored.nextSegmentId,
    segments: stored.segments.map(({ id, level, checksums, files }) => ({
      id,
      level,
      name: segmentName(id, level),
      checksums,
      files: files.map(({ name, byteLength }) => ({ name, byteLength })),
    })),
    recordCount: stored.recordCount,
    logStart: stored.logStart,
  });
  // Without its closing bracket, which the tail has.
  const body = json.subarray(0, json.length - 1);
  const bytes = new Uint8Array(body.length + tailBytes);
  bytes.set(body);
  bytes.set(utf8.encode(tailStart + hex64(xxh64(body, 0n)) + tailEnd), body.length);
  try {
    // Protects: the index from a manifest that its next open refuses.
    parseVersion(bytes, stored.version, xxh64);
  } catch (cause) {
    if (!isIndexError(cause, "CORRUPTION")) throw cause;
    throw indexError("INVALID_VALUE", { what: `Unusable version: ${cause.message}`, cause });
  }
  return bytes;
}

/** What the manifest of version `version` says. CORRUPTION, LIMIT, or FORMAT_UNSUPPORTED for whole bytes of a later format. */
export function parseVersion(bytes: Uint8Array, version: number, xxh64: Xxh64): StoredVersion {
  const file = versionName(version);
  if (bytes.length > versionBytesMax) {
    throw overLimit({ what: "Too many bytes", file, limit: versionBytesMax, got: bytes.length });
  }
  checkTail(bytes, file, xxh64);
  const fields = parseFields(bytes, file);
  if (fields.text("format", /^.{1,64}$/, "a name") !== format) throw fields.unsupported("format", format);
  if (fields.integer("formatVersion") !== formatVersion) throw fields.unsupported("formatVersion", formatVersion);
  // Protects: numbers that are never reused, from a file under another's name.
  fields.integer("version", version, version);
  const index = fields.text("index", /^.{1,128}$/, "a name");
  const indexFault = nameFault(index);
  if (indexFault !== undefined) throw fields.fault("index", indexFault, index);
  const nextSegmentId = fields.integer("nextSegmentId", 0, segmentIdMax);
  const recordCount = optional(fields, "recordCount", () => fields.integer("recordCount"));
  const logStart = optional(fields, "logStart", () => fields.integer("logStart"));
  return {
    version,
    index,
    schema: parseSchema(fields.object("schema")),
    nextSegmentId,
    segments: parseSegments(fields.objects("segments", segmentCountMax), nextSegmentId),
    ...recordCount,
    ...logStart,
  };
}

function checkTail(bytes: Uint8Array, file: string, xxh64: Xxh64): void {
  const at = bytes.length - tailBytes;
  // Protects: the offset of the tail.
  if (at < 0) throw corruption({ what: "Truncated version", file, expected: `${tailBytes} bytes`, got: bytes.length });
  const expected = tailStart + hex64(xxh64(bytes.subarray(0, at), 0n)) + tailEnd;
  const got = String.fromCharCode(...bytes.subarray(at));
  if (got !== expected) {
    throw corruption({
      what: "Damaged version",
      file,
      offset: at,
      expected: JSON.stringify(expected),
      got: JSON.stringify(got),
    });
  }
}

const wordPattern = /^[\x20-\x7e]{1,4096}$/;
const word = (fields: Fields, name: string): string => fields.text(name, wordPattern, "1 to 4096 printable characters");

function parseSchema(fields: Fields): StoredSchema {
  const hashSeed = fields.text("hashSeed", /^(0|[1-9][0-9]{0,19})$/, "a u64 in decimal");
  if (BigInt(hashSeed) >= 1n << 64n) throw fields.fault("hashSeed", "a u64 in decimal", hashSeed);
  return {
    key: word(fields, "key"),
    value: word(fields, "value"),
    exact: fields.boolean("exact"),
    hash: word(fields, "hash"),
    hashSeed,
    timestamps: fields.boolean("timestamps"),
    occupancyPct: fields.integer("occupancyPct", 1, 100),
    ...optional(fields, "table", () => word(fields, "table")),
    ...optional(fields, "conflict", () => word(fields, "conflict")),
    ...optional(fields, "ttlSeconds", () => fields.integer("ttlSeconds")),
    ...optional(fields, "compat", () => word(fields, "compat")),
  };
}

function parseSegments(items: readonly Fields[], nextSegmentId: number): StoredSegment[] {
  const seen = new Set<number>();
  return items.map((fields) => {
    const id = fields.integer("id", 0, nextSegmentId - 1);
    if (seen.has(id)) throw fields.fault("id", "each segment once", id);
    seen.add(id);
    const level = fields.integer("level", 0, levelMax);
    const name = fields.text("name", /^.{1,64}$/, "a segment's name");
    if (name !== segmentName(id, level)) throw fields.fault("name", segmentName(id, level), name);
    const files = parseFiles(fields.objects("files", segmentFileCountMax));
    const checksums = optional(fields, "checksums", () =>
      fields.text("checksums", /^[0-9a-f]{16}$/, "16 lower-case hex digits"),
    );
    if (fields.has("checksums") && !files.some((file) => file.name === checksumsName)) {
      throw fields.fault("files", `a file ${checksumsName}`, undefined);
    }
    return { id, level, ...checksums, files };
  });
}

function parseFiles(items: readonly Fields[]): StoredFile[] {
  const seen = new Set<string>();
  return items.map((fields) => {
    const name = word(fields, "name");
    const fault = pathFault(name);
    if (fault !== undefined) throw fields.fault("name", fault, name);
    if (seen.has(name.toLowerCase())) throw fields.fault("name", "each file once", name);
    seen.add(name.toLowerCase());
    return { name, byteLength: fields.integer("byteLength") };
  });
}

/** `{ name: pick() }`, or nothing if the field is absent. */
function optional<Name extends string, T>(fields: Fields, name: Name, pick: () => T): { readonly [N in Name]?: T } {
  return fields.has(name) ? ({ [name]: pick() } as { [N in Name]: T }) : {};
}

/** A version that was passed over, and why. */
export interface RefusedVersion {
  readonly version: number;
  readonly reason: IndexError;
}

/** What the cleaner must not touch besides the newest versions. */
export interface Kept {
  /** Versions that snapshots hold. */
  readonly versions?: Iterable<number>;
  /** Names of segment directories that no version names yet, those being written among them; read once the rest is known. */
  readonly segments?: Iterable<string>;
}

/** The versions in one storage. Reading needs nothing; `publish` and `clean` are for the holder of the lock. */
export class VersionStore {
  readonly #storage: Storage;
  readonly #xxh64: Xxh64;
  #refused: readonly RefusedVersion[] = [];
  /** Highest number ever seen or tried: the next one is above it. */
  #highest = 0;
  #poison: IndexError | undefined;

  constructor(storage: Storage, xxh64: Xxh64) {
    this.#storage = storage;
    this.#xxh64 = xxh64;
  }

  /** Versions newer than the one that `newest` returned last, newest first, and why each cannot be used. */
  get refused(): readonly RefusedVersion[] {
    return this.#refused;
  }

  /**
   * The newest version whose own hash is right and whose every file has the listed size; undefined if there is none.
   *
   * CORRUPTION, naming each, if there are versions and none can be used. IO, and FORMAT_UNSUPPORTED for a version of a
   * newer release, fail at once: an older version would hide what was acknowledged.
   */
  async newest(): Promise<StoredVersion | undefined> {
    for (let attempt = 0; attempt < versionRelistCountMax; attempt++) {
      const numbers = await this.#numbers();
      const { good, refused } = await this.#findGood(numbers, 1);
      this.#refused = refused;
      if (refused.length === 0) return good[0];
      // A writer may have cleaned versions away between the listing and the reading: then there is a newer one.
      if ((await this.#numbers())[0] !== numbers[0]) continue;
      if (good[0] === undefined) throw allRefused(this.#storage.location, refused);
      return good[0];
    }
    throw indexError("IO", {
      what: "Versions change faster than they can be read",
      file: this.#storage.location,
      advice: "Open it again.",
    });
  }

  /** The version `version`, its files not looked at. NOT_FOUND, CORRUPTION, LIMIT, FORMAT_UNSUPPORTED or IO. */
  async read(version: number): Promise<StoredVersion> {
    return parseVersion(await readWhole(this.#storage, versionName(version), versionBytesMax), version, this.#xxh64);
  }

  /**
   * Publishes `content` under the number after the highest ever seen, and returns it with that number.
   *
   * After POISONED it is unknown whether the version is there; this store then publishes nothing more. After any other
   * failure nothing has changed.
   */
  async publish(content: Omit<StoredVersion, "version">): Promise<StoredVersion> {
    if (this.#poison !== undefined) throw this.#poison;
    await this.#numbers();
    const version = this.#highest + 1;
    if (version > versionMax) throw overLimit({ what: "Too many versions", limit: versionMax, got: version });
    const stored: StoredVersion = { ...content, version };
    const bytes = encodeVersion(stored, this.#xxh64);
    this.#highest = version;
    try {
      await this.#storage.publish(versionName(version), bytes);
    } catch (error) {
      if (isIndexError(error, "POISONED")) this.#poison = error;
      throw error;
    }
    return stored;
  }

  /**
   * Removes what no kept version needs: unfinished publications, versions older than the two newest that can be used,
   * and segments that no kept version names. Returns the removed names.
   *
   * CORRUPTION, and nothing removed, if no version can be used: what is there may still be saved by hand.
   */
  async clean(keep: Kept = {}): Promise<string[]> {
    const numbers = await this.#numbers();
    const pinned = new Set(keep.versions);
    const { good, refused } = await this.#findGood(numbers, versionsKeptMin);
    if (good.length === 0 && refused.length > 0) throw allRefused(this.#storage.location, refused);
    const oldest = good.length < versionsKeptMin ? 0 : (good.at(-1)?.version ?? 0);
    const segments = new Set<string>();
    for (const { segments: named } of good) for (const { id, level } of named) segments.add(segmentName(id, level));
    for (const version of pinned) {
      // Fails if a pinned version cannot be read: then nobody knows which segments it needs.
      for (const { id, level } of (await this.read(version)).segments) segments.add(segmentName(id, level));
    }
    const isRemoved = (name: string): boolean => {
      if (name.endsWith(temporarySuffix)) return true;
      const version = parseVersionName(name);
      if (version !== undefined) return version < oldest && !pinned.has(version);
      return parseSegmentName(name) !== undefined && !segments.has(name);
    };
    const listed = await this.#storage.list("");
    // Protects: a segment begun since the call. Asked for only now, its name is kept; begun later, it is not in the list.
    for (const name of keep.segments ?? []) segments.add(name);
    // Versions before segments, so that a crash in between leaves no version without its files.
    const names = listed.filter(isRemoved);
    const removed = [
      ...names.filter((name) => !parseSegmentName(name)),
      ...names.filter((name) => parseSegmentName(name)),
    ];
    for (const name of removed) await this.#storage.remove(name);
    return removed;
  }

  /** Numbers of the versions in the storage, newest first. */
  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    for (const name of await this.#storage.list("")) {
      const version = parseVersionName(name);
      if (version !== undefined) numbers.push(version);
    }
    numbers.sort((a, b) => b - a);
    this.#highest = Math.max(this.#highest, numbers[0] ?? 0);
    return numbers;
  }

  /** The first `count` usable versions of `numbers`, and those refused before the last of them. */
  async #findGood(
    numbers: readonly number[],
    count: number,
  ): Promise<{ good: StoredVersion[]; refused: RefusedVersion[] }> {
    const good: StoredVersion[] = [];
    const refused: RefusedVersion[] = [];
    for (const version of numbers) {
      if (good.length === count || refused.length === versionWalkCountMax) break;
      try {
        const stored = await this.read(version);
        await this.#checkSizes(stored);
        good.push(stored);
      } catch (error) {
        const isOurs =
          isIndexError(error, "CORRUPTION") || isIndexError(error, "NOT_FOUND") || isIndexError(error, "LIMIT");
        if (!isOurs) throw error;
        refused.push({ version, reason: error });
      }
    }
    return { good, refused };
  }

  async #checkSizes({ segments }: StoredVersion): Promise<void> {
    const files = segments.flatMap(({ id, level, files }) =>
      files.map(({ name, byteLength }) => ({ path: `${segmentName(id, level)}/${name}`, byteLength })),
    );
    for (let at = 0; at < files.length; at += sizeCheckCountMax) {
      const batch = files.slice(at, at + sizeCheckCountMax);
      // Settled, so that no file of the batch is still open when the first failure is reported.
      const sizes = await Promise.allSettled(batch.map(({ path }) => this.#sizeOf(path)));
      sizes.forEach((size, index) => {
        const { path, byteLength } = batch[index] as (typeof batch)[number];
        if (size.status === "rejected") throw size.reason;
        if (size.value === byteLength) return;
        throw corruption({
          what: "Wrong size",
          file: path,
          expected: `${byteLength} bytes`,
          got: `${size.value} bytes`,
        });
      });
    }
  }

  async #sizeOf(path: string): Promise<number> {
    const file = await this.#storage.open(path);
    const { byteLength } = file;
    await file.close();
    return byteLength;
  }
}

function allRefused(location: string, refused: readonly RefusedVersion[]): IndexError {
  const reasons = refused.map(({ version, reason }) => `${versionName(version)}: ${reason.message}`);
  const shown = reasons.slice(0, 8).join(" ");
  return corruption({
    what: "No version can be used",
    file: location,
    expected: "one whole version",
    got: reasons.length > 8 ? `${reasons.length} refused, the newest of them ${shown}` : shown,
    advice: "Restore the missing files, or build the index again.",
    cause: new AggregateError(refused.map(({ reason }) => reason)),
  });
}
