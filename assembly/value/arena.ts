// Value memory: where the records of a segment lie. In a building segment it grows by slices; a loaded value file is
// one slice that holds all. An offset is the position in the value file that a dump writes.
//
//   offset  0            1 MiB          2 MiB                       used
//           ├─ slice 0 ──┼─ slice 1 ──┬─┼─ slice 2 ─┬─ slice 3 ──┬──┤
//           │ records    │ records    │0│ one record over two     │  │
//
// A record that does not fit into what is left of a slice begins the next one; the rest is zeros, as in Indexlib.
// A record longer than a slice gets a run of slices that lie side by side in memory, so no record is ever split.

import { regionAllocate, regionFree, regionTrim } from "../memory";
import { Status } from "../status";
import { prefixBytesAt, prefixCount } from "./length-prefix";

/** log2 of a slice's bytes: 1 MiB. Part of the format of what we write: it decides where the zeros are. */
export const sliceShift: u32 = 20;
const sliceBytes: u64 = 1 << sliceShift;
/** Shift that maps every offset to slice 0. */
const wholeShift: u32 = 63;
const slicesAtFirst: u32 = 16;

@unmanaged
export class Arena {
  /** u32 addresses of the slices. */
  slices: usize;
  sliceCount: u32;
  sliceCapacity: u32;
  /** An offset's slice is offset >> shift. */
  shift: u32;
  /** Bytes of the value file so far. */
  used: u64;
}

/** Address of the byte at `offset` < used. */
export function arenaAt(arena: Arena, offset: u64): usize {
  const shift = <u64>arena.shift;
  const slice = load<u32>(arena.slices + ((<usize>(offset >> shift)) << 2));
  return <usize>slice + <usize>(offset & (((<u64>1) << shift) - 1));
}

const lineBytes: u64 = 64;

/**
 * Brings the record at `offset` on its way into the cache: its first two lines, as most records reach into a second. A sum for `touched`;
 * any offset is allowed.
 */
export function arenaTouch(arena: Arena, offset: u64): u64 {
  if (offset >= arena.used) return 0;
  const first = <u64>load<u8>(arenaAt(arena, offset));
  if (offset + lineBytes >= arena.used) return first;
  return first + load<u8>(arenaAt(arena, offset + lineBytes));
}

/** One region of `bytes` that holds a whole value file; NO_MEMORY when there is no room for the slice table. */
export function arenaMount(arena: Arena, ptr: usize, bytes: u64): u32 {
  arena.slices = regionAllocate(4);
  if (arena.slices == 0) return Status.NO_MEMORY;
  store<u32>(arena.slices, <u32>ptr);
  arena.sliceCount = 1;
  arena.sliceCapacity = 1;
  arena.shift = wholeShift;
  arena.used = bytes;
  return Status.OK;
}

/** An arena without slices yet. */
export function arenaOpen(arena: Arena): void {
  arena.slices = 0;
  arena.sliceCount = 0;
  arena.sliceCapacity = 0;
  arena.shift = sliceShift;
  arena.used = 0;
}

/** Where a record of `bytes` ≥ 1 would begin. */
export function arenaNext(arena: Arena, bytes: u64): u64 {
  const left = ((<u64>arena.sliceCount) << sliceShift) - arena.used;
  return bytes <= left ? arena.used : alignSlice(arena.used);
}

/** Makes room for `bytes` at `offset`, which `arenaNext` gave for them; NO_MEMORY and nothing changed otherwise. */
export function arenaReserve(arena: Arena, offset: u64, bytes: u64): u32 {
  const have = (<u64>arena.sliceCount) << sliceShift;
  if (offset + bytes <= have) return Status.OK;
  const run = <u32>((bytes + sliceBytes - 1) >> sliceShift);
  if (!makeRoomForSlices(arena, run)) return Status.NO_MEMORY;
  const base = regionAllocate((<u64>run) << sliceShift);
  if (base == 0) return Status.NO_MEMORY;
  // Recycled memory holds old bytes: what is left of the last slice belongs to the file and must be zeros.
  if (arena.used < have) memory.fill(arenaAt(arena, arena.used), 0, <usize>(have - arena.used));
  for (let i: u32 = 0; i < run; ++i) {
    store<u32>(arena.slices + ((arena.sliceCount + i) << 2), <u32>base + (i << sliceShift));
  }
  arena.sliceCount += run;
  return Status.OK;
}

/**
 * Gives back what lies behind the last record: nothing more is added. Small segments would else hold a slice each.
 * Only the last region is cut, so the addresses of all slices stay.
 */
export function arenaTrim(arena: Arena): void {
  if (arena.sliceCount == 0) return;
  let first = arena.sliceCount - 1;
  while (first > 0 && sliceOf(arena, first - 1) + <u32>sliceBytes == sliceOf(arena, first)) --first;
  regionTrim(sliceOf(arena, first), arena.used - ((<u64>first) << sliceShift));
}

/** Frees every slice. A run's later slices belong to its first one's region; two regions never touch, a header lies between. */
export function arenaClose(arena: Arena): void {
  let runEnd: u32 = 0;
  for (let i: u32 = 0; i < arena.sliceCount; ++i) {
    const slice = sliceOf(arena, i);
    if (i > 0 && slice == runEnd) {
      runEnd += <u32>sliceBytes;
      continue;
    }
    regionFree(slice);
    runEnd = slice + <u32>sliceBytes;
  }
  regionFree(arena.slices);
  arenaOpen(arena);
}

@unmanaged
export class StoredView {
  ptr: usize;
  len: u32;
}

const storedViewBytes: i32 = 8;

/** The stored bytes `arenaRead` found last, without their length prefix. */
export const stored: StoredView = changetype<StoredView>(memory.data(storedViewBytes, 4));

/**
 * Finds the bytes stored at `offset`; VALUE_BOUNDS when prefix or bytes reach past the end.
 * Protects: every later read of `stored.len` bytes at `stored.ptr`. Sums are in u64, so no offset can wrap.
 */
export function arenaRead(arena: Arena, offset: u64): u32 {
  const used = arena.used;
  if (offset >= used) return Status.VALUE_BOUNDS;
  const ptr = arenaAt(arena, offset);
  const prefix = prefixBytesAt(load<u8>(ptr));
  if (offset + prefix > used) return Status.VALUE_BOUNDS;
  const len = prefixCount(ptr, prefix);
  if (offset + prefix + len > used) return Status.VALUE_BOUNDS;
  stored.ptr = ptr + prefix;
  stored.len = len;
  return Status.OK;
}

/** Finds `len` bytes stored without a prefix at `offset`; VALUE_BOUNDS when they reach past the end. */
export function arenaReadFixed(arena: Arena, offset: u64, len: u32): u32 {
  if (offset >= arena.used || len > arena.used - offset) return Status.VALUE_BOUNDS;
  stored.ptr = arenaAt(arena, offset);
  stored.len = len;
  return Status.OK;
}

function sliceOf(arena: Arena, index: u32): u32 {
  return load<u32>(arena.slices + (index << 2));
}

function alignSlice(bytes: u64): u64 {
  return (bytes + sliceBytes - 1) & ~(sliceBytes - 1);
}

function makeRoomForSlices(arena: Arena, more: u32): bool {
  const need = arena.sliceCount + more;
  if (need <= arena.sliceCapacity) return true;
  const capacity = max(need, max(arena.sliceCapacity << 1, slicesAtFirst));
  const slices = regionAllocate((<u64>capacity) << 2);
  if (slices == 0) return false;
  memory.copy(slices, arena.slices, arena.sliceCount << 2);
  regionFree(arena.slices);
  arena.slices = slices;
  arena.sliceCapacity = capacity;
  return true;
}
