import { describe, expect, it } from "vitest";
import { isIndexError, memoryStorage, type OpenOptions, open, type Storage } from "../../../bindings/node.js";
import { rehashed, relisted, replaced, resigned } from "../../fuzz/forge.js";
import { type Base, type Files, makeBase, readStorage } from "../../fuzz/hostile.js";
import { FaultyStorage } from "../../support/faulty-storage.js";

const text = new TextEncoder();
const options: OpenOptions = { readOnly: true };

async function failureOf(files: Files, more: OpenOptions = {}): Promise<unknown> {
  return open(readStorage(files), { ...options, ...more }).then(
    () => "opened",
    (error: unknown) => error,
  );
}

/** The base with both segments' file changed, so that no older version can answer. */
function changedIn(base: Base, name: string, change: (bytes: Uint8Array) => Uint8Array): Files {
  let files: Files = base.files;
  for (const segment of [0, 1]) {
    const path = `segment_${segment}_level_0/${name}`;
    files = replaced(files, path, change(files.get(path) as Uint8Array));
  }
  return files;
}

const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte));

describe("loading a segment", () => {
  it.each(["index/kv/key", "index/kv/value", "index/kv/format_option"])(
    "finds a changed byte of %s and where it is",
    async (name) => {
      const base = await makeBase(0);
      const error = await failureOf(changedIn(base, name, flipped));
      expect(error).toMatchObject({ code: "CORRUPTION", file: `segment_0_level_0/${name}`, offset: 0 });
      expect(`${error}`).toMatch(/Damaged block \(.*, byte 0\): expected hash [0-9a-f]{16}, got [0-9a-f]{16}\./);
    },
  );

  it("names the block of a long file that is damaged", async () => {
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: "bytes" });
    for (let i = 0; i < 100; i++) await db.put(i, new Uint8Array(10_000).fill(i));
    await db.close();
    const path = "segment_0_level_0/index/kv/value";
    const bytes = (storage.files().get(path) as Uint8Array).slice();
    bytes[700_000] = 0xee;
    const error = await failureOf(replaced(storage.files(), path, bytes));
    expect(error).toMatchObject({ code: "CORRUPTION", file: path, offset: 10 * 65_536 });
  });

  it("refuses checksums that are not those the version lists", async () => {
    const base = await makeBase(1);
    const swapped = new Map(base.files);
    swapped.set("segment_0_level_0/checksums", base.files.get("segment_1_level_0/checksums") as Uint8Array);
    const error = await failureOf(swapped);
    expect(error).toMatchObject({ code: "CORRUPTION", file: "segment_0_level_0/checksums" });
    expect(`${error}`).toContain("Checksums of another segment");
  });

  it("refuses files of another schema even when their hashes are right", async () => {
    const [base, other] = [await makeBase(1), await makeBase(2)];
    const files = new Map(base.files);
    for (const [path, bytes] of other.files) if (path.startsWith("segment_")) files.set(path, bytes);
    const versions = resigned(other, other.files);
    for (const version of ["version.2", "version.3"]) {
      const theirs = new TextDecoder().decode(versions.get(version)).match(/"segments":.*\]/s)?.[0] as string;
      const ours = new TextDecoder().decode(base.files.get(version)).replace(/"segments":.*\]/s, theirs);
      files.set(version, rehashed(text.encode(ours)));
    }
    const error = await failureOf(files);
    expect(error).toMatchObject({ code: "CORRUPTION", file: "segment_0_level_0/checksums" });
    expect(`${error}`).toContain("Files of another schema");
  });

  it.each([
    [{ is_short_offset: true, use_compact_bucket: true }, "FORMAT_UNSUPPORTED"],
    [{ is_short_offset: false, use_compact_bucket: false }, "FORMAT_UNSUPPORTED"],
    [{ use_compact_bucket: false }, "CORRUPTION"],
    [[], "CORRUPTION"],
  ])("refuses the format option %j as %s, with hashes and without", async (option, code) => {
    const base = await makeBase(0);
    const files = changedIn(base, "index/kv/format_option", () => text.encode(JSON.stringify(option)));
    for (const failure of [
      await failureOf(relisted(base, files), { verify: "none" }),
      await failureOf(resigned(base, files)),
    ]) {
      expect(isIndexError(failure), `${failure}`).toBe(true);
      expect(failure).toMatchObject({ code, file: "segment_0_level_0/index/kv/format_option" });
    }
  });

  it("goes on without metrics it cannot read when nothing vouches for them, and reads all the same", async () => {
    const base = await makeBase(2);
    const files = relisted(
      base,
      changedIn(base, "segment_metrics", () => text.encode("{")),
    );
    const db = await open(readStorage(files), { ...options, verify: "none" });
    const got = await db.getMany(base.keys as never[]);
    expect(got.filter((value) => value !== undefined)).toHaveLength(base.oracles.get(3)?.size as number);
    await db.close();
    expect(await failureOf(resigned(base, files))).toMatchObject({ code: "CORRUPTION" });
  });

  it("closes every file it opened, whether it succeeds or fails", async () => {
    const base = await makeBase(0);
    const good = new FaultyStorage(readStorage(base.files));
    const db = await open(good as Storage, options);
    expect(good.openFileCount).toBe(0);
    await db.close();
    const calls = good.log.length;
    for (let call = 1; call <= calls; call++) {
      const storage = new FaultyStorage(readStorage(base.files));
      storage.plan = { call, sticky: false, code: "IO", damage: "something" };
      await expect(open(storage as Storage, options)).rejects.toMatchObject({ code: "IO" });
      expect(storage.openFileCount, storage.fired[0]).toBe(0);
    }
    expect(calls).toBeGreaterThan(25);
  });

  it("says MEMORY_LIMIT for a segment that does not fit, and how large it is", async () => {
    const storage = memoryStorage();
    const db = await open(storage, { key: "u32", value: "bytes" });
    for (let i = 0; i < 40; i++) await db.put(i, new Uint8Array(100_000));
    await db.close();
    const error = await open(storage, { ...options, memoryLimit: 3 * 2 ** 20 }).catch((cause) => cause);
    expect(error.code).toBe("MEMORY_LIMIT");
    expect(error.message).toMatch(
      /^loading segment_0_level_0\/index\/kv\/value, 4\d{6} bytes,: the index's memory may not grow/,
    );
    await (await open(storage, options)).close();
  });
});
