// What every storage promises, run over each of ours; and the rule for names.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { memoryStorage } from "../../../bindings/storage/memory.js";
import { nodeStorage } from "../../../bindings/storage/node.js";
import {
  checkDirectory,
  nameFault,
  pathFault,
  readWhole,
  type Storage,
  storageFailure,
} from "../../../bindings/storage/storage.js";

const directories: string[] = [];
const freshDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "indexlib-kv-storage-"));
  directories.push(directory);
  return directory;
};
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function write(storage: Storage, path: string, ...parts: string[]): Promise<void> {
  const file = await storage.create(path);
  for (const part of parts) await file.write(bytesOf(part));
  await file.finish();
}

async function readText(storage: Storage, path: string): Promise<string> {
  return new TextDecoder().decode(await readWhole(storage, path, 1_000_000));
}

describe.each([
  { name: "memory", make: (): Storage => memoryStorage() },
  { name: "node", make: (): Storage => nodeStorage(freshDirectory()) },
  {
    name: "node without sync",
    make: (): Storage => nodeStorage(join(freshDirectory(), "made", "later"), { sync: false }),
  },
])("storage in $name", ({ make }) => {
  let storage: Storage;
  beforeEach(() => {
    storage = make();
  });

  it("is empty before anything is written", async () => {
    expect(await storage.list("")).toEqual([]);
    expect(await storage.list("segment_0_level_0")).toEqual([]);
    await expect(storage.open("key")).rejects.toMatchObject({ code: "NOT_FOUND", file: "key" });
  });

  it("gives back what was written in parts", async () => {
    await write(storage, "a/b/key", "one", "", "two");
    expect(await readText(storage, "a/b/key")).toBe("onetwo");
  });

  it("keeps a file of no bytes", async () => {
    await write(storage, "empty");
    expect(await readWhole(storage, "empty", 0)).toEqual(new Uint8Array(0));
  });

  it("does not keep the bytes it was given", async () => {
    const bytes = bytesOf("before");
    const file = await storage.create("key");
    await file.write(bytes);
    bytes.fill(0);
    await file.finish();
    await storage.publish("version.1", bytesOf("1"));
    expect(await readText(storage, "key")).toBe("before");
  });

  it("reads from any position into part of a buffer", async () => {
    await write(storage, "key", "0123456789");
    const file = await storage.open("key");
    const buffer = new Uint8Array(8);
    expect(file.byteLength).toBe(10);
    await file.read(3, buffer.subarray(2, 6));
    await file.read(10, buffer.subarray(0, 0));
    expect([...buffer]).toEqual([0, 0, 51, 52, 53, 54, 0, 0]);
    await file.close();
  });

  it.each([
    [8, 3],
    [11, 0],
    [-1, 1],
    [0.5, 1],
    [Number.MAX_SAFE_INTEGER, 1],
    [Number.NaN, 1],
  ])("refuses to read from %d on %d bytes of ten", async (position, byteCount) => {
    await write(storage, "key", "0123456789");
    const file = await storage.open("key");
    await expect((async () => file.read(position, new Uint8Array(byteCount)))()).rejects.toMatchObject({
      code: "CORRUPTION",
      file: "key",
      offset: position,
    });
    await file.close();
  });

  it("refuses to read after close, and closes twice", async () => {
    await write(storage, "key", "x");
    const file = await storage.open("key");
    await file.close();
    await file.close();
    await expect((async () => file.read(0, new Uint8Array(1)))()).rejects.toMatchObject({ code: "NOT_OPEN" });
  });

  it("reads on from a file that was removed", async () => {
    await write(storage, "key", "still");
    const file = await storage.open("key");
    await storage.remove("key");
    const target = new Uint8Array(5);
    await file.read(0, target);
    expect(target).toEqual(bytesOf("still"));
    await file.close();
  });

  it("lists names of files and directories, sorted", async () => {
    for (const path of ["version.2", "version.10", "b/index/kv/key", "b/checksums", "LOG"]) await write(storage, path);
    expect(await storage.list("")).toEqual(["LOG", "b", "version.10", "version.2"]);
    expect(await storage.list("b")).toEqual(["checksums", "index"]);
    expect(await storage.list("b/index")).toEqual(["kv"]);
    expect(await storage.list("b/checksums")).toEqual([]);
  });

  it("refuses to create what is there, a file or a directory", async () => {
    await write(storage, "a/key", "first");
    await expect(storage.create("a/key")).rejects.toMatchObject({ code: "EXISTS", file: "a/key" });
    await expect(storage.create("a")).rejects.toMatchObject({ code: "EXISTS" });
    await expect(storage.publish("a/key", bytesOf("second"))).rejects.toMatchObject({ code: "EXISTS" });
    await expect(storage.create("a/key/below")).rejects.toMatchObject({ code: "IO" });
    expect(await readText(storage, "a/key")).toBe("first");
  });

  it("refuses to open a directory", async () => {
    await write(storage, "a/key");
    await expect(storage.open("a")).rejects.toMatchObject({ code: "CORRUPTION", expected: "a regular file" });
  });

  it("removes files and whole directories, and what is absent", async () => {
    await write(storage, "a/b/key");
    await write(storage, "a/value");
    await write(storage, "ab");
    await storage.remove("a/value");
    expect(await storage.list("a")).toEqual(["b"]);
    await storage.remove("a");
    await storage.remove("a");
    await storage.remove("never/there");
    expect(await storage.list("")).toEqual(["ab"]);
  });

  it("abandons a file without trace, twice, and a finished one not at all", async () => {
    const file = await storage.create("key");
    await file.write(bytesOf("half"));
    await file.abandon();
    await file.abandon();
    expect(await storage.list("")).toEqual([]);
    await expect(file.write(bytesOf("more"))).rejects.toMatchObject({ code: "NOT_OPEN" });

    const second = await storage.create("key");
    await file.abandon();
    await second.finish();
    await second.abandon();
    expect(await storage.list("")).toEqual(["key"]);
    await expect(second.finish()).rejects.toMatchObject({ code: "NOT_OPEN" });
  });

  it("publishes a whole file and leaves nothing else", async () => {
    await write(storage, "segment_0_level_0/index/kv/key", "k");
    await storage.syncDirectory("segment_0_level_0");
    await storage.syncDirectory("never/there");
    await storage.publish("version.1", bytesOf("one"));
    await storage.publish("deep/version.1", bytesOf("two"));
    await storage.syncDirectory("");
    expect(await storage.list("")).toEqual(["deep", "segment_0_level_0", "version.1"]);
    expect(await readText(storage, "version.1")).toBe("one");
    expect(await storage.list("deep")).toEqual(["version.1"]);
  });

  it("lets one writer in at a time", async () => {
    const release = await storage.lock();
    await expect(storage.lock()).rejects.toMatchObject({ code: "LOCKED" });
    await release();
    const again = await storage.lock();
    await release();
    await expect(storage.lock()).rejects.toMatchObject({ code: "LOCKED" });
    await again();
    await again();
  });

  it("checks the size before it allocates", async () => {
    await write(storage, "key", "12345");
    expect(await readWhole(storage, "key", 5)).toEqual(bytesOf("12345"));
    await expect(readWhole(storage, "key", 4)).rejects.toMatchObject({ code: "LIMIT", file: "key", got: 5 });
  });

  it.each(["..", "../key", "a/../../key", "/etc/passwd", "a//b", "a/", "./a", "a\\..\\b", "C:/x", "nul", "a/b\0"])(
    "refuses the path %j everywhere",
    async (path) => {
      const calls = [
        () => storage.list(path),
        () => storage.open(path),
        () => storage.create(path),
        () => storage.remove(path),
        () => storage.syncDirectory(path),
        () => storage.publish(path, bytesOf("x")),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "INVALID_OPTION" });
      expect(await storage.list("")).toEqual([]);
    },
  );

  it("refuses the empty path where a file is meant", async () => {
    await expect(storage.remove("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(storage.create("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe("memory storage", () => {
  it("shows its files in order, for comparison", async () => {
    const storage = memoryStorage();
    await write(storage, "b", "2");
    await write(storage, "a/key", "1");
    expect([...storage.files()]).toEqual([
      ["a/key", bytesOf("1")],
      ["b", bytesOf("2")],
    ]);
  });
});

describe("the rule for names", () => {
  it.each(["key", "format_option", "version.12", "__proto__", "0", "a".repeat(128), "com", "console", "nul_"])(
    "takes %s",
    (name) => {
      expect(nameFault(name)).toBeUndefined();
    },
  );

  it.each([
    "",
    ".",
    "..",
    ".git",
    "-rf",
    "a b",
    "a/b",
    "ä",
    "a:b",
    "a\n",
    "a".repeat(129),
    "a.",
    "CON",
    "com1.txt",
    "LPT9",
  ])("refuses %j and says what it wants", (name) => {
    expect(nameFault(name)).toMatch(/^a name/);
    expect(pathFault(`../${name}`)).toBeDefined();
  });

  it("bounds depth and length before it looks at names", () => {
    expect(pathFault(Array(16).fill("a").join("/"))).toBeUndefined();
    expect(pathFault(Array(17).fill("a").join("/"))).toMatch(/16 names/);
    expect(pathFault("a/".repeat(1_000_000))).toMatch(/16 names/);
    expect(checkDirectory("")).toBe("");
  });
});

describe("a failure of the storage", () => {
  it.each([
    ["ENOSPC", "QUOTA_EXCEEDED", /Free space/],
    ["EDQUOT", "QUOTA_EXCEEDED", /quota/],
    ["EMFILE", "IO", /ulimit/],
    ["EROFS", "READONLY", /readOnly/],
    ["EIO", "IO", /Check the disk/],
  ])("with %s is %s and says what to do", (errno, code, advice) => {
    const cause = Object.assign(new Error(`${errno}: it failed`), { code: errno });
    const error = storageFailure("write", "key", cause);
    expect(error).toMatchObject({ code, file: "key", operation: "write", cause });
    expect(error.message).toMatch(advice);
    expect(error.message).toContain(`Cannot write: ${errno}: it failed (key)`);
  });

  it("is not wrapped twice, and may be anything", () => {
    const first = storageFailure("write", "key", "just text");
    expect(storageFailure("publish", "other", first)).toBe(first);
    expect(first.message).toContain("just text");
    expect(isIndexError(storageFailure("write", "key", null), "IO")).toBe(true);
    expect(storageFailure("write", "key", new DOMException("full", "QuotaExceededError")).code).toBe("QUOTA_EXCEEDED");
  });
});
