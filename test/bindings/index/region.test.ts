// Regions: namespaces in the same files, through the whole API.
import { describe, expect, it } from "vitest";
import { build, type KVIndex, type KVRegion, memoryStorage, type OpenOptions, open } from "../../../bindings/node.js";
import { failureOf } from "../../support/failure.js";
import { murmur64a } from "../../support/hashes.js";
import { murmurRegion } from "../../support/region-collisions.js";
import { through } from "../../support/through.js";

const regions = ["default", "users", "items"] as const;
const strings = { key: "string", value: "string", regions } as const;

type Place<K, V> = Pick<
  KVIndex<K, V>,
  "getSync" | "getManySync" | "get" | "getMany" | "has" | "iterator" | "keys" | "values"
>;

/** Compares every way of reading a region with a Map; `keys` may be absent ones. */
async function expectContent<K, V>(place: Place<K, V>, keys: readonly K[], expected: ReadonlyMap<K, V>): Promise<void> {
  const values = keys.map((key) => expected.get(key));
  expect(keys.map((key) => place.getSync(key))).toEqual(values);
  expect(await Promise.all(keys.map((key) => place.get(key)))).toEqual(values);
  expect(place.getManySync(keys)).toEqual(values);
  expect(await place.getMany(keys)).toEqual(values);
  expect(await Promise.all(keys.map((key) => place.has(key)))).toEqual(values.map((value) => value !== undefined));
  const walked = [...place.iterator()];
  expect(walked).toHaveLength(expected.size);
  expect(new Map(walked)).toEqual(expected);
  expect([...place.keys()]).toEqual(walked.map(([key]) => key));
  expect([...place.values()]).toEqual(walked.map(([, value]) => value));
}

const failing = (call: () => unknown) => failureOf(Promise.resolve().then(call));

describe("a region", () => {
  for (const preference of ["perf", "store"] as const) {
    for (const timestamps of [false, true]) {
      it(`holds its own values under the keys of others: ${preference}, timestamps ${timestamps}`, async () => {
        const storage = memoryStorage();
        const options: OpenOptions = { ...strings, preference, timestamps, writeBufferBytes: 60_000 };
        const keys = Array.from({ length: 1_200 }, (_, i) => `key ${i}`);
        const models = new Map(regions.map((name) => [name, new Map<string, string>()]));
        const check = async (index: KVIndex<string, string>): Promise<void> => {
          for (const [name, model] of models) await expectContent(index.region(name), keys, model);
          await expectContent(index, keys, models.get("default") as Map<string, string>);
        };
        for (let round = 0; round < 2; round++) {
          const write = async (index: KVIndex<string, string>): Promise<void> => {
            for (const [i, key] of keys.entries()) {
              for (const [r, name] of regions.entries()) {
                const model = models.get(name) as Map<string, string>;
                if ((i + r + round) % 3 === 0) {
                  await index.region(name).del(key);
                  model.delete(key);
                } else if ((i + r) % 4 !== round) {
                  await index.region(name).put(key, `${name} ${i} ${round}`);
                  model.set(key, `${name} ${i} ${round}`);
                }
              }
            }
          };
          await through(storage, options, write, check);
        }
        const again = await open(storage, { readOnly: true });
        expect(again.stats().segmentCount).toBeGreaterThan(3);
        await again.close();
      });
    }
  }

  it("keeps a key that is deleted in another, also over segments", async () => {
    const index = await open(memoryStorage(), strings);
    const users = index.region("users");
    const items = index.region("items");
    await users.put("a", "user");
    await items.put("a", "item");
    await index.put("a", "neither");
    await index.flush();
    await users.del("a");
    expect([index.getSync("a"), users.getSync("a"), items.getSync("a")]).toEqual(["neither", undefined, "item"]);
    await users.flush();
    expect([index.getSync("a"), users.getSync("a"), items.getSync("a")]).toEqual(["neither", undefined, "item"]);
    expect(users.name).toBe("users");
    expect(users.stats()).toEqual(index.stats());
    await items.close();
    expect(await failing(() => index.get("a"))).toMatchObject({ code: "NOT_OPEN" });
    expect(await failing(() => index.region("users"))).toMatchObject({ code: "NOT_OPEN" });
    expect(await failing(() => users.getSync("a"))).toMatchObject({ code: "NOT_OPEN" });
  });

  it("is walked as it was, whatever is read and written in others meanwhile", async () => {
    const index = await open(memoryStorage(), strings);
    const users = index.region("users");
    const expected = new Map(Array.from({ length: 1_000 }, (_, i) => [`key ${i}`, `user ${i}`]));
    for (const [key, value] of expected) await users.put(key, value);
    const seen = new Map<string, string>();
    for await (const [key, value] of users) {
      seen.set(key, value);
      await users.put(key, "later");
      await index.region("items").put(`${key} too`, "item");
      expect(index.getSync(key)).toBeUndefined();
    }
    expect(seen).toEqual(expected);
    expect(users.getSync("key 0")).toBe("later");
    expect([...index.iterator()]).toEqual([]);
    await index.close();
  });

  it("obeys timestamps by itself", async () => {
    const index = await open(memoryStorage(), { ...strings, timestamps: true });
    const users = index.region("users");
    const items = index.region("items");
    await users.put("a", "user at 10", { timestamp: 10 });
    await items.put("a", "item at 5", { timestamp: 5 });
    await index.flush();
    await users.put("a", "user at 9", { timestamp: 9 });
    await items.put("a", "item at 9", { timestamp: 9 });
    expect([users.getSync("a"), items.getSync("a")]).toEqual(["user at 10", "item at 9"]);
    await items.del("a", { timestamp: 8 });
    expect(items.getSync("a")).toBe("item at 9");
    await items.del("a", { timestamp: 11 });
    expect([users.getSync("a"), items.getSync("a")]).toEqual(["user at 10", undefined]);
    await index.close();
  });

  it("takes a record of a build that names it", async () => {
    const storage = memoryStorage();
    const source = [
      ["a", "plain"],
      ["a", "user", undefined, "users"],
      ["a", "item", undefined, "items"],
      ["b", "item b", undefined, "items"],
    ] as const;
    expect(await build(storage, source, strings)).toMatchObject({ recordCount: 4, keyCount: 4 });
    const index = await open(storage, { ...strings, readOnly: true });
    expect(regions.map((name) => index.region(name).getManySync(["a", "b"]))).toEqual([
      ["plain", undefined],
      ["user", undefined],
      ["item", "item b"],
    ]);
    await index.close();
    const info = await storage.open("segment_0_level_0/index/kv/region_info");
    const bytes = new Uint8Array(info.byteLength);
    await info.read(0, bytes);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      region_infos: [
        { region_id: 0, item_count: 1 },
        { region_id: 1, item_count: 1 },
        { region_id: 2, item_count: 2 },
      ],
    });
    const wrong = [["a", "b", undefined, "guests"]] as const;
    const failure = await failing(() => build(memoryStorage(), wrong, strings));
    expect(failure).toMatchObject({ code: "INVALID_OPTION" });
    expect(String(failure)).toContain("default, users, items");
  });

  it("of the last of 4,096 is told from the first", async () => {
    const names = Array.from({ length: 4_096 }, (_, i) => `region ${i}`.replace(" ", "-"));
    const storage = memoryStorage();
    const index = await open(storage, { key: "u32", value: "u32", regions: names });
    for (const id of [0, 1, 2_047, 4_095]) await index.region(names[id] as string).put(7, id);
    await index.close();
    const again = await open(storage, { regions: names });
    const found = [0, 1, 2_047, 4_094, 4_095].map((id) =>
      (again.region(names[id] as string) as KVRegion<never, unknown>).getSync(7 as never),
    );
    expect(found).toEqual([0, 1, 2_047, undefined, 4_095]);
    await again.close();
  });
});

describe("the key file of an index with regions", () => {
  it("has salted hashes, seconds and region words, as Indexlib's multi-region tables", async () => {
    const storage = memoryStorage();
    const options = { ...strings, exact: false, timestamps: true } as const;
    const index = await open(storage, options);
    await index.region("users").put("a", "one", { timestamp: 0x0102 });
    await index.region("items").del("a", { timestamp: 0x0103 });
    await index.close();
    const bytes = storage.files().get("segment_0_level_0/index/kv/key") as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect([view.getBigUint64(0, true), view.getBigUint64(8, true), bytes.length]).toEqual([4n, 2n, 16 + 4 * 20]);
    const hash = murmur64a(new TextEncoder().encode("a"), 545_609_244n);
    const expected = new Map([
      [murmurRegion(hash, 1), [0x0102, (2n << 62n) | (1n << 50n)]],
      [murmurRegion(hash, 2), [0x0103, (1n << 62n) | (2n << 50n)]],
    ]);
    const got = new Map<bigint, unknown>();
    for (let at = 16; at < bytes.length; at += 20) {
      const word = view.getBigUint64(at + 12, true);
      if (word >> 62n !== 0n) got.set(view.getBigUint64(at, true), [view.getUint32(at + 8, true), word]);
    }
    expect(got).toEqual(expected);
    const option = storage.files().get("segment_0_level_0/index/kv/format_option");
    expect(new TextDecoder().decode(option)).toBe('{"is_short_offset":false,"use_compact_bucket":false}');
  });
});

describe("integer keys of regions", () => {
  const edges = {
    u64: [0n, 1n, 2n ** 64n - 1n, 0xffff_ffff_ffff_feffn],
    i64: [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n],
    u32: [0, 1, 2 ** 31, 2 ** 32 - 1],
    i32: [0, -1, -(2 ** 31), 2 ** 31 - 1],
    u53: [0, 2 ** 32, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER],
  } as const;
  for (const [key, keys] of Object.entries(edges)) {
    it(`of type ${key} come back as they were`, async () => {
      const expected = new Map((keys as readonly unknown[]).map((one, i) => [one, i]));
      const options = { key, value: "u32", regions } as OpenOptions;
      await through<unknown, number>(
        memoryStorage(),
        options,
        async (index) => {
          for (const [one, i] of expected) await index.region("items").put(one, i);
        },
        async (index) => {
          await expectContent(index.region("items"), keys as readonly unknown[], expected);
          await expectContent(index.region("users"), keys as readonly unknown[], new Map());
        },
      );
    });
  }
});

describe("a list of regions", () => {
  it("is refused when it cannot be one", async () => {
    const codes = await Promise.all(
      [
        [],
        ["a", "a"],
        [""],
        ["a b"],
        ["a\nb"],
        [3],
        "users",
        Array.from({ length: 4_097 }, (_, i) => `${i}`),
        ["x".repeat(65)],
      ].map((list) => failing(() => open(memoryStorage(), { ...strings, regions: list as never }))),
    );
    for (const failure of codes) expect(failure).toMatchObject({ code: "INVALID_OPTION" });
    const hashed = { key: "u64", value: "u32", hash: "mix", regions } as const;
    expect(await failing(() => open(memoryStorage(), hashed))).toMatchObject({ code: "INVALID_OPTION" });
  });

  it("is the index's for good", async () => {
    const storage = memoryStorage();
    await (await open(storage, strings)).close();
    for (const list of [
      ["default", "users"],
      ["users", "default", "items"],
      [...regions, "more"],
    ]) {
      expect(await failing(() => open(storage, { regions: list }))).toMatchObject({ code: "SCHEMA_MISMATCH" });
    }
    const index = await open(storage);
    expect(index.schema.regions).toEqual(regions);
    const failure = await failing(() => index.region("guests"));
    expect(failure).toMatchObject({ code: "INVALID_OPTION" });
    expect(String(failure)).toContain("default, users, items");
    await index.close();
    const plain = memoryStorage();
    await (await open(plain, { key: "string", value: "string" })).close();
    expect(await failing(() => open(plain, { regions }))).toMatchObject({ code: "SCHEMA_MISMATCH" });
    const without = await open(plain);
    expect(await failing(() => without.region("users"))).toMatchObject({ code: "INVALID_OPTION" });
    await without.close();
  });
});
