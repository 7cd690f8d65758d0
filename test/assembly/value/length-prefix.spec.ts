import { regionAllocate } from "../../../assembly/memory";
import {
  countMax,
  prefixBytes,
  prefixBytesAt,
  prefixBytesMax,
  prefixCount,
  prefixStore,
} from "../../../assembly/value/length-prefix";
import { freshSpace, hexOf } from "../support";

function prefixOf(count: u32): string {
  const ptr = regionAllocate(64);
  return hexOf(ptr, prefixStore(ptr, count));
}

describe("a length prefix", () => {
  test("has Indexlib's bytes on both sides of each step", () => {
    freshSpace();
    expect<string>(prefixOf(0)).toBe("00");
    expect<string>(prefixOf(0x3f)).toBe("3f");
    expect<string>(prefixOf(0x40)).toBe("4040");
    expect<string>(prefixOf(0x3fff)).toBe("7fff");
    expect<string>(prefixOf(0x4000)).toBe("804000");
    expect<string>(prefixOf(0x3fffff)).toBe("bfffff");
    expect<string>(prefixOf(0x400000)).toBe("c0400000");
    expect<string>(prefixOf(countMax)).toBe("fffffffe");
  });

  test("comes back as its count, and its first byte says how long it is", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    let wrong = 0;
    for (let count: u32 = 0; count < 0x3fffffff; count += 1 + (count >> 4)) {
      const bytes = prefixStore(ptr, count);
      if (bytes != prefixBytes(count) || bytes > prefixBytesMax) ++wrong;
      if (prefixBytesAt(load<u8>(ptr)) != bytes) ++wrong;
      if (prefixCount(ptr, bytes) != count) ++wrong;
    }
    expect<i32>(wrong).toBe(0);
  });

  test("that is longer than it need be is read all the same", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    store<u32>(ptr, 0x050000c0);
    expect<u32>(prefixBytesAt(load<u8>(ptr))).toBe(4);
    expect<u32>(prefixCount(ptr, 4)).toBe(5);
  });
});
