import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { KeyForm, Kind } from "../../../bindings/kernel/kind.js";
import { keyTypes } from "../../../bindings/schema/key-type.js";
import { createSchema, readSchema, schemaWords } from "../../../bindings/schema/schema.js";
import { valueTypes } from "../../../bindings/schema/value-type.js";
import { createVariant } from "../../../bindings/schema/variant.js";

const all = keyTypes.flatMap((key) =>
  valueTypes.flatMap((value) => [false, true].map((timestamps) => ({ key, value, timestamps }))),
);

describe("a schema", () => {
  it("comes back from the words a version keeps, for every choice", () => {
    let count = 0;
    for (const choice of all) {
      for (const conflict of ["newest", "last-write"] as const) {
        const schema = createSchema({ ...choice, conflict, hashSeed: 2n ** 64n - 1n, occupancyPct: 80, name: "x" });
        const read = readSchema(schemaWords(schema), "x", "version.1");
        // Without timestamps no rule is needed and none is kept.
        expect(read).toEqual(choice.timestamps ? schema : { ...schema, conflict: "newest" });
        count++;
      }
    }
    expect(count).toBe(7 * 13 * 2 * 2);
  });

  it.each([
    ["key", { key: "u128" }],
    ["value", { value: "date" }],
    ["hash", { hash: "siphash" }],
    ["exact", { key: "u32", hash: "mix", exact: true }],
    ["table", { table: "robin hood" }],
    ["conflict", { timestamps: true, conflict: "oldest" }],
    ["occupancyPct", { occupancyPct: 81 }],
  ])("is of a later format when its %s is not known", (field, change) => {
    const words = { ...schemaWords(createSchema({ key: "string", value: "json" })), ...change };
    try {
      readSchema(words, "kv", "version.7");
      expect.unreachable();
    } catch (error) {
      expect(isIndexError(error, "FORMAT_UNSUPPORTED")).toBe(true);
      expect(error).toMatchObject({ file: "version.7", field });
      expect((error as Error).message).toMatch(/Open it with the release that wrote it, or a newer one\.$/);
    }
  });

  it("puts fixed numbers under integer keys into the bucket, and everything else into the value file", () => {
    for (const choice of all) {
      const { table, form, values } = createVariant(createSchema(choice));
      const isInteger = choice.key !== "string" && choice.key !== "bytes";
      const isFixed = !["bytes", "string", "json"].includes(choice.value);
      expect(form.keys).toBe(isInteger ? KeyForm.integer : KeyForm.exact);
      expect(table.inline).toBe(isInteger && isFixed);
      expect(form.inline).toBe(table.inline);
      expect(table.valueBytes).toBe(table.inline ? values.byteWidth : 4);
      const untimed = table.inline ? Kind.plain : Kind.offsetShort;
      expect(table.kind).toBe(choice.timestamps ? Kind.timestamped : untimed);
    }
  });

  it("has a type id that differs wherever the files do", () => {
    const shapes = new Map<bigint, string>();
    for (const choice of all) {
      const { table, form, typeId } = createVariant(createSchema(choice));
      const shape = JSON.stringify({ ...table, keys: form.keys });
      expect(shapes.get(typeId) ?? shape).toBe(shape);
      shapes.set(typeId, shape);
    }
    expect(new Set(shapes.values()).size).toBe(shapes.size);
    expect(shapes.size).toBe(12);
  });
});
