import { describe, expect, it } from "vitest";
import { Directory } from "../../../bindings/kernel/directory.js";
import { KeyForm, Kind } from "../../../bindings/kernel/kind.js";
import { type FormShape, openForm, Segment, type TableShape } from "../../../bindings/kernel/segment.js";
import { Space } from "../../../bindings/kernel/space.js";
import { Status } from "../../../bindings/kernel/status.js";

const shape: TableShape = { kind: Kind.timestamped, valueBytes: 4, inline: true, occupancyPct: 50 };
const formShape: FormShape = {
  keys: KeyForm.integer,
  fixedBytes: 0,
  numbers: false,
  inline: true,
  seed: 0n,
  newestWins: false,
  regionCount: 0,
};
const budgetBytes = 2 ** 30;

interface Bench {
  readonly space: Space;
  readonly form: number;
  build(): Segment;
  add(segment: Segment, key: bigint, value: number, timestamp: number): void;
  find(directory: Directory, key: bigint): number | undefined;
}

function benchOf(memoryLimit?: number): Bench {
  const space = new Space(memoryLimit);
  const form = openForm(space, formShape, "a test");
  const staged = space.allocate(32, "a test");
  return {
    space,
    form,
    build: () => Segment.build(space, form, shape, budgetBytes, "a test"),
    add(segment, key, value, timestamp) {
      space.words.set([8, 4, timestamp, 0], staged >>> 2);
      space.longs[(staged >>> 3) + 2] = key;
      space.words[(staged >>> 2) + 6] = value;
      expect(segment.addMany(staged, staged + 32)).toEqual({ status: Status.ok, consumedBytes: 32 });
    },
    find(directory, key) {
      if (space.kernel.readFindInteger(directory.ptr, key) !== Status.ok) return undefined;
      return space.words[(space.words[space.kernel.readAnswer() >>> 2] as number) >>> 2];
    },
  };
}

describe("a segment", () => {
  it("is freed by the last of its holders", () => {
    const { space, build } = benchOf();
    const used = space.kernel.memoryUsed();
    const segment = build();
    segment.hold();
    segment.release();
    expect(space.kernel.memoryUsed()).toBeGreaterThan(used);
    segment.release();
    expect(space.kernel.memoryUsed()).toBe(used);
  });

  it("stays as long as a clone of it, which keeps what it was", () => {
    const { space, form, build, add, find } = benchOf();
    const used = space.kernel.memoryUsed();
    const segment = build();
    add(segment, 1n, 11, 5);
    const clone = segment.clone("a test");
    add(segment, 1n, 12, 6);
    add(segment, 2n, 22, 7);
    segment.release();
    const directory = new Directory(space, form, [clone], false, "a test");
    expect(find(directory, 1n)).toBe(11);
    expect(find(directory, 2n)).toBeUndefined();
    clone.release();
    expect(find(directory, 1n)).toBe(11);
    directory.close();
    expect(space.kernel.memoryUsed()).toBe(used);
  });

  it("says its counts, its newest second and its size, before and after sealing", () => {
    const { space, build, add } = benchOf();
    const segment = build();
    for (let i = 0; i < 10; i++) add(segment, BigInt(i), i, 100 + i);
    expect(segment).toMatchObject({ keyCount: 10, deletedKeyCount: 0, timestampMax: 109, valueFileBytes: 0 });
    segment.seal();
    expect(segment.keyFileBytes).toBe(16 + 20 * 16);
    expect(segment.keyFilePieces()).toEqual([
      { ptr: space.kernel.segmentKeyFile(segment.ptr) >>> 0, byteLength: 16 + 20 * 16 },
    ]);
    expect(segment.valueFilePieces()).toEqual([]);
  });

  it("that cannot be opened or copied for want of memory fails typed, and nothing is kept", () => {
    const { space, build } = benchOf(2 * 1024 * 1024);
    const segment = build();
    const blocks: number[] = [];
    for (let bytes = 1024 * 1024; bytes >= 64; bytes /= 2) {
      try {
        for (;;) blocks.push(space.allocate(bytes, "a test"));
      } catch (error) {
        expect(error).toMatchObject({ code: "MEMORY_LIMIT" });
      }
    }
    const used = space.kernel.memoryUsed();
    expect(build).toThrow(expect.objectContaining({ code: "MEMORY_LIMIT" }));
    expect(() => segment.clone("a test")).toThrow(expect.objectContaining({ code: "MEMORY_LIMIT" }));
    expect(space.kernel.memoryUsed()).toBe(used);
    for (const ptr of blocks) space.free(ptr);
    expect(() => segment.clone("a test").release()).not.toThrow();
  });

  it("of files that are none frees them and fails typed", () => {
    const { space, form } = benchOf();
    const used = space.kernel.memoryUsed();
    const files = (): Parameters<typeof Segment.mount>[3] => {
      const keyFile = space.allocate(100, "a test");
      space.bytes.fill(0xff, keyFile, keyFile + 100);
      const valueFile = space.allocate(100, "a test");
      return { keyFile, keyFileBytes: 100, valueFile, valueFileBytes: 100, timestampMax: 0 };
    };
    expect(() => Segment.mount(space, form, shape, files(), "segment_0_level_0")).toThrow(
      expect.objectContaining({ code: "CORRUPTION" }),
    );
    expect(space.kernel.memoryUsed()).toBe(used);
  });

  it("released after its space was disposed of touches nothing", () => {
    const { space, build } = benchOf();
    const segment = build();
    space.dispose();
    expect(() => segment.release()).not.toThrow();
  });
});

describe("a directory", () => {
  it.each([
    [true, [300, 200, 0]],
    [false, [0, 0, 0]],
  ])("where the newest wins: %s, says what the older segments' newest seconds are: %s", (newestWins, older) => {
    const { space, form, build, add } = benchOf();
    const segments = [100, 300, 200].map((timestamp) => {
      const segment = build();
      add(segment, BigInt(timestamp), 1, timestamp);
      return segment;
    });
    const { ptr } = new Directory(space, form, segments, newestWins, "a test");
    const entries = segments.flatMap((segment, i) => [segment.ptr, older[i]]);
    expect([...space.words.subarray(ptr >>> 2, (ptr >>> 2) + 8)]).toEqual([form, 3, ...entries]);
  });

  it("holds its segments until it is closed", () => {
    const { space, form, build, add, find } = benchOf();
    const used = space.kernel.memoryUsed();
    const segment = build();
    add(segment, 1n, 11, 5);
    const directory = new Directory(space, form, [segment], false, "a test");
    segment.release();
    expect(find(directory, 1n)).toBe(11);
    directory.close();
    expect(space.kernel.memoryUsed()).toBe(used);
  });
});
