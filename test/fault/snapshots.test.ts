import { describe, expect, it } from "vitest";
import { type Cursor, type KVIndex, memoryStorage, type OpenOptions, open } from "../../bindings/node.js";
import { differenceOf, Oracle, textOf } from "../support/oracle.js";
import { rngOf, seedFrom } from "../support/rng.js";

const seed = seedFrom("SNAPSHOT_SEED");

const shapes: readonly [string, OpenOptions, (i: number) => unknown, (i: number) => unknown][] = [
  ["string to json", { key: "string", value: "json" }, (i) => `key ${i}`, (i) => ({ i, text: "x".repeat(i % 40) })],
  ["u64 to u64", { key: "u64", value: "u64" }, (i) => BigInt(i) * 17n, (i) => BigInt(i)],
  ["u32 to f64, newest wins", { key: "u32", value: "f64", timestamps: true }, (i) => i, (i) => i / 3],
  [
    "bytes to bytes",
    { key: "bytes", value: "bytes" },
    (i) => new Uint8Array([i, i >> 8]),
    (i) => new Uint8Array(i % 300),
  ],
];

interface Snapshot {
  readonly cursor: Cursor<[unknown, unknown]>;
  readonly expected: Map<string, string>;
  readonly got: Map<string, string>;
  /** What had happened when it was taken, and since. */
  story: string;
}

/** Reads up to `count` records of a cursor; true at its end. */
async function read(snapshot: Snapshot, count: number): Promise<boolean> {
  for (; count > 0; count--) {
    const { done, value } = await snapshot.cursor.next();
    if (done) return true;
    const name = textOf(value[0]);
    if (snapshot.got.has(name)) throw new Error(`${name} came twice, ${snapshot.story}`);
    snapshot.got.set(name, textOf(value[1]));
  }
  return false;
}

describe("an iterator gives exactly what was there when it was made", () => {
  it.each(shapes)("through overwrites, deletions, roll-over and flushes: %s", async (_name, options, key, value) => {
    const rng = rngOf(seed);
    const db = (await open(memoryStorage(), { ...options, writeBufferBytes: 50_000 })) as KVIndex<unknown, unknown>;
    const oracle = new Oracle<unknown>(options.timestamps ? "newest" : undefined);
    const live: Snapshot[] = [];
    const counts = { snapshots: 0, flushes: 0, ended: 0, records: 0 };
    const tellAll = (what: string): void => {
      for (const snapshot of live) snapshot.story += `, ${what}`;
    };
    const end = async (snapshot: Snapshot): Promise<void> => {
      while (!(await read(snapshot, 1_000))) {}
      const difference = differenceOf(snapshot.got, snapshot.expected);
      expect(difference, `${snapshot.story}; repeat with SNAPSHOT_SEED=${seed}`).toBeUndefined();
      counts.ended++;
      counts.records += snapshot.got.size;
    };

    for (let step = 0; step < 400; step++) {
      const writes = 1 + rng.int(60);
      for (let i = 0; i < writes; i++) {
        const [id, timestamp] = [rng.int(1_500), rng.int(1_000)];
        const writeOptions = options.timestamps ? { timestamp } : {};
        const isDeletion = rng.once(5);
        const at = value(rng.int(1_000));
        await (isDeletion ? db.del(key(id), writeOptions) : db.put(key(id), at, writeOptions));
        oracle.write(key(id), isDeletion ? undefined : textOf(at), timestamp);
      }
      tellAll(`${writes} writes`);
      if (rng.once(9)) {
        await db.flush();
        counts.flushes++;
        tellAll("a flush");
      }
      if (rng.once(4)) {
        live.push({ cursor: db.iterator(), expected: oracle.live(), got: new Map(), story: `taken at step ${step}` });
        counts.snapshots++;
      }
      for (const snapshot of live) if (rng.once(3)) await read(snapshot, rng.int(200));
      if (live.length > 6) await end(live.splice(rng.int(live.length), 1)[0] as Snapshot);
    }
    for (const snapshot of live) await end(snapshot);
    const { segmentCount } = db.stats();
    await db.close();
    console.log(JSON.stringify({ ...counts, segmentCount }));
    expect(counts.ended).toBe(counts.snapshots);
    expect(counts.snapshots).toBeGreaterThan(50);
    expect(counts.flushes).toBeGreaterThan(15);
    expect(counts.records).toBeGreaterThan(30_000);
    // More than the flushes made: segments rolled over as well.
    expect(segmentCount).toBeGreaterThan(options.key === "string" || options.key === "bytes" ? 20 : 15);
  });

  it("gives its memory back at its end, when it is closed and when the loop is left", async () => {
    const db = await open(memoryStorage(), { key: "u32", value: "u64" });
    for (let i = 0; i < 5_000; i++) await db.put(i, BigInt(i));
    const before = db.stats().memoryBytes;
    for (let i = 0; i < 20; i++) {
      for await (const _ of db.iterator()) {
        // To the end.
      }
      for await (const _ of db.values()) break;
      const cursor = db.keys();
      await cursor.next();
      await cursor.close();
      await cursor.close();
      expect((await cursor.next()).done).toBe(true);
      await using _unused = db.iterator();
    }
    expect(db.stats().memoryBytes).toBe(before);
    await db.close();
  });
});
