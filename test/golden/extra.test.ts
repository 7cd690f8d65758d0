/** Indexlib's other key files: full, stretched and empty tables, made anew byte for byte. */

import { describe, expect, test } from "vitest";
import { createTable, mountTable, type Table, type Variant } from "../../bindings/table.js";
import { decodeTable } from "../support/decode.js";
import { type Golden, openGolden } from "../support/golden.js";
import { lowBytes } from "./golden-table.js";

interface Extra {
  readonly cuckoo_full: { requested: number; inserted: number; bucket_count: number; nu_hash: number } & Files;
  readonly cuckoo_stretch: {
    readonly table_memory: number;
    readonly stretchSize_header: number;
    readonly bucket_count_before: number;
    readonly first_fail_at: number;
    readonly stretch_ret: 0 | 1;
    readonly bucket_count_after: number;
    readonly inserted: number;
    readonly files: readonly [string, string, string, string];
    readonly keys: string;
  };
  readonly empty: readonly { file: string; size: number; pct: number }[];
}

interface Files {
  readonly file: string;
  readonly keys: string;
}

const golden = openGolden("kv");

describe.skipIf(golden === undefined)("Indexlib's other key files", () => {
  const files = golden as Golden;
  const extra = files?.json<Extra>("extra.json");

  /** Compared as buffers: a difference is told in one line. */
  const same = (table: Table, file: string): void => {
    const expected = files.bytes(file);
    expect(Buffer.compare(table.bytes(), expected), file).toBe(0);
    expect(Buffer.compare(mountTable(expected, table.variant).bytes(), expected), `${file} mounted`).toBe(0);
  };

  test("a cuckoo table without an empty bucket, which took three hash functions", () => {
    const { requested, inserted, bucket_count, nu_hash, file, keys } = extra.cuckoo_full;
    const variant: Variant = { kind: "cuckoo", keyBytes: 8, bucket: "plain", valueBytes: 8, occupancyPct: 100 };
    const table = createTable({ ...variant, capacity: requested });
    const rows = files.rows(keys);
    for (const [key = "", value = ""] of rows) expect(table.insert(BigInt(key), lowBytes(variant, value))).toBe(true);
    expect(table).toMatchObject({ size: inserted, bucketCount: bucket_count, isFull: true });
    expect(decodeTable(table.bytes(), variant).hashCount).toBe(nu_hash);
    same(table, file);
    const mounted = mountTable(files.bytes(file), variant);
    const { status, values } = mounted.findMany(BigUint64Array.from(rows, ([key]) => BigInt(key as string)));
    expect(status.every((one) => one === 0)).toBe(true);
    expect([...new BigUint64Array(values.buffer)]).toEqual(rows.map(([, value]) => BigInt(value as string)));
    expect(mounted.find(1n).status).toBe("absent");
  });

  test("a cuckoo table that is stretched when two hash functions find no room any more", () => {
    const stretch = extra.cuckoo_stretch;
    const variant: Variant = {
      kind: "cuckoo",
      keyBytes: 8,
      bucket: "timestamped",
      valueBytes: 8,
      occupancyPct: 100,
      mayStretch: true,
      maxHashCount: 2,
    };
    const table = createTable({ ...variant, capacity: stretch.bucket_count_before });
    const [empty, before, after, final] = stretch.files;
    same(table, empty);
    expect(decodeTable(table.bytes(), variant).stretchBytes).toBe(stretch.stretchSize_header);
    const rows = files.rows(stretch.keys);
    const insert = (from: number): number => {
      const failed = rows.findIndex(
        ([key = "", seconds, value = ""], i) =>
          i >= from && !table.insert(BigInt(key), lowBytes(variant, value), Number(seconds)),
      );
      return failed < 0 ? rows.length : failed;
    };
    expect(insert(0)).toBe(stretch.first_fail_at);
    expect(table.bucketCount).toBe(stretch.bucket_count_before);
    same(table, before);
    expect(table.stretch()).toBe(stretch.stretch_ret === 1);
    expect(table.bucketCount).toBe(stretch.bucket_count_after);
    same(table, after);
    insert(stretch.first_fail_at);
    expect(table.size).toBe(stretch.inserted);
    same(table, final);
    // Once only.
    expect(table.stretch()).toBe(true);
    same(table, final);
  });

  test("empty tables", () => {
    const known: Readonly<Record<string, Variant>> = {
      "empty_dense_ts0_8B.key": { kind: "dense", keyBytes: 8, bucket: "plain", valueBytes: 8 },
      "empty_dense_off4B.key": { kind: "dense", keyBytes: 8, bucket: "offset", valueBytes: 4 },
      "empty_cuckoo_ts0_8B.key": { kind: "cuckoo", keyBytes: 8, bucket: "plain", valueBytes: 8 },
    };
    for (const { file, size, pct } of extra.empty) {
      const table = createTable({ ...(known[file] as Variant), occupancyPct: pct, capacity: 0 });
      expect(table.bytes().length, file).toBe(size);
      same(table, file);
      const mounted = mountTable(files.bytes(file), table.variant);
      expect(mounted.size, file).toBe(0);
      expect(mounted.find(0n).status, file).toBe("absent");
      expect([...mounted.entries()], file).toEqual([]);
    }
  });
});
