/**
 * Indexlib's own key files, replayed through `indexlib-kv/table`: the same operations must give the same bytes, and its
 * bytes the same answers.
 *
 * Shrinking a cuckoo table with timestamps, upstream revives deletions which it moves. There its bytes are read, with the
 * answers it gives of them, but not made; ours must go on giving the right ones.
 */

import { afterAll, describe, expect, test } from "vitest";
import { kindOf } from "../../bindings/kernel/kind.js";
import { Space } from "../../bindings/kernel/space.js";
import { createTable, mountTable, type Table, type TableEntry, type Variant } from "../../bindings/table.js";
import { decodeTable } from "../support/decode.js";
import { type Golden, hexOf, openGolden } from "../support/golden.js";
import { type GoldenTable, lowBytes, packed, variantOf } from "./golden-table.js";

let checkCount = 0;
const done: string[] = [];

function check(got: unknown, expected: unknown, what: string): void {
  checkCount++;
  if (got !== expected) expect(got, what).toBe(expected);
}

function checkBytes(got: Uint8Array, expected: Uint8Array, what: string): void {
  checkCount++;
  if (Buffer.compare(got, expected) !== 0) expect(hexOf(got), what).toBe(hexOf(expected));
}

const statusNames = { ok: "OK", deleted: "DELETED", absent: "NOT_FOUND" } as const;
const statusNumbers = { OK: 0, NOT_FOUND: 1, DELETED: 2 } as const;

/** Every answer of a find file, one by one and in one batch. */
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
    const got = packed(table.variant, { value: bytes, timestamp, deleted: expected === "DELETED" });
    check(got, value, `${what}: value of ${key}`);
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
    const { value: bytes, timestamp = 0 } = found;
    const got = packed(table.variant, { value: bytes, timestamp, deleted: expected === "DELETED" });
    const offset = expected === "OK" ? value.slice(stateHexLength, stateHexLength + 8) : got.slice(stateHexLength);
    check(got, value.slice(0, stateHexLength) + offset, `${what}: value of ${key}`);
  }
}

const orders = { raw: "table", sort_by_key: "key", sort_by_value: "value" } as const;

/** Every order of `iter.tsv`; a fourth column says where in the file upstream's reader stood after the bucket. */
function checkOrders(golden: Golden, one: GoldenTable, table: Table, keyFile: Uint8Array, what: string): void {
  const { used } = decodeTable(keyFile, table.variant);
  const ends = new Map(used.map(({ key, offset }) => [key, offset + one.bucket_bytes]));
  let entries: Iterator<TableEntry> | undefined;
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
function replay(golden: Golden, { ops, capacity_request, deletes_applied }: GoldenTable, variant: Variant): Table {
  const table = createTable({ ...variant, capacity: capacity_request });
  for (const [op = "", key, payload = "0", timestamp] of golden.rows(ops)) {
    if (op.startsWith("#") || (op === "d" && !deletes_applied)) continue;
    const seconds = variant.bucket === "timestamped" ? Number(timestamp) : 0;
    const isIn =
      op === "d"
        ? table.delete(BigInt(key as string), seconds)
        : table.insert(BigInt(key as string), lowBytes(variant, payload), seconds);
    check(isIn, true, `${op} ${key}`);
  }
  return table;
}

function checkSizes(one: GoldenTable, table: Table): void {
  const kind = kindOf(table.variant);
  const { kernel } = new Space();
  const sizes = [kind, table.variant.valueBytes, one.capacity_request, one.occupancy_pct, +one.may_stretch] as const;
  check(kernel.tableMemory(...sizes), one.CapacityToTableMemory, "CapacityToTableMemory");
  check(kernel.tableBuildMemory(...sizes), one.CapacityToBuildMemory, "CapacityToBuildMemory");
  check(table.bytes().length, one.MemoryUse, "MemoryUse");
  check(table.bucketCount, one.bucket_count, "bucket_count");
  check(table.capacity, one.Capacity, "Capacity");
  check(table.size, one.Size, "Size");
  check(table.deletedCount, one.DeleteCount, "DeleteCount");
  check(table.isFull, one.IsFull === 1, "IsFull");
  check(decodeTable(table.bytes(), table.variant).hashCount, one.nu_hash_func, "nu_hash_func");
}

const golden = openGolden("kv");
const tables = golden?.json<{ tables: GoldenTable[] }>("manifest.json").tables ?? [];

afterAll(() => {
  if (golden === undefined) return;
  console.log(`golden/kv: ${done.length} of ${tables.length} tables, ${checkCount} checks\n  ${done.join("\n  ")}`);
});

describe.skipIf(golden === undefined)("Indexlib's key files", () => {
  const files = golden as Golden;

  test.each(tables.map((one) => [one.name, one] as const))("%s", (name, one) => {
    const variant = variantOf(one);
    const { find, iter, short_offset: shortFile, shrink_find: revivedFind } = one.files;
    const table = replay(files, one, variant);
    const built = files.bytes(one.files.build);
    checkBytes(table.bytes(), built, "build.key");
    checkSizes(one, table);
    checkFinds(files, find, table, "built");
    checkFinds(files, find, mountTable(built, variant), "build.key");

    check(table.shrink(), one.shrink_ok === 1, "Shrink");
    const shrunk = files.bytes(one.files.shrink);
    check(table.bucketCount, one.shrink_bucket_count, "shrink_bucket_count");
    check(table.bytes().length, one.shrink_MemoryUse, "shrink_MemoryUse");
    check(table.deletedCount, one.DeleteCount, "DeleteCount after Shrink");
    checkFinds(files, find, table, "shrunk");
    decodeTable(table.bytes(), variant);

    const mounted = mountTable(shrunk, variant);
    checkBytes(mounted.bytes(), shrunk, "shrink.key mounted");
    check(mounted.size, one.Size, "size of shrink.key");
    checkFinds(files, revivedFind ?? find, mounted, "shrink.key");
    checkOrders(files, one, mounted, shrunk, `shrink.key in ${iter}`);
    check(decodeTable(shrunk, variant).used.length, one.Size, "used buckets of shrink.key");
    if (revivedFind === undefined) {
      checkBytes(table.bytes(), shrunk, "shrink.key");
      checkOrders(files, one, table, shrunk, "shrunk");
    }

    if (shortFile !== undefined) {
      const short = files.bytes(shortFile);
      checkBytes(mounted.shortenOffsets(), short, "shrink.short.key of shrink.key");
      checkShortFinds(files, revivedFind ?? find, mountTable(short, { ...variant, valueBytes: 4 }), "shrink.short.key");
      const own = table.shortenOffsets();
      if (revivedFind === undefined) checkBytes(own, short, "shrink.short.key");
      checkShortFinds(files, find, table, "shortened");
    }
    done.push(
      `${name}: ${["build", revivedFind === undefined ? "shrink" : "shrink (answers)", ...(shortFile === undefined ? [] : ["short"])].join(", ")}`,
    );
  });

  test("are 40, and all of them made", () => {
    expect(tables).toHaveLength(40);
    expect(done).toHaveLength(40);
  });
});
