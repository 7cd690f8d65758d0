import { describe, expect, it } from "vitest";
import { hashNumber, hashNumberChecked } from "../../../bindings/schema/hash-key.js";

describe("the hashed key of a number", () => {
  it.each([
    ["0", 0n],
    ["-0", 0n],
    ["1", 1n],
    ["+1", 1n],
    ["-1", 2n ** 64n - 1n],
    ["007", 7n],
    [" \t\n\v\f\r42\r\f\v\n\t ", 42n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["-9223372036854775808", 2n ** 63n],
    [5, 5n],
    [-5, 2n ** 64n - 5n],
    [-0, 0n],
    [2 ** 53 - 1, 2n ** 53n - 1n],
    [-(2n ** 63n), 2n ** 63n],
  ])("is of signed %s the 64 bits of it", (key, hashed) => {
    expect(hashNumber("int64", key)).toBe(hashed);
    expect(hashNumberChecked("int64", key)).toBe(hashed);
  });

  it.each([
    ["18446744073709551615", 2n ** 64n - 1n],
    ["+7", 7n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    [9, 9n],
  ])("is of unsigned %s the 64 bits of it", (key, hashed) => {
    expect(hashNumber("uint64", key)).toBe(hashed);
  });

  it.each<[string, unknown]>([
    ["is empty", ""],
    ["is blank", "  "],
    ["has a blank inside", "1 2"],
    ["has a blank after its sign", "- 1"],
    ["has two signs", "--1"],
    ["is a sign", "+"],
    ["is no decimal", "0x10"],
    ["has a fraction", "1.0"],
    ["has an exponent", "1e3"],
    ["has an odd blank", "\u00a01"],
    ["has other digits", "١"],
    ["is beyond 64 bits", "9223372036854775808"],
    ["is below 64 bits", "-9223372036854775809"],
    ["is endless", "1".repeat(1_000_000)],
    ["is a fraction", 0.5],
    ["is not finite", Number.NaN],
    ["may have been rounded", 2 ** 53],
    ["is a great bigint", 2n ** 63n],
    ["is nothing", undefined],
    ["is null", null],
  ])("is none when a signed key %s", (_why, key) => {
    expect(hashNumber("int64", key as never)).toBeUndefined();
    expect(() => hashNumberChecked("int64", key as never)).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
  });

  it.each(["-1", "-0", -1, -1n, "18446744073709551616", 2n ** 64n])("is none when an unsigned key is %s", (key) => {
    expect(hashNumber("uint64", key)).toBeUndefined();
  });
});
