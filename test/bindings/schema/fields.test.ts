import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FieldWords,
  layoutOf,
  parseRowWord,
  type RowType,
  rowTypeOf,
  rowWord,
} from "../../../bindings/schema/fields.js";
import { sampleRow } from "../../support/rows.js";

const typeOf = (fields: object, format?: string): RowType => ({ fields, ...(format ? { format } : {}) }) as RowType;

describe("a row type", () => {
  it("has its fixed fields first, without gaps, and then those of varying length", () => {
    const layout = layoutOf(
      typeOf({ a: "string", b: "u8", c: "f32[3]", d: "u64", e: "string[]", f: "f16", g: "q8#1[5]", h: "char[7]" }),
    );
    expect(layout.fixed.map(({ field, at }) => [field.name, at, field.byteWidth])).toEqual([
      ["b", 0, 1],
      ["c", 1, 12],
      ["d", 13, 8],
      ["f", 21, 2],
      ["g", 23, 5],
      ["h", 28, 7],
    ]);
    expect(layout.varying.map(({ name }) => name)).toEqual(["a", "e"]);
    expect(layout).toMatchObject({ format: "normal", fixedBytes: 35, byteWidth: 0 });
  });

  it("has one width for all rows when all of its fields are fixed", () => {
    expect(layoutOf(typeOf({ a: "u8", b: "f16[3]" })).byteWidth).toBe(7);
  });

  it.each([
    [{ a: "u8" }, "normal", "normal{a:u8}"],
    [{ price: "f32", tags: "string[]", note: "string?" }, "plain", "plain{price:f32,tags:string[],note:string?}"],
    [{ a: "q8#1.50[]", b: "q8#1e0" }, "impact", "impact{a:q8#1.5[],b:q8#1}"],
  ])("%j in format %s is the word %s", (fields, format, word) => {
    const type = typeOf(fields, format);
    expect(rowWord(layoutOf(type))).toBe(word);
    expect(parseRowWord(word)).toEqual(rowTypeOf(type));
  });

  it("cannot be changed once it is a schema's", () => {
    const given = { a: "u8" };
    const type = rowTypeOf(typeOf(given));
    given.a = "u16";
    expect(type.fields).toEqual({ a: "u8" });
    expect(Object.isFrozen(type) && Object.isFrozen(type.fields)).toBe(true);
  });

  it("comes back from its word, whatever it is", () => {
    fc.assert(
      fc.property(sampleRow(12), ({ type }) => {
        const read = parseRowWord(rowWord(layoutOf(type)));
        expect(read).toEqual(type);
        expect(Object.keys(read?.fields ?? {})).toEqual(Object.keys(type.fields));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    "",
    "normal",
    "normal{}",
    "normal{a}",
    "normal{a:}",
    "normal{a:u9}",
    "normal{a:u8,a:u8}",
    "normal{a:u8,}",
    "normal{a:u8}x",
    "normal {a:u8}",
    "huge{a:u8}",
    "normal{a:u8:u8}",
    "normal{a:u8[0]}",
    "normal{a:u8[01]}",
    "normal{a:q8#1.50}",
    "normal{__proto__:u8}",
    "impact{a:string?,b:string}",
    `normal{${"a".repeat(5_000)}:u8}`,
    `normal{${"a:u8,".repeat(2_000)}b:u8}`,
  ])("has not the word %.40s", (word) => {
    expect(parseRowWord(word)).toBeUndefined();
  });

  it("has no word among texts that only look like one", () => {
    const piece = fc.constantFrom(
      "normal",
      "plain",
      "{",
      "}",
      ":",
      ",",
      "u8",
      "q8#",
      "1",
      "[",
      "]",
      "?",
      "a",
      "char",
      "__proto__",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const word = pieces.join("");
        const type = parseRowWord(word);
        if (type !== undefined) expect(rowWord(layoutOf(type))).toBe(word);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    [{}, "1 … 1024 fields, got 0"],
    [{ "a b": "u8" }, "got a b"],
    [{ "1": "u8" }, "not all digits"],
    [{ "-a": "u8" }, "not beginning with . or -"],
    [{ ["__proto__"]: "u8" }, "field name"],
    [{ a: "text" }, "type of field a"],
    [{ a: "u8?" }, "type of field a"],
    [{ a: "f32[8]?" }, "type of field a"],
    [{ a: "f32[-1]" }, "type of field a"],
    [{ a: "string[3]" }, "type of field a"],
    [{ a: "char" }, "type of field a"],
    [{ a: "char[0]" }, "type of field a"],
    [{ a: "q8#0" }, "type of field a"],
    [{ a: "q8#" }, "type of field a"],
    [{ a: "q8#1e99" }, "type of field a"],
    [{ a: "toString" }, "type of field a"],
    [{ a: 1 }, "type of field a"],
    [{ a: null }, "type of field a"],
    [{ a: "f64[99999999]" }, "at most 67108864 bytes of fixed width"],
    [Object.fromEntries(Array.from({ length: 1_025 }, (_, i) => [`a${i}`, "u8"])), "1 … 1024 fields, got 1025"],
  ])("is refused when it is %.60j", (fields, words) => {
    expect(() => layoutOf(typeOf(fields))).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(words) }),
    );
  });

  it("is refused with a field that may be null where its format cannot say so", () => {
    const fields = { a: "string?", b: "string" } as FieldWords;
    expect(() => layoutOf({ fields, format: "impact" })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(layoutOf({ fields, format: "plain" }).varying).toHaveLength(2);
    expect(layoutOf({ fields: { a: "string[]?", b: "u8[]?" }, format: "impact" }).varying).toHaveLength(2);
    expect(layoutOf({ fields: { a: "string?" }, format: "impact" }).varying).toHaveLength(1);
  });

  it.each([undefined, null, 1, "a", []])("is refused without fields: %j", (fields) => {
    expect(() => layoutOf({ fields } as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("is refused in a format not known", () => {
    expect(() => layoutOf(typeOf({ a: "u8" }, "toString"))).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});
