import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryStorage, type OpenOptions, open, type Storage } from "../../../bindings/node.js";
import { failureOf } from "../../support/failure.js";

const types = { key: "string", value: "json" } as const;

async function made(options: OpenOptions = types): Promise<Storage> {
  const storage = memoryStorage();
  await (await open(storage, options)).close();
  return storage;
}

describe("open", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "open-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("makes an index where there is none, and finds it again without a word about its types", async () => {
    const db = await open(join(directory, "deep", "down"), types);
    expect(db.schema).toMatchObject({ name: "kv", key: "string", value: "json", timestamps: false, occupancyPct: 50 });
    await db.put("a", { b: 1 });
    await db.close();
    const again = await open<"string", "json">(join(directory, "deep", "down"));
    expect(again.getSync("a")).toEqual({ b: 1 });
    await again.close();
  });

  it("says NOT_FOUND where nothing is to be made, and makes nothing", async () => {
    const place = join(directory, "nowhere");
    for (const options of [{ readOnly: true }, { createIfMissing: false }, { ...types, readOnly: true }]) {
      const error = await failureOf(open(place, options));
      expect(error.code).toBe("NOT_FOUND");
      expect(error.message).toContain("holds no index: no version file is there.");
      expect(error.message).toContain(place);
    }
    expect(existsSync(place)).toBe(false);
  });

  it("says EXISTS when it must be new, and changes nothing", async () => {
    const db = await open(directory, types);
    await db.put("a", 1);
    await db.close();
    const error = await failureOf(open(directory, { ...types, errorIfExists: true }));
    expect(error.code).toBe("EXISTS");
    expect(error.message).toMatch(/already holds an index\. Open it to add to it, or name another place\.$/);
    const again = await open<"string", "json">(directory, { readOnly: true });
    expect(again.getSync("a")).toBe(1);
    await again.close();
  });

  it.each([
    ["key", "u32", "string"],
    ["value", "u64", "json"],
    ["name", "other", "kv"],
    ["timestamps", true, false],
    ["hashSeed", 7n, 545_609_244n],
    ["occupancyPct", 60, 50],
  ])("says SCHEMA_MISMATCH of another %s, with both", async (field, wanted, has) => {
    const error = await failureOf(open(await made(), { [field]: wanted }));
    expect(error).toMatchObject({ code: "SCHEMA_MISMATCH", field, expected: wanted, got: has });
    expect(error.message).toContain(`another ${field}: expected ${wanted}, got ${has}.`);
  });

  it("says SCHEMA_MISMATCH of another rule for conflicts, but only where writes have seconds", async () => {
    const stamped = await made({ ...types, timestamps: true });
    expect((await failureOf(open(stamped, { conflict: "last-write" }))).field).toBe("conflict");
    const plain = { ...types, conflict: "last-write" } as const;
    const storage = await made(plain);
    await (await open(storage, plain)).close();
  });

  it.each<[string, OpenOptions, string]>([
    ["key", { value: "u8" }, "its types must be said"],
    ["value", { key: "u32" }, "its types must be said"],
    ["key", { key: "u128" as "u64", value: "u8" }, "expected one of string, bytes, u64"],
    ["value", { key: "u64", value: "date" as "u8" }, "expected one of bytes, string, json"],
    ["name", { ...types, name: "../up" }, "expected a name of letters"],
    ["name", { ...types, name: "" }, "expected a name of letters"],
    ["occupancyPct", { ...types, occupancyPct: 81 }, "expected an integer of 1 … 80, got 81"],
    ["occupancyPct", { ...types, occupancyPct: 0 }, "expected an integer of 1 … 80, got 0"],
    ["occupancyPct", { ...types, occupancyPct: 50.5 }, "got 50.5"],
    ["hashSeed", { ...types, hashSeed: -1n }, "expected a bigint of 0 … 2^64-1, got -1"],
    ["hashSeed", { ...types, hashSeed: 2n ** 64n }, "got 18446744073709551616"],
    ["conflict", { ...types, conflict: "oldest" as "newest" }, "expected one of newest, last-write, got oldest"],
    ["writeBufferBytes", { ...types, writeBufferBytes: 0 }, "a whole number of bytes, at least 1, got 0"],
    ["writeBufferBytes", { ...types, writeBufferBytes: 1.5 }, "got 1.5"],
    ["memoryLimit", { ...types, memoryLimit: 2 ** 20 }, "at least 2097152, got 1048576"],
    ["verify", { ...types, verify: "Open" as "open" }, "expected open or none, got Open"],
  ])("says INVALID_OPTION of a bad %s: %o", async (_name, options, words) => {
    const storage = memoryStorage();
    const error = await failureOf(open(storage, options));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(words);
    expect([...storage.files().keys()]).toEqual([]);
    // The lock is free again.
    await (await open(storage, types)).close();
  });

  it("says READONLY of a write to what was opened so, and takes no lock", async () => {
    const writer = await open(directory, types);
    await writer.put("a", 1);
    await writer.flush();
    const reader = await open<"string", "json">(directory, { readOnly: true });
    const another = await open<"string", "json">(directory, { readOnly: true });
    const error = await failureOf(reader.put("a", 2));
    expect(error.code).toBe("READONLY");
    expect(error.message).toMatch(/was opened read-only\. Open it without readOnly to write\.$/);
    expect((await failureOf(reader.del("a"))).code).toBe("READONLY");
    expect(await reader.flush()).toBe(2);
    expect([reader.getSync("a"), another.getSync("a")]).toEqual([1, 1]);
    await Promise.all([reader.close(), another.close(), writer.close()]);
  });

  it("says LOCKED to a second writer, and what to do", async () => {
    const db = await open(directory, types);
    const error = await failureOf(open(directory));
    expect(error.code).toBe("LOCKED");
    expect(error.pid).toBe(process.pid);
    await db.close();
    await (await open(directory)).close();
  });

  it("gives the lock back when it fails behind it", async () => {
    const storage = await made();
    for (let i = 0; i < 3; i++) {
      expect((await failureOf(open(storage, { key: "u32" }))).code).toBe("SCHEMA_MISMATCH");
      expect((await failureOf(open(storage, { errorIfExists: true }))).code).toBe("EXISTS");
    }
    await (await open(storage)).close();
  });

  it("cleans up what a crash left, but only as a writer", async () => {
    const db = await open(directory, types);
    await db.put("a", 1);
    await db.close();

    mkdirSync(join(directory, "segment_9_level_0"));
    writeFileSync(join(directory, "version.3.tmp"), "{");
    writeFileSync(join(directory, "notes.txt"), "mine");
    await (await open(directory, { readOnly: true })).close();
    expect(readdirSync(directory)).toContain("segment_9_level_0");
    await (await open(directory)).close();
    expect(readdirSync(directory).sort()).toEqual(["notes.txt", "segment_0_level_0", "version.1", "version.2"]);
  });

  it("keeps every choice of the schema for the next to open it", async () => {
    const options = {
      key: "u64",
      value: "f32",
      name: "prices",
      timestamps: true,
      conflict: "last-write",
      hashSeed: 2n ** 64n - 1n,
      occupancyPct: 71,
    } as const;
    const storage = await made(options);
    const db = await open(storage);
    expect(db.schema).toEqual({ ...options, hash: "mix", exact: false, table: "dense" });
    await db.close();
    await (await open(storage, options)).close();
  });
});
