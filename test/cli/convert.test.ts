import { describe, expect, test } from "vitest";
import { converter, Mismatch } from "../../bindings/cli/convert.js";
import type { KeyType } from "../../bindings/schema/key-type.js";
import type { ValueType } from "../../bindings/schema/value-type.js";

const taken: [KeyType | ValueType, unknown, unknown][] = [
  ["string", "a", "a"],
  ["string", 12, "12"],
  ["string", 0.5, "0.5"],
  ["string", Number.MAX_SAFE_INTEGER, "9007199254740991"],
  ["bytes", "00fF", Uint8Array.of(0, 255)],
  ["bytes", "", new Uint8Array()],
  ["u8", "255", 255],
  ["i8", -128, -128],
  ["u32", "4294967295", 4294967295],
  ["u32", "007", 7],
  ["i32", "-0", 0],
  ["u53", "9007199254740991", 9007199254740991],
  ["u64", "18446744073709551615", 2n ** 64n - 1n],
  ["u64", 7, 7n],
  ["i64", "-9223372036854775808", -(2n ** 63n)],
  ["f64", "-1.5e3", -1500],
  ["f64", ".5", 0.5],
  ["f32", 0.1, 0.1],
  ["json", null, null],
  ["json", { a: 1 }, { a: 1 }],
];

const refused: [KeyType | ValueType, unknown][] = [
  ["string", null],
  ["string", true],
  ["string", 2 ** 53],
  ["string", Number.POSITIVE_INFINITY],
  ["bytes", "abc"],
  ["bytes", "0x00"],
  ["u8", 256],
  ["u8", "-1"],
  ["u8", 1.5],
  ["u8", ""],
  ["u8", " 1"],
  ["u8", "1e2"],
  ["u53", "9007199254740992"],
  ["u53", "9007199254740993"],
  ["u64", "18446744073709551616"],
  ["u64", 2 ** 53],
  ["u64", "-1"],
  ["u64", "1".repeat(1000)],
  ["i64", "9223372036854775808"],
  ["i64", null],
  ["f64", "1,5"],
  ["f64", "NaN"],
  ["f64", ""],
  ["f64", [1]],
];

describe("a cell", () => {
  test.each(taken)("%s takes %j", (type, cell, value) => {
    expect(converter(type)(cell)).toEqual(value);
  });

  test.each(refused)("%s refuses %j", (type, cell) => {
    expect(converter(type)(cell)).toBeInstanceOf(Mismatch);
  });

  test("a number that JSON has rounded is refused with the reason", () => {
    expect(converter("u64")(JSON.parse("12345678901234567890"))).toMatchObject({ advice: / round .* string/ });
  });

  test("a whole number is never minus zero", () => {
    expect(Object.is(converter("i32")(-0), 0)).toBe(true);
  });
});
