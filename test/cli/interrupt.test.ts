import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Desk, linesOf, until } from "./run.js";

const args = ["build", "-", "--format", "ndjson", "--key", "id", "-o", "out", "--segment-bytes", "1MiB"];

describe("a build that is ended in the middle", () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => desk.remove());

  /** A build that has written segments and waits for more input. */
  const startHalf = async () => {
    const child = desk.start(args);
    child.process.stdin.write(linesOf(20_000, 120));
    await until(() => existsSync(desk.path("out/segment_0_level_0/checksums")));
    return child;
  };

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s removes everything and exits with %i", async (signal, code) => {
    const { process, outcome } = await startHalf();
    process.kill(signal);
    expect(await outcome).toEqual({
      code,
      signal: null,
      stdout: "",
      stderr: `indexlib-kv: Interrupted by ${signal}: no index was made in out.\n`,
    });
    expect(desk.list()).toEqual([]);
  });

  test("by SIGKILL leaves nothing that opens, and the next build works", async () => {
    const { process, outcome } = await startHalf();
    process.kill("SIGKILL");
    expect((await outcome).signal).toBe("SIGKILL");
    expect(desk.list("out")).toEqual(expect.arrayContaining(["LOCK", "segment_0_level_0"]));
    expect(JSON.parse(readFileSync(desk.path("out/LOCK"), "utf8")).pid).toBe(process.pid);
    await desk.expectNoIndex("out");
    expect(await desk.fail(3, ["get", "out", "k1"])).toMatch(/^No index in out/);

    await desk.succeed(args, '{"id":"a"}\n');
    expect(desk.list("out")).toEqual(["segment_0_level_0", "version.1"]);
    expect(await desk.records("out")).toEqual(new Map([["a", { id: "a" }]]));
  });

  test("by SIGKILL while it adds leaves the last version, and the next one works", async () => {
    await desk.succeed(args, '{"id":"a"}\n');
    const child = desk.start([...args, "--append"]);
    child.process.stdin.write(linesOf(20_000, 120));
    await until(() => existsSync(desk.path("out/segment_1_level_0/checksums")));
    child.process.kill("SIGKILL");
    await child.outcome;
    expect(await desk.records("out")).toEqual(new Map([["a", { id: "a" }]]));

    await desk.succeed([...args, "--append"], '{"id":"b"}\n');
    expect(await desk.succeed(["get", "out", "a", "b"])).toBe('{"id":"a"}\n{"id":"b"}\n');
    expect(desk.list("out").filter((name) => name.startsWith("segment_"))).toHaveLength(2);
  });
});
