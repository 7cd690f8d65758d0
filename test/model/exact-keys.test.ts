import { describe, it } from "vitest";
import { seedFrom } from "../support/rng.js";
import { checkKeys, expectCoverage } from "./model.js";

const seed = seedFrom("MODEL_SEED");

describe("an index of exact keys answers as a Map under the same rules does", () => {
  it.each(["string", "bytes"] as const)(
    "with %s keys, every type of values and every rule of conflicts",
    async (key) => {
      await checkKeys(key, 4, seed);
    },
  );

  it("and met every case often enough to prove something", () => {
    expectCoverage(95_000);
  });
});
