import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type BuildOptions,
  type BuildProgress,
  build,
  memoryStorage,
  open,
  type SourceRecord,
} from "../../../bindings/node.js";
import { failureOf } from "../../support/failure.js";

function* numbers(count: number): Generator<[number, bigint]> {
  for (let i = 0; i < count; i++) yield [i, BigInt(i) * 3n];
}

const types = { key: "u32", value: "u64" } as const;

describe("build", () => {
  it("builds 200,000 records in bulk, over several segments", async () => {
    const count = 200_000;
    const storage = memoryStorage();
    const summary = await build(storage, numbers(count), { ...types, segmentBytes: 1 << 20 });
    expect(summary.segmentCount).toBeGreaterThan(3);
    expect(summary).toMatchObject({ recordCount: count, keyCount: count, version: 1 });
    const files = [...storage.files()].filter(([path]) => path.startsWith("segment_"));
    expect(summary.byteLength).toBe(files.reduce((sum, [, bytes]) => sum + bytes.length, 0));
    const db = await open(storage, types);
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

  it("takes records as they come: an array, a generator, a stream; none at all too", async () => {
    async function* stream(): AsyncGenerator<[number, bigint]> {
      yield* numbers(100);
    }
    const sums = [];
    for (const source of [[...numbers(100)], numbers(100), stream()]) {
      const storage = memoryStorage();
      expect((await build(storage, source, types)).recordCount).toBe(100);
      sums.push([...storage.files()].map(([path, bytes]) => `${path} ${Buffer.from(bytes).toString("hex")}`).join());
    }
    expect(new Set(sums).size).toBe(1);

    const empty = memoryStorage();
    expect(await build(empty, [], types)).toMatchObject({ recordCount: 0, segmentCount: 0, version: 1 });
    const db = await open(empty, types);
    expect(db.getSync(1)).toBeUndefined();
    await db.close();
  });

  it("lets the last record of a key win, or the newest where records have seconds", async () => {
    const last = memoryStorage();
    await build(
      last,
      [
        [1, 1n],
        [1, 2n],
      ],
      types,
    );
    const db = await open(last, types);
    expect(db.getSync(1)).toBe(2n);
    await db.close();
    const newest = memoryStorage();
    const source: SourceRecord<number, bigint>[] = [
      [1, 1n, 20],
      [1, 2n, 10],
      [2, 1n, 10],
      [2, 2n, 10],
    ];
    await build(newest, source, { ...types, timestamps: true });
    const stamped = await open(newest, types);
    expect(await stamped.getMany([1, 2])).toEqual([1n, 2n]);
    await stamped.close();
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 31 - 1])(
    "refuses the timestamp %d with the record's number",
    async (timestamp) => {
      const storage = memoryStorage();
      const source: SourceRecord<number, bigint>[] = [
        [1, 1n, 20],
        [2, 2n, timestamp],
      ];
      const error = await failureOf(build(storage, source, { ...types, timestamps: true }));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toMatch(/^Record 2 of the source: Unusable timestamp/);
      expect([...storage.files().keys()]).toEqual([]);
    },
  );

  it("names the record that has a bad key or value, and leaves nothing", async () => {
    const storage = memoryStorage();
    const bad: [unknown, unknown, string][] = [
      ["x", 1n, "INVALID_KEY"],
      [2 ** 32, 1n, "INVALID_KEY"],
      [1, 1, "INVALID_VALUE"],
      [1, -1n, "INVALID_VALUE"],
    ];
    for (const [key, value, code] of bad) {
      // After enough records for several segments.
      const source = [...numbers(5_000), [key, value] as [number, bigint]];
      const error = await failureOf(build(storage, source, { ...types, segmentBytes: 20_000 }));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(/^Record 5001 of the source: Unusable (key|value)/);
      expect([...storage.files().keys()]).toEqual([]);
    }
    expect((await build(storage, numbers(10), types)).keyCount).toBe(10);
  });

  it("passes on what the source throws, closes the source, and leaves nothing", async () => {
    const storage = memoryStorage();
    const failure = new Error("the source broke");
    function* broken(): Generator<[number, bigint]> {
      yield* numbers(3_000);
      throw failure;
    }
    await expect(build(storage, broken(), { ...types, segmentBytes: 10_000 })).rejects.toBe(failure);
    let isClosed = false;
    function* watched(): Generator<[number, bigint]> {
      try {
        for (let i = 0; ; i++) yield [i, i as unknown as bigint];
      } finally {
        isClosed = true;
      }
    }
    expect((await failureOf(build(storage, watched(), types))).code).toBe("INVALID_VALUE");
    expect(isClosed).toBe(true);
    expect([...storage.files().keys()]).toEqual([]);
  });

  it("stops when its signal says so, at once or in the middle, and leaves nothing", async () => {
    const directory = mkdtempSync(join(tmpdir(), "build-"));
    try {
      const reason = new Error("changed my mind");
      const early = await failureOf(build(directory, numbers(10), { ...types, signal: AbortSignal.abort(reason) }));
      expect(early).toMatchObject({ code: "ABORTED", cause: reason });
      expect(early.message).toBe("The build was aborted; no index was made.");
      const controller = new AbortController();
      let taken = 0;
      const onProgress = ({ recordCount }: BuildProgress): void => {
        taken = recordCount;
        controller.abort();
      };
      const options: BuildOptions<"u32", "u64"> = {
        ...types,
        signal: controller.signal,
        onProgress,
        segmentBytes: 50_000,
      };
      expect((await failureOf(build(directory, numbers(1_000_000), options))).code).toBe("ABORTED");
      expect(taken).toBeLessThan(100_000);
      // Even at the very end, before anything is published.
      const last = new AbortController();
      const atEnd = { ...types, signal: last.signal, onProgress: () => last.abort() };
      expect((await failureOf(build(directory, numbers(10), atEnd))).code).toBe("ABORTED");
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("leaves nothing when its progress callback throws", async () => {
    const storage = memoryStorage();
    const failure = new Error("the callback broke");
    const onProgress = (): void => {
      throw failure;
    };
    await expect(build(storage, numbers(10), { ...types, onProgress })).rejects.toBe(failure);
    expect([...storage.files().keys()]).toEqual([]);
  });

  it("reports how far it is, and the whole at the end", async () => {
    const counts: number[] = [];
    await build(memoryStorage(), numbers(50_000), {
      ...types,
      onProgress: ({ recordCount }) => counts.push(recordCount),
    });
    expect(counts.length).toBeGreaterThan(2);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(50_000);
  });

  it("refuses a place that has an index, one that is locked, and a bad option", async () => {
    const storage = memoryStorage();
    await build(storage, numbers(10), types);
    const before = [...storage.files().keys()];
    expect((await failureOf(build(storage, numbers(5), types))).code).toBe("EXISTS");
    expect([...storage.files().keys()]).toEqual(before);
    const db = await open(storage);
    expect((await failureOf(build(storage, numbers(5), types))).code).toBe("LOCKED");
    await db.close();
    const fresh = memoryStorage();
    for (const segmentBytes of [0, -1, 1.5, Number.NaN]) {
      const error = await failureOf(build(fresh, numbers(5), { ...types, segmentBytes }));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain(
        `Unusable option segmentBytes: expected a whole number of bytes, got ${segmentBytes}.`,
      );
    }
    expect((await failureOf(build(fresh, numbers(5), { value: "u64" } as typeof types))).code).toBe("INVALID_OPTION");
    expect([...fresh.files().keys()]).toEqual([]);
    await build(fresh, numbers(5), types);
  });
});
