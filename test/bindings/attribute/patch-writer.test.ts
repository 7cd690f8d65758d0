import { describe, expect, it } from "vitest";
import {
  type ColumnValue,
  memoryStorage,
  openAttribute,
  type PatchOptions,
  patchWriter,
} from "../../../bindings/attribute.js";
import { columnSpace } from "../../../bindings/kernel/column-space.js";
import { codeOf, directory, readBack, write } from "../../support/column-patch.js";
import { FaultyStorage } from "../../support/faulty-storage.js";
import { rngOf } from "../../support/rng.js";

describe("a patch writer", () => {
  it.each([
    [{ type: "string" }, 9],
    [{ type: "string", multi: true }, 15],
    [{ type: "u32", multi: true }, 14],
  ] as const)("gives the file lengths of Indexlib's own test for %o", async (kind, bytes) => {
    const storage = memoryStorage();
    const writer = patchWriter(storage, directory, { ...kind, nullable: true, documentCount: 3 });
    writer.appendNull();
    writer.appendText("1");
    writer.appendText("12");
    expect(await codeOf(() => writer.appendText("4"))).toBe("LIMIT");
    await writer.close();
    expect(storage.files().get(`${directory}/data`)?.length).toBe(bytes);
  });

  it("stores one null of many texts in four bytes", async () => {
    const { summary, sizes } = await write({ type: "string", multi: true, nullable: true, documentCount: 1 }, [null]);
    expect(summary).toEqual({ itemCount: 1, itemBytesMax: 4, textErrorCount: 0 });
    expect(sizes).toEqual({ data: 4, offset: 8, data_info: 50 });
  });

  it.each([
    [{ type: "u8" }, [0, 255]],
    [{ type: "i8", nullable: true }, [-128, null, 127]],
    [{ type: "u16" }, [0, 65_535]],
    [{ type: "i16", compress: "equal" }, [-32_768, 32_767]],
    [{ type: "u32", nullable: true }, [0, null, 2 ** 32 - 1]],
    [{ type: "i32" }, [-(2 ** 31), 2 ** 31 - 1]],
    [{ type: "u64", compress: "equal" }, [0n, 2n ** 64n - 1n]],
    [{ type: "i64", nullable: true }, [-(2n ** 63n), null, 2n ** 63n - 1n]],
    [{ type: "f32", nullable: true }, [1.5, null, 2 ** -126, Number.POSITIVE_INFINITY, Number.NaN]],
    [{ type: "f64", nullable: true }, [2.2250738585072014e-308, null, -0, 5e-324]],
    [{ type: "string", nullable: true }, ["", null, "é", "a".repeat(20_000), "\ufeffa"]],
    [{ type: "string", compress: "uniq|equal", updatable: true }, ["x", "y", "x", ""]],
    [
      { type: "string", multi: true, nullable: true },
      [[], null, [""], ["a", "", "b".repeat(300), "c".repeat(70_000), "d"]],
    ],
    [{ type: "i16", multi: true, nullable: true }, [Int16Array.of(), null, Int16Array.of(-1, 2)]],
    [{ type: "u64", multi: true, compress: "equal" }, [BigUint64Array.of(2n ** 64n - 1n), BigUint64Array.of()]],
    [{ type: "f64", multi: true, fixedCount: 2 }, [Float64Array.of(0.1, -0.1)]],
    [{ type: "string", fixedCount: 2 }, ["ab", "cd"]],
  ] as [Omit<PatchOptions, "documentCount">, (ColumnValue | null)[]][])(
    "keeps the values of %o",
    async (kind, values) => {
      expect(await readBack({ ...kind, documentCount: values.length }, values)).toEqual(values);
    },
  );

  it("keeps a value that looks like the mark of a null", async () => {
    const options: PatchOptions = { type: "i16", nullable: true, documentCount: 130 };
    const values = Array.from({ length: 130 }, (_, i) => (i % 7 === 0 ? null : -32_768));
    expect(await readBack(options, values)).toEqual(values);
  });

  it("cuts floats to half precision towards zero", async () => {
    const values = [0.3, 65_519, 65_520, 1e6, 3e-8, -0.3, 6.0e-5, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY];
    const options: PatchOptions = { type: "f32", compress: "fp16", documentCount: values.length };
    const { storage } = await write(options, values);
    const stored = new Uint16Array((storage.files().get(`${directory}/data`) as Uint8Array).slice().buffer);
    expect([...stored].map((half) => half.toString(16))).toEqual([
      "34cc",
      "7bff",
      "7c00",
      "7c00",
      "0",
      "b4cc",
      "3ee",
      "1",
      "7e00",
      "fc00",
    ]);
    const column = await openAttribute(storage, directory, options);
    expect(column.get(0)).toBeCloseTo(0.3, 3);
    expect(column.get(1)).toBe(65_504);
    expect(column.get(2)).toBe(Number.POSITIVE_INFINITY);
    expect(column.get(7)).toBe(2 ** -24);
    expect(column.get(8)).toBeNaN();
  });

  it("scales floats to a byte, halves away from zero, and cuts what is out of range", async () => {
    const values = [0, 2, -2, 5, -5, 1, 0.5 * (2 / 127), -1.5 * (2 / 127), Number.NaN];
    const options: PatchOptions = { type: "f32", compress: "int8#2", nullable: true, documentCount: values.length + 1 };
    const { storage, sizes } = await write(options, [...values, null]);
    expect(sizes.data).toBe(8 + 10);
    const bytes = storage.files().get(`${directory}/data`) as Uint8Array;
    expect([...new Int8Array(bytes.slice().buffer, 8)]).toEqual([0, 127, -127, 127, -127, 64, 1, -2, 0, -128]);
    const column = await openAttribute(storage, directory, options);
    expect(column.get(1)).toBe(2);
    expect(column.get(9)).toBeNull();
    expect(column.update(0, -2)).toBe(true);
    expect(column.get(0)).toBe(-2);
  });

  it("stores equal items once, and never two that only have one hash", async () => {
    const options: PatchOptions = { type: "string", compress: "uniq", documentCount: 4 };
    const encoded = (text: string): Uint8Array =>
      Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7, text.length, ...Buffer.from(text));
    for (const [exact, texts, itemCount] of [
      [true, ["one", "two", "one", "two"], 2],
      [false, ["one", "one", "one", "one"], 1],
    ] as const) {
      const storage = memoryStorage();
      const writer = patchWriter(storage, directory, { ...options, exact });
      for (const text of ["one", "two", "one", "two"]) writer.appendEncoded(encoded(text));
      expect((await writer.close()).itemCount).toBe(itemCount);
      expect((await openAttribute(storage, directory, options)).getMany([0, 1, 2, 3])).toEqual(texts);
    }
  });

  it("stores 50,000 items of which 1,000 differ as 1,000", async () => {
    const rng = rngOf(3);
    const texts = Array.from({ length: 50_000 }, () => `item ${rng.int(1_000)}`);
    const options: PatchOptions = { type: "string", compress: "uniq|equal", documentCount: texts.length };
    const { storage, summary } = await write(options, texts);
    expect(summary.itemCount).toBe(new Set(texts).size);
    const column = await openAttribute(storage, directory, options);
    texts.forEach((text, i) => {
      if (column.get(i) !== text) throw new Error(`document ${i} is ${column.get(i)}, not ${text}`);
    });
  });

  it("takes 4 bytes for offsets up to the threshold, the guard too, and 8 from there on", async () => {
    const options: PatchOptions = { type: "string", documentCount: 2, offsetThreshold: 100 };
    // Items of 10 and of 90 or 91 bytes.
    expect((await write(options, ["a".repeat(9), "b".repeat(88)])).sizes).toMatchObject({ data: 100, offset: 12 });
    expect((await write(options, ["a".repeat(9), "b".repeat(89)])).sizes).toMatchObject({ data: 101, offset: 24 });
    const compressed: PatchOptions = { ...options, compress: "equal" };
    expect((await write(compressed, ["a".repeat(9), "b".repeat(88)])).sizes.offset).toBe(8 + 8 + 4 + 3 + 4);
    expect((await write(compressed, ["a".repeat(9), "b".repeat(89)])).sizes.offset).toBe(8 + 8 + 16 + 3 + 4);
    const updatable: PatchOptions = { ...compressed, updatable: true };
    expect((await write(updatable, ["a".repeat(9), "b".repeat(88)])).sizes.offset).toBe(8 + 8 + 16 + 3 + 4);
  });

  it("gives the same files whatever the buffer, and whether writes go on behind it", async () => {
    const values = Array.from({ length: 70_000 }, (_, i) => (i % 5 === 0 ? null : `text ${i}`));
    const files = new Set<string>();
    for (const writeBufferBytes of [1_000, 65_536, 2 ** 22]) {
      for (const asyncWrite of [false, true]) {
        const options: PatchOptions = {
          type: "string",
          nullable: true,
          compress: "equal",
          documentCount: values.length,
          writeBufferBytes,
          asyncWrite,
        };
        const { storage } = await write(options, values);
        files.add([...storage.files()].map(([path, bytes]) => path + Buffer.from(bytes).toString("base64")).join());
      }
    }
    expect(files.size).toBe(1);
  });

  it("gives the same files when nobody waits for its writes", async () => {
    const options: PatchOptions = { type: "u32", documentCount: 200_000, writeBufferBytes: 1_000 };
    const storage = memoryStorage();
    const writer = patchWriter(storage, directory, options);
    for (let i = 0; i < 200_000; i++) void writer.appendValue(i);
    await writer.close();
    const expected = new Uint8Array(Uint32Array.from({ length: 200_000 }, (_, i) => i).buffer);
    expect(Buffer.compare(storage.files().get(`${directory}/data`) as Uint8Array, expected)).toBe(0);
  });

  it("spools what is too much for memory to a file, and removes it", async () => {
    const documentCount = 3_000_000;
    const options: PatchOptions = { type: "u64", compress: "equal", documentCount };
    const storage = new FaultyStorage(memoryStorage());
    const writer = patchWriter(storage, directory, options);
    for (let i = 0; i < documentCount; i++) {
      const later = writer.appendValue(BigInt(i * 3));
      if (later !== undefined) await later;
    }
    const before = columnSpace().kernel.memory.buffer.byteLength;
    await writer.close();
    // Of 24 MB of values the codec sees a chunk at a time, and keeps a thirty-second.
    expect(columnSpace().kernel.memory.buffer.byteLength - before).toBeLessThan(8 * 1024 * 1024);
    expect(storage.log).toContain(`create ${directory}/data.spool`);
    expect(await storage.list(directory)).toEqual(["data"]);
    const column = await openAttribute(storage, directory, options);
    for (let i = 0; i < documentCount; i += 99_991) expect(column.get(i)).toBe(BigInt(i * 3));
  });

  it("counts documents whose text it cannot read, and stores 0", async () => {
    const texts = ["7", " 8", "9 ", "", "abc", "1.5", "0x10", "300", "-1", "+3"];
    const options: PatchOptions = { type: "u8", documentCount: texts.length };
    const storage = memoryStorage();
    const writer = patchWriter(storage, directory, options);
    for (const text of texts) writer.appendText(text);
    expect((await writer.close()).textErrorCount).toBe(7);
    const column = await openAttribute(storage, directory, options);
    expect(column.getMany(texts.map((_, i) => i))).toEqual([7, 8, 0, 0, 0, 0, 0, 0, 0, 3]);
  });

  it("reads floats in exponents and hex", async () => {
    const options: PatchOptions = { type: "f64", multi: true, documentCount: 2 };
    const storage = memoryStorage();
    const writer = patchWriter(storage, directory, options);
    writer.appendText("1e3\x1d 0x10 \x1d-2.5\x1d.5");
    writer.appendText("1e3\x1dx\x1d\x1d2");
    expect((await writer.close()).textErrorCount).toBe(1);
    const column = await openAttribute(storage, directory, options);
    expect(column.getMany([0, 1])).toEqual([Float64Array.of(1000, 16, -2.5, 0.5), Float64Array.of(1000, 0, 2)]);
  });

  it.each([
    [{ type: "u32" }, undefined, 0],
    [{ type: "u32", nullable: true }, undefined, null],
    [{ type: "i64", compress: "equal" }, "-7", -7n],
    [{ type: "f32" }, 1.5, 1.5],
    [{ type: "string" }, "none", "none"],
    [{ type: "string" }, undefined, ""],
    [{ type: "i8", multi: true }, "1\x1d2", Int8Array.of(1, 2)],
  ] as [Omit<PatchOptions, "documentCount">, ColumnValue | undefined, unknown][])(
    "fills all documents of %o with the default %s when nothing was appended",
    async (kind, defaultValue, expected) => {
      const options: PatchOptions = {
        ...kind,
        documentCount: 100,
        ...(defaultValue === undefined ? {} : { defaultValue }),
      };
      const { storage } = await write(options, []);
      const column = await openAttribute(storage, directory, options);
      expect(column.getMany([0, 50, 99])).toEqual([expected, expected, expected]);
    },
  );

  it("replaces a column that was there", async () => {
    const storage = memoryStorage();
    await write({ type: "string", documentCount: 1 }, ["a"], storage);
    const { sizes } = await write({ type: "u8", documentCount: 2 }, [1, 2], storage);
    expect(sizes).toEqual({ data: 2 });
  });
});
