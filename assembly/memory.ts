// The memory of a space: checked growth, and regions carved from it and recycled through a free list.
// Called by everything that needs bytes which outlive a call. The runtime's own allocator is never used: near
// 4 GiB it hands out overlapping memory. Running out is the answer 0, never a trap.
//
//   0        statics      heap base                          top                 memory end
//   ├────────┼────────────┼──────────┬────────────┬──────────┼───────────────────┤
//   │ unused │ result, …  │ region   │ free       │ region   │ never carved yet  │
//   └────────┴────────────┴──────────┴────────────┴──────────┴───────────────────┘
//
// A region is a 64-byte header and its bytes; both begin on a cache line:
//
//   ◄─────────────── 64 bytes ───────────────►◄──── regionBytes(ptr) ────►
//   │ u32 block bytes │ u32 next free │ unused │ the caller's bytes        │

const pageBytes: u64 = 65536;
// Protects: `ptr + bytes` in 32-bit pointers. The last page is never used, so an end address cannot wrap to 0.
const pagesMax: u64 = 65535;
const headerBytes: u64 = 64;
const growthBytesMax: u64 = 256 << 20;

@unmanaged
class Block {
  /** Header and payload, a multiple of 64. */
  bytes: u32;
  /** Next free block by address; 0 ends the list. Meaningless in a used block. */
  next: u32;
}

/** `n` rounded up to a multiple of `step`, a power of two. */
export function alignUp(n: u64, step: u64): u64 {
  return (n + step - 1) & ~(step - 1);
}

let limitBytes: u64 = pagesMax * pageBytes;
let top: u64 = 0;
let freeHead: u32 = 0;
let usedBytes: u64 = 0;
let epoch: u32 = 0;

/** Lets the space grow to at most `bytes`, statics included; what is carved already stays. */
export function memoryLimit(bytes: u64): void {
  limitBytes = min(bytes, pagesMax * pageBytes);
}

/**
 * Begins anew at `start`, with nothing carved. For a memory shared with another allocator, as in the kernel's own tests:
 * all from `start` up to the limit must then be there already and be nobody else's.
 */
export function memoryStart(start: u64): void {
  top = alignUp(start, headerBytes);
  freeHead = 0;
  usedBytes = 0;
  ++epoch;
}

/** Another number after each new beginning, for whoever keeps a region between calls: it is gone then. */
export function memoryEpoch(): u32 {
  return epoch;
}

/** Bytes of all regions in use, their headers included. */
export function memoryUsed(): u64 {
  return usedBytes;
}

/** Makes the linear memory reach `end`; false when it may not or cannot. */
function reach(end: u64): bool {
  if (end > limitBytes) return false;
  const have = <u64>memory.size() * pageBytes;
  if (end <= have) return true;
  // A grow costs the same whatever its size, so ask for half as much again; when that is refused, for just enough.
  const generous = min(max(end, have + min(have >> 1, growthBytesMax)), limitBytes);
  const wanted = <i32>((generous - have + pageBytes - 1) / pageBytes);
  if (have + <u64>wanted * pageBytes <= pagesMax * pageBytes && memory.grow(wanted) >= 0) return true;
  return memory.grow(<i32>((end - have + pageBytes - 1) / pageBytes)) >= 0;
}

/** A region of at least `bytes`, its content undefined; 0 when the space is out of memory. */
export function regionAllocate(bytes: u64): usize {
  if (bytes > limitBytes) return 0;
  const need = alignUp(max(bytes, 1), headerBytes) + headerBytes;
  // Bounded by the number of free blocks; first fit keeps what is touched already in use.
  let previous: u32 = 0;
  for (let at = freeHead; at != 0; at = changetype<Block>(at).next) {
    const block = changetype<Block>(at);
    if (<u64>block.bytes >= need) {
      unlink(previous, at);
      usedBytes += block.bytes;
      trim(at, need);
      return <usize>at + <usize>headerBytes;
    }
    previous = at;
  }
  if (top == 0) top = alignUp(__heap_base, headerBytes);
  if (!reach(top + need)) return 0;
  const at = <u32>top;
  top += need;
  changetype<Block>(at).bytes = <u32>need;
  usedBytes += need;
  return <usize>at + <usize>headerBytes;
}

/** Gives a region back. `ptr` must come from `regionAllocate`; 0 is allowed and does nothing. */
export function regionFree(ptr: usize): void {
  if (ptr == 0) return;
  const at = <u32>ptr - <u32>headerBytes;
  usedBytes -= changetype<Block>(at).bytes;
  release(at);
}

/** Gives back what lies behind the first `bytes` of a region. */
export function regionTrim(ptr: usize, bytes: u64): void {
  trim(<u32>ptr - <u32>headerBytes, alignUp(max(bytes, 1), headerBytes) + headerBytes);
}

/** Usable bytes of a region: what was asked for, rounded up. */
export function regionBytes(ptr: usize): u64 {
  return <u64>changetype<Block>(ptr - <usize>headerBytes).bytes - headerBytes;
}

function trim(at: u32, need: u64): void {
  const block = changetype<Block>(at);
  const spare = <u64>block.bytes - need;
  if (spare < headerBytes * 2) return;
  block.bytes = <u32>need;
  usedBytes -= spare;
  const rest = at + <u32>need;
  changetype<Block>(rest).bytes = <u32>spare;
  release(rest);
}

function unlink(previous: u32, at: u32): void {
  const next = changetype<Block>(at).next;
  if (previous == 0) freeHead = next;
  else changetype<Block>(previous).next = next;
}

/** Puts a block into the free list by address and joins it with free neighbours and with the unused top. */
function release(at: u32): void {
  let previous: u32 = 0;
  let next = freeHead;
  while (next != 0 && next < at) {
    previous = next;
    next = changetype<Block>(next).next;
  }
  const block = changetype<Block>(at);
  block.next = next;
  if (previous == 0) freeHead = at;
  else changetype<Block>(previous).next = at;
  if (next != 0 && at + block.bytes == next) join(at, next);
  if (previous != 0 && previous + changetype<Block>(previous).bytes == at) {
    join(previous, at);
    at = previous;
  }
  if (<u64>at + changetype<Block>(at).bytes == top) {
    top = at;
    cut(at);
  }
}

function join(left: u32, right: u32): void {
  const block = changetype<Block>(left);
  block.bytes += changetype<Block>(right).bytes;
  block.next = changetype<Block>(right).next;
}

/** Takes the last block off the list: it has become part of the unused top. */
function cut(at: u32): void {
  let previous: u32 = 0;
  for (let walk = freeHead; walk != at && walk != 0; walk = changetype<Block>(walk).next) previous = walk;
  unlink(previous, at);
}
