import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../../bindings/cli/build.js";
import { describeError } from "../../bindings/cli/failure.js";
import { get } from "../../bindings/cli/get.js";
import { open } from "../../bindings/node.js";
import { optionsOf, type SegmentShape, schemaOf, valueLayouts } from "../support/havenask.js";
import { Desk, runHere } from "./run.js";

const fields = "price:f32,id:u64,name:string,vec:f32[2],ids:i64[],half:f16,tags:string[]?,code:char[2]";
const line =
  '{"price":0.5,"id":"18446744073709551615","name":"a, \\"b\\"","vec":[1,2],"ids":["-1",5],"half":0.25,"tags":["x"],"code":"ab"}';

describe("build of rows", () => {
  let desk: Desk;
  beforeAll(() => {
    desk = new Desk();
  });
  afterAll(() => desk.remove());

  test("takes typed fields of records, and get prints what was given", async () => {
    const more = '{"k":"b","price":1,"id":2,"name":7,"vec":[0,0],"ids":[],"half":0,"tags":null,"code":"","other":1}';
    const input = desk.path("in.ndjson", `${line.replace("{", '{"k":"a",')}\n${more}\n`);
    const target = desk.path("rows");
    await runHere(build, [input, "--key", "k", "--fields", fields, "-o", target]);
    expect((await runHere(get, [target, "a", "b"])).stdout).toBe(
      `${line.replace("5]", '"5"]')}\n{"price":1,"id":"2","name":"7","vec":[0,0],"ids":[],"half":0,"tags":null,"code":""}\n`,
    );
    const added = desk.path("added.ndjson", `${line.replace("{", '{"k":"c",').replace("0.5", "9")}\n`);
    await runHere(build, [added, "--append", "--key", "k", "-o", target]);
    await runHere(build, [added, "--append", "--key", "k", "--fields", fields, "-o", target]);
    expect((await runHere(get, [target, "c", "--select", "price,vec"])).stdout).toBe('{"price":9,"vec":[1,2]}\n');
  });

  test("reads numbers, and lists as JSON, from cells of CSV", async () => {
    const input = desk.path("in.csv", 'k,price,ids,name\na,1.5,"[1,2]",x\nb,-2,[],\n');
    const target = desk.path("csv");
    await runHere(build, [input, "--key", "k", "--fields", "name:string,price:f64,ids:u8[]", "-o", target]);
    expect((await runHere(get, [target, "a", "b"])).stdout).toBe(
      '{"name":"x","price":1.5,"ids":[1,2]}\n{"name":"","price":-2,"ids":[]}\n',
    );
  });

  test.each([
    ['{"k":"a"}', "p:u8", "MISSING_FIELD", /line 1: expected a field "p".*Name another one with --fields/],
    ['{"k":"a","p":256}', "p:u8", "INVALID_VALUE", /line 1: .*"p": expected a whole number of 0 … 255 \(u8\), got 256/],
    ['{"k":"a","p":[1,-1]}', "p:u8[]", "INVALID_VALUE", /an array, each element a whole number of 0 … 255/],
    ['{"k":"a","p":3}', "p:u8[]", "INVALID_VALUE", /expected an array \(u8\[\]\), got 3.*another type in --fields/],
    ['{"k":"a","p":[1]}', "p:f32[2]", "INVALID_VALUE", /line 1: .*field p of a row: expected 2 elements, got 1/],
    ['{"k":"a","p":1}', "p:u9", "INVALID_OPTION", /type of field p/],
    ['{"k":"a","p":1}', "p", "USAGE", /expected NAME:TYPE/],
  ])("refuses %s with --fields %s and makes nothing", async (text, types, code, message) => {
    const input = desk.path("bad.ndjson", `${text}\n`);
    const words = [input, "--key", "k", "--fields", types, "-o", desk.path("none")];
    const failure = describeError(await runHere(build, words).catch((cause: unknown) => cause));
    expect(failure).toMatchObject({ code, exitCode: 2, message: expect.stringMatching(message) });
    expect(desk.list()).not.toContain("none");
  });

  test("refuses columns that are missing, and options that say another thing", async () => {
    const input = desk.path("two.csv", "k,p\n");
    const words = [input, "--key", "k", "-o", desk.path("none")];
    await expect(runHere(build, [...words, "--fields", "p:u8,q:u8"])).rejects.toMatchObject({ code: "MISSING_FIELD" });
    for (const more of [
      ["--value", "p"],
      ["--value-type", "json"],
    ]) {
      await expect(runHere(build, [...words, "--fields", "p:u8", ...more])).rejects.toMatchObject({ code: "USAGE" });
    }
    await runHere(build, [...words.slice(0, -1), desk.path("typed"), "--fields", "p:u8"]);
    const append = [input, "--append", "--key", "k", "-o", desk.path("typed")];
    await expect(runHere(build, [...append, "--value", "p"])).rejects.toMatchObject({ code: "USAGE" });
    await expect(runHere(build, [...append, "--fields", "p:u16"])).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      message: expect.stringMatching(/^--fields normal\{p:u16\} does not fit/),
    });
  });

  test("goes by a Havenask schema: its key, its fields, its bytes", async () => {
    const values = valueLayouts.at(-1) as SegmentShape["values"];
    const shape: SegmentShape = { kind: "cuckoo", keyType: "INT64", values, hasTtl: false, isShort: true };
    const schema = desk.path("schema.json", JSON.stringify(schemaOf(shape)));
    const rows = [1, -2].map((id) => JSON.stringify({ id, ...values.rowOf(Math.abs(id)), more: 1 }));
    const input = desk.path("docs.ndjson", `${rows.join("\n")}\n`);
    const words = [input, "--compat", "havenask", "--schema", schema];
    await runHere(build, [...words, "-o", desk.path("theirs")]);
    await runHere(build, [...words, "--append", "-o", desk.path("theirs")]);
    const segment = desk.path("theirs/segment_1_level_0");
    const db = await open(segment, optionsOf(shape));
    expect(await db.getMany([1, -2n, "-2", 2])).toEqual([values.rowOf(1), values.rowOf(2), values.rowOf(2), undefined]);
    await db.close();
    await expect(runHere(build, [...words, "--fields", "a:u8", "-o", desk.path("none")])).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});
