import { describe, expect, test } from "vitest";
import { CsvRows } from "../../bindings/cli/csv.js";
import { readRows } from "./rows.js";

const open = (chunks: (string | Uint8Array)[], delimiter = ",") =>
  new CsvRows(
    chunks.map((chunk) => Buffer.from(chunk)),
    "a.csv",
    delimiter,
  );
const read = (...chunks: (string | Uint8Array)[]) => readRows(open(chunks));

describe("CSV", () => {
  test("the first row names the columns of the others", async () => {
    expect(await read("id,name\n1,Ada\n2,Bob")).toEqual([
      [{ id: "1", name: "Ada" }, 2],
      [{ id: "2", name: "Bob" }, 3],
    ]);
  });

  test("a row knows the line it begins on, after quoted line feeds and lines without anything", async () => {
    expect(await read('id,n\n1,"a\r\nb"\r\n2,"c\n\nd"\n\n\n3,e\n')).toEqual([
      [{ id: "1", n: "a\r\nb" }, 2],
      [{ id: "2", n: "c\n\nd" }, 4],
      [{ id: "3", n: "e" }, 9],
    ]);
  });

  test("a byte order mark is left out, quotes are doubled, fields may be empty", async () => {
    expect(await read('\ufeffid,n\n1,"say ""hi"", they"\n2,\n')).toEqual([
      [{ id: "1", n: 'say "hi", they' }, 2],
      [{ id: "2", n: "" }, 3],
    ]);
  });

  test("chunks may end anywhere", async () => {
    const bytes = Buffer.from('\ufeffid,n\r\n1,"ä\r\n""€"""\r\n2,😀');
    for (let at = 0; at <= bytes.length; at++) {
      expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual([
        [{ id: "1", n: 'ä\r\n"€"' }, 2],
        [{ id: "2", n: "😀" }, 4],
      ]);
    }
  });

  test("TSV has tabs between its fields", async () => {
    expect(await readRows(open(["id\tn\n1\ta,b\n"], "\t"))).toEqual([[{ id: "1", n: "a,b" }, 2]]);
  });

  test("a column may have the name of a prototype", async () => {
    const [[row] = []] = await read("id,__proto__\n1,x\n");
    expect(Object.entries(row as object)).toEqual([
      ["id", "1"],
      ["__proto__", "x"],
    ]);
  });

  test("a header alone gives the columns and no rows", async () => {
    const rows = open(["id,n\n"]);
    expect(await readRows(rows)).toEqual([]);
    expect(rows.columns).toEqual(["id", "n"]);
  });

  test.each([
    ["a row with too many columns", 'id,n\n1,"a\nb"\n2,x,y\n', 4, /expected 2 columns as in the first row, got 3/],
    ["a row with too few columns", "id,n\n1\n", 2, /expected 2 columns as in the first row, got 1/],
    ["a column named twice", "id,n,id\n", 1, /got "id" twice/],
    ["an input without anything", "", 1, /The input is empty/],
    ["a quote that never closes", 'id,n\n1,a\n2,"b\n3,c\n', 3, /a quote that opens in this row never closes/],
    ["a quote that closes too early", 'id,n\n1,"a" b\n', 2, /a quote closes in the middle of a field/],
    ["a quote that opens too late", 'id,n\n1,a "b"\n', 2, /a quote opens in the middle of a field/],
    ["other bytes than UTF-8", Buffer.from('id,n\n1,"a\n\xe4"\n', "latin1"), 3, /expected text in UTF-8/],
  ])("%s is refused with its line", async (_name, text, line, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "INVALID_LINE",
      message: expect.stringMatching(message),
      facts: { file: "a.csv", line },
    });
  });
});
