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

import { corruption, indexError, isIndexError, overLimit } from "../errors.js";
import { levelMax, segmentCountMax, segmentFileCountMax, segmentIdMax, versionBytesMax } from "../limits.js";
import type { SchemaWords } from "../schema/schema.js";
import type { Xxh64 } from "../segment/checksums.js";
import { checksumsName, segmentName, versionName } from "../segment/file-names.js";
import { encodeJson, type Fields, hex64, parseFields } from "../segment/json.js";
import type { StoredFile, StoredSegment } from "../segment/stored-segment.js";
import { nameFault, pathFault } from "../storage/storage.js";

export interface StoredVersion {
  /** 1 or more; never used twice in an index. */
  readonly version: number;
  readonly index: string;
  readonly schema: SchemaWords;
  /** Id of the next segment; every segment's is smaller. */
  readonly nextSegmentId: number;
  /** In the order the writer gave. */
  readonly segments: readonly StoredSegment[];
  /** Records in all segments, if the writer counted them. */
  readonly recordCount?: number;
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
      conflict: schema.conflict,
      table: schema.table,
      regions: schema.regions,
      havenask: schema.havenask,
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
  return {
    version,
    index,
    schema: parseSchema(fields.object("schema")),
    nextSegmentId,
    segments: parseSegments(fields.objects("segments", segmentCountMax), nextSegmentId),
    ...recordCount,
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
/** Checked by whoever reads it as names. */
const regionsPattern = /^[\s\S]{1,524288}$/;
/** Checked by whoever reads it as a configuration. */
const configPattern = /^[\s\S]{2,65536}$/;
const word = (fields: Fields, name: string): string => fields.text(name, wordPattern, "1 to 4096 printable characters");

const schemaFields = [
  "key",
  "value",
  "exact",
  "hash",
  "hashSeed",
  "timestamps",
  "occupancyPct",
  "conflict",
  "table",
  "regions",
  "havenask",
];

function parseSchema(fields: Fields): SchemaWords {
  // A word of a later release may change what the records mean: to pass over it would be to read them wrongly.
  const unknown = fields.names().find((name) => !schemaFields.includes(name));
  if (unknown !== undefined) throw fields.unsupported(unknown, "absent");
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
    ...optional(fields, "conflict", () => word(fields, "conflict")),
    ...optional(fields, "table", () => word(fields, "table")),
    ...optional(fields, "regions", () => fields.text("regions", regionsPattern, "names of regions, one a line")),
    ...optional(fields, "havenask", () => fields.text("havenask", configPattern, "a configuration as JSON")),
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
