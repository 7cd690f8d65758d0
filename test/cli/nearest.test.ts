import { expect, test } from "vitest";
import { nearest } from "../../bindings/cli/nearest.js";

const words = ["build", "get", "scan", "stats", "key", "key-type", "value-type"];

test.each([
  ["biuld", "build"],
  ["BUILD", "build"],
  ["gte", "get"],
  ["kye", "key"],
  ["stat", "stats"],
  ["keytype", "key-type"],
  ["valuetyp", "value-type"],
  ["bu", "build"],
])("%s is likely %s", (word, expected) => expect(nearest(word, words)).toBe(expected));

test.each(["", "x", "frobnicate", "x".repeat(100_000)])("nothing is near %.10s", (word) => {
  expect(nearest(word, words)).toBeUndefined();
});
