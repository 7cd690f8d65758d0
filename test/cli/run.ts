// Runs the built program, dist/cli.js, as a shell does.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { parseArguments } from "../../bindings/cli/arguments.js";
import type { Command } from "../../bindings/cli/command.js";
import { Output } from "../../bindings/cli/output.js";
import { isIndexError, open } from "../../bindings/node.js";

export const cliPath = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly outcome: Promise<Outcome>;
}

/** A directory for one test, with its files. */
export class Desk {
  readonly directory: string = mkdtempSync(join(tmpdir(), "indexlib-kv-cli-"));

  /** Path of `name`; with `content`, of a file made now. */
  path(name: string, content?: string | Uint8Array): string {
    const path = join(this.directory, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  /** Names of the files in `name`. */
  list(name = ""): string[] {
    return readdirSync(this.path(name)).sort();
  }

  /** Starts the program here; its stdin stays open. */
  start(args: readonly string[]): Child {
    const child = spawn(process.execPath, [cliPath, ...args], {
      cwd: this.directory,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // It may end before it has read everything.
    child.stdin.on("error", () => undefined);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const outcome = new Promise<Outcome>((resolve, reject) => {
      child.on("error", reject).on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { process: child, outcome };
  }

  /** Runs the program here to its end. */
  run(args: readonly string[], stdin: string | Uint8Array = ""): Promise<Outcome> {
    const { process, outcome } = this.start(args);
    process.stdin.end(stdin);
    return outcome;
  }

  /** Runs it and expects success and nothing on stderr; returns stdout. */
  async succeed(args: readonly string[], stdin?: string | Uint8Array): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, stdin);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  /** Runs it and expects this exit code and nothing on stdout; returns stderr without the program's name. */
  async fail(code: number, args: readonly string[], stdin?: string | Uint8Array): Promise<string> {
    const outcome = await this.run(args, stdin);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: "" });
    expect(outcome.stderr).toMatch(/^indexlib-kv: [^\n]+\n$/);
    return outcome.stderr.slice("indexlib-kv: ".length, -1);
  }

  async expectNoIndex(name: string): Promise<void> {
    const opened = await open(this.path(name), { readOnly: true }).catch((cause: unknown) => cause);
    expect(isIndexError(opened, "NOT_FOUND")).toBe(true);
  }

  /** All records of the index in `name`. */
  async records(name: string): Promise<Map<unknown, unknown>> {
    const db = await open(this.path(name), { readOnly: true });
    const records = new Map<unknown, unknown>();
    for await (const [key, value] of db) records.set(key, value);
    await db.close();
    return records;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Runs a command in this process, for what needs no pipes; failures are thrown. */
export async function runHere(command: Command, words: readonly string[]): Promise<{ code: number; stdout: string }> {
  const stream = new PassThrough();
  const code = await command.run(parseArguments(command, words), new Output(stream));
  return { code, stdout: String(stream.read() ?? "") };
}

/** NDJSON of records `{"id":"k<i>","n":<i>,"text":…}`; each line has about `lineBytes` bytes. */
export function linesOf(count: number, lineBytes = 40): string {
  const text = "x".repeat(Math.max(0, lineBytes - 40));
  return Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: `k${i}`, n: i, text })}\n`).join("");
}

/** Waits until `isTrue`, looking often; fails after ten seconds. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (isTrue()) return;
    await new Promise((settle) => setTimeout(settle, 10));
  }
  throw new Error("did not come true in time");
}
