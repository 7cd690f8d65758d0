import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scan } from "../../bindings/cli/scan.js";
import { build } from "../../bindings/node.js";
import { cliPath, Desk, runHere } from "./run.js";

describe("scan", () => {
  const count = 50_000;
  let desk: Desk;
  beforeAll(async () => {
    desk = new Desk();
    await build(desk.path("text"), [["a\tb", "1\n2\\"]], { key: "string", value: "string" });
    function* records(): Iterable<[number, bigint]> {
      for (let i = 0; i < count; i++) yield [i, BigInt(i) * 3n];
    }
    await build(desk.path("many"), records(), { key: "u32", value: "u64" });
  });
  afterAll(() => desk.remove());

  test("prints every record once, key and value with a tab between them", async () => {
    const lines = (await desk.succeed(["scan", "many"])).trimEnd().split("\n");
    const values = new Map(lines.map((line) => line.split("\t") as [string, string]));
    expect(lines).toHaveLength(count);
    expect(values.size).toBe(count);
    for (const [key, value] of values) if (Number(value) !== Number(key) * 3) throw new Error(`${key} has ${value}`);
  });

  test("keeps a record on its line", async () => {
    const text = desk.path("text");
    expect((await runHere(scan, [text])).stdout).toBe("a\\tb\t1\\n2\\\\\n");
    expect((await runHere(scan, [text, "--json"])).stdout).toBe('{"key":"a\\tb","value":"1\\n2\\\\"}\n');
  });

  test("prints no more than its limit", async () => {
    const many = desk.path("many");
    const { stdout } = await runHere(scan, [many, "--limit", "3", "--json"]);
    expect(stdout).toMatch(/^(\{"key":\d+,"value":"\d+"\}\n){3}$/);
    expect((await runHere(scan, [many, "--limit=0"])).stdout).toBe("");
  });

  test.skipIf(process.platform === "win32")("ends quietly when its reader has enough", () => {
    const script = `"${process.execPath}" "${cliPath}" scan many | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: desk.directory, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^\d+\t\d+\n0\n$/);
  });

  test("refuses a limit that is none, and tells where there is no index", async () => {
    expect(await desk.fail(2, ["scan", "many", "--limit", "-5"])).toBe(
      'Unusable --limit: expected a whole number, 0 or more, got "-5".',
    );
    expect(await desk.fail(3, ["scan", "absent"])).toMatch(/^No directory absent\./);
  });
});
