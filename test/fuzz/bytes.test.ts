import { afterAll, describe, expect, it } from "vitest";
import { rehashed, replaced } from "./forge.js";
import { layoutNames, makeBase, probe, Tally } from "./hostile.js";

/** Bytes at the start of a key or value file that are tried one by one; small files are tried whole. */
const headBytes = 64;
const isLarge = (path: string): boolean => path.endsWith("/key") || path.endsWith("/value");

/** Other values of a byte: its ends, and one bit off. */
function otherValues(byte: number): number[] {
  return [...new Set([0x00, 0xff, byte ^ 0x01, byte ^ 0x80])].filter((value) => value !== byte);
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

describe.each(layoutNames)("a changed byte of an index from %s", (name) => {
  const layout = layoutNames.indexOf(name);
  const hashed = new Tally();
  const bare = new Tally();

  afterAll(() => console.log(`outcome, hashes checked: ${hashed}; not checked: ${bare}`));

  it("in a segment's files is found by its hash, and does no harm without one", async () => {
    const base = await makeBase(layout);
    // The newest segment of every other layout, the older one of the rest.
    const directory = `segment_${layout % 2}_level_0/`;
    for (const [path, bytes] of base.files) {
      if (!path.startsWith(directory)) continue;
      const end = isLarge(path) ? headBytes : bytes.length;
      for (let at = 0; at < end; at++) {
        for (const value of otherValues(bytes[at] as number)) {
          const files = replaced(base.files, path, changed(bytes, at, value));
          const before = hashed.of("CORRUPTION");
          await probe(base, files, "open", true, hashed);
          // All of it but the metrics of an index without timestamps, which nobody reads.
          const isRead = base.options.timestamps === true || !path.endsWith("segment_metrics");
          if (isRead) expect(hashed.of("CORRUPTION"), `${path}, byte ${at}`).toBe(before + 1);
          await probe(base, files, "none", false, bare);
        }
      }
    }
    expect(hashed.of("CORRUPTION")).toBeGreaterThan(1_000);
    expect(hashed.of("wrong")).toBe(0);
    expect(bare.of("opened")).toBeGreaterThan(500);
    expect(bare.of("right")).toBeGreaterThan(50_000);
    expect(bare.of("CORRUPTION")).toBeGreaterThan(100);
  });

  it("in the version file makes the version before it answer, or is refused", async () => {
    const base = await makeBase(layout);
    const bytes = base.files.get("version.3") as Uint8Array;
    const damaged = new Tally();
    const forged = new Tally();
    for (let at = 0; at < bytes.length; at++) {
      // Every value for one layout; the manifests of the others hardly differ.
      const values = otherValues(bytes[at] as number).slice(layout === 1 ? 0 : 2);
      for (const value of values) {
        const file = changed(bytes, at, value);
        await probe(base, replaced(base.files, "version.3", file), "open", true, damaged);
        await probe(base, replaced(base.files, "version.3", rehashed(file)), "open", false, forged);
      }
    }
    console.log(`outcome, damaged: ${damaged}; forged: ${forged}`);
    expect(damaged.of("version 2")).toBe(damaged.of("mounts"));
    expect(damaged.of("right")).toBeGreaterThan(50_000);
    expect(forged.of("version 3")).toBeGreaterThan(20);
    expect(forged.of("version 2")).toBeGreaterThan(300);
    expect(forged.of("FORMAT_UNSUPPORTED")).toBeGreaterThan(20);
    expect(forged.of("CORRUPTION")).toBeGreaterThan(10);
  });
});
