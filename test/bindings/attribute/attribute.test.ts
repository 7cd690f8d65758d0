import { describe, expect, it } from "vitest";
import { type ColumnValue, openAttribute, type PatchOptions, patchWriter } from "../../../bindings/attribute.js";
import { nextColumnSpace } from "../../../bindings/kernel/column-space.js";
import { codeOf, directory, write } from "../../support/column-patch.js";
import { rngOf } from "../../support/rng.js";

describe("an open column", () => {
  it("takes updates in place and beyond, nulls too", async () => {
    const single: PatchOptions = { type: "i16", nullable: true, documentCount: 70 };
    const { storage } = await write(
      single,
      Array.from({ length: 70 }, (_, i) => i),
    );
    const column = await openAttribute(storage, directory, single);
    expect(column.update(69, null)).toBe(true);
    expect(column.update(3, -5)).toBe(true);
    expect(column.update(70, 1)).toBe(false);
    expect(column.getMany([2, 3, 69, 70])).toEqual([2, -5, null, undefined]);
    expect(column.isNull(69)).toBe(true);
    expect(column.update(69, -32_768)).toBe(true);
    expect(column.get(69)).toBe(-32_768);
    expect(await codeOf(() => column.update(0, 1e9))).toBe("INVALID_VALUE");
  });

  it.each([
    { type: "string", updatable: true, offsetThreshold: 3_000, documentCount: 300 },
    { type: "string", compress: "equal", updatable: true, documentCount: 300 },
    { type: "string", compress: "uniq|equal", updatable: true, nullable: true, documentCount: 300 },
  ] as const)("of %o takes texts of any length, whatever its offsets are", async (options) => {
    const texts: (string | null)[] = Array.from({ length: 300 }, (_, i) => `t${i % 50}`);
    const { storage } = await write(options, texts as string[]);
    const column = await openAttribute(storage, directory, options);
    const rng = rngOf(5);
    for (let i = 0; i < 2_000; i++) {
      const doc = rng.int(300);
      const text = "nullable" in options && rng.once(9) ? null : "u".repeat(rng.int(40));
      expect(column.update(doc, text)).toBe(true);
      texts[doc] = text;
    }
    expect(column.getMany(texts.map((_, i) => i))).toEqual(texts);
  });

  it("refuses updates where they were not asked for", async () => {
    const options: PatchOptions = { type: "string", documentCount: 1 };
    const { storage } = await write(options, ["a"]);
    const column = await openAttribute(storage, directory, options);
    expect(await codeOf(() => column.update(0, "b"))).toBe("NOT_SUPPORTED");
    column.close();
    expect(await codeOf(() => column.get(0))).toBe("NOT_OPEN");
  });

  it.each([
    [{ type: "u32", documentCount: 3 }, [1, 2, 3], { documentCount: 4 }],
    [{ type: "u32", documentCount: 3 }, [1, 2, 3], { type: "u16" }],
    [{ type: "u32", documentCount: 3 }, [1, 2, 3], { nullable: true }],
    [{ type: "u32", documentCount: 3, compress: "equal" }, [1, 2, 3], { documentCount: 4 }],
    [{ type: "string", documentCount: 2 }, ["a", "b"], { documentCount: 3 }],
    [{ type: "string", documentCount: 2 }, ["a", "b"], { compress: "equal" }],
    [{ type: "string", documentCount: 2, compress: "equal" }, ["a", "b"], { updatable: true }],
  ] as [PatchOptions, ColumnValue[], Partial<PatchOptions>][])(
    "of %o refuses to be opened with %o",
    async (options, values, other) => {
      const { storage } = await write(options, values);
      expect(await codeOf(() => openAttribute(storage, directory, { ...options, ...other }))).toBe("CORRUPTION");
    },
  );
});

describe("the codec's memory", () => {
  it("is given back by every column and every writer, whatever became of it", async () => {
    const kinds: PatchOptions[] = [
      { type: "i16", nullable: true, documentCount: 300 },
      { type: "f32", compress: "fp16|equal", documentCount: 300 },
      { type: "string", compress: "uniq|equal", updatable: true, documentCount: 300 },
      { type: "string", updatable: true, offsetThreshold: 10, documentCount: 300 },
    ];
    // Columns of other tests, which the garbage collector may take any time, lie in the one before.
    const space = nextColumnSpace();
    const used = (): number => space.kernel.memoryUsed();
    const before = used();
    for (const options of kinds) {
      const { storage } = await write(options, options.type === "string" ? Array(300).fill("abc") : Array(300).fill(7));
      const column = await openAttribute(storage, directory, options);
      for (let i = 0; i < 50; i++) column.update(i, options.type === "string" ? "x".repeat(i * 9) : i);
      column.close();
      expect(used(), `${options.type} ${options.compress}`).toBe(before);

      const files = [...storage.files()];
      expect(await codeOf(() => openAttribute(storage, directory, { ...options, documentCount: 299 }))).toBe(
        "CORRUPTION",
      );
      expect(await codeOf(() => openAttribute(storage, directory, { ...options, documentCount: 301 }))).toBe(
        "CORRUPTION",
      );
      expect(used(), `${options.type} ${options.compress}, refused`).toBe(before);
      expect(files.length).toBe(options.type === "string" ? 3 : 1);

      const short = patchWriter(storage, directory, options);
      short.appendText("1");
      expect(await codeOf(() => short.close())).toBe("INVALID_VALUE");
      await patchWriter(storage, directory, options).abandon();
      expect(used(), `${options.type} ${options.compress}, abandoned`).toBe(before);
    }
  });
});
