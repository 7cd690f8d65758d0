import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nodeStorage, open } from "../../bindings/node.js";
import { rngOf, seedFrom } from "../support/rng.js";
import { batchCount, batchOf, type Index, options, putBatch } from "./scenario.js";

/** What a write of the system does instead of all: how many of the bytes it takes. Undefined: all. */
const system = vi.hoisted(() => ({ takes: undefined as ((length: number) => number) | undefined, shortCount: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  return {
    ...real,
    async open(path: string, flags: string | number) {
      const handle = await real.open(path, flags);
      if (flags !== "wx" || path.includes("LOCK")) return handle;
      const write = handle.write.bind(handle) as (
        bytes: Uint8Array,
        at: number,
        length: number,
        position: number,
      ) => Promise<{ bytesWritten: number }>;
      return Object.assign(handle, {
        write(bytes: Uint8Array, at: number, length: number, position: number) {
          const taken = Math.min(length, system.takes?.(length) ?? length);
          if (taken < length) system.shortCount++;
          return taken === 0 ? Promise.resolve({ bytesWritten: 0 }) : write(bytes, at, taken, position);
        },
      });
    },
  };
});

const seed = seedFrom("SHORT_SEED");

describe("a system that takes fewer bytes than it is given", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "short-"));
    system.shortCount = 0;
  });
  afterEach(() => {
    system.takes = undefined;
    rmSync(directory, { recursive: true, force: true });
  });

  it("gets the rest in further writes, and every byte is there", async () => {
    const rng = rngOf(seed);
    system.takes = (length) => 1 + rng.int(Math.max(1, length));
    const db = await open(nodeStorage(directory, { sync: false }), options);
    for (let batch = 1; batch <= batchCount; batch++) {
      await putBatch(db, batch);
      await db.flush();
    }
    await db.close();
    expect(system.shortCount).toBeGreaterThan(100);
    const again = (await open(directory, { ...options, readOnly: true })) as Index;
    expect(batchOf(again), `repeat with SHORT_SEED=${seed}`).toBe(batchCount);
    await again.close();
  });

  it("fails the flush when it takes none, and the records are still there to be saved", async () => {
    const db = await open(nodeStorage(directory, { sync: false }), options);
    await putBatch(db, 1);
    system.takes = () => 0;
    await expect(db.flush()).rejects.toMatchObject({ code: "IO" });
    expect(batchOf(db)).toBe(1);
    system.takes = undefined;
    expect(await db.flush()).toBe(2);
    await db.close();
    const again = (await open(directory, { ...options, readOnly: true })) as Index;
    expect(batchOf(again)).toBe(1);
    await again.close();
  });
});
