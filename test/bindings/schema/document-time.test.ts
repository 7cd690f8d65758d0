import { describe, expect, it } from "vitest";
import { documentSecond } from "../../../bindings/schema/document-time.js";

describe("the second of a document", () => {
  it.each([
    [0, 0],
    [999_999, 0],
    [1_024_000_000, 1_024],
    [1_024_000_001, 1_024],
    [1_024_001_000, 1_024],
    [1_024_999_999n, 1_024],
    [2_147_483_646_000_000, 2_147_483_646],
    [2_147_483_647_000_000, 2_147_483_646],
    [(1n << 63n) - 1n, 2_147_483_646],
    [Infinity, 2_147_483_646],
  ])("of %d microseconds is %i", (microseconds, second) => {
    expect(documentSecond(microseconds)).toBe(second);
  });

  it("is that of its own field when it has one", () => {
    expect(documentSecond(1_024_000_000, 77)).toBe(77);
    expect(documentSecond(-1, 77)).toBe(77);
    expect(documentSecond(0, 2 ** 31)).toBe(2_147_483_646);
    expect([0, -1, Number.NaN].map((own) => documentSecond(5_000_000, own))).toEqual([5, 5, 5]);
  });

  it.each([-1, -1n, Number.NaN])("is none for %s microseconds", (microseconds) => {
    expect(() => documentSecond(microseconds)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
