/**
 * A schema: what an index's keys and values are, and what follows from that for its tables. Chosen when the index is
 * made, kept in every version, and the same for all segments.
 */

import { IndexError, type IndexErrorFact, invalidOption } from "../errors.js";
import { rowWordLengthMax } from "../limits.js";
import { nameFault } from "../storage/storage.js";
import { ConfigNode } from "./config-json.js";
import { type RowType, rowTypeOf } from "./fields.js";
import { checkCompatible, type HavenaskConfig, parseHavenaskConfig } from "./havenask-config.js";
import { type KeyType, keyForm, keyTypes } from "./key-type.js";
import { checkRegions, readRegionsWord, regionsWord } from "./regions.js";
import { selectVariant } from "./table-variant.js";
import { type AnyValueType, readValueWord, valueTypes, valueWord } from "./value-type.js";

/** Indexlib's seed of the key hash. */
export const hashSeedDefault = 545_609_244n;
/** Indexlib's presets, and the most that it lets each kind of table be filled. */
const occupancyPctDefault = { dense: 50, cuckoo: 80 } as const;
const occupancyPctMax = { dense: 80, cuckoo: 97 } as const;

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
  readonly table: TableKind;
  /** Whether a key of bytes is compared when it is found, or known by its hash alone. Integers always are. */
  readonly exact: boolean;
  /** What stands in a bucket for a key. */
  readonly hash: KeyHashName;
  /** Names of the regions that share the index, in order of their ids; absent in an index without. */
  readonly regions?: readonly string[];
  /** Where everything above comes from in an index of Havenask's: its configuration, and the text of that. */
  readonly havenask?: HavenaskConfig & { readonly text: string };
}

export type Conflict = "newest" | "last-write";
export type TableKind = "dense" | "cuckoo";
/** `mix` spreads integers and can be undone, `identity` leaves them as they are; bytes have `murmur`. */
export type KeyHashName = "murmur" | "mix" | "identity";

/** A schema's words in a version file. */
export interface SchemaWords {
  readonly key: string;
  readonly value: string;
  readonly exact: boolean;
  readonly hash: string;
  readonly hashSeed: string;
  readonly timestamps: boolean;
  readonly occupancyPct: number;
  readonly conflict?: string;
  /** Names of the regions, one a line; absent without. */
  readonly regions?: string;
  /** Absent for dense. */
  readonly table?: string;
  /** The text of a Havenask configuration; absent in an index of our own. */
  readonly havenask?: string;
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
  /** "perf", a dense table filled to 50 %, if not given; "store": a cuckoo table filled to 80 %, smaller and slower to write. */
  readonly preference?: Preference;
  /** Percent of a table's buckets that are used, at most 80, in a cuckoo table 97: lower is faster and larger. */
  readonly occupancyPct?: number;
  /**
   * False: text and bytes keys are known by their 64-bit hash alone, as in Indexlib, and are not stored. Of n keys two share
   * a hash with odds of n² / 2^65: 1 in 37 million for a million, 1 in 370,000 for ten million. Iteration gives hashes, as bigint.
   */
  readonly exact?: boolean;
  /** For integer keys: "mix" if not given; "identity" for Indexlib's raw keys, of 4 bytes where they are `u32` or `i32`. */
  readonly hash?: "mix" | "identity";
  /**
   * Names of regions, 1 … 4,096: namespaces that share the index's files, see `KVIndex.region`. The index itself is the first
   * one. Keys, integers too, are stored and compared, unless `exact` is false.
   */
  readonly regions?: readonly string[];
}

export type Preference = "perf" | "store";

/** A schema from a KV configuration of Havenask: hashed keys, Indexlib's bytes. */
export interface HavenaskSchemaOptions {
  readonly compat: "havenask";
  /** The configuration as JSON: a table's schema or a KV index's alone. */
  readonly schema: string | object;
  /** Which of several indexes. */
  readonly name?: string;
  /** The schema's `fields`, where the configuration is of the index alone. */
  readonly fields?: readonly object[];
}

export type AnySchemaOptions = SchemaOptions | HavenaskSchemaOptions;

export function isHavenask(options: AnySchemaOptions): options is HavenaskSchemaOptions {
  const compat = "compat" in options ? options.compat : undefined;
  return compat !== undefined && choose("compat", ["havenask"], compat) === "havenask";
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

/** The schema of a new index. INVALID_OPTION, FORMAT_UNSUPPORTED. */
export function createSchema(options: AnySchemaOptions): Schema {
  if (isHavenask(options)) return havenaskSchema(textOf(options), options.name);
  const { name = "kv", timestamps = false, hashSeed = hashSeedDefault } = options;
  const key = choose("key", keyTypes, options.key);
  const value = chooseValue(options.value);
  const conflict = choose("conflict", ["newest", "last-write"], options.conflict ?? "newest");
  const preference = choose("preference", ["perf", "store"], options.preference ?? "perf");
  const table: TableKind = preference === "store" ? "cuckoo" : "dense";
  const occupancyPct = options.occupancyPct ?? occupancyPctDefault[table];
  const fault = nameFault(name);
  if (fault !== undefined) throw invalidOption({ what: "Unusable option name", expected: fault, got: name });
  if (typeof hashSeed !== "bigint" || BigInt.asUintN(64, hashSeed) !== hashSeed) {
    throw invalidOption({
      what: "Unusable option hashSeed",
      expected: "a bigint of 0 … 2^64-1",
      got: String(hashSeed),
    });
  }
  if (!Number.isInteger(occupancyPct) || occupancyPct < 1 || occupancyPct > occupancyPctMax[table]) {
    throw invalidOption({
      what: "Unusable option occupancyPct",
      expected: `an integer of 1 … ${occupancyPctMax[table]}`,
      got: String(occupancyPct),
    });
  }
  const [hash, exact] = chooseHash(key, options);
  const regions = options.regions === undefined ? {} : { regions: checkRegions(options.regions) };
  return { name, key, value, timestamps, conflict, hashSeed, occupancyPct, table, exact, hash, ...regions };
}

/** How a key becomes what stands in its bucket: each kind of key has one of the two options. */
function chooseHash(key: KeyType, { exact, hash, regions }: SchemaOptions): [KeyHashName, boolean] {
  const isBytes = keyForm(key) === "exact";
  const [name, got] = isBytes ? ["hash", hash] : ["exact", exact];
  if (got !== undefined) {
    throw invalidOption({ what: `Unusable option ${name}`, expected: `none with ${key} keys`, got: String(got) });
  }
  if (!isBytes && regions !== undefined) {
    if (hash === undefined) return ["murmur", true];
    throw invalidOption({ what: "Unusable option hash", expected: "none with regions", got: String(hash) });
  }
  if (!isBytes) return [choose("hash", ["mix", "identity"], hash ?? "mix"), false];
  if (exact !== undefined && typeof exact !== "boolean") choose("exact", ["true", "false"], exact);
  return ["murmur", exact ?? true];
}

function textOf({ schema, fields }: HavenaskSchemaOptions): string {
  if (fields === undefined) return typeof schema === "string" ? schema : JSON.stringify(schema);
  // Says what is wrong with a text before it is parsed here.
  ConfigNode.parse(schema);
  return JSON.stringify({ ...(typeof schema === "string" ? JSON.parse(schema) : schema), fields });
}

/** The schema that a Havenask configuration stands for. */
function havenaskSchema(text: string, name?: string): Schema {
  const config = parseHavenaskConfig(text, name === undefined ? {} : { index: name });
  const { hash, kind, occupancyPct } = selectVariant(config);
  return {
    name: config.indexName,
    key: hash === "murmur" ? "string" : hash === "int64" ? "i64" : "u64",
    value: config.row,
    timestamps: config.hasTtl,
    conflict: "last-write",
    hashSeed: hashSeedDefault,
    occupancyPct,
    table: kind,
    exact: false,
    hash: hash === "murmur" ? "murmur" : "identity",
    havenask: { ...config, text },
  };
}

/** The words under which a version keeps a schema. */
export function schemaWords(schema: Schema): SchemaWords {
  return {
    key: schema.key,
    value: valueWord(schema.value),
    exact: schema.exact,
    hash: schema.hash,
    hashSeed: String(schema.hashSeed),
    timestamps: schema.timestamps,
    occupancyPct: schema.occupancyPct,
    ...(schema.timestamps ? { conflict: schema.conflict } : {}),
    ...(schema.regions === undefined ? {} : { regions: regionsWord(schema.regions) }),
    ...(schema.table === "dense" ? {} : { table: schema.table }),
    ...(schema.havenask === undefined ? {} : { havenask: schema.havenask.text }),
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
  const table = known("table", ["dense", "cuckoo"], words.table ?? "dense");
  const key = known("key", keyTypes, words.key);
  const isBytes = keyForm(key) === "exact";
  const regions = words.regions === undefined ? undefined : readRegionsWord(words.regions);
  if (regions === undefined && words.regions !== undefined) known("regions", ["names, one a line"], words.regions);
  const exacts = isBytes ? ["true", "false"] : [String(regions !== undefined)];
  const schema: Schema = {
    name,
    key,
    value: readValueWord(words.value) ?? known("value", [...valueTypes, "a row of fields"] as never[], words.value),
    timestamps: words.timestamps,
    conflict: known("conflict", ["newest", "last-write"], words.conflict ?? "newest"),
    hashSeed: BigInt(words.hashSeed),
    occupancyPct: words.occupancyPct,
    table,
    exact: known("exact", exacts, String(words.exact)) === "true",
    hash: known("hash", isBytes || regions !== undefined ? ["murmur"] : ["mix", "identity"], words.hash),
    ...(regions === undefined ? {} : { regions }),
  };
  if (words.occupancyPct > occupancyPctMax[table])
    known("occupancyPct", [`1 … ${occupancyPctMax[table]}`], String(words.occupancyPct));
  if (words.havenask === undefined) return schema;
  if (words.regions !== undefined) known("regions", ["none beside a configuration of Havenask's"], words.regions);
  const compatible = havenaskSchema(words.havenask, name);
  // Protects: a reader from two descriptions that say different things of the same bytes.
  for (const [field, word] of Object.entries(schemaWords(compatible))) {
    known(field, [String(word)], String(words[field as keyof SchemaWords]));
  }
  return compatible;
}

/** SCHEMA_MISMATCH when a caller's options contradict what the index at `location` is. */
export function matchSchema(schema: Schema, options: AnySchemaOptions, location: string): void {
  const mismatch = (field: string, expected: unknown, got: unknown): IndexError =>
    new IndexError(
      "SCHEMA_MISMATCH",
      `${location} is an index with another ${field}: expected ${expected}, got ${got}. Open it without this option, or build a new index elsewhere.`,
      { field, expected: expected as IndexErrorFact, got: got as IndexErrorFact },
    );
  if (isHavenask(options)) {
    const wantedSchema = createSchema(options);
    if (schema.havenask === undefined) throw mismatch("compat", options.compat, "none");
    checkCompatible(schema.havenask, wantedSchema.havenask as HavenaskConfig);
    // And what the tables and rows come to.
    const { havenask: _wanted, ...wanted } = schemaWords(wantedSchema);
    const { havenask: _got, ...got } = schemaWords(schema);
    if (JSON.stringify(wanted) !== JSON.stringify(got)) {
      throw mismatch("schema", JSON.stringify(wanted), JSON.stringify(got));
    }
    return;
  }
  for (const field of comparedFields) {
    const option = options[field];
    if (option === undefined) continue;
    const [wanted, got] = comparable(field, options, schema);
    if (wanted === got) continue;
    // Without timestamps no two writes conflict, and no version keeps the word.
    if (field === "conflict" && !schema.timestamps) continue;
    throw mismatch(field, wanted, got);
  }
  const { preference } = options;
  if (preference === undefined) return;
  const got = schema.table === "cuckoo" ? "store" : "perf";
  if (preference !== got) throw mismatch("preference", preference, got);
}

/** What a caller wants of a field and what there is: rows and regions are the same if their words are. */
function comparable(
  field: (typeof comparedFields)[number],
  options: SchemaOptions,
  schema: Schema,
): [unknown, unknown] {
  if (field === "value") return [valueWord(chooseValue(options.value)), valueWord(schema.value)];
  if (field !== "regions") return [options[field], schema[field]];
  const word = (regions: readonly string[] | undefined): string => JSON.stringify(regions ?? "none");
  return [word(checkRegions(options.regions)), word(schema.regions)];
}

const comparedFields = [
  "name",
  "key",
  "value",
  "timestamps",
  "conflict",
  "hashSeed",
  "occupancyPct",
  "exact",
  "hash",
  "regions",
] as const;
