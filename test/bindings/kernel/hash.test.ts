import { xxhash64 } from "hash-wasm";
import { describe, expect, it } from "vitest";
import { Space } from "../../../bindings/kernel/space.js";
import { collidingKeys, collidingStrings } from "../../support/collisions.js";
import { mix64, mixBlock, murmur64a, unmix64, unmixBlock } from "../../support/hashes.js";
import { rngOf } from "../../support/rng.js";

const space = new Space();
const { kernel } = space;
const at = space.allocate(1 << 20, "hash tests");
const unsigned = (hash: bigint): bigint => BigInt.asUintN(64, hash);
const seeds = [545_609_244n, 0n, 1n, 2n ** 64n - 1n, 0x0123_4567_89ab_cdefn];

function kernelMurmur(bytes: Uint8Array, seed: bigint): bigint {
  space.bytes.set(bytes, at);
  return unsigned(kernel.hashMurmur(at, bytes.length, seed));
}

describe("the kernel's hashes", () => {
  const rng = rngOf(11);

  it("are MurmurHash64A for every length of a tail", () => {
    for (let length = 0; length < 130; length++) {
      const bytes = rng.bytes(length);
      for (const seed of seeds) expect(kernelMurmur(bytes, seed), String(length)).toBe(murmur64a(bytes, seed));
    }
  });

  it("are XXH64 for every length of stripes and tail", async () => {
    for (const length of [...Array(140).keys(), 4096, 65_537]) {
      const bytes = rng.bytes(length);
      space.bytes.set(bytes, at);
      for (const seed of seeds) {
        const expected = await xxhash64(bytes, Number(seed & 0xffff_ffffn), Number(seed >> 32n));
        expect(
          unsigned(kernel.hashXx(at, length, seed))
            .toString(16)
            .padStart(16, "0"),
        ).toBe(expected);
      }
    }
  });

  it("mix integers, and back", () => {
    for (const key of [0n, 1n, 2n ** 63n, 2n ** 64n - 1n, ...Array.from({ length: 200 }, () => rng.u64())]) {
      const hash = unsigned(kernel.hashMix(key));
      expect(hash).toBe(mix64(key));
      expect(unsigned(kernel.hashUnmix(hash))).toBe(key);
      expect(unmix64(hash)).toBe(key);
    }
  });

  it("of blocks are XXH64, seeded by their place", async () => {
    const bytes = rng.bytes(2 * 65_536 + 77);
    space.bytes.set(bytes, at);
    const hashes = space.allocate(64, "hash tests");
    kernel.checksumBlocks(at, bytes.length, (5n << 32n) | 7n, hashes);
    for (let block = 0; block < 3; block++) {
      const expected = await xxhash64(bytes.subarray(block * 65_536, (block + 1) * 65_536), 7 + block, 5);
      expect(space.longs[(hashes >>> 3) + block]?.toString(16).padStart(16, "0")).toBe(expected);
    }
    expect(kernel.checksumBlockShift()).toBe(16);
  });
});

describe("colliding keys", () => {
  it("differ, and have one hash under every seed", () => {
    const keys = collidingKeys(64);
    expect(new Set(keys.map((key) => key.join())).size).toBe(64);
    const rng = rngOf(12);
    for (const seed of [...seeds, rng.u64(), rng.u64()]) {
      expect(new Set(keys.map((key) => kernelMurmur(key, seed))).size).toBe(1);
    }
  });

  it("are of 16 bytes for two, and 16 more for each doubling", () => {
    expect(collidingKeys(1).map(({ length }) => length)).toEqual([16]);
    expect(collidingKeys(2).map(({ length }) => length)).toEqual([16, 16]);
    expect(new Set(collidingKeys(12).map(({ length }) => length))).toEqual(new Set([64]));
    expect(collidingKeys(12)).toEqual(collidingKeys(12));
  });

  it("are ASCII, so that they are text as well", () => {
    const strings = collidingStrings(12);
    expect(strings.map((text) => new TextEncoder().encode(text))).toEqual(collidingKeys(12));
    for (const key of collidingKeys(12)) expect(Math.max(...key)).toBeLessThan(128);
  });

  it("rest on a mix of blocks that can be undone", () => {
    const rng = rngOf(13);
    for (let i = 0; i < 100; i++) {
      const block = rng.u64();
      expect(unmixBlock(mixBlock(block))).toBe(block);
    }
  });

  it("part ways under XXH64, which further salts use", () => {
    const keys = collidingKeys(64);
    const hashes = keys.map((key) => {
      space.bytes.set(key, at);
      return kernel.hashXx(at, key.length, 545_609_245n);
    });
    expect(new Set(hashes).size).toBe(64);
  });
});
