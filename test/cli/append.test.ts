import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { open } from "../../bindings/node.js";
import { Desk, linesOf } from "./run.js";

const append = (...options: string[]) => [
  ...["build", "-", "--format", "ndjson", "--key", "id", "-o", "out", "--append"],
  ...options,
];

describe("--append", () => {
  let desk: Desk;
  let before: string[];
  beforeEach(async () => {
    desk = new Desk();
    const db = await open(desk.path("out"), { key: "u32", value: "json" });
    await db.put(1, { id: 1, n: "old" });
    await db.put(2, { id: 2, n: "old" });
    await db.close();
    before = desk.list("out");
  });
  afterEach(() => desk.remove());

  const expectUntouched = async () => {
    expect(desk.list("out")).toEqual(before);
    expect(await desk.records("out")).toEqual(
      new Map([
        [1, { id: 1, n: "old" }],
        [2, { id: 2, n: "old" }],
      ]),
    );
  };

  test("adds and replaces records by the index's own types", async () => {
    const stdout = await desk.succeed(append(), '{"id":"2","n":"new"}\n{"id":3,"n":"new"}\n');
    expect(stdout).toMatch(/^Added to out\n {2}records added +2\n/);
    expect(await desk.records("out")).toEqual(
      new Map<number, unknown>([
        [1, { id: 1, n: "old" }],
        [2, { id: "2", n: "new" }],
        [3, { id: 3, n: "new" }],
      ]),
    );
  });

  test("publishes one version, whatever the number of segments", async () => {
    const input = linesOf(20_000, 120).replaceAll('"id":"k', '"id":"');
    const report = JSON.parse(await desk.succeed(append("--segment-bytes", "1MiB", "--json"), input));
    expect(report.segments).toBeGreaterThan(2);
    expect(report.version).toBe(JSON.parse(await desk.succeed(["stats", "out", "--json"])).version);
    expect(desk.list("out").filter((name) => name.startsWith("version."))).toHaveLength(2);
    expect((await desk.records("out")).size).toBe(20_000);
  });

  test("that fails on a line leaves the index as it was", async () => {
    expect(await desk.fail(2, append(), '{"id":3}\n{"id":"x"}\n')).toMatch(/^stdin, line 2: unusable key/);
    await expectUntouched();
  });

  test("that fails after segments were written leaves the index as it was, file by file", async () => {
    const input = `${linesOf(20_000, 120).replaceAll('"id":"k', '"id":"')}[]\n`;
    expect(await desk.fail(2, append("--segment-bytes", "1MiB"), input)).toMatch(/^stdin, line 20001: /);
    await expectUntouched();
  });

  test("of other types is refused", async () => {
    expect(await desk.fail(3, append("--key-type", "string"), '{"id":3}\n')).toBe(
      "--key-type string does not fit: out is an index of u32 keys. Leave --key-type out, or build a new index elsewhere.",
    );
    expect(await desk.fail(3, append("--value", "n", "--value-type", "u8"), '{"id":3,"n":1}\n')).toMatch(
      /^--value-type u8 does not fit: out is an index of json values\./,
    );
    await expectUntouched();
  });

  test("to an index of other values than JSON must name a field", async () => {
    await desk.succeed(
      ["build", "-", "--format", "csv", "--key", "k", "--value", "v", "--value-type", "u8", "-o", "small"],
      "k,v\na,1\n",
    );
    const args = ["build", "-", "--format", "csv", "--key", "k", "-o", "small", "--append"];
    expect(await desk.fail(2, args, "k,v\nb,2\n")).toMatch(/^--value is missing: small is an index of u8 values/);
    await desk.succeed([...args, "--value", "v"], "k,v\nb,2\n");
    expect(await desk.records("small")).toEqual(
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    );
  });

  test("to nothing says so and makes nothing", async () => {
    const message = await desk.fail(3, [...append(), "-o", "nothing"], '{"id":3}\n');
    expect(message).toMatch(/^No directory nothing, so there is nothing to add to\. Leave out --append/);
    expect(desk.list()).toEqual(["out"]);
  });

  test("to an index that someone writes says who", async () => {
    const db = await open(desk.path("out"));
    const message = await desk.fail(3, append(), '{"id":3}\n');
    expect(message).toMatch(new RegExp(`^out is being written by process ${process.pid} on host .+\\. Wait`));
    await db.close();
    await expectUntouched();
  });

  test("that is interrupted leaves the index as it was", async () => {
    const { process, outcome } = desk.start(append());
    process.stdin.write('{"id":3}\n');
    await new Promise((settle) => setTimeout(settle, 400));
    process.kill("SIGTERM");
    expect(await outcome).toEqual({
      code: 143,
      signal: null,
      stdout: "",
      stderr: "indexlib-kv: Interrupted by SIGTERM: the index in out is as it was.\n",
    });
    await expectUntouched();
  });
});
