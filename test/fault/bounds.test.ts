import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isIndexError, memoryStorage, nodeStorage, open } from "../../bindings/node.js";
import { FaultyStorage } from "../support/faulty-storage.js";
import { residentBytes } from "../support/resident-bytes.js";
import { expectNoOrphans } from "./scenario.js";

const MiB = 1024 * 1024;
const hasProc = process.platform === "linux";

const handleCount = (): number => readdirSync("/proc/self/fd").length;

function diskBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

describe("an index that is opened and closed again and again", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "bounds-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it.runIf(hasProc)("leaves no handle and no memory behind, in whatever way it ends", async () => {
    const storage = nodeStorage(directory, { sync: false });
    const first = await open(storage, { key: "string", value: "bytes" });
    for (let i = 0; i < 4_000; i++) await first.put(`key ${i}`, new Uint8Array(900));
    await first.close();

    const cycle = async (): Promise<void> => {
      const writer = await open(storage);
      expect(isIndexError(await open(storage).catch((error) => error), "LOCKED")).toBe(true);
      const reader = await open(storage, { readOnly: true });
      expect(reader.getSync("key 7")).toHaveLength(900);
      const cursor = writer.iterator();
      await cursor.next();
      await writer.close();
      await reader.close();
      expect(isIndexError(await open(storage, { key: "u32" }).catch((error) => error), "SCHEMA_MISMATCH")).toBe(true);
      expect(isIndexError(await open(storage, { memoryLimit: 3 * MiB }).catch((error) => error), "MEMORY_LIMIT")).toBe(
        true,
      );
    };
    for (let i = 0; i < 20; i++) await cycle();
    const handles = handleCount();
    const resident = await residentBytes();
    for (let i = 0; i < 80; i++) await cycle();
    const grown = (await residentBytes()) - resident;
    console.log(`resident memory grew by ${(grown / MiB).toFixed(1)} MiB in 80 cycles of 4 MiB each`);
    expect(handleCount()).toBe(handles);
    expect(grown).toBeLessThan(60 * MiB);
  });

  it("uses no more of the disk for it, and little more than its records when it failed", async () => {
    const inner = nodeStorage(directory, { sync: false });
    const storage = new FaultyStorage(inner);
    const db = await open(storage, { key: "u32", value: "bytes" });
    for (let i = 0; i < 1_000; i++) await db.put(i, new Uint8Array(1_000));
    await db.flush();
    const live = diskBytes(directory);
    for (let i = 0; i < 10; i++) {
      await db.put(i, new Uint8Array(1_000));
      storage.plan = {
        call: storage.log.length + 2 + i * 3,
        sticky: false,
        code: "QUOTA_EXCEEDED",
        damage: "something",
      };
      await db.flush().catch((error) => expect(isIndexError(error)).toBe(true));
      expect(diskBytes(directory)).toBeLessThan(live * 1.5);
    }
    storage.heal();
    await db.close().catch((error) => expect(isIndexError(error, "POISONED")).toBe(true));
    for (let i = 0; i < 10; i++) {
      const again = await open(inner);
      await again.close();
    }
    await expectNoOrphans(inner);
    expect(diskBytes(directory)).toBeLessThan(live * 1.1);
    expect(readdirSync(directory).filter((name) => name.startsWith("version."))).toHaveLength(2);
  });

  it("gives the lock back when closing fails to save, and says what is lost", async () => {
    const inner = nodeStorage(directory, { sync: false });
    const storage = new FaultyStorage(inner);
    const db = await open(storage, { key: "string", value: "u8" });
    await db.put("saved", 1);
    await db.flush();
    for (let i = 0; i < 5; i++) await db.put(`lost ${i}`, i);
    storage.plan = { call: storage.log.length + 1, sticky: true, code: "QUOTA_EXCEEDED", damage: "nothing" };
    const failure = await db.close().catch((error) => error);
    expect(failure).toMatchObject({ code: "QUOTA_EXCEEDED", unsavedCount: 5 });
    expect(failure.message).toMatch(/^Closed without saving 5 records: /);
    await expect(db.close()).rejects.toBe(failure);
    expect(storage.openFileCount).toBe(0);
    const again = await open(inner);
    expect(again.getSync("saved")).toBe(1);
    expect(again.getSync("lost 0")).toBeUndefined();
    await again.close();
  });

  it("lives on hundreds of small flushes in a memory of a few MiB", async () => {
    const flushCount = 300;
    const db = await open(memoryStorage(), { key: "u32", value: "string", memoryLimit: 6 * MiB });
    for (let i = 0; i < flushCount; i++) {
      await db.put(i, `value ${i}`);
      await db.flush();
    }
    expect(db.stats().segmentCount).toBe(flushCount);
    expect(db.stats().memoryBytes).toBeLessThan(4 * MiB);
    for (let i = 0; i < flushCount; i++) expect(db.getSync(i)).toBe(`value ${i}`);
    await db.close();
  });

  it("refuses the segment that no version could list, and saves all before", async () => {
    const storage = memoryStorage();
    // A byte of buffer: each record is a segment.
    const db = await open(storage, { key: "u32", value: "string", writeBufferBytes: 1 });
    let failure: unknown;
    let count = 0;
    for (; count < 5_000 && failure === undefined; count++) {
      failure = await db.put(count, "value").catch((error) => error);
    }
    count--;
    expect(failure).toMatchObject({ code: "LIMIT", expected: "at most 4096" });
    expect(count).toBe(4_096);
    await db.close();
    const again = await open(storage, { readOnly: true });
    expect(again.getSync(0)).toBe("value");
    expect(again.getSync(count - 1)).toBe("value");
    expect(again.getSync(count)).toBeUndefined();
    await again.close();
  });
});
