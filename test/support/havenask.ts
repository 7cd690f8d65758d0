/**
 * Segments as Havenask writes them, made without the library's writer: keys hashed by the tests' own hash, key files by
 * `indexlib-kv/table`, values byte by byte as spelled out here.
 */

import type { HavenaskKey, HavenaskOpenOptions, HavenaskRow } from "../../bindings/node.js";
import { createTable, type Variant } from "../../bindings/table.js";
import { murmur64a } from "./hashes.js";

const hashSeed = 545_609_244n;
export const indexName = "kv1";

export type KeyFieldType = "STRING" | "INT64" | "UINT64" | "INT32" | "UINT32";
export const keyFieldTypes: readonly KeyFieldType[] = ["STRING", "INT64", "UINT64", "INT32", "UINT32"];

/** What a segment's values are, and how they lie. */
export interface ValueLayout {
  readonly name: string;
  readonly fields: readonly object[];
  /** Of `index_preference.parameters.value`. */
  readonly preference?: object;
  readonly place: "bucket" | "compact bucket" | "file, fixed" | "file, prefixed";
  readonly rowOf: (i: number) => HavenaskRow;
  /** The row's bytes, without the prefix of a value file. */
  readonly bytesOf: (i: number) => Uint8Array;
}

const utf8 = new TextEncoder();
const nameOf = (i: number): string => `item ${i} ${"é".repeat(i % 20)}`;

function bytesWith(byteLength: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  fill(new DataView(bytes.buffer));
  return bytes;
}

const small = {
  fields: [
    { field_name: "a", field_type: "UINT16" },
    { field_name: "b", field_type: "INT8" },
  ],
  preference: { fix_len_auto_inline: true },
  rowOf: (i: number) => ({ a: (i * 7) & 0xffff, b: (i % 200) - 100 }),
  bytesOf: (i: number) =>
    bytesWith(3, (view) => {
      view.setUint16(0, (i * 7) & 0xffff, true);
      view.setInt8(2, (i % 200) - 100);
    }),
};

export const valueLayouts: readonly ValueLayout[] = [
  {
    name: "one number",
    fields: [{ field_name: "price", field_type: "UINT32" }],
    place: "bucket",
    rowOf: (i) => ({ price: i * 1_000 }),
    bytesOf: (i) => bytesWith(4, (view) => view.setUint32(0, i * 1_000, true)),
  },
  { ...small, name: "a small row", place: "bucket" },
  { ...small, name: "a small row in compact buckets", place: "compact bucket" },
  {
    name: "a row of fixed width",
    fields: [
      { field_name: "score", field_type: "DOUBLE" },
      { field_name: "price", field_type: "UINT32" },
    ],
    place: "file, fixed",
    rowOf: (i) => ({ score: i / 8, price: i }),
    bytesOf: (i) =>
      bytesWith(12, (view) => {
        view.setFloat64(0, i / 8, true);
        view.setUint32(8, i, true);
      }),
  },
  {
    name: "a row with a text",
    fields: [
      { field_name: "price", field_type: "FLOAT" },
      { field_name: "name", field_type: "STRING" },
    ],
    place: "file, prefixed",
    rowOf: (i) => ({ price: i / 4, name: nameOf(i) }),
    bytesOf(i) {
      const text = utf8.encode(nameOf(i));
      // Fixed fields, the step from its own place to the datum, the datum behind its count of less than 64.
      const bytes = bytesWith(13 + text.length, (view) => {
        view.setFloat32(0, i / 4, true);
        view.setBigInt64(4, 8n, true);
        view.setUint8(12, text.length);
      });
      bytes.set(text, 13);
      return bytes;
    },
  },
];

export interface SegmentShape {
  readonly kind: "dense" | "cuckoo";
  readonly keyType: KeyFieldType;
  readonly values: ValueLayout;
  readonly hasTtl: boolean;
  /** Of offsets into a value file. */
  readonly isShort: boolean;
}

/** Every table that Indexlib has for an index: bucket, width of keys and offsets, place of values. */
export function segmentShapes(): SegmentShape[] {
  const shapes: SegmentShape[] = [];
  for (const kind of ["dense", "cuckoo"] as const) {
    for (const keyType of keyFieldTypes) {
      for (const values of valueLayouts) {
        const inFile = values.place.startsWith("file");
        for (const hasTtl of values.place === "compact bucket" ? [false] : [false, true]) {
          for (const isShort of inFile ? [false, true] : [false])
            shapes.push({ kind, keyType, values, hasTtl, isShort });
        }
      }
    }
  }
  return shapes;
}

export function shapeName({ kind, keyType, values, hasTtl, isShort }: SegmentShape): string {
  return `${kind}, ${keyType}, ${values.name}${hasTtl ? ", ttl" : ""}${isShort ? ", short" : ""}`;
}

/** The table schema that a shape belongs to. */
export function schemaOf({ kind, keyType, values, hasTtl }: SegmentShape): object {
  return {
    table_name: "t",
    table_type: "kv",
    fields: [{ field_name: "id", field_type: keyType }, ...values.fields],
    indexes: {
      kv: [
        {
          index_name: indexName,
          key_field: "id",
          value_fields: values.fields.map((field) => (field as { field_name: string }).field_name),
          ...(hasTtl ? { default_ttl: 3_600 } : {}),
          index_preference: {
            type: "PERF",
            parameters: { hash_dict: { type: kind, occupancy_pct: 80 }, value: values.preference ?? {} },
          },
        },
      ],
    },
  };
}

export function optionsOf(shape: SegmentShape): HavenaskOpenOptions {
  return { compat: "havenask", schema: schemaOf(shape), readOnly: true };
}

/** The `i`-th key of a type; of signed ones some are negative. */
export function keyAt(keyType: KeyFieldType, i: number): HavenaskKey {
  if (keyType === "STRING") return `sku:${i}`;
  if (keyType === "INT32") return (i % 2 === 0 ? i : -i) * 1_000;
  if (keyType === "UINT32") return i * 20_000_000;
  return keyType === "INT64" ? BigInt(i % 2 === 0 ? i : -i) * 10n ** 15n : BigInt(i) * 10n ** 16n;
}

export function hashOf(key: HavenaskKey): bigint {
  if (typeof key !== "string") return BigInt.asUintN(64, BigInt(key as number | bigint));
  return murmur64a(utf8.encode(key), hashSeed);
}

export interface ForeignSegment {
  readonly files: Map<string, Uint8Array>;
  /** Keys with their rows, undefined for those that are deleted. */
  readonly records: Map<HavenaskKey, HavenaskRow | undefined>;
}

const recordCount = 200;

/** A segment of a shape: files by their path in its directory. Every eighth key is deleted, where a bucket can say so. */
export function makeSegment(shape: SegmentShape, only: (hash: bigint) => boolean = () => true): ForeignSegment {
  const { kind, keyType, values, hasTtl, isShort } = shape;
  const isCompact = values.place === "compact bucket";
  const inFile = values.place.startsWith("file");
  const variant: Variant = {
    kind,
    keyBytes: keyType === "INT32" || keyType === "UINT32" ? 4 : 8,
    bucket: hasTtl ? "timestamped" : isCompact ? "compact" : inFile ? "offset" : "plain",
    valueBytes: inFile ? (isShort ? 4 : 8) : values.bytesOf(0).length,
    occupancyPct: 80,
  };
  const table = createTable({ ...variant, capacity: recordCount });
  const valueFile: number[] = [];
  const records = new Map<HavenaskKey, HavenaskRow | undefined>();
  for (let i = 0; i < recordCount; i++) {
    const key = keyAt(keyType, i);
    const hash = hashOf(key);
    if (!only(hash)) continue;
    const keyBits = BigInt.asUintN(variant.keyBytes * 8, hash);
    const row = values.bytesOf(i);
    const cell = inFile
      ? bytesWith(8, (view) => view.setBigUint64(0, BigInt(valueFile.length), true)).subarray(0, variant.valueBytes)
      : row;
    if (inFile) valueFile.push(...(values.place === "file, prefixed" ? [row.length] : []), ...row);
    table.insert(keyBits, cell, 1_000 + i);
    const isDeleted = !isCompact && i % 8 === 3;
    if (isDeleted) table.delete(keyBits, 2_000 + i);
    records.set(key, isDeleted ? undefined : values.rowOf(i));
  }
  const folder = `index/${indexName}`;
  const option = { is_short_offset: isShort, use_compact_bucket: isCompact };
  const files = new Map([
    [`${folder}/key`, table.bytes()],
    [`${folder}/format_option`, utf8.encode(JSON.stringify(option, null, 4))],
    ["segment_info", utf8.encode("{}")],
  ]);
  if (inFile) files.set(`${folder}/value`, Uint8Array.from(valueFile));
  return { files, records };
}

/** Files under a directory. */
export function inDirectory(directory: string, files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files].map(([path, bytes]) => [`${directory}/${path}`, bytes]));
}
