/** Regions against a Map each: random writes, reads, walks, flushes and new openings of one index that several regions share. */

import { describe, expect, it } from "vitest";
import {
  type KVIndex,
  type KVRegion,
  type MemoryStorage,
  memoryStorage,
  type OpenOptions,
  open,
} from "../../bindings/node.js";
import { differenceOf, Oracle, textOf } from "../support/oracle.js";
import { meetingKey } from "../support/region-collisions.js";
import { type Rng, rngOf, seedFrom, withSeed } from "../support/rng.js";

const seed = seedFrom("MODEL_SEED");
const regions = ["default", "users", "items", "shops"] as const;
const operationCount = 6_000;

/** Few enough that overwrites hit, and among them keys that meet those of other regions under one hash. */
const numbers: readonly bigint[] = [
  ...Array.from({ length: 40 }, (_, i) => BigInt(i) << 58n),
  ...[1, 2, 3].flatMap((id) => Array.from({ length: 10 }, (_, i) => meetingKey(BigInt(i) << 58n, 0, id))),
];
const shapes: readonly (OpenOptions & { readonly keyOf: (rng: Rng) => unknown })[] = [
  { key: "u64", value: "u32", keyOf: (rng) => rng.pick(numbers) },
  { key: "u64", value: "string", preference: "store", timestamps: true, keyOf: (rng) => rng.pick(numbers) },
  { key: "i32", value: "json", timestamps: true, keyOf: (rng) => rng.int(80) - 40 },
  { key: "string", value: "string", preference: "store", keyOf: (rng) => `key ${rng.int(80)}` },
];

class Model {
  readonly #storage: MemoryStorage = memoryStorage();
  readonly #options: OpenOptions;
  readonly #oracles: readonly Oracle<unknown>[];
  #db!: KVIndex<unknown, unknown>;
  readonly met = { found: 0, absent: 0, deleted: 0, walked: 0, segments: 0 };

  constructor(options: OpenOptions) {
    this.#options = { ...options, regions, writeBufferBytes: 60_000 };
    this.#oracles = regions.map(() => new Oracle(options.timestamps ? "newest" : undefined));
  }

  async reopen(): Promise<void> {
    this.met.segments = Math.max(this.met.segments, this.#db?.stats().segmentCount ?? 0);
    await this.#db?.close();
    this.#db = (await open(this.#storage, this.#options)) as KVIndex<unknown, unknown>;
  }

  async write(id: number, key: unknown, value: unknown, timestamp: number): Promise<void> {
    const options = this.#options.timestamps ? { timestamp } : {};
    const region = this.#region(id);
    if (value === undefined && this.#oracle(id).has(key)) this.met.deleted++;
    await (value === undefined ? region.del(key, options) : region.put(key, value, options));
    this.#oracle(id).write(key, value === undefined ? undefined : textOf(value), timestamp);
  }

  check(id: number, keys: readonly unknown[]): void {
    const region = this.#region(id);
    const expected = keys.map((key) => this.#oracle(id).get(key));
    this.met.absent += expected.filter((text) => text === "absent").length;
    this.met.found += expected.filter((text) => text !== "absent").length;
    expect(region.getManySync(keys).map(textOf)).toEqual(expected);
    expect(textOf(region.getSync(keys[0]))).toBe(expected[0]);
  }

  walk(id: number): void {
    const got = new Map<string, string>();
    let count = 0;
    for (const [key, value] of this.#region(id).iterator()) {
      got.set(textOf(key), textOf(value));
      count++;
    }
    this.met.walked += count;
    expect(differenceOf(got, this.#oracle(id).live())).toBeUndefined();
    expect(count).toBe(got.size);
  }

  async flush(): Promise<void> {
    await this.#region(0).flush();
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  /** The first region is asked as such and as the index. */
  #region(id: number): KVIndex<unknown, unknown> | KVRegion<unknown, unknown> {
    return id === 0 && this.met.found % 2 === 0 ? this.#db : this.#db.region(regions[id] as string);
  }

  #oracle(id: number): Oracle<unknown> {
    return this.#oracles[id] as Oracle<unknown>;
  }
}

function valueFor(options: OpenOptions, rng: Rng): unknown {
  const number = rng.int(1_000_000);
  return options.value === "u32" ? number : options.value === "json" ? { number } : "x".repeat(number % 40) + number;
}

describe("regions of one index answer as a Map each does", () => {
  it.each(shapes)("$key to $value, timestamps $timestamps, $preference", async ({ keyOf, ...options }) => {
    await withSeed("MODEL_SEED", seed, async () => {
      const rng = rngOf(seed);
      const model = new Model(options);
      await model.reopen();
      for (let i = 0; i < operationCount; i++) {
        const id = rng.int(regions.length);
        if (rng.once(600)) await model.reopen();
        else if (rng.once(400)) await model.flush();
        else if (rng.once(40)) model.walk(id);
        else if (rng.once(2))
          model.check(
            id,
            Array.from({ length: 1 + rng.int(5) }, () => keyOf(rng)),
          );
        else await model.write(id, keyOf(rng), rng.once(3) ? undefined : valueFor(options, rng), 1 + rng.int(1_000));
      }
      await model.reopen();
      for (const id of regions.keys()) model.walk(id);
      await model.close();
      expect(model.met.found).toBeGreaterThan(1_000);
      expect(model.met.absent).toBeGreaterThan(1_000);
      expect(model.met.deleted).toBeGreaterThan(100);
      expect(model.met.walked).toBeGreaterThan(1_000);
      expect(model.met.segments).toBeGreaterThan(10);
    });
  });
});
