import { xxh64 } from "../../../assembly/hash/xxh64";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, textAt } from "../support";

function hashOf(text: string, seed: u64): u64 {
  return xxh64(textAt(text), text.length, seed);
}

describe("xxh64", () => {
  test("gives the published hashes", () => {
    freshSpace();
    expect<u64>(hashOf("", 0)).toBe(0xef46db3751d8e999);
    expect<u64>(hashOf("a", 0)).toBe(0xd24ec4f1a98c6e5b);
    expect<u64>(hashOf("abc", 0)).toBe(0x44bc2cf5ad770999);
    expect<u64>(hashOf("Nobody inspects the spammish repetition", 0)).toBe(0xfbcea83c8a378bf1);
    expect<u64>(hashOf("xxhash", 0)).toBe(3665147885093898016);
    expect<u64>(hashOf("xxhash", 20141025)).toBe(13067679811253438005);
  });

  test("reads nothing behind its bytes and needs no alignment", () => {
    freshSpace();
    const ptr = regionAllocate(512);
    for (let len: u32 = 0; len < 100; ++len) {
      for (let i: u32 = 0; i < len; ++i) store<u8>(ptr + i, <u8>(i * 37 + len));
      store<u64>(ptr + len, 0);
      const hash = xxh64(ptr, len, 7);
      const moved = ptr + 129 + (len & 7);
      memory.copy(moved, ptr, len);
      store<u64>(moved + len, 0xffffffffffffffff);
      expect<u64>(xxh64(moved, len, 7)).toBe(hash);
    }
  });

  test("sees every byte and the seed", () => {
    freshSpace();
    const ptr = regionAllocate(128);
    memory.fill(ptr, 0, 128);
    const hash = xxh64(ptr, 77, 0);
    expect<u64>(xxh64(ptr, 77, 1)).not.toBe(hash);
    for (let i: u32 = 0; i < 77; ++i) {
      store<u8>(ptr + i, 1);
      expect<u64>(xxh64(ptr, 77, 0)).not.toBe(hash);
      store<u8>(ptr + i, 0);
    }
  });
});
