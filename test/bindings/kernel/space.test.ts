import { describe, expect, it } from "vitest";
import { IndexError, isIndexError } from "../../../bindings/errors.js";
import { Space, spaceBytesMax } from "../../../bindings/kernel/space.js";

const MiB = 1024 * 1024;

/** A space whose memory no other has used, so that its size is what it grew to itself. */
function freshSpace(memoryLimit?: number): Space {
  for (let i = 0; i < 4; i++) {
    const space = new Space(memoryLimit);
    if (space.kernel.memory.buffer.byteLength <= 65_536) return space;
  }
  throw new Error("no fresh instance");
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isIndexError(error) ? error.code : String(error);
  }
  return "none";
}

describe("a space", () => {
  it("grows with what is asked for, and its views with it", () => {
    const space = freshSpace();
    const small = space.allocate(100, "a test");
    space.bytes[small] = 7;
    const { bytes } = space;
    const large = space.allocate(10 * MiB, "a test");
    expect(bytes.length).toBe(0);
    expect(space.bytes.length).toBeGreaterThan(10 * MiB);
    expect(space.bytes[small]).toBe(7);
    space.words[(large >>> 2) + 1] = 0x01020304;
    expect(space.bytes[large + 4]).toBe(4);
    expect(space.view.getUint32(large + 4, true)).toBe(0x01020304);
    expect(space.longs.buffer).toBe(space.bytes.buffer);
    expect(space.doubles.buffer).toBe(space.bytes.buffer);
  });

  it("grows by half as much again, so that many small requests grow it seldom", () => {
    const space = freshSpace();
    let grown = 0;
    for (let i = 0; i < 3000; i++) {
      const before = space.bytes.buffer;
      space.allocate(10_000, "a test");
      if (space.bytes.buffer !== before) grown++;
    }
    expect(grown).toBeLessThan(25);
  });

  it("never passes its limit: the failure is typed, and all goes on", () => {
    const space = freshSpace(4 * MiB);
    const first = space.allocate(3 * MiB, "a test");
    expect(codeOf(() => space.allocate(2 * MiB, "a test"))).toBe("MEMORY_LIMIT");
    expect(codeOf(() => space.allocate(1e15, "a test"))).toBe("MEMORY_LIMIT");
    expect(space.bytes.length).toBeLessThanOrEqual(4 * MiB);
    const second = space.allocate(MiB / 2, "a test");
    expect(second).toBeGreaterThan(first);
    space.free(first);
    expect(space.allocate(3 * MiB, "a test")).toBe(first);
    expect(() => space.allocate(4 * MiB, "loading a/b")).toThrow(/^loading a\/b: .*may not grow/);
  });

  it("reaches its limit to the page where a generous growth would pass it", () => {
    const space = freshSpace(4 * MiB);
    space.allocate(3 * MiB, "a test");
    expect(() => space.allocate(0.25 * MiB, "a test")).not.toThrow();
    expect(space.bytes.length).toBe(4 * MiB);
  });

  it("takes no limit past what 32 bits can address, and refuses what does not fit below it", () => {
    expect(spaceBytesMax).toBe(2 ** 32 - 65_536);
    const space = freshSpace(2 ** 40);
    for (const bytes of [2 ** 32, 2 ** 32 - 1, spaceBytesMax, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => space.allocate(bytes, "a test"))).toBe("MEMORY_LIMIT");
    }
    expect(space.bytes.length).toBeLessThan(MiB);
    expect(space.allocate(100, "a test")).toBeGreaterThan(0);
  });

  it("hashes JavaScript's bytes and keeps nothing of them", () => {
    const space = new Space();
    const used = space.kernel.memoryUsed();
    expect(space.xxh64(new Uint8Array(0), 0n)).toBe(0xef46db3751d8e999n);
    expect(space.xxh64(new TextEncoder().encode("a"), 0n)).toBe(0xd24ec4f1a98c6e5bn);
    expect(space.kernel.memoryUsed()).toBe(used);
  });

  it("does no more work after a trap, and says why", () => {
    const space = new Space();
    const trap = new WebAssembly.RuntimeError("unreachable");
    const error = space.poison(trap);
    expect(error).toMatchObject({ code: "POISONED", cause: trap });
    expect(space.unusable).toBe(true);
    expect(() => space.check()).toThrow(error);
    expect(codeOf(() => space.allocate(1, "a test"))).toBe("POISONED");
    expect(() => space.free(64)).not.toThrow();
  });

  it("is not poisoned by an error of its own", () => {
    const space = new Space();
    const error = new IndexError("INVALID_KEY", "no");
    expect(space.poison(error)).toBe(error);
    expect(space.unusable).toBe(false);
  });

  it("has no memory after dispose", () => {
    const space = new Space();
    const ptr = space.allocate(100, "a test");
    space.dispose();
    space.dispose();
    expect(space.bytes.length).toBe(0);
    expect(codeOf(() => space.allocate(1, "a test"))).toBe("NOT_OPEN");
    expect(() => space.free(ptr)).not.toThrow();
  });

  it("that follows another one begins empty and keeps its own limit, whatever memory it is given", () => {
    const first = new Space();
    const ptr = first.allocate(8 * MiB, "a test");
    first.bytes.fill(0xee, ptr, ptr + 8 * MiB);
    first.dispose();
    const second = new Space(4 * MiB);
    expect(second.kernel.memoryUsed()).toBe(0);
    expect(codeOf(() => second.allocate(5 * MiB, "a test"))).toBe("MEMORY_LIMIT");
    expect(() => second.allocate(3 * MiB, "a test")).not.toThrow();
  });

  it("whose kernel trapped gives it to nobody", () => {
    const first = new Space();
    const { memory } = first.kernel;
    first.poison(new WebAssembly.RuntimeError("unreachable"));
    first.dispose();
    expect(new Space().kernel.memory).not.toBe(memory);
  });
});
