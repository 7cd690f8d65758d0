/**
 * A schema: what an index's keys and values are, and what follows from that for its tables. Chosen when the index is
 * made, kept in every version, and the same for all segments.
 */

import { IndexError, type IndexErrorFact, invalidOption } from "../errors.js";
import { Kind } from "../kernel/kind.js";
import type { FormShape, TableShape } from "../kernel/segment.js";
import { rowWordLengthMax } from "../limits.js";
import { nameFault } from "../storage/storage.js";
import { type RowType, rowTypeOf } from "./fields.js";
import { type KeyCodec, type KeyType, keyCodec, keyTypes } from "./key-type.js";
import { type AnyValueType, readValueWord, type ValueCodec, valueCodec, valueTypes, valueWord } from "./value-type.js";

/** Indexlib's seed of the key hash. */
export const hashSeedDefault = 545_609_244n;
/** Indexlib's occupancy of a dense table (its PERF preset), and the most it allows. */
export const occupancyPctDefault = 50;
export const occupancyPctMax = 80;

export interface Schema {
  /** Directory of the index inside a segment. */
  readonly name: string;
  readonly key: KeyType;
  /** A type's name, or fields in full: format said, words as they are written. */
  readonly value: AnyValueType;
  /** Whether records carry the second they were written, and the newest wins. */
  readonly timestamps: boolean;
  /** With timestamps: the newest second wins, or the last write as in Indexlib. */
  readonly conflict: Conflict;
  readonly hashSeed: bigint;
  readonly occupancyPct: number;
}

export type Conflict = "newest" | "last-write";

/** A schema's words in a version file. `exact` and `hash` follow from the key type and are checked against it. */
export interface SchemaWords {
  readonly key: string;
  readonly value: string;
  readonly exact: boolean;
  readonly hash: string;
  readonly hashSeed: string;
  readonly timestamps: boolean;
  readonly occupancyPct: number;
  readonly conflict?: string;
}

/** What a caller may say of a schema; the rest is defaults, or what the index already has. */
export interface SchemaOptions<K extends KeyType = KeyType, V extends AnyValueType = AnyValueType> {
  /** Type of the keys. Required for a new index. */
  readonly key?: K;
  /** Type of the values, `{ fields: { … } }` for typed rows. Required for a new index. */
  readonly value?: V;
  /** Name of the index, a directory name: "kv" if not given. */
  readonly name?: string;
  /** Keep the second of each write; a write older than what its key holds then loses. False if not given. */
  readonly timestamps?: boolean;
  readonly conflict?: Conflict;
  /** Seed of the key hash, a u64. Give a random one when keys come from people who may choose them to collide. */
  readonly hashSeed?: bigint;
  /** Percent of a table's buckets that are used, 1 … 80: lower is faster and larger. 50 if not given. */
  readonly occupancyPct?: number;
}

function choose<T extends string>(what: string, choices: readonly T[], got: unknown): T {
  if (!choices.includes(got as T)) {
    throw invalidOption({
      what: `Unusable option ${what}`,
      expected: `one of ${choices.join(", ")}`,
      got: String(got),
    });
  }
  return got as T;
}

function chooseValue(got: unknown): AnyValueType {
  if (typeof got !== "object" || got === null) return choose("value", valueTypes, got);
  const type = rowTypeOf(got as RowType);
  const { length } = valueWord(type);
  // Protects: the index from a version file that its next open refuses.
  if (length <= rowWordLengthMax) return type;
  throw invalidOption({
    what: "Unusable option value",
    expected: `fields of at most ${rowWordLengthMax} characters, names and types`,
    got: length,
  });
}

/** The schema of a new index. INVALID_OPTION. */
export function createSchema(options: SchemaOptions): Schema {
  const { name = "kv", timestamps = false, hashSeed = hashSeedDefault, occupancyPct = occupancyPctDefault } = options;
  const key = choose("key", keyTypes, options.key);
  const value = chooseValue(options.value);
  const conflict = choose("conflict", ["newest", "last-write"], options.conflict ?? "newest");
  const fault = nameFault(name);
  if (fault !== undefined) throw invalidOption({ what: "Unusable option name", expected: fault, got: name });
  if (typeof hashSeed !== "bigint" || BigInt.asUintN(64, hashSeed) !== hashSeed) {
    throw invalidOption({
      what: "Unusable option hashSeed",
      expected: "a bigint of 0 … 2^64-1",
      got: String(hashSeed),
    });
  }
  if (!Number.isInteger(occupancyPct) || occupancyPct < 1 || occupancyPct > occupancyPctMax) {
    throw invalidOption({
      what: "Unusable option occupancyPct",
      expected: `an integer of 1 … ${occupancyPctMax}`,
      got: String(occupancyPct),
    });
  }
  return { name, key, value, timestamps, conflict, hashSeed, occupancyPct };
}

/** The words under which a version keeps a schema. */
export function schemaWords(schema: Schema): SchemaWords {
  return {
    key: schema.key,
    value: valueWord(schema.value),
    exact: isExact(schema),
    hash: hashName(schema),
    hashSeed: String(schema.hashSeed),
    timestamps: schema.timestamps,
    occupancyPct: schema.occupancyPct,
    ...(schema.timestamps ? { conflict: schema.conflict } : {}),
  };
}

/** The schema a version was written with; `file` is named in failures. FORMAT_UNSUPPORTED for a word not known here. */
export function readSchema(words: SchemaWords, name: string, file: string): Schema {
  const known = <T extends string>(field: string, choices: readonly T[], word: string): T => {
    if (choices.includes(word as T)) return word as T;
    throw new IndexError(
      "FORMAT_UNSUPPORTED",
      `Unknown ${field} in the schema (${file}): expected one of ${choices.join(", ")}, got ${word.slice(0, 200)}. Open it with the release that wrote it, or a newer one.`,
      { file, field, got: word },
    );
  };
  const schema: Schema = {
    name,
    key: known("key", keyTypes, words.key),
    value: readValueWord(words.value) ?? known("value", [...valueTypes, "a row of fields"] as never[], words.value),
    timestamps: words.timestamps,
    conflict: known("conflict", ["newest", "last-write"], words.conflict ?? "newest"),
    hashSeed: BigInt(words.hashSeed),
    occupancyPct: words.occupancyPct,
  };
  known("hash", [hashName(schema)], words.hash);
  known("exact", [String(isExact(schema))], String(words.exact));
  if (words.occupancyPct > occupancyPctMax)
    known("occupancyPct", [`1 … ${occupancyPctMax}`], String(words.occupancyPct));
  return schema;
}

/** SCHEMA_MISMATCH when a caller's options contradict what the index at `location` is. */
export function matchSchema(schema: Schema, options: SchemaOptions, location: string): void {
  for (const field of ["name", "key", "value", "timestamps", "conflict", "hashSeed", "occupancyPct"] as const) {
    const option = options[field];
    if (option === undefined) continue;
    // Rows are the same if their words are.
    const [wanted, got] =
      field === "value" ? [valueWord(chooseValue(option)), valueWord(schema.value)] : [option, schema[field]];
    if (wanted === got) continue;
    // Without timestamps no two writes conflict, and no version keeps the word.
    if (field === "conflict" && !schema.timestamps) continue;
    throw new IndexError(
      "SCHEMA_MISMATCH",
      `${location} is an index with another ${field}: expected ${wanted}, got ${got}. Open it without this option, or build a new index elsewhere.`,
      { field, expected: wanted as IndexErrorFact, got: got as IndexErrorFact },
    );
  }
}

/** How a schema's records lie: which files a segment has, which buckets, and how the kernel is to read them. */
export interface Variant {
  readonly schema: Schema;
  readonly keys: KeyCodec;
  readonly values: ValueCodec;
  readonly table: TableShape;
  readonly form: FormShape;
  /** Names the kind of key and value files in the checksums: bytes of key, bucket kind, bytes in the bucket, exactness. */
  readonly typeId: bigint;
}

const keyBytes = 8;
const offsetShortBytes = 4;

/**
 * A fixed number under an integer key lies in its bucket. Everything else lies in the value file, behind an offset of 4
 * bytes: what a space holds never needs more.
 */
export function createVariant(schema: Schema): Variant {
  const keys = keyCodec(schema.key);
  const values = valueCodec(schema.value);
  const exact = isExact(schema);
  const inline = !exact && values.byteWidth > 0;
  const kind = schema.timestamps ? Kind.timestamped : inline ? Kind.plain : Kind.offsetShort;
  const valueBytes = inline ? values.byteWidth : offsetShortBytes;
  return {
    schema,
    keys,
    values,
    table: { kind, valueBytes, inline, occupancyPct: schema.occupancyPct },
    form: {
      exact,
      numbers: keys.form === "number",
      inline,
      seed: schema.hashSeed,
      newestWins: schema.timestamps && schema.conflict === "newest",
    },
    typeId: BigInt(keyBytes | (kind << 8) | (valueBytes << 16) | (+exact << 24) | (+inline << 25)),
  };
}

function isExact(schema: Schema): boolean {
  return keyCodec(schema.key).form === "exact";
}

function hashName(schema: Schema): string {
  return isExact(schema) ? "murmur" : "mix";
}
