import { describe, expect, it } from "vitest";
import { relisted, replaced, resigned } from "./forge.js";
import { type Base, type Files, layoutNames, makeBase, probe, Tally } from "./hostile.js";

/** Lengths tried one by one. */
const truncatedBytesMax = 4_096;
const growthBytes = [1, 16, 4_096];

const filled = (byteLength: number, byte: number): Uint8Array => new Uint8Array(byteLength).fill(byte);

function grown(bytes: Uint8Array, byteLength: number, byte: number): Uint8Array {
  const longer = filled(bytes.length + byteLength, byte);
  longer.set(bytes);
  return longer;
}

/** Paths of the segment that is damaged: the newest of every other layout, the older one of the rest. */
function pathsOf(base: Base, layout: number): string[] {
  return [...base.files.keys()].filter((path) => path.startsWith(`segment_${layout % 2}_level_0/`));
}

describe.each(layoutNames)("a file of another size in an index from %s", (name) => {
  const layout = layoutNames.indexOf(name);

  it("is noticed at every length it may be cut to", async () => {
    const base = await makeBase(layout);
    const listed = new Tally();
    const bare = new Tally();
    const hashed = new Tally();
    let lengths = 0;
    for (const path of pathsOf(base, layout)) {
      const bytes = base.files.get(path) as Uint8Array;
      for (let length = 0; length < Math.min(bytes.length, truncatedBytesMax + 1); length++) {
        lengths++;
        const files = replaced(base.files, path, bytes.subarray(0, length));
        const whole = relisted(base, files);
        await probe(base, whole, "none", false, bare);
        // Refused before anything is looked up: a sample is enough.
        if (length % 8 === 0) await probe(base, files, length % 16 === 0 ? "none" : "open", true, listed);
        if (length % 8 === 1 && !path.endsWith("segment_metrics")) await probe(base, whole, "open", true, hashed);
      }
    }
    console.log(`outcome, ${lengths} lengths, unlisted: ${listed}; listed: ${bare}; hashed: ${hashed}`);
    // The size in the manifest refuses it: then the version before answers, if it does not need the file.
    expect(listed.of("version 3")).toBe(0);
    expect(listed.of("mounts")).toBe(layout % 2 === 1 ? listed.of("version 2") : listed.of("CORRUPTION"));
    expect(hashed.of("mounts")).toBe(hashed.of("CORRUPTION"));
    expect(bare.of("CORRUPTION")).toBeGreaterThan(lengths / 3);
    expect(bare.of("right")).toBeGreaterThan(1_000);
    expect(bare.of("wrong")).toBeLessThan(bare.of("right"));
    expect(lengths).toBeGreaterThan(2_000);
  });

  it("is noticed when it grew, was emptied, zeroed, removed or swapped with another", async () => {
    const base = await makeBase(layout);
    const listed = new Tally();
    const bare = new Tally();
    const signed = new Tally();
    const others = await Promise.all(layoutNames.map((_, other) => makeBase(other)));
    const tryAll = async (files: Files): Promise<void> => {
      await probe(base, files, "open", true, listed);
      await probe(base, relisted(base, files), "none", false, bare);
      await probe(base, resigned(base, files), "open", false, signed);
    };
    for (const path of [...pathsOf(base, layout), "version.3"]) {
      const bytes = base.files.get(path) as Uint8Array;
      for (const growth of growthBytes) {
        for (const byte of [0x00, 0xa5, 0xff]) await tryAll(replaced(base.files, path, grown(bytes, growth, byte)));
      }
      await tryAll(replaced(base.files, path, filled(0, 0)));
      for (const byte of [0x00, 0xff]) await tryAll(replaced(base.files, path, filled(bytes.length, byte)));
      const without = new Map(base.files);
      without.delete(path);
      await tryAll(without);
      // Every other file of this index, and the same file of every other index.
      for (const [otherPath, other] of base.files)
        if (otherPath !== path) await tryAll(replaced(base.files, path, other));
      for (const { files } of others) {
        const other = files.get(path);
        if (other !== undefined) await tryAll(replaced(base.files, path, other));
      }
    }
    console.log(`outcome, unlisted: ${listed}; listed: ${bare}; signed: ${signed}`);
    expect(listed.of("wrong")).toBe(0);
    expect(listed.of("CORRUPTION")).toBeGreaterThan(5);
    expect(listed.of("version 2")).toBeGreaterThan(5);
    expect(bare.of("CORRUPTION")).toBeGreaterThan(20);
    expect(signed.of("CORRUPTION")).toBeGreaterThan(20);
    expect(signed.of("right")).toBeGreaterThan(1_000);
  });
});
