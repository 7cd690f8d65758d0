import {
  alignUp,
  memoryLimit,
  memoryStart,
  memoryUsed,
  regionAllocate,
  regionBytes,
  regionFree,
  regionTrim,
} from "../../assembly/memory";
import { freshSpace, random, randomBelow, seedRandom, spaceBytes } from "./support";

const header: u64 = 64;
/** The highest end address there is: all pages but the last. */
const endMax: u64 = 65535 * 65536;

describe("alignUp", () => {
  test("rounds up to the step and leaves multiples alone, also past 32 bits", () => {
    expect<u64>(alignUp(0, 64)).toBe(0);
    expect<u64>(alignUp(1, 64)).toBe(64);
    expect<u64>(alignUp(64, 64)).toBe(64);
    expect<u64>(alignUp(0xffffffff, 64)).toBe(0x100000000);
  });
});

describe("a region", () => {
  test("begins on a cache line and holds what was asked for, rounded up", () => {
    freshSpace();
    for (let bytes: u64 = 0; bytes < 300; bytes += 7) {
      const ptr = regionAllocate(bytes);
      expect<usize>(ptr & 63).toBe(0);
      expect<u64>(regionBytes(ptr)).toBe(alignUp(max<u64>(bytes, 1), 64));
    }
  });

  test("counts as used with its header until it is freed", () => {
    freshSpace();
    const a = regionAllocate(100);
    const b = regionAllocate(64);
    expect<u64>(memoryUsed()).toBe(128 + 64 + 2 * header);
    regionFree(a);
    expect<u64>(memoryUsed()).toBe(64 + header);
    regionFree(b);
    expect<u64>(memoryUsed()).toBe(0);
  });

  test("that is freed is used again for what fits into it", () => {
    freshSpace();
    const a = regionAllocate(1000);
    const guard = regionAllocate(64);
    regionFree(a);
    expect<usize>(regionAllocate(900)).toBe(a);
    expect<bool>(regionAllocate(64) > guard).toBeTruthy();
  });

  test("that is freed is not used for more than it holds", () => {
    freshSpace();
    const a = regionAllocate(64);
    const guard = regionAllocate(64);
    regionFree(a);
    expect<bool>(regionAllocate(65) > guard).toBeTruthy();
  });

  test("takes only what it needs of a larger free one; the rest is used too", () => {
    freshSpace();
    const a = regionAllocate(1024);
    regionAllocate(64);
    regionFree(a);
    const small = regionAllocate(64);
    const next = regionAllocate(64);
    expect<usize>(small).toBe(a);
    expect<usize>(next).toBe(a + 64 + <usize>header);
  });

  test("that is the last goes back to the unused top and may come back larger", () => {
    freshSpace();
    regionAllocate(64);
    const last = regionAllocate(64);
    regionFree(last);
    expect<usize>(regionAllocate(100000)).toBe(last);
  });

  test("number 0 may be freed: nothing happens", () => {
    freshSpace();
    const a = regionAllocate(64);
    regionFree(0);
    expect<u64>(memoryUsed()).toBe(64 + header);
    expect<bool>(regionAllocate(64) > a).toBeTruthy();
  });
});

/** Frees three neighbours in the order that `order` gives by its digits; they must then serve as one. */
function freeThree(order: string): void {
  freshSpace();
  const ptrs: StaticArray<usize> = [regionAllocate(100), regionAllocate(200), regionAllocate(300)];
  const guard = regionAllocate(64);
  for (let i = 0; i < 3; ++i) regionFree(ptrs[order.charCodeAt(i) - 48]);
  const whole = 128 + 256 + 320 + 2 * header;
  expect<usize>(regionAllocate(whole)).toBe(ptrs[0], order);
  expect<u64>(regionBytes(ptrs[0])).toBe(whole, order);
  regionFree(guard);
  regionFree(ptrs[0]);
  expect<u64>(memoryUsed()).toBe(0);
}

describe("free neighbours", () => {
  test("become one, in whatever order they were freed", () => {
    freeThree("012");
    freeThree("021");
    freeThree("102");
    freeThree("120");
    freeThree("201");
    freeThree("210");
  });

  test("of the top join it, over several regions", () => {
    const start = freshSpace();
    const a = regionAllocate(5000);
    const b = regionAllocate(5000);
    const c = regionAllocate(5000);
    regionFree(b);
    regionFree(a);
    regionFree(c);
    expect<usize>(regionAllocate(spaceBytes - header)).toBe(start + <usize>header);
  });
});

describe("a trimmed region", () => {
  test("gives back what lies behind", () => {
    freshSpace();
    const a = regionAllocate(10000);
    const guard = regionAllocate(64);
    regionTrim(a, 1000);
    expect<u64>(regionBytes(a)).toBe(1024);
    const b = regionAllocate(5000);
    expect<usize>(b).toBe(a + 1024 + <usize>header);
    expect<bool>(b < guard).toBeTruthy();
    expect<u64>(memoryUsed()).toBe(1024 + alignUp(5000, 64) + 64 + 3 * header);
  });

  test("joins its tail with a free neighbour behind", () => {
    freshSpace();
    const a = regionAllocate(1024);
    const b = regionAllocate(1024);
    regionAllocate(64);
    regionFree(b);
    regionTrim(a, 64);
    expect<usize>(regionAllocate(2048 - 64)).toBe(a + 64 + <usize>header);
  });

  test("keeps a tail too small for a header and a line", () => {
    freshSpace();
    const a = regionAllocate(192);
    regionAllocate(64);
    regionTrim(a, 128);
    expect<u64>(regionBytes(a)).toBe(192);
    regionTrim(a, 64);
    expect<u64>(regionBytes(a)).toBe(64);
  });

  test("keeps its bytes", () => {
    freshSpace();
    const a = regionAllocate(4096);
    memory.fill(a, 0x5c, 4096);
    regionTrim(a, 100);
    memory.fill(regionAllocate(3000), 0, 3000);
    for (let i: usize = 0; i < 100; ++i) expect<u8>(load<u8>(a + i)).toBe(0x5c);
  });
});

describe("past the limit", () => {
  test("the answer is 0 and nothing has changed", () => {
    freshSpace();
    const a = regionAllocate(1000);
    const used = memoryUsed();
    expect<usize>(regionAllocate(spaceBytes)).toBe(0);
    expect<usize>(regionAllocate(spaceBytes - used)).toBe(0);
    expect<u64>(memoryUsed()).toBe(used);
    const b = regionAllocate(spaceBytes - used - header);
    expect<bool>(b > a).toBeTruthy();
    expect<usize>(regionAllocate(0)).toBe(0);
    regionFree(a);
    expect<usize>(regionAllocate(1000)).toBe(a);
    regionFree(b);
    expect<usize>(regionAllocate(64)).toBe(b);
  });

  test("of a limit below what is carved already, free regions can still be used", () => {
    freshSpace();
    const a = regionAllocate(1000);
    regionAllocate(64);
    memoryLimit(1 << 16);
    regionFree(a);
    expect<usize>(regionAllocate(1000)).toBe(a);
    expect<usize>(regionAllocate(64)).toBe(0);
  });

  test("no sum wraps near 4 GiB", () => {
    freshSpace();
    memoryLimit(u64.MAX_VALUE);
    expect<usize>(regionAllocate(u64.MAX_VALUE)).toBe(0);
    expect<usize>(regionAllocate(u64.MAX_VALUE - 63)).toBe(0);
    expect<usize>(regionAllocate(0x100000000)).toBe(0);
    expect<usize>(regionAllocate(0xffffffff)).toBe(0);
    expect<usize>(regionAllocate(0xffffffc0)).toBe(0);
    expect<usize>(regionAllocate(endMax)).toBe(0);
    // Carved nearly to the end: what would lie in the last page, or wrap to address 0, is refused.
    memoryStart(endMax - 128);
    expect<usize>(regionAllocate(65)).toBe(0);
    expect<usize>(regionAllocate(65536)).toBe(0);
    expect<usize>(regionAllocate(0x7fffffff)).toBe(0);
    expect<usize>(regionAllocate(endMax - 64)).toBe(0);
    expect<u64>(memoryUsed()).toBe(0);
  });
});

const liveMax: u32 = 96;
const live = new StaticArray<usize>(liveMax);
const marks = new StaticArray<u8>(liveMax);

function isFilledWith(ptr: usize, bytes: u64, mark: u8): bool {
  for (let i: usize = 0; i < <usize>bytes; ++i) if (load<u8>(ptr + i) != mark) return false;
  return true;
}

describe("thousands of random allocations, frees and trims", () => {
  test("never overlap, and in the end all is one free piece again", () => {
    const start = freshSpace();
    seedRandom(20240229);
    let damaged = 0;
    let refused = 0;
    for (let step = 0; step < 20000; ++step) {
      const i = randomBelow(liveMax);
      const ptr = live[i];
      if (ptr == 0) {
        // Mostly small ones, now and then a large one that does not fit any more.
        const bytes = randomBelow(6) == 0 ? randomBelow(4 << 20) : randomBelow(3000);
        const made = regionAllocate(bytes);
        if (made == 0) {
          ++refused;
          continue;
        }
        marks[i] = <u8>random();
        memory.fill(made, marks[i], <usize>regionBytes(made));
        live[i] = made;
        continue;
      }
      if (!isFilledWith(ptr, regionBytes(ptr), marks[i])) ++damaged;
      if (randomBelow(4) == 0) {
        regionTrim(ptr, random() % regionBytes(ptr));
      } else {
        regionFree(ptr);
        live[i] = 0;
      }
    }
    expect<i32>(damaged).toBe(0);
    expect<i32>(refused).toBeGreaterThan(0);
    let used: u64 = 0;
    for (let i: u32 = 0; i < liveMax; ++i) if (live[i] != 0) used += regionBytes(live[i]) + header;
    expect<u64>(memoryUsed()).toBe(used);
    for (let i: u32 = 0; i < liveMax; ++i) regionFree(live[i]);
    expect<u64>(memoryUsed()).toBe(0);
    expect<usize>(regionAllocate(spaceBytes - header)).toBe(start + <usize>header);
  });
});
