import { spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cliPath, Desk, linesOf } from "./run.js";

/** util-linux's `script` gives the program a terminal. */
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe.skipIf(!hasScript)("on a terminal", () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
    desk.path("a.ndjson", linesOf(20_000, 80));
  });
  afterEach(() => desk.remove());

  const onTerminal = (command: string, env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout } = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd: desk.directory,
      encoding: "utf8",
      env: { ...process.env, TERM: "xterm", ...env },
    });
    return { status, raw: stdout, text: stripVTControlCharacters(stdout) };
  };
  const program = `"${process.execPath}" "${cliPath}"`;

  test("a build shows a bar while it reads a file, takes it away, and uses no colours", () => {
    const { status, raw, text } = onTerminal(`${program} build a.ndjson --key id -o out`);
    expect(status).toBe(0);
    expect(text).toMatch(/reading ░+ 0%/);
    expect(text).toContain("Built out");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
    expect(raw).not.toMatch(/\x1b\[[0-9;]*m/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the last line is cleared before the result
    expect(raw).toMatch(/\x1b\[2KBuilt out/);
  });

  test("a build counts when the size is not known", () => {
    const { text } = onTerminal(`cat a.ndjson | ${program} build - --format ndjson --key id -o out`);
    expect(text).toMatch(/reading \d+ bytes {2}\d+ records/);
    expect(text).not.toContain("%");
  });

  test("a dumb terminal gets no bar", () => {
    const { text } = onTerminal(`${program} build a.ndjson --key id -o out`, { TERM: "dumb" });
    expect(text).toMatch(/^Built out/);
  });

  test("stdin from the keyboard is announced", () => {
    const { text } = onTerminal(`${program} build - --format ndjson --key id -o out`);
    expect(text).toContain("Reading records from the terminal; Ctrl-D ends them.");
  });
});
