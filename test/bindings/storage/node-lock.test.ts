// The lock between processes, with processes that are really killed.

import { type ChildProcess, spawn } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { lockDirectory } from "../../../bindings/storage/node-lock.js";

/** What is done, once, before the next call of that name. */
const before = vi.hoisted(() => new Map<string, () => Promise<unknown>>());

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  const pause = async (name: string): Promise<void> => {
    const action = before.get(name);
    before.delete(name);
    await action?.();
  };
  return {
    ...real,
    unlink: (path: string) => pause("unlink").then(() => real.unlink(path)),
    readdir: (path: string) => pause("readdir").then(() => real.readdir(path)),
  };
});

const scratch = mkdtempSync(join(tmpdir(), "indexlib-kv-lock-"));
const program = join(scratch, "program");
const children: ChildProcess[] = [];
let directory: string;
let lock: string;

beforeAll(() => {
  for (const name of ["errors", "limits", "clock", "storage/storage", "storage/node-lock"]) {
    const source = readFileSync(fileURLToPath(new URL(`../../../bindings/${name}.ts`, import.meta.url)), "utf8");
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const target = join(program, `${name}.js`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
  }
  writeFileSync(join(program, "package.json"), '{"type":"module"}');
  // Takes the lock when told to, says how it went, and keeps it.
  writeFileSync(
    join(program, "main.js"),
    `import { lockDirectory } from "./storage/node-lock.js";
     process.stdout.write("ready ");
     process.stdin.once("data", () => lockDirectory(process.argv[2])
       .then(() => process.stdout.write("locked"), (error) => process.stdout.write(String(error.code))));`,
  );
});

beforeEach(() => {
  directory = mkdtempSync(join(scratch, "index-"));
  lock = join(directory, "LOCK");
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});

interface Contender {
  readonly child: ChildProcess;
  /** Lets it try, and tells how it went. */
  go(): Promise<string>;
}

async function contender(): Promise<Contender> {
  const child = spawn(process.execPath, [join(program, "main.js"), directory], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const next = (): Promise<string> =>
    new Promise((settle) => child.stdout?.once("data", (data) => settle(String(data))));
  expect(await next()).toBe("ready ");
  return {
    child,
    go: () => {
      const outcome = next();
      child.stdin?.write("go");
      return outcome;
    },
  };
}

async function kill({ child }: Contender): Promise<void> {
  const exited = new Promise((settle) => child.once("exit", settle));
  child.kill("SIGKILL");
  await exited;
}

/** A lock file as a process left it that is gone. */
async function leaveDeadLock(): Promise<void> {
  const victim = await contender();
  expect(await victim.go()).toBe("locked");
  await kill(victim);
  expect(readdirSync(directory)).toEqual(["LOCK"]);
}

const codeOf = (error: unknown): string => (isIndexError(error) ? error.code : String(error));

describe("the lock of a directory", () => {
  it("is a file that names its holder, and goes when given back", async () => {
    const release = await lockDirectory(directory);
    expect(readdirSync(directory)).toEqual(["LOCK"]);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    await release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is refused to another open in this process, with pid, host, path and what to do", async () => {
    const release = await lockDirectory(directory);
    const error = await lockDirectory(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "LOCKED", pid: process.pid, host: hostname(), file: lock });
    expect((error as Error).message).toMatch(
      /this process \(\d+\) on host .*LOCK.*Close that writer, or open with readOnly/,
    );
    await release();
  });

  it("is refused while another process lives, and taken over once it is killed", async () => {
    const holder = await contender();
    expect(await holder.go()).toBe("locked");
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "LOCKED", pid: holder.child.pid });
    await kill(holder);
    const release = await lockDirectory(directory);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toMatchObject({ pid: process.pid });
    await release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("is taken over when its pid belongs to a later process", async () => {
    await leaveDeadLock();
    const left = JSON.parse(readFileSync(lock, "utf8"));
    expect(left.startedAt).toMatch(/^[0-9a-f-]{36}-\d+$/);
    writeFileSync(lock, JSON.stringify({ ...left, pid: process.pid }));
    await (await lockDirectory(directory))();
  });

  it("of another host is never taken over, and the message says why", async () => {
    await leaveDeadLock();
    const left = JSON.parse(readFileSync(lock, "utf8"));
    writeFileSync(lock, JSON.stringify({ ...left, host: "elsewhere.example" }));
    const error = await lockDirectory(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "LOCKED", host: "elsewhere.example" });
    expect((error as Error).message).toMatch(/cannot be seen from .* delete the lock file/);
  });

  it.each(["", "{", "null", "[]", '{"pid":-1,"host":"h","startedAt":"","token":"t"}', '{"pid":1}', "x".repeat(5_000)])(
    "with the content %j is left alone while fresh, and taken over when old",
    async (content) => {
      writeFileSync(lock, content);
      await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "LOCKED" });
      utimesSync(lock, 1_000, 1_000);
      await (await lockDirectory(directory))();
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  it("is not given back for somebody who took it meanwhile", async () => {
    const release = await lockDirectory(directory);
    rmSync(lock);
    const other = await lockDirectory(directory);
    await release();
    expect(readdirSync(directory)).toEqual(["LOCK"]);
    await other();
  });

  it("leaves no claim of a killed taker behind", async () => {
    await leaveDeadLock();
    const { pid, startedAt, token } = JSON.parse(readFileSync(lock, "utf8"));
    linkSync(lock, join(directory, `LOCK.${pid}.${startedAt}.${token}`));
    await (await lockDirectory(directory))();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("says what failed when the directory is gone", async () => {
    const gone = join(directory, "gone");
    await expect(lockDirectory(gone)).rejects.toMatchObject({ code: "IO", operation: "lock" });
  });
});

describe("many takers of one dead lock", () => {
  it("in one process: one wins", async () => {
    await leaveDeadLock();
    const dead = readFileSync(lock);
    for (let round = 0; round < 20; round++) {
      if (round > 0) writeFileSync(lock, dead);
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockDirectory(directory)));
      const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
      const lost = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => codeOf(reason));
      expect([won.length, [...new Set(lost)]]).toEqual([1, ["LOCKED"]]);
      await won[0]?.value();
      expect(readdirSync(directory)).toEqual([]);
    }
  });

  it("one of them slow: it finds the lock taken, though it saw it dead", async () => {
    await leaveDeadLock();
    let goOn = (): void => {};
    const slow = new Promise<() => Promise<void>>((settle, fail) => {
      before.set("unlink", () => {
        // The first is about to remove the dead lock; the second saw it too and is about to look for claims.
        before.set("readdir", async () => {
          goOn();
          await first;
        });
        lockDirectory(directory).then(settle, fail);
        return new Promise<void>((resume) => {
          goOn = resume;
        });
      });
    });
    const first = lockDirectory(directory);
    await expect(slow).rejects.toMatchObject({ code: "LOCKED", pid: process.pid });
    await (await first)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("in several processes: one wins", async () => {
    for (let round = 0; round < 3; round++) {
      rmSync(lock, { force: true });
      await leaveDeadLock();
      const contenders = await Promise.all(Array.from({ length: 5 }, contender));
      const outcomes = await Promise.all(contenders.map(({ go }) => go()));
      expect(outcomes.sort()).toEqual(["LOCKED", "LOCKED", "LOCKED", "LOCKED", "locked"]);
      await Promise.all(contenders.map(kill));
    }
  });
});
