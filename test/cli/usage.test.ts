import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./run.js";

describe("the command line", () => {
  let desk: Desk;
  beforeAll(() => {
    desk = new Desk();
  });
  afterAll(() => desk.remove());

  test("shows help for everything, with the commands and the exit codes", async () => {
    const help = await desk.succeed(["--help"]);
    for (const name of ["build", "get", "scan", "stats", "--version", "Exit codes"]) expect(help).toContain(name);
    expect(await desk.succeed(["help"])).toBe(help);
    expect(await desk.run([])).toMatchObject({ code: 2, stdout: "", stderr: help });
  });

  test("shows help for each command, short and with an example", async () => {
    for (const name of ["build", "get", "scan", "stats", "column"]) {
      const help = await desk.succeed(name === "build" ? ["help", "build"] : [name, "--help"]);
      expect(help).toMatch(new RegExp(`^Usage: indexlib-kv ${name} `));
      expect(help).toContain("\nExample:\n  ");
      expect(help.split("\n").length).toBeLessThan(50);
      expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThan(110);
    }
  });

  test("shows the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await desk.succeed(["--version"])).toBe(`${version}\n`);
  });

  test("refuses an unknown command and an unknown option, and says what was likely meant", async () => {
    expect(await desk.fail(2, ["biuld"])).toBe("Unknown command biuld. Did you mean build?");
    expect(await desk.fail(2, ["frobnicate"])).toBe(
      "Unknown command frobnicate. There are build, get, scan, stats, column; see indexlib-kv --help.",
    );
    expect(await desk.fail(2, ["--limit", "scan"])).toMatch(/^Unknown option --limit before the command\./);
    expect(await desk.fail(2, ["build", "--kye", "id"])).toBe("Unknown option --kye of build. Did you mean --key?");
  });

  test("tells its own mistakes in JSON too", async () => {
    const { code, stderr } = await desk.run(["stats", "--jsn", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: "USAGE", message: "Unknown option --jsn of stats. Did you mean --json?", option: "--jsn" },
    });
  });
});
