import { keySeed, murmur64a } from "../../../assembly/hash/murmur64a";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace, textAt } from "../support";

function hashOf(text: string): u64 {
  return murmur64a(textAt(text), String.UTF8.byteLength(text), keySeed);
}

describe("murmur64a", () => {
  test("gives Indexlib's hashes: whole blocks, and every length of a tail", () => {
    freshSpace();
    expect<u64>(hashOf("")).toBe(9608084796879638753);
    expect<u64>(hashOf("a")).toBe(6812334992792909236);
    expect<u64>(hashOf("ab")).toBe(6620828709079471656);
    expect<u64>(hashOf("abc")).toBe(17658570857224896486);
    expect<u64>(hashOf("abcd")).toBe(10535084471566410883);
    expect<u64>(hashOf("abcde")).toBe(8173799594211729931);
    expect<u64>(hashOf("abcdef")).toBe(16797826851647176665);
    expect<u64>(hashOf("abcdefg")).toBe(6860168748398625861);
    expect<u64>(hashOf("abcdefgh")).toBe(10832331003715384746);
    expect<u64>(hashOf("abcdefghi")).toBe(8310222856221301222);
    expect<u64>(hashOf("hello world")).toBe(15324303878650671398);
    expect<u64>(hashOf("1234567890123456")).toBe(5080432475964648369);
    expect<u64>(hashOf("你好")).toBe(14262702561475824100);
  });

  test("reads nothing behind its bytes and needs no alignment", () => {
    freshSpace();
    const ptr = regionAllocate(256);
    for (let len: u32 = 0; len < 40; ++len) {
      for (let i: u32 = 0; i < len; ++i) store<u8>(ptr + i, <u8>(i * 37 + len));
      store<u64>(ptr + len, 0);
      const hash = murmur64a(ptr, len, 1);
      for (let shift: usize = 1; shift < 8; ++shift) {
        const moved = ptr + 64 + shift;
        memory.copy(moved, ptr, len);
        store<u64>(moved + len, 0xffffffffffffffff);
        expect<u64>(murmur64a(moved, len, 1)).toBe(hash);
      }
    }
  });

  test("depends on the seed and on the length, also of zeros", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    memory.fill(ptr, 0, 64);
    expect<u64>(murmur64a(ptr, 8, 1)).not.toBe(murmur64a(ptr, 8, 2));
    for (let len: u32 = 0; len < 32; ++len) {
      expect<u64>(murmur64a(ptr, len, keySeed)).not.toBe(murmur64a(ptr, len + 1, keySeed));
    }
  });
});
