import { describe, expect, it } from "vitest";
import { rngOf, seedFrom } from "../support/rng.js";
import { relisted, resigned } from "./forge.js";
import { layoutNames, makeBase, probe, Tally } from "./hostile.js";
import { mutateSegment } from "./mutations.js";

/** Mutated mounts of each layout. */
const mountCount = 5_000;
/** Bytes of a bucket of each layout. */
const bucketBytes = [12, 16, 16, 12, 12, 8, 20];
const seed = seedFrom("FUZZ_SEED");

describe.each(layoutNames)("hostile structure in an index from %s", (name) => {
  const layout = layoutNames.indexOf(name);

  it("gives a value, absence or a typed error, with hashes that vouch for it and without", async () => {
    const base = await makeBase(layout);
    const tally = new Tally();
    for (let i = 0; i < mountCount; i++) {
      const ownSeed = (seed + layout * 1_000_003 + i) >>> 0;
      const rng = rngOf(ownSeed);
      const files = new Map(base.files);
      // Alone, a segment's records are not looked up again by their keys when they are walked.
      if (rng.once(3)) files.delete("version.3");
      const done: string[] = [];
      const isSigned = rng.once(4);
      try {
        for (let count = 1 + rng.int(3); count > 0; count--) {
          done.push(mutateSegment(files, rng, bucketBytes[layout] as number));
        }
        await probe(
          base,
          isSigned ? resigned(base, files) : relisted(base, files),
          isSigned ? "open" : "none",
          false,
          tally,
        );
      } catch (cause) {
        throw new Error(`${cause}\n  mount ${i}: ${done.join("; ")}\n  repeat with FUZZ_SEED=${seed}`, { cause });
      }
    }
    console.log(`outcome: ${tally}`);
    const isInline = /to (u64|f32|u16),/.test(name);
    expect(tally.of("mounts")).toBe(mountCount);
    expect(tally.of("opened")).toBeGreaterThan(mountCount / 4);
    expect(tally.of("right")).toBeGreaterThan(50_000);
    expect(tally.of("absent")).toBeGreaterThan(50_000);
    expect(tally.of("wrong")).toBeGreaterThan(1_000);
    expect(tally.of("CORRUPTION")).toBeGreaterThan(isInline ? 1_000 : 3_000);
    expect(tally.of("FORMAT_UNSUPPORTED")).toBeGreaterThan(50);
    // A cuckoo table's lookup ends within its blocks, whatever they hold.
    expect(tally.of("LIMIT")).toBeGreaterThanOrEqual(name.endsWith("store") ? 0 : 100);
  });
});
