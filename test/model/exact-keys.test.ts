import { describe, expect, it } from "vitest";
import { seedFrom } from "../support/rng.js";
import { checkKeys, counts } from "./model.js";

const seed = seedFrom("MODEL_SEED");

describe("an index of exact keys answers as a Map under the same rules does", () => {
  it.each(["string", "bytes"] as const)(
    "with %s keys, every type of values and every rule of conflicts",
    async (key) => {
      await checkKeys(key, 4, seed);
    },
  );

  it("and met every case often enough to prove something", () => {
    console.log(JSON.stringify(counts));
    expect(counts.operations).toBeGreaterThanOrEqual(95_000);
    expect(counts.overwrites).toBeGreaterThan(20_000);
    expect(counts.deletionsOfPresent).toBeGreaterThan(5_000);
    expect(counts.putsOfDeleted).toBeGreaterThan(5_000);
    expect(counts.staleWrites).toBeGreaterThan(3_000);
    expect(counts.found).toBeGreaterThan(20_000);
    expect(counts.absent).toBeGreaterThan(20_000);
    expect(counts.iterated).toBeGreaterThan(20_000);
    expect(counts.flushes).toBeGreaterThan(2_000);
    expect(counts.reopens).toBeGreaterThan(1_000);
    expect(counts.rolledOver).toBeGreaterThan(1_000);
    expect(counts.runsOnDisk).toBeGreaterThan(5);
  });
});
