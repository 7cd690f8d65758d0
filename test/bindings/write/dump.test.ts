import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, memoryStorage, nodeStorage, type OpenOptions, open, type Storage } from "../../../bindings/node.js";
import { FaultyStorage } from "../../support/faulty-storage.js";
import { rngOf } from "../../support/rng.js";

const shapes: readonly [string, OpenOptions, files: readonly string[]][] = [
  ["string to json", { key: "string", value: "json" }, ["key", "value", "format_option"]],
  ["u32 to bytes", { key: "u32", value: "bytes" }, ["key", "value", "format_option"]],
  ["u64 to u64", { key: "u64", value: "u64" }, ["key", "format_option"]],
  ["i32 to f32 with timestamps", { key: "i32", value: "f32", timestamps: true }, ["key", "format_option"]],
];

/** Puts and deletions that a shape's types take, the same each time. */
async function fill(storage: Storage, options: OpenOptions, pause?: () => Promise<void>): Promise<void> {
  const rng = rngOf(11);
  const db = await open(storage, options);
  for (let i = 0; i < 3_000; i++) {
    const n = rng.int(1_200);
    const key = options.key === "string" ? `key ${n}` : options.key === "u64" ? BigInt(n) : n;
    const values = { json: { n: i }, bytes: new Uint8Array(i % 50).fill(i), u64: BigInt(i), f32: i / 4 };
    const writeOptions = options.timestamps ? { timestamp: rng.int(500) } : {};
    if (rng.once(9)) await db.del(key as never, writeOptions);
    else await db.put(key as never, values[options.value as keyof typeof values] as never, writeOptions);
    if (rng.once(100)) await pause?.();
  }
  await db.close();
}

const sum = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function sumsOf(directory: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sums.set(path.slice(directory.length + 1), sum(readFileSync(path)));
  }
  return new Map([...sums].sort());
}

const memorySums = (storage: ReturnType<typeof memoryStorage>): Map<string, string> =>
  new Map([...storage.files()].map(([path, bytes]) => [path, sum(bytes)] as const).sort());

describe.each(shapes)("the files of a segment, %s,", (_name, options, files) => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dump-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("are those the version lists, with their sizes, and no others", async () => {
    const storage = memoryStorage();
    await fill(storage, { ...options, writeBufferBytes: 40_000, name: "prices" });
    const there = storage.files();
    const version = [...there.keys()].findLast((path) => path.startsWith("version.")) as string;
    const { segments } = JSON.parse(new TextDecoder().decode(there.get(version)));
    expect(segments.length).toBeGreaterThan(options.value === "u64" || options.value === "f32" ? 0 : 2);
    const listed = new Map<string, number>();
    for (const segment of segments) {
      const names = [...files.map((file) => `index/prices/${file}`), "segment_metrics", "checksums"];
      expect(segment.files.map(({ name }: { name: string }) => name)).toEqual(names);
      for (const file of segment.files) listed.set(`${segment.name}/${file.name}`, file.byteLength);
    }
    const found = [...there].filter(([path]) => !path.startsWith("version."));
    expect(new Map(found.map(([path, bytes]) => [path, bytes.length]))).toEqual(listed);
  });

  it("are the same bytes each time, in memory and in a directory, however slow the storage is", async () => {
    const whole = { ...options, writeBufferBytes: 40_000 };
    const first = memoryStorage();
    await fill(first, whole);
    const expected = memorySums(first);
    expect(expected.size).toBeGreaterThan(5);

    const again = memoryStorage();
    await fill(again, whole);
    expect(memorySums(again)).toEqual(expected);

    // Dumps that end early or late, between other puts.
    const slow = memoryStorage();
    const delayed = new FaultyStorage(slow);
    let call = 0;
    delayed.delay = () => (call++ % 3 === 0 ? new Promise((settle) => setImmediate(settle)) : undefined);
    await fill(delayed, whole, () => new Promise((settle) => setTimeout(settle, 1)));
    expect(memorySums(slow)).toEqual(expected);

    await fill(nodeStorage(directory), whole);
    expect(sumsOf(directory)).toEqual(expected);
  });

  it("do not depend on where flushes of nothing fall, nor on readers and iterators", async () => {
    const quiet = memoryStorage();
    await fill(quiet, options);
    const busy = memoryStorage();
    await fill(busy, options, async () => {
      const reader = await open(busy, { readOnly: true });
      for await (const _ of reader.keys()) break;
      await reader.close();
    });
    expect(memorySums(busy)).toEqual(memorySums(quiet));
  });
});

describe("a dump", () => {
  it("writes what build writes, when the puts are the same and one segment holds them", async () => {
    const records = Array.from({ length: 5_000 }, (_, i): [string, string] => [`key ${i % 4_000}`, `value ${i}`]);
    const options = { key: "string", value: "string" } as const;
    const built = memoryStorage();
    await build(built, records, options);
    const put = memoryStorage();
    const db = await open(put, options);
    for (const [key, value] of records) await db.put(key, value);
    await db.close();
    const segment = (storage: typeof built) =>
      [...memorySums(storage)].filter(([path]) => path.startsWith("segment_0"));
    expect(segment(built)).toHaveLength(5);
    expect(segment(put)).toEqual(segment(built));
  });

  it("fills a value file of several slices with zeros where a record did not fit", async () => {
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: "bytes" });
    const lengths = [700_000, 700_000, 2_500_000, 10, 900_000];
    for (const [i, length] of lengths.entries()) await db.put(i, new Uint8Array(length).fill(i + 1));
    await db.close();
    const value = storage.files().get("segment_0_level_0/index/kv/value") as Uint8Array;
    // A record after the zeros begins at a whole MiB.
    expect([value[3], value[(1 << 20) + 3], value[(2 << 20) + 3]]).toEqual([1, 2, 3]);
    expect(value.subarray(700_003, 1 << 20).every((byte) => byte === 0)).toBe(true);
    const again = await open(storage, { key: "u32", value: "bytes", readOnly: true });
    for (const [i, length] of lengths.entries()) {
      const got = again.getSync(i) as Uint8Array;
      expect(got.length).toBe(length);
      expect(got.every((byte) => byte === i + 1)).toBe(true);
    }
    await again.close();
  });

  it("that fails removes its files and takes another name the next time", async () => {
    const inner = memoryStorage();
    const storage = new FaultyStorage(inner);
    const db = await open(storage, { key: "u32", value: "string" });
    await db.put(1, "one");
    storage.plan = { call: storage.log.length + 4, sticky: false, code: "IO", damage: "something" };
    await expect(db.flush()).rejects.toMatchObject({ code: "IO" });
    expect([...inner.files().keys()]).toEqual(["version.1"]);
    expect(db.getSync(1)).toBe("one");
    expect(await db.flush()).toBe(2);
    expect([...inner.files().keys()].filter((path) => path.startsWith("segment_1_level_0/"))).toHaveLength(5);
    await db.close();
  });

  it("syncs the segment's directory after its last file and before its version is published", async () => {
    const storage = new FaultyStorage(memoryStorage());
    const db = await open(storage, { key: "u32", value: "string" });
    await db.put(1, "one");
    await db.flush();
    const at = (line: string): number => storage.log.indexOf(line);
    const segment = "segment_0_level_0";
    const finished = storage.log.findLastIndex((line) => line.startsWith(`finish ${segment}/`));
    expect(storage.log[finished]).toBe(`finish ${segment}/checksums`);
    expect(at(`syncDirectory ${segment}`)).toBeGreaterThan(finished);
    expect(at("publish version.2")).toBeGreaterThan(at(`syncDirectory ${segment}`));
    await db.close();
  });
});
