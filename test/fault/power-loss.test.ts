import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { build, isIndexError, nodeStorage, open } from "../../bindings/node.js";
import { readStorage } from "../fuzz/hostile.js";
import { rngOf, seedFrom } from "../support/rng.js";
import { Disk, type DiskEvent, type Survival } from "./disk.js";
import { batchCount, batchOf, type Index, options, putBatch } from "./scenario.js";

type WriteSome = (bytes: Uint8Array, at: number, length: number, position: number) => Promise<{ bytesWritten: number }>;

/** What was done below `root`, in order; the real thing is done too. */
const recorder = vi.hoisted(() => ({ root: "", events: [] as unknown[] }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const { relative } = await import("node:path");
  const note = (event: { do: string; path: string; [field: string]: unknown }): void => {
    const path = relative(recorder.root, event.path);
    // Locks and claims keep nothing; names above the root are not ours.
    if (recorder.root === "" || path.startsWith("..") || path.startsWith("LOCK")) return;
    recorder.events.push({ ...event, path });
  };
  return {
    ...real,
    async mkdir(path: string, how?: { recursive: boolean }) {
      const made = await real.mkdir(path, how);
      if (how === undefined) note({ do: "mkdir", path });
      return made;
    },
    async rename(from: string, to: string) {
      await real.rename(from, to);
      note({ do: "rename", path: from, to: relative(recorder.root, to) });
    },
    async rm(path: string, how: object) {
      await real.rm(path, how);
      note({ do: "remove", path });
    },
    async open(path: string, flags: string | number) {
      const handle = await real.open(path, flags);
      if (flags !== "wx" && flags !== "r") return handle;
      if (flags === "wx") note({ do: "create", path });
      const { sync, write } = handle;
      Object.assign(handle, {
        async sync() {
          await sync.call(handle);
          note({ do: flags === "wx" ? "sync" : "syncDirectory", path });
        },
        async write(bytes: Uint8Array, at: number, length: number, position: number) {
          const written = await (write as WriteSome).call(handle, bytes, at, length, position);
          note({ do: "write", path, bytes: bytes.slice(at, at + written.bytesWritten) });
          return written;
        },
      });
      return handle;
    },
  };
});

const seed = seedFrom("FAULT_SEED");

describe("a power loss at any moment", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "power-"));
    recorder.root = directory;
    recorder.events = [];
  });
  afterEach(() => {
    recorder.root = "";
    rmSync(directory, { recursive: true, force: true });
  });

  const tell = (event: DiskEvent): unknown => recorder.events.push(event);

  /** Calls `check` after each event with every way the disk may look then. */
  async function replay(
    check: (files: Map<string, Uint8Array>, acknowledged: number, attempted: number) => Promise<void>,
  ) {
    const disk = new Disk();
    let [acknowledged, attempted, lossCount] = [-1, -1, 0];
    for (const [at, event] of (recorder.events as DiskEvent[]).entries()) {
      if (event.do === "attempt") attempted = event.batch;
      else if (event.do === "acknowledge") acknowledged = event.batch;
      else disk.apply(event);
      const survivals: Survival[] = ["synced", "entries", "all"];
      // Where everything turns, many ways in which it may.
      for (let i = event.do === "rename" ? 40 : 2; i > 0; i--) survivals.push(rngOf(seed + at * 100 + i));
      for (const survival of survivals) {
        lossCount++;
        try {
          await check(disk.after(survival), acknowledged, attempted);
        } catch (cause) {
          const how = typeof survival === "string" ? survival : `random, repeat with FAULT_SEED=${seed}`;
          throw new Error(`after event ${at}, ${event.do}, surviving: ${how}: ${cause}`, { cause });
        }
      }
    }
    return lossCount;
  }

  it("leaves a writer's last acknowledged batch or the one in flight", async () => {
    tell({ do: "attempt", batch: 0 });
    const db = await open(nodeStorage(directory), options);
    tell({ do: "acknowledge", batch: 0 });
    for (let batch = 1; batch <= batchCount; batch++) {
      tell({ do: "attempt", batch });
      await putBatch(db, batch);
      await db.flush();
      tell({ do: "acknowledge", batch });
    }
    await db.close();

    const found = new Map<number, number>();
    const lossCount = await replay(async (files, acknowledged, attempted) => {
      const again = await open(readStorage(files), { readOnly: true }).catch((error: unknown) => error);
      if (isIndexError(again, "NOT_FOUND") && acknowledged < 0) return;
      if (again instanceof Error) throw again;
      const batch = batchOf(again as Index);
      await (again as Index).close();
      found.set(batch, (found.get(batch) ?? 0) + 1);
      if (batch < acknowledged || batch > attempted)
        throw new Error(`batch ${batch}, acknowledged was ${acknowledged}`);
    });
    console.log(`${recorder.events.length} events, ${lossCount} power losses, batches found: ${[...found].join(" ")}`);
    expect(recorder.events.length).toBeGreaterThan(150);
    expect(lossCount).toBeGreaterThan(700);
    expect(found.size).toBe(batchCount + 1);
  });

  it("leaves a build whole or not at all", async () => {
    const records = Array.from({ length: 2_000 }, (_, i): [number, number] => [i, i * 2]);
    await build(nodeStorage(directory), records, { key: "u32", value: "u32", segmentBytes: 12_000 });
    tell({ do: "acknowledge", batch: 1 });
    const outcomes = { none: 0, whole: 0 };
    await replay(async (files, acknowledged) => {
      const db = await open(readStorage(files), { key: "u32", value: "u32", readOnly: true }).catch((error) => error);
      if (isIndexError(db, "NOT_FOUND") && acknowledged < 0) {
        outcomes.none++;
        return;
      }
      if (db instanceof Error) throw db;
      for (const [key, value] of records) if (db.getSync(key) !== value) throw new Error(`${key} is lost`);
      await db.close();
      outcomes.whole++;
    });
    console.log(JSON.stringify(outcomes));
    expect(outcomes.none).toBeGreaterThan(100);
    expect(outcomes.whole).toBeGreaterThan(5);
  });

  it("is recorded as it was done: the replay ends with the files that are there", async () => {
    const db = await open(nodeStorage(directory), options);
    await putBatch(db, 1);
    await db.close();
    const disk = new Disk();
    for (const event of recorder.events as DiskEvent[]) disk.apply(event);
    const files = disk.after("all");
    const storage = nodeStorage(directory);
    expect(files.size).toBeGreaterThan(5);
    for (const [path, bytes] of files) {
      const file = await storage.open(path);
      const there = new Uint8Array(file.byteLength);
      await file.read(0, there);
      await file.close();
      expect(Buffer.compare(there, bytes), path).toBe(0);
    }
  });
});
