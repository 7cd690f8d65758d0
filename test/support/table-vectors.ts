/** The conformance vectors of tables: one list of operations, made in every kind of table. */

import { createTable, type Table, type Variant } from "../../bindings/table.js";
import { jsonLines } from "./json-lines.js";
import { rngOf } from "./rng.js";

/** The hashed keys that a plain bucket keeps as marks. */
export const marks = [0xffff_ffff_ffff_feffn, 0xffff_ffff_ffff_fdffn];
const capacity = 30;
const occupancyPct = 50;

export interface TableOp {
  readonly op: "insert" | "delete";
  readonly key: string;
  /** u64 in decimal; 0 for a deletion. */
  readonly payload: string;
  readonly timestamp: number;
}

export interface TableAnswer {
  readonly key: string;
  readonly status: "ok" | "deleted" | "absent";
  readonly payload?: string;
  readonly timestamp?: number;
}

/** Occupancy of the cuckoo tables: high enough that keys are kicked. */
const cuckooPct = 80;
const everyWidth = { plain: [1, 2, 3, 4, 5, 6, 7, 8], compact: [1, 2, 4, 8], timestamped: [1, 2, 3, 4, 5, 6, 7, 8] };
const someWidths = { plain: [1, 8], compact: [2], timestamped: [4, 8] };

function* variantsOf(
  kind: Variant["kind"],
  keyBytes: Variant["keyBytes"],
  widths: Readonly<Record<string, readonly number[]>>,
): Iterable<[string, Variant]> {
  const prefix = `${kind === "cuckoo" ? "cuckoo-" : ""}${keyBytes === 4 ? "k4-" : ""}`;
  for (const [bucket, counts] of Object.entries({ ...widths, offset: [4, 8] })) {
    for (const valueBytes of counts) {
      const pct = kind === "cuckoo" ? cuckooPct : occupancyPct;
      const variant = { kind, keyBytes, bucket: bucket as Variant["bucket"], valueBytes, occupancyPct: pct };
      yield [`${prefix}${bucket}-${valueBytes}`, variant];
    }
  }
}

/** By name: every kind of bucket at every width in dense tables of 8-byte keys, and some widths in the others. */
export const tableVariants: ReadonlyMap<string, Variant> = new Map([
  ...variantsOf("dense", 8, everyWidth),
  ...variantsOf("dense", 4, someWidths),
  ...variantsOf("cuckoo", 8, someWidths),
  ...variantsOf("cuckoo", 4, someWidths),
]);

/** The operations that a table of this variant can take: a compact one cannot delete. */
export function opsOf({ bucket }: Variant, ops: readonly TableOp[]): readonly TableOp[] {
  return bucket === "compact" ? ops.filter(({ op }) => op === "insert") : ops;
}

/** A payload's bytes in a table: the low ones; an offset stays below the marks of 4 bytes. */
export function tableValue({ bucket, valueBytes }: Variant, payload: string): Uint8Array {
  const bytes = new Uint8Array(8);
  const number = BigInt(payload);
  new DataView(bytes.buffer).setBigUint64(0, bucket === "offset" ? number & 0x7fff_ffffn : number, true);
  return bytes.subarray(0, valueBytes);
}

/** Keys: both marks and their neighbours, the ends of u64, a crowd over the last bucket, a run, some at random. */
export function tableOps(): TableOp[] {
  const rng = rngOf(20_240_229);
  const bucketCount = 60n;
  const ends = [0n, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_fefen];
  const crowd = [1n, 2n, 3n, 4n].map((i) => bucketCount * i * 1_000_003n - 1n);
  const run = [100n, 101n, 102n, 103n];
  const keys = [...marks, ...ends, ...crowd, ...run, ...Array.from({ length: 11 }, () => rng.u64())];
  const ops = keys.map((key, i) => op("insert", key, 1_700_000_000 + i));
  const deleted = [1, 4, 6, 10, 14, 17].map((i) => keys[i] as bigint);
  ops.push(...deleted.map((key, i) => op("delete", key, 1_700_000_100 + i)));
  // Deleted without being there, revived, overwritten, written under an older second, deleted twice.
  ops.push(op("delete", 777n, 1_700_000_200), op("insert", deleted[0] as bigint, 1_700_000_201));
  ops.push(op("insert", keys[0] as bigint, 1_700_000_202), op("insert", keys[12] as bigint, 5));
  ops.push(op("delete", deleted[2] as bigint, 1_700_000_203));
  return ops;

  function op(name: TableOp["op"], key: bigint, timestamp: number): TableOp {
    return { op: name, key: String(key), payload: name === "insert" ? String(rng.u64()) : "0", timestamp };
  }
}

/** What the operations come to: the last one of each key, and some keys that none names. */
export function tableAnswers(ops: readonly TableOp[]): TableAnswer[] {
  const last = new Map<string, TableAnswer>();
  for (const { op, key, payload, timestamp } of ops) {
    last.set(key, op === "insert" ? { key, status: "ok", payload, timestamp } : { key, status: "deleted", timestamp });
  }
  const absent = ["1", "59", "104", "18446744073709551613"].map((key): TableAnswer => ({ key, status: "absent" }));
  return [...last.values(), ...absent];
}

export function replayOps(variant: Variant, ops: readonly TableOp[]): Table {
  const table = createTable({ ...variant, capacity });
  for (const { op, key, payload, timestamp } of opsOf(variant, ops)) {
    const seconds = variant.bucket === "timestamped" ? timestamp : 0;
    const done =
      op === "insert"
        ? table.insert(BigInt(key), tableValue(variant, payload), seconds)
        : table.delete(BigInt(key), seconds);
    if (!done) throw new Error(`no room for ${key}`);
  }
  return table;
}

export function* tableFiles(): Iterable<[string, Uint8Array]> {
  const ops = tableOps();
  yield ["tables/ops.jsonl", jsonLines(ops)];
  yield ["tables/answers.jsonl", jsonLines(tableAnswers(ops))];
  for (const [name, variant] of tableVariants) {
    const table = replayOps(variant, ops);
    yield [`tables/${name}.key`, table.bytes()];
    table.shrink();
    yield [`tables/${name}.shrink.key`, table.bytes()];
    if (name.endsWith("offset-8")) yield [`tables/${name}.short.key`, table.shortenOffsets()];
  }
}
