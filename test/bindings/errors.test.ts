import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { corruption, IndexError, indexError, isIndexError, overLimit } from "../../bindings/errors.js";

describe("an IndexError", () => {
  it("says what, where, expected, got and what to do", () => {
    const error = corruption({
      what: "Wrong hash",
      file: "a/key",
      offset: 16,
      expected: 1n,
      got: "2",
      advice: "Stop.",
    });
    expect(error.message).toBe("Wrong hash (a/key, byte 16): expected 1, got 2. Stop.");
  });

  it("reads well when only what is known", () => {
    expect(indexError("ABORTED", { what: "Merge aborted" }).message).toBe("Merge aborted.");
  });

  it("carries its facts as own properties, and only those it has", () => {
    const error = new IndexError("POISONED", "Trap.", { file: "key", offset: 0, unsavedCount: 3 });
    expect(Object.keys(error).sort()).toEqual(["code", "file", "offset", "unsavedCount"]);
    expect(error).toMatchObject({ code: "POISONED", file: "key", offset: 0, unsavedCount: 3 });
  });

  it("keeps its cause", () => {
    const cause = new Error("disk on fire");
    expect(indexError("IO", { what: "Cannot read", cause }).cause).toBe(cause);
    expect("cause" in indexError("IO", { what: "Cannot read" })).toBe(false);
  });

  it("is an Error with its own name, in the stack too", () => {
    const error = overLimit({ what: "Too many segments", limit: 4, got: 5 });
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toMatch(/^IndexError: Too many segments: expected at most 4, got 5\./);
    expect(inspect(error).match(/IndexError/g)).toHaveLength(1);
  });
});

describe("isIndexError", () => {
  it("knows the class and the code", () => {
    const error: unknown = new IndexError("LOCKED", "Locked.");
    expect(isIndexError(error)).toBe(true);
    expect(isIndexError(error, "LOCKED")).toBe(true);
    expect(isIndexError(error, "IO")).toBe(false);
  });

  it("knows an error made by another copy of the library", () => {
    const error = Object.assign(new Error("Locked."), { name: "IndexError", code: "LOCKED" });
    expect(isIndexError(error, "LOCKED")).toBe(true);
  });

  it.each([undefined, null, "LOCKED", { name: "IndexError", code: "LOCKED" }, new Error("x")])(
    "refuses %s",
    (value) => {
      expect(isIndexError(value)).toBe(false);
    },
  );
});
