import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { get } from "../../bindings/cli/get.js";
import { build } from "../../bindings/node.js";
import { Desk, runHere } from "./run.js";

describe("get", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = new Desk();
    const json: [string, unknown][] = [
      ["a b", { x: [1, "é"] }],
      ["n", null],
      ["-x", 1],
    ];
    await build(desk.path("json"), json, { key: "string", value: "json" });
    await build(desk.path("text"), [["a", 'line\nand "quote"']], { key: "string", value: "string" });
    await build(desk.path("long"), [[-5n, 2n ** 64n - 1n]], { key: "i64", value: "u64" });
    await build(desk.path("bytes"), [[Uint8Array.of(0xab), Uint8Array.of(0, 255)]], { key: "bytes", value: "bytes" });
    await build(desk.path("float"), [[1, Number.NaN]], { key: "u32", value: "f64" });
  });
  afterAll(() => desk.remove());

  test.each([
    ["JSON in compact form, in the order of the keys", "json", ["n", "a b"], 'null\n{"x":[1,"é"]}\n'],
    ["text as it is", "text", ["a"], 'line\nand "quote"\n'],
    ["64-bit integers, of a negative key", "long", ["-5"], "18446744073709551615\n"],
    ["bytes as hex digits", "bytes", ["AB"], "00ff\n"],
    ["numbers that JSON has not", "float", ["1"], "NaN\n"],
    ["numbers that JSON has not, as strings", "float", ["1", "--json"], '{"key":1,"found":true,"value":"NaN"}\n'],
    ["the value of a key that looks like an option", "json", ["--", "-x"], "1\n"],
    [
      "64-bit integers as strings",
      "long",
      ["-5", "--json"],
      '{"key":"-5","found":true,"value":"18446744073709551615"}\n',
    ],
    ["bytes as strings", "bytes", ["--json", "ab"], '{"key":"ab","found":true,"value":"00ff"}\n'],
  ])("prints %s", async (_name, location, words, stdout) => {
    expect(await runHere(get, [desk.path(location), ...words])).toEqual({ code: 0, stdout });
  });

  test("prints what it finds, tells what it does not, and ends with code 1", async () => {
    expect(await desk.run(["get", "json", "no", "n", "no too"])).toEqual({
      code: 1,
      signal: null,
      stdout: "null\n",
      stderr: 'indexlib-kv: No value in json for the keys "no", "no too".\n',
    });
  });

  test("says in JSON which keys it has not found", async () => {
    const { code, stdout, stderr } = await desk.run(["get", "json", "no", "n", "--json"]);
    expect(code).toBe(1);
    expect(stdout).toBe('{"key":"no","found":false}\n{"key":"n","found":true,"value":null}\n');
    expect(JSON.parse(stderr).error).toMatchObject({ code: "KEY_NOT_FOUND", directory: "json", keys: ["no"] });
  });

  test.each([
    ["long", "x", /^Unusable key: .* the index has i64 keys; got "x"\.$/],
    ["bytes", "abc", /^Unusable key: expected an even number of hex digits/],
  ])("refuses, in an index of %s keys, the key %s", async (location, key, message) => {
    await expect(runHere(get, [desk.path(location), key])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  test("ends with code 3 where there is no directory, no index, or a file", async () => {
    desk.path("file", "x");
    expect(await desk.fail(3, ["get", "absent", "k"])).toMatch(/^No directory absent\. Check the path/);
    expect(await desk.fail(3, ["get", ".", "k"])).toMatch(/^No index in \.: expected a file version\.N, got none\./);
    expect(await desk.fail(3, ["get", "file", "k"])).toMatch(/^file is a file, not the directory of an index\./);
  });
});
