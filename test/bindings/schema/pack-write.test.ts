/** FORMAT 4.5 by hand: each byte below follows from its pictures, not from the code. */

import { describe, expect, it } from "vitest";
import type { RowType } from "../../../bindings/schema/fields.js";
import { layoutOf } from "../../../bindings/schema/fields.js";
import { Unpacker } from "../../../bindings/schema/pack-read.js";
import { Packer } from "../../../bindings/schema/pack-write.js";
import { valueSource } from "../../../bindings/schema/value-source.js";
import { hexOf } from "../../support/golden.js";

type Words = { readonly [name: string]: string };

const pack = (fields: Words, row: unknown, format = "normal"): Uint8Array =>
  new Packer(layoutOf({ fields, format } as RowType)).pack(row);
const packed = (fields: Words, row: unknown, format = "normal"): string => hexOf(pack(fields, row, format));
const joined = (...parts: string[]): string => parts.join("").replaceAll(" ", "");

const mixed = { a: "u8", s: "string", b: "u16", t: "string[]", v: "u16[]" };
const mixedRow = { a: 1, s: "hi", b: 0x0203, t: ["x", "yz"], v: Uint16Array.of(5) };
const texts = "02 01 00 02 01 78 02 79 7a";

describe("a packed row", () => {
  it("in the normal format has a step for each field of varying length", () => {
    expect(packed(mixed, mixedRow)).toBe(
      joined(
        "01 03 02",
        "18 00 00 00 00 00 00 00", // at 3: 27 - 3
        "13 00 00 00 00 00 00 00", // at 11: 30 - 11
        "14 00 00 00 00 00 00 00", // at 19: 39 - 19
        "02 68 69",
        texts,
        "01 05 00",
      ),
    );
  });

  it("in the impact format has the ends of all but the last, and prefixes where ends do not tell", () => {
    expect(packed(mixed, mixedRow, "impact")).toBe(joined("01 03 02", "01 02 0b", "68 69", texts, "01 05 00"));
  });

  it("in the impact format with one field of varying length has its prefix only", () => {
    expect(packed({ s: "string", a: "u8" }, { s: "hi", a: 7 }, "impact")).toBe("07026869");
  });

  it("in the plain format has the data in turn", () => {
    expect(packed(mixed, mixedRow, "plain")).toBe(joined("01 03 02", "02 68 69", texts, "01 05 00"));
  });

  it.each(["normal", "impact", "plain"])("of fixed fields is their bytes alone: %s", (format) => {
    const fields = { a: "i16", b: "f32", c: "u8[3]", d: "char[4]", e: "f16", f: "q8#127", g: "i64" };
    const row = { a: -2, b: 1.5, c: [1, 2, 3], d: "ab", e: -4.5, f: 2.5, g: -1n };
    expect(packed(fields, row, format)).toBe(
      joined("fe ff", "00 00 c0 3f", "01 02 03", "61 62 20 20", "80 c4", "03", "ff ff ff ff ff ff ff ff"),
    );
  });

  it.each([
    ["u8", 255, "ff"],
    ["i8", -1, "ff"],
    ["u16", 0x1234, "3412"],
    ["i32", -2, "feffffff"],
    ["u64", 1n, "0100000000000000"],
    ["f32", 1, "0000803f"],
    ["f64", 1, "000000000000f03f"],
    ["f16", 0.3, "cc34"],
    ["q8#1", 0.5, "40"],
  ])("of one field of type %s is the value's own bytes", (word, value, hex) => {
    expect(packed({ a: word }, { a: value })).toBe(hex);
  });

  it("of one text has the bytes of each format", () => {
    expect(packed({ s: "string" }, { s: "hi" })).toBe(joined("08 00 00 00 00 00 00 00", "02 68 69"));
    expect(packed({ s: "string" }, { s: "hi" }, "impact")).toBe("026869");
    expect(packed({ s: "string" }, { s: "hi" }, "plain")).toBe("026869");
  });

  it("says null by the prefix that no count has", () => {
    const fields = { s: "string?", t: "string[]?", n: "f32[]?" };
    expect(packed(fields, { s: null, t: null, n: null }, "plain")).toBe("ffffffff".repeat(3));
    expect(packed(fields, { s: "", t: [], n: [] }, "plain")).toBe("000000");
  });

  it("has prefixes of one to four bytes", () => {
    const head = (length: number): string => packed({ s: "string" }, { s: "a".repeat(length) }, "plain").slice(0, 8);
    expect(head(0x3f)).toMatch(/^3f61/);
    expect(head(0x40)).toMatch(/^404061/);
    expect(head(0x3fff)).toMatch(/^7fff61/);
    expect(head(0x4000)).toMatch(/^80400061/);
    expect(head(0x400000)).toBe("c0400000");
  });

  it("makes room for a longer prefix when text has more bytes than characters", () => {
    const text = "é".repeat(40);
    expect(packed({ s: "string" }, { s: text }, "plain")).toBe(`4050${"c3a9".repeat(40)}`);
    expect(packed({ s: "string", t: "string" }, { s: "é", t: "b" }, "plain")).toBe("02c3a90162");
  });

  it("has entries as wide as the greatest needs", () => {
    const impact = (length: number): string =>
      packed({ s: "string", t: "string" }, { s: "a".repeat(length), t: "b" }, "impact").replaceAll("61", "");
    expect(impact(255)).toBe("01ff0162");
    expect(impact(256)).toBe("0200010162");
    expect(impact(65_535)).toBe("02ffff0162");
    expect(impact(65_536)).toBe("04000001000162");
    const listed = (length: number): string =>
      packed({ t: "string[]" }, { t: ["a".repeat(length), "b"] }, "plain").replaceAll("61", "");
    // The second text starts after the first one's prefix and bytes.
    expect(listed(253)).toBe("020100ff40fd0162");
    expect(listed(254)).toBe("02020000000140fe0162");
    expect(listed(65_532)).toBe("02020000ffff80fffc0162");
    expect(listed(65_533)).toBe("0204000000000000010080fffd0162");
  });

  it("takes arrays for typed arrays, and typed arrays of any place in their buffer", () => {
    const fields = { a: "u16[2]", b: "u16[]", c: "f16[]", d: "u64[]" };
    const expected = joined("01 00 02 00", "01 03 00", "01 00 3c", "01 05 00 00 00 00 00 00 00");
    expect(packed(fields, { a: [1, 2], b: [3], c: [1], d: [5n] }, "plain")).toBe(expected);
    const wide = Uint16Array.of(9, 1, 2, 3, 9);
    const row = { a: wide.subarray(1, 3), b: wide.subarray(3, 4), c: Float32Array.of(1), d: BigUint64Array.of(5n) };
    expect(packed(fields, row, "plain")).toBe(expected);
  });

  it("passes over properties that are no fields, and reads those that are inherited", () => {
    const row = Object.create({ a: 1 }, { extra: { value: 5, enumerable: true } });
    expect(packed({ a: "u8" }, row)).toBe("01");
  });

  it("may be of 64 MiB and no more", () => {
    const most = 64 * 1024 * 1024 - 4;
    const fields = { b: "u8[]" };
    expect(pack(fields, { b: new Uint8Array(most) }, "plain")).toHaveLength(most + 4);
    expect(() => pack(fields, { b: new Uint8Array(most + 1) }, "plain")).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", message: expect.stringContaining("Value too long") }),
    );
    for (const s of ["a".repeat(most + 5), "é".repeat(most / 2 + 1)]) {
      expect(() => pack({ s: "string" }, { s }, "plain")).toThrow(expect.objectContaining({ code: "INVALID_VALUE" }));
    }
  });
});

describe("a row that does not fit", () => {
  const good = { n: 1, l: [1], a: [1, 2], c: "ab", s: "a", t: ["a"], q: 1 };
  const fields = { n: "u8", l: "i32[]", a: "f32[2]", c: "char[4]", s: "string", t: "string[]", q: "q8#1" };

  it.each([
    ["n", 256, "an integer of 0 … 255"],
    ["n", "1", "an integer of 0 … 255"],
    ["n", undefined, "an integer of 0 … 255"],
    ["n", null, "an integer of 0 … 255"],
    ["n", 1n, "an integer of 0 … 255"],
    ["n", Symbol("1"), "an integer of 0 … 255"],
    ["l", 1, "an array or Int32Array"],
    ["l", "12", "an array or Int32Array"],
    ["l", { length: 1, 0: 1 }, "an array or Int32Array"],
    ["l", new Float64Array(1), "an array or Int32Array"],
    ["l", null, "an array or Int32Array"],
    ["l", [1.5], "an integer"],
    ["l", [1, undefined, 2], "an integer"],
    ["a", [1], "2 elements, got 1"],
    ["a", new Float32Array(3), "2 elements, got 3"],
    ["a", ["1", 2], "a number"],
    ["c", "abcde", "at most 4 bytes of UTF-8, got 5"],
    ["c", "ééé", "at most 4 bytes of UTF-8, got 6"],
    ["c", "a ", "a blank at its end"],
    ["c", "abc\u00a0\ud800", "lone surrogates"],
    ["s", "\ud800", "lone surrogates"],
    ["s", `${"a".repeat(70_000)}\udfff`, "lone surrogates"],
    ["s", 1, "a string"],
    ["s", null, "a string"],
    ["t", "a", "an array of strings"],
    ["t", ["a", 1], "a string"],
    ["t", [["a"]], "a string"],
    ["q", Number.NaN, "not NaN"],
  ])("is refused by its field %s: %s", (name, value, words) => {
    const failing = (): unknown => pack(fields, { ...good, [name]: value });
    expect(failing).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", field: name, message: expect.stringContaining(words) }),
    );
  });

  it.each([null, undefined, 1, "row", true])("is refused when it is %s", (row) => {
    expect(() => pack({ n: "u8" }, row)).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", message: expect.stringContaining("an object") }),
    );
  });

  it("leaves nothing of it in the next one", () => {
    const packer = new Packer(layoutOf({ fields: { c: "char[4]", s: "string" }, format: "plain" }));
    expect(() => packer.pack({ c: "abcd", s: 1 })).toThrow();
    expect(hexOf(packer.pack({ c: "x", s: "y" }))).toBe("782020200179");
  });
});

describe("a caller's code that runs while a row is packed", () => {
  const layout = layoutOf({ fields: { a: "string", b: "string", c: "u16[]", d: "string[]" }, format: "plain" });

  it("may pack another row, from a property or from an element", () => {
    const packer = new Packer(layout);
    const inner = { a: "inner a", b: "inner b", c: [1], d: [] };
    const got: Uint8Array[] = [];
    const sly = ["x", "y"];
    Object.defineProperty(sly, 1, {
      get: () => {
        got.push(packer.pack(inner));
        return "y";
      },
    });
    const row = {
      a: "outer a",
      get b() {
        got.push(packer.pack(inner));
        return "outer b";
      },
      c: [7],
      d: sly,
    };
    const outer = packer.pack(row);
    const unpacker = new Unpacker(layout, ["a", "b", "c", "d"]);
    const read = (bytes: Uint8Array): unknown => unpacker.read(valueSource(bytes), 0, bytes.length);
    expect(read(outer)).toEqual({ a: "outer a", b: "outer b", c: Uint16Array.of(7), d: ["x", "y"] });
    expect(got.map(read)).toEqual([1, 2].map(() => ({ ...inner, c: Uint16Array.of(1) })));
  });

  it("sees each element once", () => {
    let asked = 0;
    const sly = ["a", "b"];
    Object.defineProperty(sly, 1, { get: () => (asked++ === 0 ? "b" : "b".repeat(1_000_000)), enumerable: true });
    expect(hexOf(new Packer(layout).pack({ a: "", b: "", c: [], d: sly }))).toBe("0000000201000201610162");
    expect(asked).toBe(1);
  });
});
