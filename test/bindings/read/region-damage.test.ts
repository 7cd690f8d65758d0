// Region words that nobody writes, and a `region_info` that is not the index's: found as damage, with hashes and without.
import { describe, expect, it } from "vitest";
import { type KVIndex, memoryStorage, open } from "../../../bindings/node.js";
import { parseRegionInfo } from "../../../bindings/segment/region-info.js";
import { type Files, readStorage } from "../../fuzz/hostile.js";
import { failureOf } from "../../support/failure.js";

const regions = ["default", "users", "items"] as const;
const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
const keyPath = "segment_0_level_0/index/kv/key";
const infoPath = "segment_0_level_0/index/kv/region_info";
const headerBytes = 16;
const flagShift = 62n;
const regionShift = 50n;

type Words = (word: bigint) => bigint;

/** An index of three regions, its bucket words rewritten. */
async function filesWith(timestamps: boolean, exact: boolean, change: Words): Promise<Map<string, Uint8Array>> {
  const storage = memoryStorage();
  const index = await open(storage, { key: "string", value: "string", regions, timestamps, exact });
  for (const key of keys) for (const name of regions) await index.region(name).put(key, `${name} ${key}`);
  await index.close();
  const files = new Map(storage.files());
  const bytes = (files.get(keyPath) as Uint8Array).slice();
  const view = new DataView(bytes.buffer);
  const bucketBytes = timestamps ? 20 : 16;
  for (let at = headerBytes; at < bytes.length; at += bucketBytes) {
    const word = view.getBigUint64(at + bucketBytes - 8, true);
    if (word >> flagShift === 2n) view.setBigUint64(at + bucketBytes - 8, BigInt.asUintN(64, change(word)), true);
  }
  return files.set(keyPath, bytes);
}

async function openFiles(files: Files): Promise<KVIndex<string, string>> {
  return (await open(readStorage(files), { readOnly: true, verify: "none" })) as KVIndex<string, string>;
}

const nobodys: readonly [what: string, change: Words][] = [
  ["with flag 3", (word) => word | (3n << flagShift)],
  ["of the region behind the last", (word) => (word & ~(0xfffn << regionShift)) | (3n << regionShift)],
  ["of region 4,095", (word) => word | (0xfffn << regionShift)],
];

describe("region words", () => {
  for (const timestamps of [false, true]) {
    for (const exact of [false, true]) {
      it.each(nobodys)(`%s are damage, timestamps ${timestamps}, exact ${exact}`, async (_what, change) => {
        const index = await openFiles(await filesWith(timestamps, exact, change));
        for (const name of regions) {
          const region = index.region(name);
          const fault = { code: "CORRUPTION" };
          for (const key of keys) expect(await failureOf(region.get(key))).toMatchObject(fault);
          expect(await failureOf(region.getMany(keys))).toMatchObject(fault);
          expect(await failureOf(region.iterator().next())).toMatchObject(fault);
        }
        await index.close();
      });
    }
  }

  it("of another region than the key was put to are never found there", async () => {
    const shifted: Words = (word) => word ^ (1n << regionShift);
    const index = await openFiles(await filesWith(false, true, shifted));
    // 0 and 1 change places, 2 becomes 3, which is none.
    for (const name of ["default", "users"]) {
      expect(index.region(name).getManySync(keys)).toEqual(keys.map(() => undefined));
    }
    expect(await failureOf(index.region("items").getMany(keys))).toMatchObject({ code: "CORRUPTION" });
    await index.close();
  });

  it("that point past the value file are damage", async () => {
    const index = await openFiles(await filesWith(true, true, (word) => word | (0xffff_ffffn << 8n)));
    for (const key of keys) {
      expect(await failureOf(index.region("users").get(key))).toMatchObject({ code: "CORRUPTION" });
    }
    await index.close();
  });
});

describe("a region_info", () => {
  const utf8 = new TextEncoder();
  const info = (ids: readonly unknown[], count: unknown = 50): Uint8Array =>
    utf8.encode(JSON.stringify({ region_infos: ids.map((id) => ({ region_id: id, item_count: count })) }));

  it("lists each region once, in order", () => {
    expect(parseRegionInfo(info([0, 1, 2]), 3)).toEqual([50, 50, 50]);
    for (const bytes of [info([0, 1]), info([0, 2, 1]), info([0, 1, 1]), info([0, 1, 2], -1), info([0, 1, "2"])]) {
      expect(() => parseRegionInfo(bytes, 3)).toThrow(expect.objectContaining({ code: "CORRUPTION" }));
    }
    expect(() => parseRegionInfo(info([0, 1, 2, 3]), 3)).toThrow(expect.objectContaining({ code: "LIMIT" }));
    const long = utf8.encode(`{"region_infos":[]${" ".repeat(256 * 1024)}}`);
    expect(() => parseRegionInfo(long, 3)).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });

  it("of another index is refused when a segment is loaded", async () => {
    const files = await filesWith(false, true, (word) => word);
    const whole = await openFiles(files);
    expect(whole.region("items").getSync("key 7")).toBe("items key 7");
    await whole.close();
    const bytes = files.get(infoPath) as Uint8Array;
    const wrong = utf8.encode(new TextDecoder().decode(bytes).replace('"region_id":2', '"region_id":7'));
    expect(wrong).toHaveLength(bytes.length);
    expect(await failureOf(openFiles(files.set(infoPath, wrong)))).toMatchObject({ code: "CORRUPTION" });
  });
});
