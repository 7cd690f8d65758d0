// Changing one value of a mounted equal-value file. A difference that its block is wide enough for is overwritten; else the
// slot gets a new block in the expand area, and its word is changed last, in one store.
//
// Expand area, Indexlib's bytes:
//
//   0             8             12           16
//   │ u64 unused  │ u32 changed │ u32 blocks │ block │ block │ …
//   ├─ metrics, there from the first change ─┤ each with room for a whole slot
//
// Blocks never lie across a multiple of 64 MiB: one that would begins there.

import { regionAllocate, regionFree } from "../../memory";
import { Status } from "../../status";
import { Slot, Width, deltaBytes, slotBytes, widthOf } from "./format";
import { Block, Column, valuesOf } from "./read";
import { Zigzag } from "./zigzag";

const metricsBytes: u64 = 16;
const changedAt: usize = 8;
const blocksAt: usize = 12;
const sliceBytes: u64 = 64 << 20;
const sliceCountMax: u64 = 1024;
const capacityAtFirst: u64 = 4096;

/** OK; ABSENT past the end; FULL when no block can be added any more; NO_MEMORY. Unchanged unless OK. */
export function columnUpdate<U extends number>(self: Column, index: u32, given: U): u32 {
  if (index >= self.itemCount) return Status.ABSENT;
  const value = self.isSigned != 0 ? Zigzag.encode<U>(given) : given;
  const slotPtr = self.slots + <usize>(index >> self.power) * slotBytes;
  const word = load<u64>(slotPtr);
  const k = index & <u32>(((<u64>1) << self.power) - 1);
  if (Slot.isEqual<U>(word)) {
    const equal = <U>Slot.payload<U>(word);
    return equal == value ? Status.OK : expandEqual<U>(self, slotPtr, k, equal, value);
  }
  const block = Block.at<U>(self, word);
  const base = load<U>(block);
  const width = Slot.widthAt<U>(word, block);
  if (value >= base && widthOf(<u64>(value - base)) <= width) {
    const status = countsReady(self);
    if (status != Status.OK) return status;
    // The counters may have moved the area, and the block with it.
    deltaStore(Block.at<U>(self, word) + Slot.headBytes<U>(), k, width, <u64>(value - base));
    store<u32>(self.expand + changedAt, load<u32>(self.expand + changedAt) + 1);
    return Status.OK;
  }
  return expandBlock<U>(self, slotPtr, k, value);
}

/** Writes the `k`-th difference, which fits. */
function deltaStore(deltas: usize, k: u32, width: u32, delta: u64): void {
  const bit = (<u64>k) << width;
  const at = deltas + <usize>(bit >> 3);
  if (width == Width.BITS64) store<u64>(at, delta);
  else if (width == Width.BITS32) store<u32>(at, <u32>delta);
  else if (width == Width.BITS16) store<u16>(at, <u16>delta);
  else if (width == Width.BITS8) store<u8>(at, <u8>delta);
  else {
    const shift = 8 - (1 << width) - (<u32>bit & 7);
    const mask: u32 = ((1 << (1 << width)) - 1) << shift;
    store<u8>(at, <u8>((load<u8>(at) & ~mask) | ((<u32>delta) << shift)));
  }
}

function expandEqual<U extends number>(self: Column, slotPtr: usize, k: u32, equal: U, value: U): u32 {
  const base = min(equal, value);
  const width = widthOf(<u64>(max(equal, value) - base));
  const full = width >= Slot.fullWidth<U>();
  const block = insertBlock<U>(self, width);
  if (block == 0) return insertStatus;
  const newBase = full ? <U>0 : base;
  Slot.storeHead<U>(block, newBase, width);
  const deltas = block + Slot.headBytes<U>();
  const count = (<u64>1) << self.power;
  for (let i: u64 = 0; i < count; ++i) deltaStore(deltas, <u32>i, width, <u64>(equal - newBase));
  deltaStore(deltas, k, width, <u64>(value - newBase));
  publish<U>(self, slotPtr, block, width, 0);
  return Status.OK;
}

function expandBlock<U extends number>(self: Column, slotPtr: usize, k: u32, value: U): u32 {
  const word = load<u64>(slotPtr);
  const slot = <u32>((slotPtr - self.slots) / slotBytes);
  const valid = <u32>valuesOf(self, slot);
  let old = Block.at<U>(self, word);
  const oldBase = load<U>(old);
  const oldWidth = Slot.widthAt<U>(word, old);
  const head = Slot.headBytes<U>();
  let base = oldBase;
  let range = <u64>(value - oldBase);
  if (value < oldBase) {
    range = 0;
    for (let i: u32 = 0; i < valid; ++i) range = max(range, Block.deltaAt(old + head, i, oldWidth));
    range += <u64>(<U>(oldBase - value));
    base = value;
  }
  const width = min(widthOf(range), Slot.fullWidth<U>());
  if (width == Slot.fullWidth<U>()) base = <U>0;
  const block = insertBlock<U>(self, width);
  if (block == 0) return insertStatus;
  // The area may have moved.
  old = Block.at<U>(self, word);
  Slot.storeHead<U>(block, base, width);
  const deltas = block + head;
  memory.fill(deltas, 0, <usize>deltaBytes(width, (<u64>1) << self.power));
  for (let i: u32 = 0; i < valid; ++i)
    deltaStore(deltas, i, width, <u64>(<U>(<U>(<u64>oldBase + Block.deltaAt(old + head, i, oldWidth)) - base)));
  deltaStore(deltas, k, width, <u64>(<U>(value - base)));
  const isExpanded = Slot.payload<U>(word) >= self.compressedBytes;
  publish<U>(self, slotPtr, block, width, head + deltaBytes(oldWidth, isExpanded ? (<u64>1) << self.power : valid));
  return Status.OK;
}

/** Makes the slot's word lead to the new block and counts it; `unused` bytes of the old one are lost. */
function publish<U extends number>(self: Column, slotPtr: usize, block: usize, width: u32, unused: u64): void {
  store<u64>(slotPtr, Slot.ofBlock<U>(<u64>(block - self.expand) + self.compressedBytes, width));
  store<u64>(self.expand, load<u64>(self.expand) + unused);
  store<u32>(self.expand + blocksAt, load<u32>(self.expand + blocksAt) + 1);
}

let insertStatus: u32 = Status.OK;

/** Address of room for a block at the end of the area; 0, and `insertStatus`, when there is none. */
function insertBlock<U extends number>(self: Column, width: u32): usize {
  insertStatus = countsReady(self);
  if (insertStatus != Status.OK) return 0;
  const bytes = Slot.headBytes<U>() + deltaBytes(width, (<u64>1) << self.power);
  const inSlice = self.expandBytes % sliceBytes;
  const at = inSlice + bytes > sliceBytes ? self.expandBytes - inSlice + sliceBytes : self.expandBytes;
  // The word of a short slot has 61 bits for an offset: never reached within this many slices.
  if (bytes > sliceBytes || at + bytes > sliceBytes * sliceCountMax) {
    insertStatus = Status.FULL;
    return 0;
  }
  insertStatus = reserve(self, at + bytes);
  if (insertStatus != Status.OK) return 0;
  // What a block leaves of a slice belongs to the file.
  memory.fill(self.expand + <usize>self.expandBytes, 0, <usize>(at - self.expandBytes));
  self.expandBytes = at + bytes;
  return self.expand + <usize>at;
}

/** The counters are there from the first change on. */
function countsReady(self: Column): u32 {
  if (self.expandBytes > 0) return Status.OK;
  const status = reserve(self, metricsBytes);
  if (status != Status.OK) return status;
  memory.fill(self.expand, 0, <usize>metricsBytes);
  self.expandBytes = metricsBytes;
  return Status.OK;
}

function reserve(self: Column, bytes: u64): u32 {
  if (bytes <= self.expandCapacity) return Status.OK;
  const capacity = max(bytes, max(self.expandCapacity << 1, capacityAtFirst));
  const region = regionAllocate(capacity);
  if (region == 0) return Status.NO_MEMORY;
  memory.copy(region, self.expand, <usize>self.expandBytes);
  regionFree(self.expand);
  self.expand = region;
  self.expandCapacity = capacity;
  return Status.OK;
}
