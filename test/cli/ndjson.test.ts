import { describe, expect, test } from "vitest";
import { NdjsonRows } from "../../bindings/cli/ndjson.js";
import { readRows } from "./rows.js";

const read = (...chunks: (string | Uint8Array)[]) =>
  readRows(
    new NdjsonRows(
      chunks.map((chunk) => Buffer.from(chunk)),
      "a.ndjson",
    ),
  );

describe("NDJSON", () => {
  test("a row is an object and knows its line", async () => {
    expect(await read('{"a":1}\n{"a":[2]}\n')).toEqual([
      [{ a: 1 }, 1],
      [{ a: [2] }, 2],
    ]);
  });

  test("the last line needs no line feed, and lines may end as on Windows", async () => {
    expect(await read('{"a":1}\r\n{"a":2}')).toEqual([
      [{ a: 1 }, 1],
      [{ a: 2 }, 2],
    ]);
  });

  test("lines without anything are passed over but counted", async () => {
    expect(await read('\n{"a":1}\n\r\n  \t\n{"a":2}\n\n')).toEqual([
      [{ a: 1 }, 2],
      [{ a: 2 }, 5],
    ]);
  });

  test("a byte order mark is left out", async () => {
    expect(await read('\ufeff{"a":1}\n')).toEqual([[{ a: 1 }, 1]]);
  });

  test("nothing, and a byte order mark alone, are no rows", async () => {
    expect(await read()).toEqual([]);
    expect(await read("\ufeff")).toEqual([]);
  });

  test("chunks may end anywhere, inside of a character too", async () => {
    const bytes = Buffer.from('\ufeff{"a":"äß€😀"}\n{"b":"x"}\n{"c":"日本"}');
    for (let at = 0; at <= bytes.length; at++) {
      const rows = await read(bytes.subarray(0, at), bytes.subarray(at));
      expect(rows).toEqual([
        [{ a: "äß€😀" }, 1],
        [{ b: "x" }, 2],
        [{ c: "日本" }, 3],
      ]);
    }
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(await read(...single)).toHaveLength(3);
  });

  test("a field may have the name of a prototype", async () => {
    const [[row] = []] = await read('{"__proto__":{"x":1}}\n');
    expect(Object.keys(row as object)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test.each([
    [
      "text that is no JSON",
      '{"a":1}\n{"a":}\n',
      /^a\.ndjson, line 2: expected one JSON object, got text that is not JSON \(/,
    ],
    ["a cut line", '{"a":1}\n{"a"', /^a\.ndjson, line 2: expected one JSON object/],
    ["an array", '\n[{"a":1}]\n', /^a\.ndjson, line 2: expected a JSON object, got an array\. jq/],
    ["null", "null\n", /line 1: expected a JSON object, got null\./],
    ["a string", '"a"\n', /line 1: expected a JSON object, got the string "\\?"?a/],
    ["a number", "{}\n7\n", /line 2: expected a JSON object, got the number 7\./],
  ])("%s is refused with its line", async (_name, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ code: "INVALID_LINE", message: expect.stringMatching(message) });
  });

  test.each([
    ["in a later chunk", ['{"a":1}\n', Buffer.from([0x7b, 0xff, 0x7d, 0x0a])], 2, /WINDOWS-1252/],
    ["after good lines of its block", [Buffer.from('{"a":1}\n{"b":"\xe4"}\n', "latin1")], 2, /WINDOWS-1252/],
    ["packed with gzip", [Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff, 0x0a)], 1, /gunzip/],
    ["as UTF-16", [Buffer.from('\ufeff{"a":1}\n', "utf16le")], 1, /UTF-16/],
  ])("other bytes than UTF-8 %s are refused with their line", async (_name, chunks, line, advice) => {
    await expect(read(...chunks)).rejects.toMatchObject({
      code: "INVALID_LINE",
      message: expect.stringMatching(advice),
      facts: { file: "a.ndjson", line },
    });
  });
});
