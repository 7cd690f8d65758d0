import { beforeEach, describe, expect, it, vi } from "vitest";
import type { KernelExports } from "../../bindings/kernel/exports.js";
import { isIndexError, type KVIndex, memoryStorage, open } from "../../bindings/node.js";
import type { Storage } from "../../bindings/storage/storage.js";

/** The kernels that were made, so that a test can break the memory of one. */
const kernels = vi.hoisted((): unknown[] => []);

vi.mock("../../bindings/kernel/module.js", async (original) => {
  const real = await original<typeof import("../../bindings/kernel/module.js")>();
  return {
    ...real,
    instantiateKernel() {
      const kernel = real.instantiateKernel();
      kernels.push(kernel);
      return kernel;
    },
  };
});

const saved = 700;
const unsaved = 9;

/** Every address in it points nowhere: whatever the kernel follows next is out of bounds. */
function breakMemory(): void {
  new Uint8Array((kernels.at(-1) as KernelExports).memory.buffer).fill(0xff);
}

const calls: readonly [string, (db: KVIndex<string, number>) => unknown][] = [
  ["getSync", (db) => db.getSync("key 1")],
  ["get", (db) => db.get("key 1")],
  ["getMany", (db) => db.getMany(["key 1", "key 2"])],
  ["has", (db) => db.has("key 1")],
  ["put", (db) => db.put("key 1", 1)],
  ["del", (db) => db.del("key 1")],
  ["iterator", (db) => db.iterator().next()],
  ["keys", (db) => db.keys().next()],
  ["flush", (db) => db.flush()],
];

const failureOf = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return error;
  }
};

describe("after a trap of the kernel", () => {
  let storage: Storage;
  let db: KVIndex<string, number>;
  beforeEach(async () => {
    storage = memoryStorage();
    db = await open(storage, { key: "string", value: "f64" });
    for (let i = 0; i < saved; i++) await db.put(`key ${i}`, i);
    await db.flush();
    for (let i = 0; i < unsaved; i++) await db.put(`new ${i}`, i);
    // The batch's buffers are there before the memory breaks.
    await db.getMany(["key 1"]);
  });

  // What only takes a snapshot or seals may find nothing wrong yet.
  const firsts = calls.filter(([name]) => !["iterator", "keys", "flush"].includes(name));
  it.each(firsts)("whichever call met it first, here %s, the index is poisoned and says so", async (_name, first) => {
    breakMemory();
    expect(await failureOf(() => first(db))).toMatchObject({ name: "IndexError", code: "POISONED" });
    for (const [name, call] of calls) {
      expect(await failureOf(() => call(db)), name).toMatchObject({ name: "IndexError", code: "POISONED" });
    }
    expect(await failureOf(() => db.stats())).toMatchObject({ code: "POISONED" });
    await failureOf(() => db.close());
  });

  it("closing does not hang, says how many writes are lost, and lets the next writer in", async () => {
    breakMemory();
    await failureOf(() => db.getSync("key 1"));
    const failure = await failureOf(() => db.close());
    expect(failure).toMatchObject({ code: "POISONED", unsavedCount: unsaved });
    expect(`${failure}`).toContain(`Closed without saving ${unsaved} records`);
    const kernelCount = kernels.length;
    const again = await open(storage, { key: "string", value: "f64" });
    expect(kernels.length).toBe(kernelCount + 1);
    expect(kernels.at(-1)).not.toBe(kernels.at(-2));
    for (let i = 0; i < saved; i++) expect(again.getSync(`key ${i}`)).toBe(i);
    expect(again.getSync("new 0")).toBeUndefined();
    await again.close();
  });

  it("an iterator that was under way ends with the same error and lets nothing else break", async () => {
    const cursor = db.iterator();
    expect((await cursor.next()).done).toBe(false);
    breakMemory();
    await failureOf(() => db.getSync("key 1"));
    const errors: unknown[] = [];
    for (let i = 0; i < saved && errors.length === 0; i++) await cursor.next().catch((error) => errors.push(error));
    expect(isIndexError(errors[0], "POISONED")).toBe(true);
    expect((await cursor.next()).done).toBe(true);
    await cursor.close();
    await failureOf(() => db.close());
  });

  it("a dump that was under way fails, and is over before the lock is given back", async () => {
    const small = memoryStorage();
    const dumping = await open(small, { key: "string", value: "f64", writeBufferBytes: 13_000 });
    const puts: Promise<void>[] = [];
    for (let i = 0; i < 2_000; i++) puts.push(dumping.put(`key ${i}`, i).catch(() => undefined));
    breakMemory();
    const failure = await failureOf(() => dumping.close());
    expect(failure).toMatchObject({ code: "POISONED" });
    await Promise.all(puts);
    const before = [...small.files().keys()];
    await new Promise((settle) => setTimeout(settle, 20));
    expect([...small.files().keys()]).toEqual(before);
    const again = await open(small, { key: "string", value: "f64" });
    await again.close();
    expect([...small.files().keys()]).toEqual(["version.1"]);
  });
});
