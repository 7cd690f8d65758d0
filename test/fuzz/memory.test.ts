import { describe, expect, it } from "vitest";
import { residentBytes } from "../support/resident-bytes.js";
import { rngOf, seedFrom } from "../support/rng.js";
import { relisted } from "./forge.js";
import { makeBase, probe, Tally } from "./hostile.js";
import { mutateSegment } from "./mutations.js";

const MiB = 1024 * 1024;
const seed = seedFrom("FUZZ_SEED");

describe("hostile indexes", () => {
  it("leave no memory behind, whether they open, fail to or fail later", async () => {
    const base = await makeBase(0);
    const tally = new Tally();
    const mountMany = async (count: number, from: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const rng = rngOf(seed + from + i);
        const files = new Map(base.files);
        mutateSegment(files, rng, 12);
        await probe(base, rng.once(2) ? files : relisted(base, files), "none", false, tally);
      }
    };
    await mountMany(300, 0);
    const before = await residentBytes();
    await mountMany(1_500, 300);
    const grown = (await residentBytes()) - before;
    console.log(`resident memory grew by ${(grown / MiB).toFixed(1)} MiB in 1,500 mounts; ${tally}`);
    expect(tally.of("opened")).toBeGreaterThan(300);
    expect(tally.of("CORRUPTION")).toBeGreaterThan(300);
    expect(grown, `repeat with FUZZ_SEED=${seed}`).toBeLessThan(40 * MiB);
  });
});
