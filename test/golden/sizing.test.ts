/** Indexlib's arithmetic from keys to bytes and back: every row of its tables of values. */

import { describe, expect, test } from "vitest";
import { kindOf } from "../../bindings/kernel/kind.js";
import { Space } from "../../bindings/kernel/space.js";
import { createTable, type Variant } from "../../bindings/table.js";
import { type Golden, openGolden } from "../support/golden.js";

type Sizing = { readonly table: string; readonly bucket: number; readonly pct: number } & (
  | {
      readonly n: number;
      readonly CapacityToTableMemory: number;
      readonly CapacityToTableMemory_mayStretch: number;
      readonly CapacityToBuildMemory: number;
      readonly CapacityToBuildMemory_mayStretch: number;
    }
  | {
      readonly mem: number;
      readonly TableMemroyToCapacity: number;
      readonly BuildMemoryToCapacity: number;
      readonly BuildMemoryToTableMemory: number;
    }
);

/** Most keys for which a table is really made. */
const madeCountMax = 20_000;

const golden = openGolden("kv");

describe.skipIf(golden === undefined)("Indexlib's sizes", () => {
  const rows = golden === undefined ? [] : (golden as Golden).json<Sizing[]>("sizing.json");
  const { kernel } = new Space();

  test.each([...new Set(rows.map(({ table, bucket }) => `${table} ${bucket}`))])("of %s bytes a bucket", (name) => {
    const [, kind, special, bytes] = /^(dense|cuckoo)_special_(key|value) (\d+)$/.exec(name) ?? [];
    const bucket = special === "key" ? "plain" : "timestamped";
    expect([bytes, special]).toEqual([special === "key" ? "16" : "20", special]);
    const variant = { kind, keyBytes: 8, bucket, valueBytes: 8 } as Variant;
    const number = kindOf(variant);
    const own = rows.filter(({ table, bucket }) => `${table} ${bucket}` === name);
    expect(own.length).toBeGreaterThan(100);
    for (const row of own) {
      const { pct } = row;
      if ("n" in row) {
        const { n } = row;
        const got = [0, 1].flatMap((mayStretch) => [
          kernel.tableMemory(number, 8, n, pct, mayStretch),
          kernel.tableBuildMemory(number, 8, n, pct, mayStretch),
        ]);
        const expected = [
          row.CapacityToTableMemory,
          row.CapacityToBuildMemory,
          row.CapacityToTableMemory_mayStretch,
          row.CapacityToBuildMemory_mayStretch,
        ];
        expect(got, `${n} keys at ${pct} %`).toEqual(expected);
        if (n > madeCountMax) continue;
        const table = createTable({ ...variant, occupancyPct: pct, capacity: n });
        expect(table.bytes().length, `${n} keys at ${pct} %`).toBe(row.CapacityToTableMemory);
      } else {
        const { mem } = row;
        const got = [
          kernel.tableCapacityIn(number, 8, mem, pct, 0),
          kernel.tableCapacityIn(number, 8, mem, pct, 1),
          kernel.tableMemoryIn(number, 8, mem, pct),
        ];
        const expected = [row.TableMemroyToCapacity, row.BuildMemoryToCapacity, row.BuildMemoryToTableMemory];
        expect(got, `${mem} bytes at ${pct} %`).toEqual(expected);
      }
    }
  });

  test("of every bucket", () => {
    const buckets = golden === undefined ? [] : golden.text("bucket_sizes.txt").trim().split("\n");
    expect(buckets.length).toBeGreaterThan(16);
    for (const line of buckets) {
      const [, keyBytes, valueBytes, plain, compact, timestamped] = (
        /K=(\d) T=(\d) special=(\d+) compact=(\d+) ts=(\d+)/.exec(line) ?? []
      ).map(Number);
      const sizes = (["plain", "compact", "timestamped"] as const).map((bucket) =>
        kernel.tableBucketBytes(
          kindOf({ kind: "dense", keyBytes, bucket, valueBytes } as Variant),
          valueBytes as number,
        ),
      );
      expect(sizes, line).toEqual([plain, compact, timestamped]);
    }
  });
});
