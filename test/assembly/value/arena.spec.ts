import { memoryUsed, regionAllocate, regionFree } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import {
  Arena,
  arenaAt,
  arenaClose,
  arenaMount,
  arenaNext,
  arenaOpen,
  arenaRead,
  arenaReserve,
  sliceShift,
  stored,
} from "../../../assembly/value/arena";
import { prefixStore } from "../../../assembly/value/length-prefix";
import { freshSpace, hexAt, spaceBytes } from "../support";

const slice: u64 = 1 << sliceShift;

function openArena(): Arena {
  freshSpace();
  const arena = changetype<Arena>(regionAllocate(offsetof<Arena>()));
  arenaOpen(arena);
  return arena;
}

/** Stores `len` bytes of `mark` with their prefix, and says at which offset. */
function append(arena: Arena, len: u32, mark: u8): u64 {
  const prefix: u32 = len <= 0x3f ? 1 : len <= 0x3fff ? 2 : len <= 0x3fffff ? 3 : 4;
  const offset = arenaNext(arena, len + prefix);
  if (arenaReserve(arena, offset, len + prefix) != Status.OK) return u64.MAX_VALUE;
  arena.used = offset + len + prefix;
  const at = arenaAt(arena, offset);
  prefixStore(at, len);
  memory.fill(at + prefix, mark, len);
  return offset;
}

/** Whether the bytes at `offset` are `len` times `mark`. */
function holds(arena: Arena, offset: u64, len: u32, mark: u8): bool {
  if (arenaRead(arena, offset) != Status.OK || stored.len != len) return false;
  for (let i: u32 = 0; i < len; ++i) if (load<u8>(stored.ptr + i) != mark) return false;
  return true;
}

describe("an arena", () => {
  test("gives bytes back where it put them, one record behind the other", () => {
    const arena = openArena();
    expect<u64>(append(arena, 10, 1)).toBe(0);
    expect<u64>(append(arena, 0, 2)).toBe(11);
    expect<u64>(append(arena, 100, 3)).toBe(12);
    expect<u64>(arena.used).toBe(12 + 102);
    expect<bool>(holds(arena, 0, 10, 1)).toBeTruthy();
    expect<bool>(holds(arena, 11, 0, 2)).toBeTruthy();
    expect<bool>(holds(arena, 12, 100, 3)).toBeTruthy();
  });

  test("fills a slice to its last byte", () => {
    const arena = openArena();
    append(arena, <u32>slice - 3, 1);
    expect<u64>(arena.used).toBe(slice);
    expect<u32>(arena.sliceCount).toBe(1);
    expect<u64>(append(arena, 1, 2)).toBe(slice);
    expect<u32>(arena.sliceCount).toBe(2);
  });

  test("begins a new slice with a record that one byte is missing for, and fills the rest with zeros", () => {
    const arena = openArena();
    append(arena, <u32>slice - 3 - 10, 1);
    expect<u64>(arena.used).toBe(slice - 10);
    const offset = append(arena, 10, 2);
    expect<u64>(offset).toBe(slice);
    // The space holds 0xaa everywhere, as recycled memory holds old bytes.
    for (let at = slice - 10; at < slice; ++at) expect<u8>(load<u8>(arenaAt(arena, at))).toBe(0);
    expect<u8>(load<u8>(arenaAt(arena, slice - 11))).toBe(1);
    expect<bool>(holds(arena, 0, <u32>slice - 13, 1)).toBeTruthy();
    expect<bool>(holds(arena, offset, 10, 2)).toBeTruthy();
  });

  test("gives a record over a slice's size slices that lie side by side", () => {
    const arena = openArena();
    append(arena, 5, 1);
    const large = append(arena, <u32>(slice * 2 + 12345), 2);
    expect<u64>(large).toBe(slice);
    expect<u32>(arena.sliceCount).toBe(4);
    expect<usize>(arenaAt(arena, large + slice)).toBe(arenaAt(arena, large) + <usize>slice);
    expect<usize>(arenaAt(arena, large + 2 * slice)).toBe(arenaAt(arena, large) + 2 * <usize>slice);
    const next = append(arena, 7, 3);
    expect<u64>(next).toBe(large + slice * 2 + 12345 + 3);
    expect<bool>(holds(arena, 0, 5, 1)).toBeTruthy();
    expect<bool>(holds(arena, large, <u32>(slice * 2 + 12345), 2)).toBeTruthy();
    expect<bool>(holds(arena, next, 7, 3)).toBeTruthy();
    for (let at: u64 = 6; at < slice; at += 4099) expect<u8>(load<u8>(arenaAt(arena, at))).toBe(0);
  });

  test("gives a record of exactly a slice one slice of its own", () => {
    const arena = openArena();
    append(arena, 5, 1);
    expect<u64>(append(arena, <u32>slice - 3, 2)).toBe(slice);
    expect<u32>(arena.sliceCount).toBe(2);
    expect<u64>(append(arena, <u32>slice - 2, 3)).toBe(2 * slice);
    expect<u32>(arena.sliceCount).toBe(4);
  });

  test("keeps all slices when the list of them grows", () => {
    const arena = openArena();
    for (let i: u32 = 0; i < 20; ++i) expect<u64>(append(arena, <u32>slice - 3, <u8>i)).toBe(i * slice);
    expect<u32>(arena.sliceCapacity).toBeGreaterThan(16);
    for (let i: u32 = 0; i < 20; ++i) expect<bool>(holds(arena, i * slice, <u32>slice - 3, <u8>i)).toBeTruthy();
  });

  test("gives every region back, whatever runs it has", () => {
    const arena = openArena();
    const used = memoryUsed();
    append(arena, 5, 1);
    append(arena, <u32>slice * 3, 2);
    append(arena, <u32>slice - 3, 3);
    append(arena, <u32>slice * 2, 4);
    append(arena, <u32>slice - 3, 5);
    arenaClose(arena);
    expect<u64>(memoryUsed()).toBe(used);
    expect<u32>(arena.sliceCount).toBe(0);
    expect<u64>(arena.used).toBe(0);
    expect<bool>(regionAllocate(spaceBytes - used - 64) != 0).toBeTruthy();
  });

  test("without memory for a slice says so and stays as it was", () => {
    const arena = openArena();
    append(arena, 100, 1);
    const rest = regionAllocate(spaceBytes - memoryUsed() - 64 - slice);
    expect<bool>(rest != 0).toBeTruthy();
    const used = arena.used;
    const memoryBefore = memoryUsed();
    const offset = arenaNext(arena, slice);
    expect<u32>(arenaReserve(arena, offset, slice)).toBe(Status.NO_MEMORY);
    expect<u64>(arena.used).toBe(used);
    expect<u32>(arena.sliceCount).toBe(1);
    expect<u64>(memoryUsed()).toBe(memoryBefore);
    expect<bool>(holds(arena, 0, 100, 1)).toBeTruthy();
    regionFree(rest);
    expect<u32>(arenaReserve(arena, offset, slice)).toBe(Status.OK);
  });
});

describe("a mounted arena", () => {
  test("is one slice of any size", () => {
    freshSpace();
    const arena = changetype<Arena>(regionAllocate(offsetof<Arena>()));
    const bytes = 3 * slice;
    const file = regionAllocate(bytes);
    memory.fill(file, 0x05, <usize>bytes);
    expect<u32>(arenaMount(arena, file, bytes)).toBe(Status.OK);
    expect<usize>(arenaAt(arena, 0)).toBe(file);
    expect<usize>(arenaAt(arena, 2 * slice + 77)).toBe(file + 2 * <usize>slice + 77);
    expect<bool>(holds(arena, 2 * slice - 3, 5, 5)).toBeTruthy();
  });

  test("frees its file when it is closed", () => {
    freshSpace();
    const arena = changetype<Arena>(regionAllocate(offsetof<Arena>()));
    const used = memoryUsed();
    arenaMount(arena, regionAllocate(1000), 1000);
    arenaClose(arena);
    expect<u64>(memoryUsed()).toBe(used);
  });

  test("without memory for its list says so", () => {
    freshSpace();
    const arena = changetype<Arena>(regionAllocate(offsetof<Arena>()));
    const file = regionAllocate(100);
    regionAllocate(spaceBytes - memoryUsed() - 64);
    expect<u32>(arenaMount(arena, file, 100)).toBe(Status.NO_MEMORY);
  });
});

/** A mounted arena of these bytes. */
function mounted(hex: string): Arena {
  freshSpace();
  const arena = changetype<Arena>(regionAllocate(offsetof<Arena>()));
  arenaMount(arena, hexAt(hex), hex.length / 2);
  return arena;
}

describe("a hostile offset", () => {
  test("at or behind the end is refused, however far", () => {
    const arena = mounted("0161");
    expect<u32>(arenaRead(arena, 0)).toBe(Status.OK);
    expect<u32>(arenaRead(arena, 2)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(arena, 3)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(arena, 0xffffffff)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(arena, 0x100000000)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(arena, 1 << 63)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(arena, u64.MAX_VALUE)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted(""), 0)).toBe(Status.VALUE_BOUNDS);
  });

  test("whose prefix reaches past the end is refused", () => {
    expect<u32>(arenaRead(mounted("40"), 0)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted("8000"), 0)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted("c00000"), 0)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted("c0000000"), 0)).toBe(Status.OK);
  });

  test("whose bytes reach past the end is refused, by one byte and by a gigabyte", () => {
    expect<u32>(arenaRead(mounted("02616200"), 0)).toBe(Status.OK);
    expect<u32>(arenaRead(mounted("0261"), 0)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted("4001"), 0)).toBe(Status.VALUE_BOUNDS);
    expect<u32>(arenaRead(mounted("ffffffff616161"), 0)).toBe(Status.VALUE_BOUNDS);
  });

  test("into the middle of a record is a record like any other, within bounds", () => {
    const arena = mounted("0401610061");
    expect<u32>(arenaRead(arena, 1)).toBe(Status.OK);
    expect<u32>(stored.len).toBe(1);
    expect<u32>(arenaRead(arena, 3)).toBe(Status.OK);
    expect<u32>(stored.len).toBe(0);
  });
});
