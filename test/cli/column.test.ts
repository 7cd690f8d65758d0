import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { column } from "../../bindings/cli/column.js";
import { Desk, runHere } from "./run.js";

describe("column", () => {
  let desk: Desk;
  beforeAll(() => {
    desk = new Desk();
    const lines = Array.from({ length: 500 }, (_, i) =>
      JSON.stringify({
        price: i % 9 === 0 ? null : i,
        tags: Array.from({ length: i % 3 }, (_, k) => `t${k}`),
        id: String(2n ** 60n + BigInt(i)),
      }),
    );
    desk.path("rows.ndjson", `${lines.join("\n")}\n`);
    desk.path("rows.csv", "n,words\n1,a;b\n2,\n3,c\n");
  });
  afterAll(() => desk.remove());

  const build = (words: readonly string[]) => runHere(column, ["build", ...words]);
  const get = async (words: readonly string[]) => (await runHere(column, ["get", ...words])).stdout;

  test("builds columns of a file and prints their values", async () => {
    const dir = desk.path("made");
    const from = ["--from", desk.path("rows.ndjson")];
    await build([dir, "price", "--type", "u16", "--nullable", ...from]);
    await build([dir, "tags", "--type", "string", "--multi", "--compress", "uniq|equal", ...from]);
    await build([dir, "id", "--type", "u64", "--compress", "equal", ...from]);
    expect(await get([dir, "price", "0", "1", "499"])).toBe("null\n1\n499\n");
    expect(await get([dir, "tags", "0", "2"])).toBe('[]\n["t0","t1"]\n');
    expect(await get([dir, "id", "3", "--json"])).toBe('{"document":3,"value":"1152921504606846979"}\n');

    const { stdout } = await runHere(column, ["stats", dir, "--json"]);
    const { columns } = JSON.parse(stdout);
    expect(columns.map(({ name }: { name: string }) => name)).toEqual(["id", "price", "tags"]);
    expect(columns[0]).toMatchObject({ type: "u64", documentCount: 500, slotItems: 256, slotsByBits: { 8: 2 } });
    expect(columns[0].ratio).toBeLessThan(0.2);
    expect((await runHere(column, ["stats", dir])).stdout).toMatch(/id +u64 +500 .* 8: 2\n/);
  });

  test("divides cells of CSV, and takes empty ones for null where that is allowed", async () => {
    const dir = desk.path("csv");
    const from = ["--from", desk.path("rows.csv"), "--field", "words"];
    await build([dir, "w", "--type", "string", "--multi", ...from]);
    expect(await get([dir, "w", "0", "1", "2"])).toBe('["a","b"]\n[]\n["c"]\n');
    await build([dir, "w", "--type", "string", "--nullable", "--replace", ...from]);
    expect(await get([dir, "w", "0", "1"])).toBe('"a;b"\nnull\n');
  });

  test.each([
    [["build", "a", "x", "--type", "u8"], /--from is missing/],
    [["build", "a", "x", "--from", "rows.csv"], /--type is missing/],
    [["build", "a", "x", "--type", "u9", "--from", "rows.csv"], /Unusable --type: .* Did you mean u8|Unusable --type/],
    [["build", "a", "../x", "--type", "u8", "--from", "rows.csv"], /Unusable column name/],
    [["build", "a"], /Too few arguments: expected indexlib-kv column build DIR NAME/],
    [["bild", "a"], /Unknown action bild of column\. Did you mean build\?/],
    [["build", "a", "x", "--type", "u8", "--from", "-", "--format", "csv"], /--documents is missing/],
    [["build", "a", "x", "--type", "u8", "--from", "rows.csv"], /rows\.csv, line 2: expected a field "x"/],
    [["build", "a", "words", "--type", "u8", "--from", "rows.csv"], /line 2: unusable value in field "words"/],
    [["build", "a", "n", "--type", "u8", "--compress", "zip", "--from", "rows.csv"], /Unusable option compress/],
    [["build", "a", "n", "--type", "u8", "--documents", "2", "--from", "rows.csv"], /too many/],
    [["get", "a", "n", "-1"], /Unusable document/],
  ])("refuses %s, and leaves nothing", async (words, message) => {
    const outcome = await desk.run(["column", ...words]);
    expect(outcome.stderr).toMatch(message);
    expect([2, 3]).toContain(outcome.code);
    expect(desk.list()).not.toContain("a");
  });

  test("tells of columns and documents that are not there", async () => {
    const dir = desk.path("few");
    await build([dir, "n", "--type", "u8", "--from", desk.path("rows.csv")]);
    expect(await desk.fail(3, ["column", "get", "few", "m", "0"])).toMatch(/^No column "m" in /);
    expect((await desk.run(["column", "get", "few", "n", "0", "7"])).stderr).toMatch(
      /No document 7 in column n: it has 3/,
    );
    await expect(build([dir, "n", "--type", "u8", "--from", desk.path("rows.csv")])).rejects.toThrow(
      /already holds a column/,
    );
    expect(await get([dir, "n", "2"])).toBe("3\n");
  });
});
