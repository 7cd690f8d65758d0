import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Desk, linesOf } from "./run.js";

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.remove());

describe("a build of good input", () => {
  test("of an NDJSON file makes an index of whole records and says what it made", async () => {
    desk.path("a.ndjson", '{"id":"x","n":1}\n{"id":7,"n":2}\n{"id":"x","n":3}\n');
    const stdout = await desk.succeed(["build", "a.ndjson", "--key", "id", "-o", "out"]);
    expect(stdout).toMatch(/^Built out\n {2}records +3\n {2}keys +2\n {2}segments +1\n {2}bytes +\d+\n/);
    expect(await desk.records("out")).toEqual(
      new Map([
        ["x", { id: "x", n: 3 }],
        ["7", { id: 7, n: 2 }],
      ]),
    );
  });

  test("of CSV reports in JSON, and makes the directories above the index", async () => {
    desk.path("a.csv", "id,name\n1,Ada\n2,Bob\n");
    const stdout = await desk.succeed(["build", "a.csv", "--key=id", "--output=deep/er/out", "--json"]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ directory: "deep/er/out", records: 2, keys: 2, segments: 1, version: 1 });
    expect(report.bytesPerKey).toBeCloseTo(report.bytes / 2, 1);
    expect(report.seconds).toBeGreaterThan(0);
    expect(await desk.records("deep/er/out")).toEqual(
      new Map([
        ["1", { id: "1", name: "Ada" }],
        ["2", { id: "2", name: "Bob" }],
      ]),
    );
  });

  test("of stdin takes the types and the field that were asked for", async () => {
    const options = ["--format", "tsv", "--key", "ip", "--key-type", "u32", "--value", "asn", "--value-type", "u64"];
    await desk.succeed(["build", "-", ...options, "-o", "out"], "ip\tasn\n4294967295\t18446744073709551615\n0\t7\n");
    expect(await desk.records("out")).toEqual(
      new Map([
        [4294967295, 2n ** 64n - 1n],
        [0, 7n],
      ]),
    );
  });

  test("of stdin with one field as JSON or as text", async () => {
    const input = '{"id":1,"v":{"a":[1]}}\n{"id":2,"v":"t"}\n';
    await desk.succeed(["build", "-", "--format", "ndjson", "--key", "id", "--value", "v", "-o", "a"], input);
    const pairs: [string, unknown][] = [
      ["1", { a: [1] }],
      ["2", "t"],
    ];
    expect(await desk.records("a")).toEqual(new Map(pairs));
    const text = ["--value", "v", "--value-type", "string"];
    await desk.succeed(["build", "-", "--format", "ndjson", "--key", "id", ...text, "-o", "b"], '{"id":2,"v":"t"}');
    expect(await desk.records("b")).toEqual(new Map([["2", "t"]]));
  });

  test("of an input without records makes an empty index", async () => {
    await desk.succeed(["build", "-", "--format", "ndjson", "--key", "id", "-o", "out"]);
    expect((await desk.records("out")).size).toBe(0);
  });

  test("of more than a segment holds makes several", async () => {
    desk.path("a.jsonl", linesOf(20_000, 120));
    const options = ["--segment-bytes", "1MiB", "--json"];
    const { segments, keys } = JSON.parse(
      await desk.succeed(["build", "a.jsonl", "--key", "id", "-o", "o", ...options]),
    );
    expect(segments).toBeGreaterThan(1);
    expect(keys).toBe(20_000);
  });
});

describe("a build of bad input ends with code 2, says where, and leaves nothing", () => {
  const bad: [name: string, options: string[], input: string | Uint8Array, message: RegExp][] = [
    ["bad JSON", [], '{"id":1}\n{"id":\n', /^stdin, line 2: expected one JSON object, got text that is not JSON/],
    ["a missing key", [], '{"id":1}\n\n{"ID":1}\n', /^stdin, line 3: expected a field "id", got the fields "ID"\./],
    [
      "a row of CSV",
      ["--format", "csv"],
      "id,n\n1,2\n3,4,5\n",
      /^stdin, line 3: expected 2 columns as in the first row/,
    ],
  ];

  test.each(bad)("%s", async (_name, options, input, message) => {
    const args = ["build", "-", "--format", "ndjson", "--key", "id", "-o", "out/deep", ...options];
    expect(await desk.fail(2, args, input)).toMatch(message);
    expect(desk.list()).toEqual([]);
  });

  test("after segments were written", async () => {
    const input = `${linesOf(20_000, 120)}{"id":\n`;
    const args = ["build", "-", "--format", "ndjson", "--key", "id", "-o", "out", "--segment-bytes", "1MiB"];
    expect(await desk.fail(2, args, input)).toMatch(/^stdin, line 20001: /);
    expect(desk.list()).toEqual([]);
  });

  test("and somebody's files stay in a directory that was there", async () => {
    desk.path("mine", "x");
    const args = ["build", "-", "--format", "ndjson", "--key", "id", "-o", "."];
    await desk.fail(2, args, "{}");
    expect(desk.list()).toEqual(["mine"]);
    await desk.expectNoIndex(".");
  });

  test("while whoever feeds it is still writing", async () => {
    const { process, outcome } = desk.start(["build", "-", "--format", "ndjson", "--key", "id", "-o", "out"]);
    process.stdin.write("no\n");
    expect((await outcome).code).toBe(2);
    expect(desk.list()).toEqual([]);
  });

  test("with --json as one line of JSON with the facts", async () => {
    const args = ["build", "-", "--format", "ndjson", "--key", "id", "--key-type", "u32", "-o", "out", "--json"];
    const { code, stdout, stderr } = await desk.run(args, '{"id":1}\n{"id":-3}\n');
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.indexOf("\n")).toBe(stderr.length - 1);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: "INVALID_KEY",
        message: expect.stringMatching(/^stdin, line 2: /),
        file: "stdin",
        line: 2,
        field: "id",
        expected: "a whole number of 0 … 4294967295",
        got: -3,
      },
    });
  });
});

describe("a build says what to do when", () => {
  test("the input is not there", async () => {
    const message = await desk.fail(2, ["build", "no.csv", "--key", "id", "-o", "out"]);
    expect(message).toMatch(/^No file "no\.csv" in .+\. Check the path\.$/);
    expect(existsSync(desk.path("out"))).toBe(false);
  });

  test("the input is a directory", async () => {
    const message = await desk.fail(2, ["build", ".", "--format", "csv", "--key", "id", "-o", "out"]);
    expect(message).toMatch(/^\. is a directory\./);
  });

  test("an index is there already, which stays as it is", async () => {
    desk.path("a.csv", "id,n\n1,2\n");
    await desk.succeed(["build", "a.csv", "--key", "id", "-o", "out"]);
    const before = desk.list("out");
    const message = await desk.fail(3, ["build", "a.csv", "--key", "id", "-o", "out"]);
    expect(message).toBe("out already holds an index. Add to it with --append, or choose another -o.");
    expect(desk.list("out")).toEqual(before);
    expect((await desk.records("out")).size).toBe(1);
  });

  test("the target is a file", async () => {
    desk.path("a.csv", "id,n\n1,2\n");
    const message = await desk.fail(2, ["build", "a.csv", "--key", "id", "-o", "a.csv"]);
    expect(message).toMatch(/^a\.csv is a file: expected a directory/);
  });
});
