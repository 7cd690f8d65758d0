/** The default entry in a real browser: the whole job on memory storage, and the same bytes as Node writes. */

import { expect, it } from "vitest";
import { build, isIndexError, memoryStorage, open } from "../../bindings/browser.js";
import expected from "../support/catalogue.digests.json" with { type: "json" };
import {
  catalogue,
  catalogueCount,
  catalogueItem,
  catalogueKey,
  catalogueSchema,
  digests,
} from "../support/catalogue.js";

it("runs where there is no Node", () => {
  expect(navigator.userAgent).toContain("Chrome");
  expect("process" in globalThis && typeof process.versions?.node === "string").toBe(false);
});

it("builds 100,000 records, finds each, and writes the bytes that Node writes", async () => {
  const storage = memoryStorage();
  const summary = await build(storage, catalogue(), catalogueSchema);
  expect(summary.keyCount).toBe(catalogueCount);
  expect(await digests(storage)).toEqual(expected);

  const db = await open(storage, { ...catalogueSchema, readOnly: true });
  for (let i = 0; i < catalogueCount; i++) {
    const item = db.getSync(catalogueKey(i));
    const { price, name } = catalogueItem(i);
    if (item?.price !== price || item.name !== name) throw new Error(`${catalogueKey(i)} is ${JSON.stringify(item)}`);
    if (db.getSync(`${catalogueKey(i)}!`) !== undefined) throw new Error(`${catalogueKey(i)}! is not absent`);
  }
  const some = Array.from({ length: 5_000 }, (_, i) => catalogueKey(i * 19));
  expect(await db.getMany(some)).toEqual(some.map((_, i) => catalogueItem(i * 19)));
  let count = 0;
  for await (const [key, item] of db.iterator()) {
    if (typeof key !== "string" || typeof item.price !== "number") throw new Error(`${key} is ${JSON.stringify(item)}`);
    count++;
  }
  expect(count).toBe(catalogueCount);
  await db.close();
});

it("takes writes, dumps them and has them after reopening", async () => {
  const storage = memoryStorage();
  const db = await open(storage, { key: "u32", value: "f64" });
  for (let i = 0; i < 10_000; i++) await db.put(i, i / 7);
  await db.del(4_321);
  expect(await db.flush()).toBe(2);
  await db.close();
  const again = await open(storage, { key: "u32", value: "f64", readOnly: true });
  expect(again.getSync(9_999)).toBe(9_999 / 7);
  expect(again.getSync(4_321)).toBeUndefined();
  await again.close();
});

it("says what to do with a path", async () => {
  const error = await open("./catalog" as never).catch((cause: unknown) => cause);
  expect(isIndexError(error, "NOT_SUPPORTED")).toBe(true);
  expect((error as Error).message).toContain("memoryStorage()");
});
