/** Two keys may have one 64-bit hash. Each is found by itself all the same: through the whole API, from put to iterate. */

import { describe, expect, it } from "vitest";
import { build, type KVIndex, type MemoryStorage, memoryStorage, open } from "../../../bindings/node.js";
import { collidingKeys, collidingStrings } from "../../support/collisions.js";

const bytesIndex = { key: "bytes", value: "string" } as const;
const stringIndex = { key: "string", value: "string" } as const;

const latin1 = (key: Uint8Array): string => Buffer.from(key).toString("latin1");

/** All that an index holds, by key as text. */
async function contentOf(index: KVIndex<Uint8Array, string>): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for await (const [key, value] of index) {
    expect(content.has(latin1(key)), "a key is given once").toBe(false);
    content.set(latin1(key), value);
  }
  return content;
}

/** Compares every way of reading with a Map. */
async function expectContent(
  index: KVIndex<Uint8Array, string>,
  keys: readonly Uint8Array[],
  expected: ReadonlyMap<string, string>,
): Promise<void> {
  expect(await contentOf(index)).toEqual(expected);
  const values = keys.map((key) => expected.get(latin1(key)));
  expect(keys.map((key) => index.getSync(key))).toEqual(values);
  expect(await index.getMany(keys)).toEqual(values);
  expect(await Promise.all(keys.map((key) => index.has(key)))).toEqual(values.map((value) => value !== undefined));
}

/** Runs `write` and checks before a flush, after it, and in an index opened anew. */
async function through(
  storage: MemoryStorage,
  keys: readonly Uint8Array[],
  expected: ReadonlyMap<string, string>,
  write: (index: KVIndex<Uint8Array, string>) => Promise<void>,
): Promise<void> {
  const index = await open(storage, bytesIndex);
  await write(index);
  await expectContent(index, keys, expected);
  await index.flush();
  await expectContent(index, keys, expected);
  await index.close();
  const again = await open(storage, { ...bytesIndex, readOnly: true });
  await expectContent(again, keys, expected);
  await again.close();
}

describe("two keys with one hash", () => {
  const [a, b] = collidingKeys(2) as [Uint8Array, Uint8Array];

  it("are put, overwritten and deleted each by itself, in one segment", async () => {
    const expected = new Map([[latin1(b), "b, again"]]);
    await through(memoryStorage(), [a, b], expected, async (index) => {
      await index.put(a, "a");
      expect(await index.get(b)).toBeUndefined();
      await index.put(b, "b");
      expect(await index.get(a)).toBe("a");
      await index.put(b, "b, again");
      await index.del(a);
    });
  });

  it("live in segments of their own, whichever came first", async () => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const storage = memoryStorage();
      const expected = new Map([[latin1(first), "first"]]);
      await through(storage, [a, b], expected, (index) => index.put(first, "first"));
      expected.set(latin1(second), "second");
      await through(storage, [a, b], expected, (index) => index.put(second, "second"));
      expected.delete(latin1(first));
      await through(storage, [a, b], expected, (index) => index.del(first));
      expected.set(latin1(first), "first, back");
      await through(storage, [a, b], expected, (index) => index.put(first, "first, back"));
      expected.delete(latin1(second));
      await through(storage, [a, b], expected, (index) => index.del(second));
    }
  });

  it("when only one is deleted that never was there, leave the other alone", async () => {
    const storage = memoryStorage();
    const expected = new Map([[latin1(a), "a"]]);
    await through(storage, [a, b], expected, async (index) => {
      await index.del(b);
      await index.put(a, "a");
    });
    await through(storage, [a, b], expected, (index) => index.del(b));
  });
});

describe("more keys with one hash than there are salts", () => {
  it.each([12, 40])("%d live together, are overwritten and deleted, in one segment and over several", async (count) => {
    const keys = collidingKeys(count);
    const storage = memoryStorage();
    const expected = new Map(keys.map((key, i) => [latin1(key), `value ${i}`]));
    await through(storage, keys, expected, async (index) => {
      for (const [i, key] of keys.entries()) await index.put(key, `value ${i}`);
    });
    await through(storage, keys, expected, async (index) => {
      for (const [i, key] of [...keys.entries()].reverse()) {
        if (i % 3 === 0) {
          await index.del(key);
          expected.delete(latin1(key));
        } else if (i % 3 === 1) {
          await index.put(key, `newer ${i}`);
          expected.set(latin1(key), `newer ${i}`);
        }
      }
    });
    await through(storage, keys, expected, async (index) => {
      const [first = new Uint8Array(0)] = keys;
      await index.put(first, "back");
      expected.set(latin1(first), "back");
    });
  });

  it("keep their places while thousands of others make the table grow", async () => {
    const keys = collidingKeys(16);
    const others = Array.from({ length: 5000 }, (_, i) => new TextEncoder().encode(`other ${i}`));
    const expected = new Map([
      ...keys.map((key, i): [string, string] => [latin1(key), `value ${i}`]),
      ...others.map((key, i): [string, string] => [latin1(key), `${i}`]),
    ]);
    await through(memoryStorage(), [...keys, ...others], expected, async (index) => {
      for (const [i, key] of others.entries()) {
        await index.put(key, `${i}`);
        if (i % 300 === 0 && i / 300 < 16) await index.put(keys[i / 300] as Uint8Array, `value ${i / 300}`);
      }
    });
  });

  it("collide under every seed, and are told apart under every seed", async () => {
    const keys = collidingStrings(12);
    for (const hashSeed of [0n, 0xffff_ffff_ffff_ffffn, 0x0123_4567_89ab_cdefn]) {
      const storage = memoryStorage();
      await build(
        storage,
        keys.map((key, i): [string, string] => [key, `value ${i}`]),
        { ...stringIndex, hashSeed },
      );
      const index = await open(storage, { ...stringIndex, hashSeed });
      expect(index.getManySync(keys)).toEqual(keys.map((_, i) => `value ${i}`));
      expect(index.getSync(`${keys[0]}x`)).toBeUndefined();
      await index.close();
    }
  });

  it("obey timestamps each by itself", async () => {
    const [a, b, c] = collidingStrings(3) as [string, string, string];
    const index = await open(memoryStorage(), { ...stringIndex, timestamps: true });
    await index.put(a, "a at 10", { timestamp: 10 });
    await index.put(b, "b at 5", { timestamp: 5 });
    await index.flush();
    await index.put(b, "b at 9", { timestamp: 9 });
    await index.put(a, "a at 9", { timestamp: 9 });
    await index.del(c, { timestamp: 1 });
    await index.flush();
    await index.put(c, "c at 0", { timestamp: 0 });
    expect(index.getManySync([a, b, c])).toEqual(["a at 10", "b at 9", undefined]);
    await index.close();
  });
});
