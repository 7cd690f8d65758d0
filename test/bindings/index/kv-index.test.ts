import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isIndexError, type KVIndex, memoryStorage, open } from "../../../bindings/node.js";
import { FaultyStorage } from "../../support/faulty-storage.js";

const codeOf = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return isIndexError(error) ? error.code : error;
  }
  return "no failure";
};

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

  it("walks records, keys and values, and itself", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: "u8" });
    for (let i = 0; i < 600; i++) await db.put(i, i & 0xff);
    const sorted = async (cursor: AsyncIterable<unknown>): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const item of cursor) all.push(item);
      return all.sort((a, b) => Number(Array.isArray(a) ? a[0] : a) - Number(Array.isArray(b) ? b[0] : b));
    };
    const records = Array.from({ length: 600 }, (_, i) => [i, i & 0xff]);
    expect(await sorted(db)).toEqual(records);
    expect(await sorted(db.iterator())).toEqual(records);
    expect(await sorted(db.keys())).toEqual(records.map(([key]) => key));
    expect(await sorted(db.values())).toEqual(records.map(([, value]) => value).sort((a, b) => Number(a) - Number(b)));
    await db.close();
  });

  it("walks at once too, goes on where an awaited step left, and ends with the loop", async () => {
    const db = await open(memoryStorage(), { key: "string", value: "string" });
    const records = Array.from({ length: 700 }, (_, i): [string, string] => [`key ${i}`, `value ${i}`.repeat(i % 40)]);
    for (const [key, value] of records) await db.put(key, value);
    await db.flush();
    expect(new Map(db.iterator())).toEqual(new Map(records));
    expect(new Set(db.keys())).toEqual(new Set(records.map(([key]) => key)));

    const cursor = db.iterator();
    const first = await cursor.next();
    const rest = [...cursor];
    expect(rest).toHaveLength(699);
    expect(new Map([first.value as [string, string], ...rest])).toEqual(new Map(records));

    const left = db.iterator();
    for (const _ of left) break;
    expect(await left.next()).toEqual({ done: true, value: undefined });
    const late = db.iterator();
    await db.close();
    expect(await codeOf(() => [...late])).toBe("NOT_OPEN");
  });

  it("takes -0 for 0 and gives 0 back", async () => {
    const db = await open(memoryStorage(), { key: "i32", value: "string" });
    await db.put(-0, "zero");
    expect(db.getSync(0)).toBe("zero");
    expect(await db.getMany([-0, 0])).toEqual(["zero", "zero"]);
    for await (const key of db.keys()) expect(Object.is(key, 0)).toBe(true);
    await db.close();
  });

  it("counts what it holds", async () => {
    const db = await open(memoryStorage(), { key: "string", value: "bytes" });
    expect(db.stats()).toMatchObject({ version: 1, segmentCount: 0, recordCount: 0, unsavedCount: 0 });
    await db.put("a", new Uint8Array(10));
    await db.put("a", new Uint8Array(10));
    await db.del("b");
    expect(db.stats()).toMatchObject({ version: 1, segmentCount: 1, recordCount: 2, unsavedCount: 2 });
    expect(await db.flush()).toBe(2);
    const { keyFileBytes, valueFileBytes, memoryBytes, ...rest } = db.stats();
    expect(rest).toMatchObject({ version: 2, segmentCount: 1, recordCount: 2, unsavedCount: 0 });
    expect([keyFileBytes, valueFileBytes]).toEqual([16 + 12 * 4, 2 * (1 + 1 + 1 + 10) + 1 + 1 + 1]);
    expect(memoryBytes).toBeGreaterThan(keyFileBytes);
    await db.close();
  });

  it("makes no new version when there is nothing new", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: "u8" });
    expect(await db.flush()).toBe(1);
    await db.put(1, 1);
    expect(await db.flush()).toBe(2);
    expect(await db.flush()).toBe(2);
    await db.close();
  });

  it("refuses a timestamp without timestamps, and one that is none", async () => {
    const plain = await open(memoryStorage(), { key: "u32", value: "u8" });
    expect(await codeOf(() => plain.put(1, 1, { timestamp: 5 }))).toBe("INVALID_OPTION");
    await plain.close();
    const stamped = await open(memoryStorage(), { key: "u32", value: "u8", timestamps: true, clock: () => 1_000 });
    for (const timestamp of [-1, 0.5, Number.NaN, 2 ** 31 - 1, 2 ** 31]) {
      expect(await codeOf(() => stamped.put(1, 1, { timestamp })), `${timestamp}`).toBe("INVALID_OPTION");
    }
    await stamped.put(1, 1, { timestamp: 2 ** 31 - 2 });
    await stamped.put(2, 1);
    await stamped.put(2, 2, { timestamp: 999 });
    expect(await stamped.getMany([1, 2])).toEqual([1, 1]);
    await stamped.put(2, 3, { timestamp: 1_000 });
    expect(stamped.getSync(2)).toBe(3);
    await stamped.close();
  });

  it("lets the last write win across segments when told to, whatever its second", async () => {
    const storage = memoryStorage();
    const options = { key: "u32", value: "u8", timestamps: true, conflict: "last-write" } as const;
    const db = await open(storage, options);
    await db.put(1, 1, { timestamp: 100 });
    await db.put(2, 1, { timestamp: 100 });
    await db.flush();
    await db.put(1, 2, { timestamp: 5 });
    await db.del(2, { timestamp: 5 });
    expect(await db.getMany([1, 2])).toEqual([2, undefined]);
    await db.close();
    const again = await open(storage, options);
    expect(await again.getMany([1, 2])).toEqual([2, undefined]);
    await again.close();
  });

  it("refuses a bad key or value and keeps nothing of it", async () => {
    const db = await open(memoryStorage(), { key: "string", value: "u8" });
    await db.put("a", 1);
    expect(await codeOf(() => db.put(5 as unknown as string, 1))).toBe("INVALID_KEY");
    expect(await codeOf(() => db.put("\ud800", 1))).toBe("INVALID_KEY");
    expect(await codeOf(() => db.put("a", 256))).toBe("INVALID_VALUE");
    expect(await codeOf(() => db.get("\ud800"))).toBe("INVALID_KEY");
    expect(await codeOf(() => db.getMany(["a", null as unknown as string]))).toBe("INVALID_KEY");
    expect(await codeOf(() => db.getMany(new Array(3)))).toBe("INVALID_KEY");
    expect(db.stats().recordCount).toBe(1);
    expect(db.getSync("a")).toBe(1);
    await db.close();
  });
});

describe("calls that overlap", () => {
  let inner: ReturnType<typeof memoryStorage>;
  let storage: FaultyStorage;
  let db: KVIndex<number, string>;
  const value = "a value of a hundred bytes".padEnd(100, ".");
  const slow = (milliseconds: number) => () => new Promise<void>((settle) => setTimeout(settle, milliseconds));
  const turn = () => new Promise<void>((settle) => setImmediate(settle));
  beforeEach(async () => {
    inner = memoryStorage();
    storage = new FaultyStorage(inner);
    db = await open(storage, { key: "u32", value: "string", writeBufferBytes: 20_000 });
  });

  /** Everything that a reader of the inner storage sees. */
  async function saved(): Promise<Map<number, string>> {
    const reader = await open(inner, { key: "u32", value: "string", readOnly: true });
    const records = new Map<number, string>();
    for await (const [key, at] of reader) records.set(key, at);
    await reader.close();
    return records;
  }

  it("let two flushes save everything once", async () => {
    storage.delay = slow(1);
    await db.put(1, "one");
    const first = db.flush();
    await db.put(2, "two");
    const versions = await Promise.all([first, db.flush()]);
    expect(versions[1]).toBeGreaterThanOrEqual(versions[0]);
    expect([...(await saved()).keys()].sort()).toEqual([1, 2]);
    await db.close();
  });

  it("keep what is put during a flush for the next one, readable at once", async () => {
    storage.delay = slow(1);
    await db.put(1, "one");
    const flushing = db.flush();
    await new Promise((settle) => setTimeout(settle, 3));
    await db.put(2, "two");
    expect(db.getSync(2)).toBe("two");
    await flushing;
    expect([...(await saved()).keys()]).toEqual([1]);
    await db.flush();
    expect([...(await saved()).keys()].sort()).toEqual([1, 2]);
    await db.close();
  });

  it("let close wait for the flush and for the puts before it", async () => {
    storage.delay = slow(1);
    const puts: Promise<void>[] = [];
    for (let i = 0; i < 3_000; i++) puts.push(db.put(i, value));
    const flushing = db.flush();
    puts.push(db.put(3_000, value));
    const closing = db.close();
    expect(await codeOf(() => db.put(3_001, value))).toBe("NOT_OPEN");
    await Promise.all([...puts, flushing, closing]);
    storage.delay = undefined;
    expect((await saved()).size).toBe(3_001);
  });

  it("let close save the puts that still wait", async () => {
    storage.delay = slow(0);
    const puts: Promise<void>[] = [];
    for (let i = 0; i < 2_000; i++) puts.push(db.put(i, value));
    await Promise.all([db.close(), ...puts]);
    storage.delay = undefined;
    expect((await saved()).size).toBe(2_000);
  });

  it("never let a later write be overtaken by one that waits for a dump", async () => {
    const keyCount = 7;
    storage.delay = turn;
    for (let round = 0; round < 60; round++) {
      const puts: Promise<void>[] = [];
      const last = new Map<number, string>();
      const put = (key: number, text: string): void => {
        last.set(key, text);
        puts.push(db.put(key, text));
      };
      // So many that the later ones wait; then more, one by one, while dumps begin and end.
      for (let i = 0; i < 400; i++) put(i % keyCount, `${round} ${i} ${value}`);
      for (let i = 0; i < round; i++) {
        await turn();
        put(i % keyCount, `${round} late ${i}`);
      }
      await Promise.all(puts);
      for (const [key, text] of last) expect(db.getSync(key), `round ${round}`).toBe(text);
      expect(last.size).toBe(keyCount);
    }
    await db.close();
  });

  it("let a flush end although others fill a segment for each that is dumped", async () => {
    const roundMax = 300;
    let [round, key] = [0, 0];
    const puts: Promise<void>[] = [];
    storage.delay = async (operation) => {
      if (operation !== "syncDirectory" || round === roundMax) return;
      round++;
      // Until one more segment is full and the next begun.
      const { segmentCount } = db.stats();
      while (db.stats().segmentCount < segmentCount + (round === 1 ? 2 : 1)) puts.push(db.put(++key, value));
    };
    await db.put(++key, value);
    await db.flush();
    const roundsOfFlush = round;
    round = roundMax;
    expect(roundsOfFlush).toBeGreaterThan(0);
    expect(roundsOfFlush).toBeLessThan(20);
    await Promise.all(puts);
    await db.close();
    expect((await saved()).size).toBe(key);
  });

  it("keep segments that are dumped while an older version is cleaned", async () => {
    let key = 0;
    let dumpedMeanwhile = 0;
    storage.delay = async (operation, path) => {
      // The cleaner lists the root after a publication: while it does, several segments are begun and finished.
      if (operation !== "list" || path !== "" || !storage.log.at(-1)?.startsWith("read version.")) return;
      const before = storage.log.length;
      storage.delay = undefined;
      for (let i = 0; i < 1_000; i++) await db.put(++key, value);
      await new Promise((settle) => setTimeout(settle, 5));
      dumpedMeanwhile = storage.log.slice(before).filter((line) => /^create .*checksums$/.test(line)).length;
    };
    await db.put(++key, value);
    await db.flush();
    await db.put(++key, value);
    await db.flush();
    expect(dumpedMeanwhile).toBeGreaterThan(2);
    await db.close();
    const records = await saved();
    expect(records.size).toBe(key);
  });

  it("keep the segment that is being dumped while an older version is cleaned", async () => {
    let key = 0;
    let unfinished: string | undefined;
    storage.delay = async (operation, path) => {
      if (operation !== "list" || path !== "" || !storage.log.at(-1)?.startsWith("read version.")) return;
      // One segment is full; files of it are there, and none is finished until the cleaner has been.
      storage.delay = async (other) => {
        if (other === "write") await new Promise((settle) => setTimeout(settle, 20));
      };
      for (let i = 0; i < 150; i++) await db.put(++key, value);
      for (let i = 0; i < 100 && unfinished === undefined; i++) {
        await new Promise((settle) => setImmediate(settle));
        if (storage.log.at(-1)?.startsWith("create segment_")) unfinished = storage.log.at(-1);
      }
    };
    await db.put(++key, value);
    await db.flush();
    expect(unfinished).toMatch(/^create segment_1_level_0/);
    storage.delay = undefined;
    await db.close();
    expect((await saved()).size).toBe(key);
    expect([...inner.files().keys()]).toContain("segment_1_level_0/index/kv/key");
  });

  it("refuse everything after close, and close again without harm", async () => {
    await db.put(1, "one");
    const cursor = db.iterator();
    await db.close();
    await db.close();
    const calls: (() => unknown)[] = [
      () => db.put(1, "x"),
      () => db.del(1),
      () => db.get(1),
      () => db.getSync(1),
      () => db.getMany([1]),
      () => db.getManySync([1]),
      () => db.has(1),
      () => db.flush(),
      () => db.stats(),
      () => db.iterator(),
      () => db.keys(),
      () => db.values(),
      () => cursor.next(),
    ];
    for (const call of calls) expect(await codeOf(call), `${call}`).toBe("NOT_OPEN");
    expect(await cursor.next()).toEqual({ done: true, value: undefined });
    // A promise that rejects, not an exception.
    const pending = db.flush();
    await expect(pending).rejects.toMatchObject({ code: "NOT_OPEN" });
  });
});
