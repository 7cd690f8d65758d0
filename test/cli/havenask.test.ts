import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { get } from "../../bindings/cli/get.js";
import { scan } from "../../bindings/cli/scan.js";
import { stats } from "../../bindings/cli/stats.js";
import { build } from "../../bindings/node.js";
import {
  hashOf,
  inDirectory,
  keyAt,
  makeSegment,
  optionsOf,
  type SegmentShape,
  schemaOf,
  segmentShapes,
  shapeName,
  valueLayouts,
} from "../support/havenask.js";
import { Desk, runHere } from "./run.js";

const text: SegmentShape = {
  kind: "dense",
  keyType: "STRING",
  values: valueLayouts.at(-1) as SegmentShape["values"],
  hasTtl: false,
  isShort: true,
};
const compat = ["--compat", "havenask", "--schema"];

describe("commands with --compat havenask", () => {
  let desk: Desk;
  let schema: string;
  const write = (directory: string, files: ReadonlyMap<string, Uint8Array>): void => {
    for (const [name, bytes] of files) {
      const path = join(desk.path(directory), name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
  };
  beforeAll(() => {
    desk = new Desk();
    schema = desk.path("schema.json", JSON.stringify(schemaOf(text)));
    write("segment_3_level_1", makeSegment(text).files);
    write("partition", inDirectory("segment_3_level_1", makeSegment(text).files));
  });
  afterAll(() => desk.remove());

  test("get prints rows of a segment, and tells which keys are not there", async () => {
    const segment = desk.path("segment_3_level_1");
    expect(await runHere(get, [...compat, schema, segment, "sku:2", "sku:1"])).toEqual({
      code: 0,
      stdout: '{"price":0.5,"name":"item 2 éé"}\n{"price":0.25,"name":"item 1 é"}\n',
    });
    expect((await runHere(get, [...compat, schema, segment, "sku:2", "--json", "--select", "name"])).stdout).toBe(
      '{"key":"sku:2","found":true,"value":{"name":"item 2 éé"}}\n',
    );
    await expect(runHere(get, [...compat, schema, segment, "sku:3"])).rejects.toMatchObject({ code: "KEY_NOT_FOUND" });
    await expect(runHere(get, [...compat, schema, segment, "sku:1", "--select", "nam"])).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining("price, name"),
    });
  });

  test("the program finds a segment by a schema, as a shell calls it", async () => {
    const words = ["get", ...compat, "schema.json", "segment_3_level_1", "sku:8"];
    expect(await desk.succeed(words)).toBe('{"price":2,"name":"item 8 éééééééé"}\n');
  });

  test.each(segmentShapes().map((shape) => [shapeName(shape), shape] as const))(
    "get answers from every table: %s",
    async (name, shape) => {
      const directory = name.replaceAll(/[^a-z0-9]+/gi, "_");
      write(directory, makeSegment(shape).files);
      const schemaFile = desk.path(`${directory}.json`, JSON.stringify(schemaOf(shape)));
      const keys = [0, 1, 2, 5].map((i) => String(keyAt(shape.keyType, i)));
      const { stdout } = await runHere(get, [...compat, schemaFile, desk.path(directory), "--", ...keys]);
      const rows = [0, 1, 2, 5].map((i) => `${JSON.stringify(shape.values.rowOf(i))}\n`);
      expect(stdout).toBe(rows.join(""));
    },
  );

  test("scan prints each record under its hash", async () => {
    const { stdout } = await runHere(scan, [...compat, schema, desk.path("segment_3_level_1")]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(175);
    expect(lines).toContain(`${hashOf("sku:2")}\t{"price":0.5,"name":"item 2 éé"}`);
  });

  test("stats shows a segment, and an index of ours", async () => {
    const segment = desk.path("segment_3_level_1");
    const { stdout } = await runHere(stats, [...compat, schema, segment]);
    expect(stdout).toContain("\n  no version, 1 segment\n  200 keys\n");
    expect(stdout).toMatch(/\n {2}segment_3_level_1 +200 +0 +[\d,]+ +[\d,]+ +[\d,]+\n$/);
    const { readOnly: _, ...options } = optionsOf(text);
    await build(desk.path("ours"), [["sku:1", text.values.rowOf(1)]], options);
    const shown = JSON.parse((await runHere(stats, [...compat, schema, desk.path("ours"), "--json"])).stdout);
    expect(shown).toMatchObject({ version: 1, keys: 1, schema: { havenask: schemaOf(text) } });
    expect((await runHere(get, [desk.path("ours"), "sku:1"])).stdout).toBe('{"price":0.25,"name":"item 1 é"}\n');
  });

  test("tell what is wrong with the options, the schema file and the directory", async () => {
    const segment = desk.path("segment_3_level_1");
    const bad = desk.path("bad.json", "{");
    for (const [words, error] of [
      [["--schema", schema], { code: "USAGE", message: /^--schema is of use with --compat havenask only/ }],
      [["--compat", "havenask"], { code: "USAGE", message: /^--schema is missing/ }],
      [["--compat", "indexlib", "--schema", schema], { code: "USAGE", message: /expected one of havenask/ }],
      [[...compat, desk.path("none.json")], { code: "INPUT_NOT_FOUND", message: /^No file / }],
      [[...compat, desk.directory], { code: "INPUT_UNREADABLE", message: /is a directory/ }],
      [[...compat, bad], { code: "INVALID_OPTION", message: /expected JSON/ }],
      [[...compat, schema, "--name", "kv9"], { code: "INVALID_OPTION", message: /kv9/ }],
    ] as const) {
      for (const [command, more] of [
        [get, ["k"]],
        [scan, []],
        [stats, []],
      ] as const) {
        await expect(runHere(command, [...words, segment, ...more])).rejects.toMatchObject({
          code: error.code,
          message: expect.stringMatching(error.message),
        });
      }
    }
    await expect(runHere(get, [...compat, schema, desk.path("partition"), "k"])).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/Open .*partition.segment_3_level_1\.$/),
    });
    await expect(runHere(stats, [...compat, schema, desk.path("absent")])).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/^No directory /),
    });
    await expect(runHere(get, [segment, "k"])).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("rows as text", () => {
  test("have 64-bit integers as strings and lists as arrays", async () => {
    const desk = new Desk();
    const fields = {
      id: "u64",
      ids: "i64[]",
      small: "u8[3]",
      part: "f32[]",
      words: "string[]",
      none: "string?",
    } as const;
    const row = {
      id: 5n,
      ids: BigInt64Array.of(-1n, 2n ** 62n),
      small: Uint8Array.of(1, 2, 3),
      part: Float32Array.of(0.5, Number.NaN),
      words: ["a", "é"],
      none: null,
    };
    await build(desk.path("rows"), [["k", row]], { key: "string", value: { fields } });
    const json =
      '{"id":"5","ids":["-1","4611686018427387904"],"small":[1,2,3],"part":[0.5,"NaN"],"words":["a","é"],"none":null}';
    expect((await runHere(get, [desk.path("rows"), "k"])).stdout).toBe(`${json}\n`);
    expect((await runHere(scan, [desk.path("rows"), "--json"])).stdout).toBe(`{"key":"k","value":${json}}\n`);
    expect((await runHere(get, [desk.path("rows"), "k", "--select", "part,id"])).stdout).toBe(
      '{"part":[0.5,"NaN"],"id":"5"}\n',
    );
    desk.remove();
  });
});
