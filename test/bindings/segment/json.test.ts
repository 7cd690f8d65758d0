import { describe, expect, it } from "vitest";
import { encodeJson, hex64, parseFields } from "../../../bindings/segment/json.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const fieldsOf = (text: string) => parseFields(bytesOf(text), "file.json");

describe("untrusted JSON", () => {
  it.each(["", "{", "[]", "null", "3", '"text"', "\ufeff{}", '{"a":1}x', "{'a':1}", "NaN", "[".repeat(1_000_000)])(
    "that is no object is corrupt: %.20j",
    (text) => {
      expect(() => fieldsOf(text)).toThrow(expect.objectContaining({ code: "CORRUPTION", file: "file.json" }));
    },
  );

  it("must be strict UTF-8", () => {
    const bytes = bytesOf('{"a":"?"}');
    for (const bad of [0x80, 0xc0, 0xff]) {
      bytes[6] = bad;
      expect(() => parseFields(bytes, "file.json")).toThrow(expect.objectContaining({ code: "CORRUPTION" }));
    }
  });

  it("gives each field by its type", () => {
    const fields = fieldsOf('{"b":true,"i":-0,"n":0.5,"t":"abc","o":{"i":7},"l":[{"i":1},{"i":2}]}');
    expect(fields.boolean("b")).toBe(true);
    expect(Object.is(fields.integer("i"), 0)).toBe(true);
    expect(fields.number("n", 0, 1)).toBe(0.5);
    expect(fields.text("t", /^[a-c]{3}$/, "abc")).toBe("abc");
    expect(fields.object("o").integer("i")).toBe(7);
    expect(fields.objects("l", 2).map((item) => item.integer("i"))).toEqual([1, 2]);
    expect(fields.names()).toEqual(["b", "i", "n", "t", "o", "l"]);
  });

  it.each([
    ["boolean", '"true"'],
    ["boolean", "null"],
    ["integer", '"1"'],
    ["integer", "1.5"],
    ["integer", "-1"],
    ["integer", "9007199254740992"],
    ["integer", "1e999"],
    ["number", "2"],
    ["number", "1e999"],
    ["text", "1"],
    ["text", '"abd"'],
    ["object", "[]"],
    ["object", "null"],
    ["objects", "{}"],
    ["objects", "[1]"],
    ["objects", "[null]"],
  ])("refuses as %s the value %s, and names file and field", (kind, value) => {
    const outer = fieldsOf(`{"outer":{"x":${value}}}`).object("outer");
    const empty = fieldsOf("{}");
    const picks: Record<string, (fields: typeof outer) => unknown> = {
      boolean: (fields) => fields.boolean("x"),
      integer: (fields) => fields.integer("x"),
      number: (fields) => fields.number("x", 0, 1),
      text: (fields) => fields.text("x", /^abc$/, "abc"),
      object: (fields) => fields.object("x"),
      objects: (fields) => fields.objects("x", 1),
    };
    const pick = picks[kind] as (fields: typeof outer) => unknown;
    const field = expect.stringMatching(/^outer\.x(\[0\])?$/);
    expect(() => pick(outer)).toThrow(expect.objectContaining({ code: "CORRUPTION", file: "file.json", field }));
    expect(() => pick(empty)).toThrow(expect.objectContaining({ field: "x", got: "nothing" }));
  });

  it("bounds arrays before it looks into them", () => {
    expect(() => fieldsOf('{"l":[1,2,3]}').objects("l", 2)).toThrow(expect.objectContaining({ code: "LIMIT", got: 3 }));
  });

  it("shows at most a little of a bad value", () => {
    const long = fieldsOf(`{"x":"${"y".repeat(100_000)}"}`);
    expect(() => long.boolean("x")).toThrow(/^.{0,250}$/);
  });

  it("changes no prototype and sees no inherited field", () => {
    const fields = fieldsOf('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(fields.has("toString")).toBe(false);
    expect(fields.has("polluted")).toBe(false);
    expect(() => fields.text("toString", /./, "text")).toThrow(expect.objectContaining({ got: "nothing" }));
    expect(fields.object("__proto__").boolean("polluted")).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("written JSON", () => {
  it("has no blanks, and the order it was given", () => {
    expect(new TextDecoder().decode(encodeJson({ b: 1, a: [true, { ä: "ß" }], c: undefined }))).toBe(
      '{"b":1,"a":[true,{"ä":"ß"}]}',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("never holds %d", (value) => {
    expect(() => encodeJson({ a: { ratio: value } })).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", field: "ratio" }),
    );
  });

  it("prints a u64 as 16 digits", () => {
    expect([0n, 0xabcn, 2n ** 64n - 1n].map(hex64)).toEqual(["0000000000000000", "0000000000000abc", "f".repeat(16)]);
  });
});
