import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, isIndexError, memoryStorage, open } from "../../../bindings/node.js";

describe("an index", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "indexlib-kv-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("gives back what was put, before and after flush and reopen", async () => {
    const db = await open(directory, { key: "string", value: "json" });
    await db.put("sku:1", { price: 3 });
    await db.put("sku:2", { price: 4 });
    expect(db.getSync("sku:1")).toEqual({ price: 3 });
    expect(await db.getMany(["sku:2", "sku:3", "sku:1"])).toEqual([{ price: 4 }, undefined, { price: 3 }]);
    await db.flush();
    await db.put("sku:1", { price: 5 });
    await db.del("sku:2");
    expect(db.getSync("sku:1")).toEqual({ price: 5 });
    expect(db.getSync("sku:2")).toBeUndefined();
    await db.close();

    const again = await open(directory, { key: "string", value: "json", readOnly: true });
    expect(again.getSync("sku:1")).toEqual({ price: 5 });
    expect(again.getSync("sku:2")).toBeUndefined();
    const records: unknown[] = [];
    for await (const record of again.iterator()) records.push(record);
    expect(records).toEqual([["sku:1", { price: 5 }]]);
    await again.close();
  });

  it("builds 200,000 records in bulk, over several segments", async () => {
    const count = 200_000;
    function* source(): Iterable<[number, bigint]> {
      for (let i = 0; i < count; i++) yield [i, BigInt(i) * 3n];
    }
    const storage = memoryStorage();
    const summary = await build(storage, source(), { key: "u32", value: "u64", segmentBytes: 1 << 20 });
    expect(summary.segmentCount).toBeGreaterThan(3);
    expect(summary.keyCount).toBe(count);
    const db = await open(storage, { key: "u32", value: "u64" });
    for (let i = 0; i < count; i += 7) expect(db.getSync(i)).toBe(BigInt(i) * 3n);
    expect(db.getSync(count)).toBeUndefined();
    let seen = 0;
    for await (const [key, value] of db.iterator()) {
      if (value !== BigInt(key) * 3n) throw new Error(`${key} has ${value}`);
      seen++;
    }
    expect(seen).toBe(count);
    await db.close();
  });

  it("refuses a second writer and tells it what to do", async () => {
    const db = await open(directory, { key: "string", value: "json" });
    const error = await open(directory).catch((cause: unknown) => cause);
    expect(isIndexError(error, "LOCKED")).toBe(true);
    await db.close();
  });
});
