// What the kernel's specs share: a space of their own, bytes in it, and a seeded source of numbers.

import { memoryLimit, memoryStart, regionAllocate } from "../../assembly/memory";

const spacePages: i32 = 384;
const pageShift: i32 = 16;
let spaceStart: usize = 0;

/** Bytes the kernel may carve in a spec. */
export const spaceBytes: u64 = (<u64>spacePages) << pageShift;

/**
 * An empty space for the kernel. as-pect's runtime has a heap in the same memory, and takes what is there when it makes
 * its first object; later it never touches pages it did not ask for itself. So the kernel gets such pages, which it may
 * not leave. They hold old bytes, as recycled memory does.
 */
export function freshSpace(): usize {
  if (spaceStart == 0) {
    heap.free(heap.alloc(1));
    spaceStart = (<usize>memory.grow(spacePages)) << pageShift;
  }
  memory.fill(spaceStart, 0xaa, <usize>spaceBytes);
  memoryStart(spaceStart);
  memoryLimit(spaceStart + spaceBytes);
  return spaceStart;
}

/** A region that holds the UTF-8 of `text`; its length is `text.length` where it is ASCII. */
export function textAt(text: string): usize {
  const ptr = regionAllocate(text.length * 4);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, ptr);
  return ptr;
}

/** A region that holds the bytes of hexadecimal `hex`. */
export function hexAt(hex: string): usize {
  const ptr = regionAllocate(hex.length / 2);
  for (let i = 0; i < hex.length; i += 2) store<u8>(ptr + i / 2, <u8>U32.parseInt(hex.substring(i, i + 2), 16));
  return ptr;
}

/** `len` bytes at `ptr` in hexadecimal. */
export function hexOf(ptr: usize, len: u32): string {
  let hex = "";
  for (let i: u32 = 0; i < len; ++i) {
    const byte = load<u8>(ptr + i);
    hex += (byte < 16 ? "0" : "") + byte.toString(16);
  }
  return hex;
}

let state: u64 = 0;

/** The numbers that follow are the same in every run. */
export function seedRandom(seed: u64): void {
  state = seed;
}

/** The next 64 bits of splitmix64. */
export function random(): u64 {
  state += 0x9e3779b97f4a7c15;
  let z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** A number below `end`. */
export function randomBelow(end: u32): u32 {
  return <u32>(random() % end);
}
