/**
 * Indexlib's own key files, replayed through `indexlib-kv/table`: the same operations must give the same bytes, and its
 * bytes the same answers. What the table does not do yet is counted by name, not passed over.
 */

import { afterAll, describe, expect, test } from "vitest";
import { Space } from "../../bindings/kernel/space.js";
import { build, memoryStorage } from "../../bindings/node.js";
import { createTable, mountTable, type Table, type Variant } from "../../bindings/table.js";
import { decodeTable, lengthPrefix } from "../support/decode.js";
import { type Golden, hexOf, openGolden } from "../support/golden.js";
import { murmur64a } from "../support/hashes.js";

interface GoldenTable {
  readonly name: string;
  readonly table: "dense" | "cuckoo";
  readonly key_bytes: 8 | 4;
  readonly value_type: string;
  readonly packed_value_bytes: number;
  readonly has_special_key: boolean;
  readonly compact_bucket: boolean;
  readonly bucket_bytes: number;
  readonly occupancy_pct: number;
  readonly may_stretch: boolean;
  readonly capacity_request: number;
  readonly ops: string;
  readonly CapacityToTableMemory: number;
  readonly bucket_count: number;
  readonly Capacity: number;
  readonly Size: number;
  readonly DeleteCount: number;
  readonly IsFull: 0 | 1;
  readonly MemoryUse: number;
  readonly shrink_ok: 0 | 1;
  readonly shrink_bucket_count: number;
  readonly shrink_MemoryUse: number;
  readonly files: {
    readonly build: string;
    readonly shrink: string;
    readonly find: string;
    readonly iter: string;
    readonly short_offset?: string;
  };
}

/** The table we can make of it, or why we cannot yet. */
function variantOf(golden: GoldenTable): Variant | string {
  if (golden.table !== "dense") return golden.table;
  if (golden.key_bytes !== 8) return "4-byte keys";
  if (golden.compact_bucket) return "compact buckets";
  const [, kind, bytes] = /^(ts0_|ts_off|ts_|off)(\d)B$/.exec(golden.value_type) ?? [];
  const bucket = { ts0_: "plain", ts_: "timestamped", ts_off: "timestamped", off: "offset" }[kind ?? ""];
  if (bucket === undefined) return `value type ${golden.value_type}`;
  return {
    kind: "dense",
    keyBytes: 8,
    bucket: bucket as Variant["bucket"],
    valueBytes: Number(bytes),
    occupancyPct: golden.occupancy_pct,
  };
}

let checkCount = 0;
let doneCount = 0;
/** What is not supported, by reason: names, and how often each. */
const notYet = new Map<string, Map<string, number>>();

function check(got: unknown, expected: unknown, what: string): void {
  checkCount++;
  if (got !== expected) expect(got, what).toBe(expected);
}

function checkBytes(got: Uint8Array, expected: Uint8Array, what: string): void {
  checkCount++;
  if (Buffer.compare(got, expected) !== 0) expect(hexOf(got), what).toBe(hexOf(expected));
}

function postpone(reason: string, name: string, count = 1): void {
  const names = notYet.get(reason) ?? new Map<string, number>();
  notYet.set(reason, names.set(name, (names.get(name) ?? 0) + count));
}

/** Value as Indexlib packs it into a bucket. */
function packed(
  { bucket }: Variant,
  { value, timestamp, deleted }: { value: Uint8Array; timestamp: number; deleted: boolean },
): string {
  if (bucket !== "timestamped") return hexOf(value);
  const state = new Uint8Array(4);
  new DataView(state.buffer).setUint32(0, (deleted ? 0x8000_0000 : 0) + timestamp, true);
  return hexOf(state) + hexOf(value);
}

const statusNames = { ok: "OK", deleted: "DELETED", absent: "NOT_FOUND" } as const;
const statusNumbers = { OK: 0, NOT_FOUND: 1, DELETED: 2 } as const;

/** Every answer of `find.tsv`, one by one and in one batch. */
function checkFinds(golden: Golden, file: string, table: Table, what: string): void {
  const rows = golden.rows(file);
  const { status, values } = table.findMany(BigUint64Array.from(rows, ([key]) => BigInt(key as string)));
  const width = table.variant.valueBytes;
  rows.forEach(([key, expected, value], i) => {
    const found = table.find(BigInt(key as string));
    check(statusNames[found.status], expected, `${what}: find ${key}`);
    check(status[i], statusNumbers[expected as keyof typeof statusNumbers], `${what}: findMany ${key}`);
    if (found.status === "absent") return;
    const { value: bytes = new Uint8Array(0), timestamp = 0 } = found;
    check(
      packed(table.variant, { value: bytes, timestamp, deleted: expected === "DELETED" }),
      value,
      `${what}: value of ${key}`,
    );
    if (expected === "OK") {
      check(hexOf(values.subarray(i * width, (i + 1) * width)), hexOf(bytes), `${what}: many ${key}`);
    }
  });
}

/** The same answers of a table whose offsets were cut to 4 bytes; a deletion has kept none. */
function checkShortFinds(golden: Golden, file: string, table: Table, what: string): void {
  const stateHexLength = table.variant.bucket === "timestamped" ? 8 : 0;
  for (const [key, expected, value = ""] of golden.rows(file)) {
    const found = table.find(BigInt(key as string));
    check(statusNames[found.status], expected, `${what}: find ${key}`);
    if (found.value === undefined) continue;
    const got = packed(table.variant, { ...found, deleted: expected === "DELETED" } as Parameters<typeof packed>[1]);
    const offset = expected === "OK" ? value.slice(stateHexLength, stateHexLength + 8) : got.slice(stateHexLength);
    check(got, value.slice(0, stateHexLength) + offset, `${what}: value of ${key}`);
  }
}

const orders = { raw: "table", sort_by_key: "key", sort_by_value: "value" } as const;

/** Every order of `iter.tsv`; a fourth column says where in the file upstream's reader stood after the bucket. */
function checkOrders(golden: Golden, one: GoldenTable, table: Table, keyFile: Uint8Array, what: string): void {
  const { used } = decodeTable(keyFile, table.variant);
  const ends = new Map(used.map(({ key, offset }) => [key, offset + one.bucket_bytes]));
  let entries: Iterator<{ key: bigint; deleted: boolean; value: Uint8Array; timestamp: number }> | undefined;
  for (const [key = "", deleted, value, offset] of golden.rows(one.files.iter)) {
    if (key.startsWith("#")) {
      if (entries !== undefined) check(entries.next().done, true, `${what}: more entries`);
      entries = table.entries(orders[key.slice(1) as keyof typeof orders])[Symbol.iterator]();
      continue;
    }
    const next = entries?.next();
    if (next === undefined || next.done) throw new Error(`${what}: no entry for ${key}`);
    check(String(next.value.key), key, `${what}: key`);
    check(next.value.deleted ? "1" : "0", deleted, `${what}: ${key} deleted`);
    check(packed(table.variant, next.value), value, `${what}: value of ${key}`);
    if (offset !== undefined) check(String(ends.get(BigInt(key))), offset, `${what}: place of ${key}`);
  }
  check(entries?.next().done, true, `${what}: more entries`);
}

/** The table that the operations give. */
function replay(golden: Golden, { ops, capacity_request }: GoldenTable, variant: Variant): Table {
  const table = createTable({ ...variant, capacity: capacity_request });
  for (const [op = "", key, payload, timestamp] of golden.rows(ops)) {
    if (op.startsWith("#")) continue;
    const seconds = variant.bucket === "timestamped" ? Number(timestamp) : 0;
    if (op === "d") {
      check(table.delete(BigInt(key as string), seconds), true, `delete ${key}`);
      continue;
    }
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(payload as string), true);
    const value = bytes.subarray(0, variant.valueBytes);
    check(table.insert(BigInt(key as string), value, seconds), true, `insert ${key}`);
  }
  return table;
}

const golden = openGolden("kv");
const tables = golden?.json<{ tables: GoldenTable[] }>("manifest.json").tables ?? [];

afterAll(() => {
  if (golden === undefined) return;
  const lines = [...notYet].map(([reason, names]) => {
    const list = [...names].map(([name, count]) => (count === 1 ? name : `${name} × ${count}`));
    return `\n  not yet, ${reason}: ${list.join(", ")}`;
  });
  const supported = tables.filter((one) => typeof variantOf(one) !== "string").length;
  console.log(`golden/kv: ${doneCount} of ${supported} tables, ${checkCount} checks${lines.join("")}`);
});

describe.skipIf(golden === undefined)("Indexlib's key files", () => {
  const files = golden as Golden;

  for (const one of tables) {
    const variant = variantOf(one);
    if (typeof variant === "string") {
      postpone(variant, one.name);
      continue;
    }

    test(one.name, () => {
      const table = replay(files, one, variant);
      const expected = files.bytes(one.files.build);
      checkBytes(table.bytes(), expected, "build.key");
      check(table.bytes().length, one.CapacityToTableMemory, "CapacityToTableMemory");
      check(table.bytes().length, one.MemoryUse, "MemoryUse");
      check(table.bucketCount, one.bucket_count, "bucket_count");
      check(table.capacity, one.Capacity, "Capacity");
      check(table.size, one.Size, "Size");
      check(table.deletedCount, one.DeleteCount, "DeleteCount");
      check(table.isFull, one.IsFull === 1, "IsFull");
      checkFinds(files, one.files.find, table, "built");
      checkFinds(files, one.files.find, mountTable(expected, variant), "build.key");

      check(table.shrink(), one.shrink_ok === 1, "Shrink");
      const shrunk = files.bytes(one.files.shrink);
      checkBytes(table.bytes(), shrunk, "shrink.key");
      check(table.bucketCount, one.shrink_bucket_count, "shrink_bucket_count");
      check(table.bytes().length, one.shrink_MemoryUse, "shrink_MemoryUse");
      check(table.deletedCount, one.DeleteCount, "DeleteCount after Shrink");
      checkFinds(files, one.files.find, table, "shrunk");
      checkOrders(files, one, table, shrunk, "shrunk");

      const mounted = mountTable(shrunk, variant);
      checkBytes(mounted.bytes(), shrunk, "shrink.key mounted");
      check(mounted.size, one.Size, "size of shrink.key");
      checkFinds(files, one.files.find, mounted, "shrink.key");
      checkOrders(files, one, mounted, shrunk, "shrink.key");
      check(decodeTable(shrunk, variant).used.length, one.Size, "used buckets of shrink.key");

      if (one.files.short_offset !== undefined) {
        const short = files.bytes(one.files.short_offset);
        checkBytes(table.shortenOffsets(), short, "shrink.short.key");
        checkBytes(mounted.shortenOffsets(), short, "shrink.short.key of shrink.key");
        checkShortFinds(files, one.files.find, table, "shortened");
        checkShortFinds(files, one.files.find, mountTable(short, { ...variant, valueBytes: 4 }), "shrink.short.key");
      }
      doneCount++;
    });
  }

  test("are all known: 40, of which we make at least 8", () => {
    expect(tables).toHaveLength(40);
    expect(tables.filter((one) => typeof variantOf(one) !== "string").length).toBeGreaterThanOrEqual(8);
  });

  test("empty tables", () => {
    const known: Readonly<Record<string, Variant>> = {
      "empty_dense_ts0_8B.key": { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 8 },
      "empty_dense_off4B.key": { kind: "dense", keyBytes: 8, bucket: "offset", valueBytes: 4 },
    };
    const { empty } = files.json<{ empty: { file: string; size: number; pct: number }[] }>("extra.json");
    for (const { file, size, pct } of empty) {
      const variant = known[file];
      if (variant === undefined) {
        postpone("other tables of extra.json", file);
        continue;
      }
      const bytes = files.bytes(file);
      check(bytes.length, size, file);
      checkBytes(createTable({ ...variant, occupancyPct: pct, capacity: 0 }).bytes(), bytes, file);
      const mounted = mountTable(bytes, variant);
      check(mounted.size, 0, file);
      check(mounted.find(0n).status, "absent", file);
      check([...mounted.entries()].length, 0, file);
    }
    postpone("other tables of extra.json", "cuckoo_full");
    postpone("other tables of extra.json", "cuckoo_stretch");
  });

  test("sizes", () => {
    const known: Readonly<Record<string, Variant>> = {
      "dense_special_key 16": { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 8 },
      "dense_special_value 20": { kind: "dense", keyBytes: 8, bucket: "timestamped", valueBytes: 8 },
    };
    const kinds = { plain: 0, timestamped: 1, offset: 3 } as const;
    const { kernel } = new Space();
    interface Sizing {
      readonly table: string;
      readonly bucket: number;
      readonly pct: number;
      readonly n?: number;
      readonly CapacityToTableMemory: number;
      readonly CapacityToBuildMemory: number;
    }
    for (const row of files.json<Sizing[]>("sizing.json")) {
      const variant = known[`${row.table} ${row.bucket}`];
      const name = `${row.table} at ${row.pct} %`;
      if (variant === undefined || row.n === undefined) {
        postpone(variant === undefined ? "sizes" : "capacity of so much memory", row.table);
        continue;
      }
      const bucketCount = kernel.tableBucketCount(row.n, row.pct);
      const size = kernel.tableBytes(kinds[variant.bucket], variant.valueBytes, bucketCount);
      check(size, row.CapacityToTableMemory, `${name} for ${row.n} keys`);
      check(size, row.CapacityToBuildMemory, `${name} for ${row.n} keys`);
      if (row.n > 20_000) continue;
      const table = createTable({ ...variant, occupancyPct: row.pct, capacity: row.n });
      check(table.bytes().length, row.CapacityToTableMemory, `${name} for ${row.n} keys`);
    }
  });
});

describe.skipIf(golden === undefined)("Indexlib's hash vectors", () => {
  const files = golden as Golden;
  interface HashVectors {
    readonly murmur64a_key_hash: { readonly seed: number; readonly vectors: { hex: string; hash: string }[] };
    readonly murmur64a_with_salt: unknown[];
    readonly cuckoo_hash: unknown[];
    readonly multi_value_count_encoding: { count: number; hex: string }[];
  }
  const vectors = files?.json<HashVectors>("hash_vectors.json");

  test("of keys", () => {
    const space = new Space();
    const at = space.allocate(1024, "a key");
    const { seed, vectors: keys } = vectors.murmur64a_key_hash;
    for (const { hex, hash } of keys) {
      const key = new Uint8Array(Buffer.from(hex, "hex"));
      space.bytes.set(key, at);
      const got = BigInt.asUintN(64, space.kernel.hashMurmur(at, key.length, BigInt(seed)));
      check(String(got), hash, `murmur64a of ${hex}`);
      check(String(murmur64a(key, BigInt(seed))), hash, `the tests' own murmur64a of ${hex}`);
    }
    postpone("hashes", "salted", vectors.murmur64a_with_salt.length);
    postpone("hashes", "cuckoo", vectors.cuckoo_hash.length);
  });

  test("of counts", async () => {
    for (const { count, hex } of vectors.multi_value_count_encoding) {
      check(hexOf(lengthPrefix(count)), hex, `the tests' own prefix of ${count}`);
      // The kernel's, where a value of that length may be stored.
      if (count > 2 ** 24) continue;
      const storage = memoryStorage();
      const fits = { key: "u64", value: "bytes", segmentBytes: 64 * 1024 * 1024 } as const;
      await build(storage, [[1n, new Uint8Array(count)]], fits);
      const file = storage.files().get("segment_0_level_0/index/kv/value") as Uint8Array;
      check(file.length, count + hex.length / 2, `value file of ${count} bytes`);
      check(hexOf(file.subarray(0, hex.length / 2)), hex, `prefix of ${count}`);
    }
  });
});
