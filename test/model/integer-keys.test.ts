import { describe, it } from "vitest";
import { seedFrom } from "../support/rng.js";
import { checkKeys, expectCoverage } from "./model.js";

const seed = seedFrom("MODEL_SEED");

describe("an index of integer keys answers as a Map under the same rules does", () => {
  it.each(["u64", "i64", "u32", "i32", "u53"] as const)(
    "with %s keys, every type of values and every rule of conflicts",
    async (key) => {
      await checkKeys(key, 2, seed);
    },
  );

  it("and met every case often enough to prove something", () => {
    expectCoverage(115_000);
  });
});
