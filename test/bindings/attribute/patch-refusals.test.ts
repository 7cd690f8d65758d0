import { describe, expect, it } from "vitest";
import {
  type ColumnValue,
  isIndexError,
  memoryStorage,
  openAttribute,
  type PatchOptions,
  type PatchWriter,
  patchWriter,
} from "../../../bindings/attribute.js";
import { codeOf, directory } from "../../support/column-patch.js";
import { FaultyStorage } from "../../support/faulty-storage.js";

describe("a patch writer refuses", () => {
  it.each([
    [{ type: "u32", compress: "equal", nullable: true }, /nullable/],
    [{ type: "u32", compress: "uniq" }, /uniq only for text/],
    [{ type: "u32", compress: "zip" }, /compress/],
    [{ type: "f32", compress: "fp16|int8#1" }, /one of fp16/],
    [{ type: "f32", compress: "int8#0" }, /above 0/],
    [{ type: "f32", compress: "int8" }, /compress/],
    [{ type: "i32", compress: "fp16" }, /only for f32/],
    [{ type: "u32", fixedCount: 2 }, /fixedCount/],
    [{ type: "u32", multi: true, fixedCount: 2, nullable: true }, /nullable/],
    [{ type: "string", multi: true, fixedCount: 2 }, /fixedCount/],
    [{ type: "string", documentCount: -1 }, /documentCount/],
    [{ type: "string", documentCount: 2 ** 32 }, /documentCount/],
    [{ type: "string", offsetThreshold: 2 ** 32 }, /offsetThreshold/],
    [{ type: "u128" }, /type/],
    [{ type: "u8", writeBufferBytes: 0 }, /writeBufferBytes/],
  ])("the options %o, before anything is written", async (options, message) => {
    const storage = memoryStorage();
    expect(() => patchWriter(storage, directory, { documentCount: 1, ...options } as PatchOptions)).toThrow(message);
    await expect(
      openAttribute(storage, directory, { documentCount: 1, ...options, writeBufferBytes: 0 } as never),
    ).rejects.toSatisfy((error) => isIndexError(error, "writeBufferBytes" in options ? "NOT_FOUND" : "INVALID_OPTION"));
    expect(storage.files().size).toBe(0);
  });

  it.each([
    [{ type: "u8" }, 256, 1],
    [{ type: "u8" }, "1", 1],
    [{ type: "i64" }, 1, 1n],
    [{ type: "string" }, 1, "a"],
    [{ type: "string" }, "\ud800", "a"],
    [{ type: "string", multi: true }, ["a", 1], ["a"]],
    [{ type: "string", multi: true }, "a", ["a"]],
    [{ type: "u8", multi: true }, [1, 256], [1]],
    [{ type: "u8", multi: true }, 1, [1]],
    [{ type: "u8", multi: true, fixedCount: 2 }, [1], [1, 2]],
  ] as [Omit<PatchOptions, "documentCount">, ColumnValue, ColumnValue][])(
    "a value that a column of %o has not, and stores the next",
    async (kind, wrong, right) => {
      const options: PatchOptions = { ...kind, documentCount: 2 };
      const storage = memoryStorage();
      const writer = patchWriter(storage, directory, options);
      writer.appendValue(right);
      expect(await codeOf(() => writer.appendValue(wrong))).toBe("INVALID_VALUE");
      writer.appendValue(right);
      await writer.close();
      const column = await openAttribute(storage, directory, options);
      expect(column.get(1)).toEqual(column.get(0));
    },
  );

  it("encoded bytes of another length, or that are no item", async () => {
    const long = patchWriter(memoryStorage(), directory, { type: "i64", documentCount: 1 });
    expect(() => long.appendEncoded(new Uint8Array(4))).toThrow(/expected 8 bytes, got 4/);
    const text = patchWriter(memoryStorage(), directory, { type: "string", documentCount: 1 });
    for (const bytes of [
      [1],
      [1, 1, 1, 1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0, 0, 0, 0, 3, 65],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 65],
    ]) {
      expect(await codeOf(() => text.appendEncoded(Uint8Array.from(bytes)))).toBe("INVALID_VALUE");
    }
  });

  it("a null where the column has none", async () => {
    const writer = patchWriter(memoryStorage(), directory, { type: "string", documentCount: 1 });
    expect(await codeOf(() => writer.appendNull())).toBe("INVALID_VALUE");
  });

  it("to close when documents are missing, and leaves nothing", async () => {
    for (const options of [
      { type: "u32", documentCount: 100_000, writeBufferBytes: 1_000 },
      { type: "string", documentCount: 100_000, writeBufferBytes: 1_000 },
    ] as const) {
      const storage = memoryStorage();
      const writer: PatchWriter = patchWriter(storage, directory, options);
      for (let i = 0; i < 99_999; i++)
        await (options.type === "u32" ? writer.appendValue(i) : writer.appendText("abc"));
      expect(await codeOf(() => writer.close())).toBe("INVALID_VALUE");
      expect(await codeOf(() => writer.close())).toBe("INVALID_VALUE");
      expect(await codeOf(() => writer.appendText("1"))).toBe("NOT_OPEN");
      expect(storage.files().size).toBe(0);
      expect(await codeOf(() => openAttribute(storage, directory, options))).toBe("NOT_FOUND");
    }
  });

  it("to be forgotten: an unclosed one is told of, and leaves nothing", async () => {
    const storage = memoryStorage();
    const writer = patchWriter(storage, directory, { type: "u32", documentCount: 100_000, writeBufferBytes: 1_000 });
    for (let i = 0; i < 90_000; i++) await writer.appendValue(i);
    expect(await codeOf(() => writer[Symbol.asyncDispose]())).toBe("ABORTED");
    expect(storage.files().size).toBe(0);
    const closed = patchWriter(storage, directory, { type: "u32", documentCount: 1 });
    await closed.close();
    await closed[Symbol.asyncDispose]();
    await closed.abandon();
    expect(storage.files().size).toBe(1);
  });
});

describe("a storage that fails under a patch writer", () => {
  it.each([{ type: "u32" }, { type: "u64", compress: "equal" }, { type: "string" }] as const)(
    "of %o is told of by the next call or by close, when nobody waits for writes",
    async (kind) => {
      const storage = new FaultyStorage(memoryStorage());
      storage.plan = { call: 3, sticky: true, code: "IO", damage: "nothing" };
      const writer = patchWriter(storage, directory, { ...kind, documentCount: 2_200_000, writeBufferBytes: 100_000 });
      const code = await codeOf(async () => {
        for (let i = 0; i < 2_200_000; i++) {
          void writer.appendText("12345");
          if (i % 300_000 === 299_999) await new Promise((settle) => setTimeout(settle));
        }
        await writer.close();
      });
      expect(code).toBe("IO");
      await codeOf(() => writer.close());
    },
  );

  it.each([
    { type: "u32", documentCount: 3_000, writeBufferBytes: 4_000 },
    { type: "u16", compress: "equal", documentCount: 3_000, writeBufferBytes: 500 },
    { type: "string", compress: "uniq|equal", documentCount: 3_000, writeBufferBytes: 2_000, asyncWrite: true },
  ] as const)("at any call of %o gives a typed error and leaves nothing", async (options) => {
    let failures = 0;
    for (let call = 1; call < 1_000; call++) {
      const memory = memoryStorage();
      const storage = new FaultyStorage(memory);
      storage.plan = { call, sticky: false, code: "IO", damage: call % 2 === 0 ? "nothing" : "something" };
      const code = await codeOf(async () => {
        const writer = patchWriter(storage, directory, options);
        try {
          for (let i = 0; i < options.documentCount; i++) await writer.appendText(String((i * 7_919) % 1_000));
        } catch (cause) {
          await codeOf(() => writer.close());
          throw cause;
        }
        await writer.close();
      });
      if (storage.fired.length === 0) {
        expect(code).toBe("none");
        break;
      }
      failures++;
      // Removing what is not there may fail as well; then the files that were there stay, unfinished or whole.
      expect(code, `call ${call}: ${storage.fired}`).toBe("IO");
      expect(memory.files().size, `call ${call}: ${storage.fired}`).toBe(0);
    }
    expect(failures).toBeGreaterThan(3);
  });
});
