import { describe, expect, it } from "vitest";
import { isIndexError, type KVIndex, memoryStorage, type OpenOptions, open } from "../../bindings/node.js";

const MiB = 1024 * 1024;
/** More puts than fit into any of the limits below. */
const putCountMax = 400_000;

const shapes: readonly [string, OpenOptions, (i: number) => unknown, (i: number) => unknown][] = [
  ["numbers", { key: "u32", value: "u64" }, (i) => i, (i) => BigInt(i)],
  ["text", { key: "string", value: "string" }, (i) => `key ${i}`, (i) => "value".repeat(1 + (i % 60))],
  [
    "large bytes",
    { key: "u64", value: "bytes" },
    (i) => BigInt(i),
    (i) => new Uint8Array(50_000 + (i % 9) * 30_000).fill(i),
  ],
];

const limits = [2 * MiB, 2 * MiB + 70_000, 3 * MiB, 3 * MiB + 300_001, 5 * MiB, 9 * MiB + 12_345];
const buffers = [30_000, 300_000, 64 * MiB];

const cases = shapes.flatMap((shape) =>
  limits.flatMap((memoryLimit) =>
    buffers.map((writeBufferBytes) => ({ shape, memoryLimit, writeBufferBytes, title: shape[0] })),
  ),
);

describe("an index at the limit of its memory", () => {
  it.each(cases)(
    "refuses a put, keeps and saves the rest: $title, $memoryLimit bytes, segments of $writeBufferBytes",
    async ({ shape, memoryLimit, writeBufferBytes }) => {
      const [, options, key, value] = shape;
      const storage = memoryStorage();
      const limited = { ...options, memoryLimit, writeBufferBytes };
      const db = (await open(storage, limited)) as KVIndex<unknown, unknown>;
      let count = 0;
      let failure: unknown;
      for (; count < putCountMax && failure === undefined; count++) {
        await db.put(key(count), value(count)).catch((error) => {
          failure = error;
        });
      }
      count--;
      expect(isIndexError(failure, "MEMORY_LIMIT"), `${failure} after ${count}`).toBe(true);
      expect(count).toBeGreaterThan(4);
      expect(db.stats().memoryBytes).toBeLessThanOrEqual(memoryLimit);

      const check = (index: KVIndex<unknown, unknown>): void => {
        const step = Math.ceil(count / 1_000);
        for (let i = 0; i < count; i += step) {
          const got = index.getSync(key(i));
          if (got instanceof Uint8Array) expect(Buffer.compare(got, value(i) as Uint8Array)).toBe(0);
          else expect(got).toBe(value(i));
        }
        expect(index.getSync(key(count))).toBeUndefined();
      };
      check(db);
      // Another try does no more harm. It may succeed: a segment that was sealed meanwhile takes less.
      const again = await db.put(key(count), value(count)).catch((error) => error);
      if (again === undefined) count++;
      else expect(isIndexError(again, "MEMORY_LIMIT")).toBe(true);
      check(db);
      await db.flush();
      check(db);
      await db.close();

      const reopened = (await open(storage, { readOnly: true })) as KVIndex<unknown, unknown>;
      check(reopened);
      expect(reopened.stats().recordCount).toBe(count);
      await reopened.close();
      // With the same limit too: what was put there can be loaded there.
      const same = (await open(storage, { readOnly: true, memoryLimit })) as KVIndex<unknown, unknown>;
      check(same);
      await same.close();
    },
  );

  it("gives the snapshot that it has no memory for a typed error, and the memory back", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: "u64", memoryLimit: 2 * MiB });
    let count = 0;
    while ((await db.put(count, BigInt(count)).catch((error: unknown) => error)) === undefined) count++;
    const before = db.stats().memoryBytes;
    const cursors: { close(): Promise<void> }[] = [];
    let failures = 0;
    for (let i = 0; i < 400; i++) {
      try {
        cursors.push(db.iterator());
      } catch (error) {
        expect(isIndexError(error, "MEMORY_LIMIT"), `${error}`).toBe(true);
        failures++;
      }
    }
    expect(failures).toBeGreaterThan(100);
    for (const cursor of cursors) await cursor.close();
    expect(db.stats().memoryBytes).toBe(before);
    expect(db.getSync(0)).toBe(0n);
    await db.close();
  });
});
