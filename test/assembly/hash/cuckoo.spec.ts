import { cuckooBlock, cuckooHash, cuckooMix } from "../../../assembly/hash/cuckoo";
import { murmur64a, murmurRegion } from "../../../assembly/hash/murmur64a";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, random, seedRandom } from "../support";

describe("the hashes of a cuckoo table", () => {
  test("are murmur64a of the key's bytes, seeded by the function's number, for keys of 8 bytes and of 4", () => {
    freshSpace();
    const ptr = regionAllocate(8);
    seedRandom(31);
    for (let i = 0; i < 200; ++i) {
      const key = i < 3 ? <u64>i - 1 : random();
      store<u64>(ptr, key);
      for (let f: u32 = 0; f < 8; ++f) {
        const seed = <u64>816922183 * f;
        expect<u64>(cuckooHash(cuckooMix(key, 8), f)).toBe(murmur64a(ptr, 8, seed));
        expect<u64>(cuckooHash(cuckooMix(key, 4), f)).toBe(murmur64a(ptr, 4, seed));
      }
    }
  });

  test("are Indexlib's", () => {
    expect<u64>(cuckooHash(cuckooMix(1, 8), 0)).toBe(10357027354812746030);
    expect<u64>(cuckooHash(cuckooMix(42, 8), 1)).toBe(1285044738574264699);
    expect<u32>(<u32>cuckooHash(cuckooMix(1, 4), 0)).toBe(4267100425);
    expect<u32>(<u32>cuckooHash(cuckooMix(42, 4), 1)).toBe(2346221163);
  });

  test("name a block by their low half", () => {
    expect<u32>(cuckooBlock(0xffffffff00000007, 5)).toBe(2);
    expect<u32>(cuckooBlock(0x00000000ffffffff, 0xffffffff)).toBe(0);
    expect<u32>(cuckooBlock(u64.MAX_VALUE, 1)).toBe(0);
  });
});

describe("the hash of a key in a region", () => {
  test("is Indexlib's", () => {
    expect<u64>(murmurRegion(0, 0)).toBe(784330773660000935);
    expect<u64>(murmurRegion(0, 4095)).toBe(3874144011530638408);
    expect<u64>(murmurRegion(1, 1)).toBe(13396958260083721235);
  });
});
