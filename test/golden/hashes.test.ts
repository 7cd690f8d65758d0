/** Indexlib's hashes of keys, of keys in regions and in cuckoo tables, and its length prefixes. */

import { describe, expect, test } from "vitest";
import { Space } from "../../bindings/kernel/space.js";
import { build, memoryStorage } from "../../bindings/node.js";
import { lengthPrefix } from "../support/decode.js";
import { cuckooHash } from "../support/decode-table.js";
import { type Golden, hexOf, openGolden } from "../support/golden.js";
import { murmur64a } from "../support/hashes.js";

interface HashVectors {
  readonly murmur64a_key_hash: { readonly seed: number; readonly vectors: { hex: string; hash: string }[] };
  readonly murmur64a_with_salt: { key_u64: string; region: number; rehash: string }[];
  readonly cuckoo_hash: {
    readonly key: string;
    readonly func: number;
    readonly hash_u64: string;
    readonly hash_u32_of_low32: number;
    readonly first_bucket_u64_blocks313: number;
    readonly first_bucket_u32_blocks313: number;
    readonly first_bucket_u64_blocks5000000000: number;
  }[];
  readonly multi_value_count_encoding: { count: number; hex: string }[];
}

const golden = openGolden("kv");

describe.skipIf(golden === undefined)("Indexlib's hash vectors", () => {
  const vectors = (golden as Golden)?.json<HashVectors>("hash_vectors.json");
  const space = new Space();
  const { kernel } = space;

  test("of keys", () => {
    const at = space.allocate(1024, "a key");
    const { seed, vectors: keys } = vectors.murmur64a_key_hash;
    expect(keys.length).toBeGreaterThan(20);
    for (const { hex, hash } of keys) {
      const key = new Uint8Array(Buffer.from(hex, "hex"));
      space.bytes.set(key, at);
      const got = BigInt.asUintN(64, kernel.hashMurmur(at, key.length, BigInt(seed)));
      expect(String(got), `murmur64a of ${hex}`).toBe(hash);
      expect(String(murmur64a(key, BigInt(seed))), `the tests' own murmur64a of ${hex}`).toBe(hash);
    }
  });

  test("of keys in regions", () => {
    expect(vectors.murmur64a_with_salt).toHaveLength(20);
    for (const { key_u64: key, region, rehash } of vectors.murmur64a_with_salt) {
      expect(String(BigInt.asUintN(64, kernel.hashRegion(BigInt(key), region))), `${key} in ${region}`).toBe(rehash);
    }
  });

  test("of keys in cuckoo tables, and the buckets they name", () => {
    expect(vectors.cuckoo_hash).toHaveLength(36);
    for (const one of vectors.cuckoo_hash) {
      const key = BigInt(one.key);
      const name = `function ${one.func} of ${key}`;
      const long = BigInt.asUintN(64, kernel.hashCuckoo(key, 8, one.func));
      const short = BigInt.asUintN(64, kernel.hashCuckoo(key, 4, one.func));
      expect(String(long), name).toBe(one.hash_u64);
      expect(Number(short), name).toBe(one.hash_u32_of_low32);
      expect([cuckooHash(key, 8, one.func), cuckooHash(key, 4, one.func)], name).toEqual([long, short]);
      expect(Number((long & 0xffff_ffffn) % 313n) * 4, name).toBe(one.first_bucket_u64_blocks313);
      expect(Number(short % 313n) * 4, name).toBe(one.first_bucket_u32_blocks313);
      // More blocks than a 32-bit memory can hold: the rule, for the record.
      expect(Number(long % 5_000_000_000n) * 4, name).toBe(one.first_bucket_u64_blocks5000000000);
    }
  });

  test("of counts", async () => {
    expect(vectors.multi_value_count_encoding.length).toBeGreaterThan(10);
    for (const { count, hex } of vectors.multi_value_count_encoding) {
      expect(hexOf(lengthPrefix(count)), `the tests' own prefix of ${count}`).toBe(hex);
      // The kernel's, where a value of that length may be stored.
      if (count > 2 ** 24) continue;
      const storage = memoryStorage();
      const fits = { key: "u64", value: "bytes", segmentBytes: 64 * 1024 * 1024 } as const;
      await build(storage, [[1n, new Uint8Array(count)]], fits);
      const file = storage.files().get("segment_0_level_0/index/kv/value") as Uint8Array;
      expect(file.length, `value file of ${count} bytes`).toBe(count + hex.length / 2);
      expect(hexOf(file.subarray(0, hex.length / 2)), `prefix of ${count}`).toBe(hex);
    }
  });
});
