/**
 * Configurations of Indexlib's KV index as Havenask writes them, read into one structure from which `table-variant.ts`
 * chooses the table. Three shapes:
 *
 *     { table_type, fields, indexes: { kv: [ { index_name, key_field, value_fields, … } ] } }          table, version 2
 *     { table_type, fields, indexs: [ { index_name, index_type: "PRIMARY_KEY", index_fields, … } ],    table, older:
 *       attributes, enable_ttl, default_ttl }                                                          values = attributes
 *     { index_name, key_field, value_fields, … }                                                       the index alone,
 *                                                                                                      fields beside it
 */

import { type IndexError, indexError, invalidOption } from "../errors.js";
import { ConfigNode } from "./config-json.js";
import { type FieldWords, type PackFormat, type RowType, rowTypeOf } from "./fields.js";
import { fieldWordOf, type HavenaskField, integerTypeOf, parseField } from "./havenask-field.js";
import { type HavenaskValuePreference, type IndexPreference, parsePreference } from "./havenask-preference.js";
import type { TableConfig } from "./table-variant.js";

export interface HavenaskConfig extends TableConfig, IndexPreference {
  readonly indexName: string;
  readonly keyField: string;
  /** Value fields in their order, as a row type. */
  readonly row: Required<RowType>;
  readonly value: HavenaskValuePreference;
  /** Seconds after which a record expires; undefined when none does. */
  readonly defaultTtl: number | undefined;
  /** The field that holds a document's own seconds, if they count. */
  readonly ttlField: string | undefined;
  readonly storeExpireTime: boolean;
  readonly useSwapMmapFile: boolean;
  /** MiB; -1 for no bound. */
  readonly maxSwapMmapFileSize: number;
}

export interface HavenaskOptions {
  /** Which of several KV indexes. */
  readonly index?: string;
  /** The schema's `fields`, where the configuration is of the index alone. */
  readonly fields?: readonly object[];
  /** The id of an altered schema. 0, the first one's, if not given. */
  readonly schemaId?: number;
}

/** What Indexlib takes when a TTL is on and no length is said. */
const ttlDefault: number = Number(((1n << 63n) - 1n) >> 20n);
const ttlOff = -1;

/**
 * Reads a configuration: its text, or the object that is in it. INVALID_OPTION with the place of what is wrong,
 * FORMAT_UNSUPPORTED for what Indexlib can have and we cannot read, LIMIT.
 */
export function parseHavenaskConfig(document: string | object, options: HavenaskOptions = {}): HavenaskConfig {
  const root = ConfigNode.parse(document);
  if (root.has("regions")) throw root.unsupported("regions", "one region");
  if (root.text("table_type", "kv") !== "kv") throw root.unsupported("table_type", "kv");
  const fields = fieldsOf(options.fields === undefined ? root : ConfigNode.parse({ fields: options.fields }));
  const { node, keyField, valueFields, ttl } = findIndex(root, options.index);

  const key = fields.get(keyField.name);
  if (key === undefined) throw keyField.fault(`the name of a field, one of ${someOf(fields.keys())}`);
  if (key.isMulti) throw key.node.fault("multi_value", "false for the key", true);
  const preference = parsePreference(node.object("index_preference"));
  return {
    ...preference,
    indexName: node.text("index_name"),
    keyField: key.name,
    keyType: integerTypeOf(key),
    useNumberHash: node.boolean("use_number_hash", true),
    row: rowOf(valueFields, fields, preference.packFormat),
    hasSimpleValue: (options.schemaId ?? 0) === 0,
    hasTtl: ttl !== ttlOff,
    defaultTtl: ttl === ttlOff ? undefined : ttl,
    ttlField: ttlFieldOf(root),
    storeExpireTime: node.boolean("store_expire_time", false),
    useSwapMmapFile: node.boolean("use_swap_mmap_file", false),
    maxSwapMmapFileSize: node.integer("max_swap_mmap_file_size", -1, -1),
  };
}

/** What Indexlib lets no schema change of an index. Value fields may change: merges convert the rows. */
const fixedMembers = [
  "indexName",
  "keyField",
  "defaultTtl",
  "storeExpireTime",
  "useNumberHash",
  "useSwapMmapFile",
  "maxSwapMmapFileSize",
] as const satisfies readonly (keyof HavenaskConfig)[];

/** SCHEMA_MISMATCH when segments of one configuration cannot be read under another. */
export function checkCompatible(built: HavenaskConfig, wanted: HavenaskConfig): void {
  for (const field of fixedMembers) {
    if (built[field] === wanted[field]) continue;
    const [expected, got] = [built[field] ?? "none", wanted[field] ?? "none"];
    throw indexError("SCHEMA_MISMATCH", {
      what: `The configuration has another ${field} than the index was built with`,
      field,
      expected,
      got,
      advice: "Open it with the configuration it was built with, or build it again.",
    });
  }
}

/** A field that is named somewhere. */
interface FieldReference {
  readonly name: string;
  /** The failure for a name that is no field's. */
  readonly fault: (expected: string) => IndexError;
}

interface FoundIndex {
  readonly node: ConfigNode;
  readonly keyField: FieldReference;
  readonly valueFields: readonly FieldReference[];
  readonly ttl: number;
}

function findIndex(root: ConfigNode, wanted: string | undefined): FoundIndex {
  if (root.has("key_field")) return ofIndex(root, root);
  if (root.has("indexes") && !root.isList("indexes")) {
    const kinds = root.object("indexes");
    return ofIndex(choose(kinds, "kv", kinds.objects("kv"), wanted), root);
  }
  const list = root.has("indexes") ? "indexes" : "indexs";
  if (!root.has(list)) throw root.fault("indexes", 'the KV index: "indexes", "indexs", or a "key_field" of its own');
  const isKv = (node: ConfigNode): boolean => /^(primary_key|kv)$/i.test(node.text("index_type", ""));
  return ofIndex(choose(root, list, root.objects(list).filter(isKv), wanted), root);
}

function choose(
  parent: ConfigNode,
  list: string,
  nodes: readonly ConfigNode[],
  wanted: string | undefined,
): ConfigNode {
  const names = nodes.map((node) => node.text("index_name"));
  const chosen = wanted === undefined ? nodes : nodes.filter((_node, i) => names[i] === wanted);
  const [first, second] = chosen;
  if (first !== undefined && second === undefined) return first;
  if (nodes.length === 0) throw parent.fault(list, "a KV index");
  throw invalidOption({
    what: `Cannot tell which index of ${parent.path}.${list} is meant`,
    field: `${parent.path}.${list}`,
    expected: `option index as one of ${someOf(names)}`,
    got: wanted ?? "nothing",
  });
}

function ofIndex(node: ConfigNode, root: ConfigNode): FoundIndex {
  const keyName = node.has("key_field") ? "key_field" : "index_fields";
  const keyField = { name: node.text(keyName), fault: (expected: string) => node.fault(keyName, expected) };
  const [holder, list] = node.has("value_fields") ? [node, "value_fields"] : [root, "attributes"];
  if (!holder.has(list)) throw node.fault("value_fields", "the names of the value's fields");
  const valueFields = holder.names(list, "field_name").map((name, i) => ({
    name,
    fault: (expected: string) => holder.fault(`${list}[${i}]`, expected, name),
  }));
  if (valueFields.length === 0) throw holder.fault(list, "one field or more");
  return { node, keyField, valueFields, ttl: ttlOf(node, root) };
}

/** An index's own TTL; in older schemas the table's, which may also be switched on and off. */
function ttlOf(node: ConfigNode, root: ConfigNode): number {
  if (node.has("default_ttl") || node.has("key_field")) return node.integer("default_ttl", ttlOff, ttlOff);
  const ttl = root.integer("default_ttl", ttlOff, ttlOff);
  if (!root.boolean("enable_ttl", ttl !== ttlOff)) return ttlOff;
  return ttl === ttlOff ? ttlDefault : ttl;
}

function ttlFieldOf(root: ConfigNode): string | undefined {
  const settings = root.has("settings") ? root.object("settings") : root;
  return settings.boolean("ttl_from_doc", false)
    ? settings.text("ttl_field_name", "doc_time_to_live_in_seconds")
    : undefined;
}

function fieldsOf(root: ConfigNode): ReadonlyMap<string, HavenaskField> {
  const fields = new Map<string, HavenaskField>();
  for (const node of root.objects("fields")) {
    const field = parseField(node);
    if (fields.has(field.name)) throw node.fault("field_name", "each field once");
    fields.set(field.name, field);
  }
  return fields;
}

function rowOf(
  names: readonly FieldReference[],
  fields: ReadonlyMap<string, HavenaskField>,
  format: PackFormat,
): Required<RowType> {
  const words = new Map<string, FieldWords[string]>();
  for (const { name, fault } of names) {
    const field = fields.get(name);
    if (field === undefined) throw fault(`the name of a field, one of ${someOf(fields.keys())}`);
    if (words.has(name)) throw fault("each field once");
    words.set(name, fieldWordOf(field));
  }
  return rowTypeOf({ fields: Object.fromEntries(words), format });
}

function someOf(names: Iterable<string>): string {
  return [...names].join(", ").slice(0, 200);
}
