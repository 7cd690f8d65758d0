// Writing items: frames become items of the data file one behind the other, and an offset each. In a unique column an item
// that is there already is not written again.

import { regionAllocate, regionFree } from "../../memory";
import { Status } from "../../status";
import { bytesEqual } from "../../value/bytes";
import {
  frameBytes,
  frameHeadBytes,
  givenHashAt,
  hashAtAt,
  hashBytesAt,
  hashGiven,
  hashItem,
  itemBytesBound,
  itemCompose,
} from "./format";
import { textHash } from "./text-hash";

/** Entry of the map: u64 hash, u64 offset + 1; 0 where there is none. */
const entryShift: u32 = 4;
const capacityShiftAtFirst: u32 = 10;
/** Entries looked at before an item is written again, and not remembered: only hashes made on purpose come so far. */
const probeCountMax: u32 = 4096;
const keepBytesAtFirst: u64 = 65536;

@unmanaged
export class ItemWriter {
  isUnique: u32;
  /** Whether bytes are compared, for which the distinct items are kept; else equal hashes are equal items, as upstream. */
  isExact: u32;
  map: usize;
  /** log2 of the map's entries, of which at most half are used. */
  mapShift: u32;
  mapUsed: u32;
  /** The data file so far, of an exact column. */
  kept: usize;
  keptCapacity: u64;
  /** Bytes of the data file so far. */
  dataBytes: u64;
  /** Items written, not those found again. */
  itemCount: u32;
  itemBytesMax: u32;
}

/** NO_MEMORY. */
export function itemsOpen(self: ItemWriter, isUnique: bool, isExact: bool): u32 {
  memory.fill(changetype<usize>(self), 0, offsetof<ItemWriter>());
  self.isUnique = isUnique ? 1 : 0;
  self.isExact = isExact ? 1 : 0;
  return isUnique ? growMap(self, capacityShiftAtFirst) : Status.OK;
}

export function itemsClose(self: ItemWriter): void {
  regionFree(self.map);
  regionFree(self.kept);
}

/**
 * Takes the frames from `ptr` to `end`: an offset each goes to `offsets` as u64, new items' bytes go to `target`, which has
 * room for twice the frames. All or, with NO_MEMORY, nothing.
 */
export function itemsAddMany(self: ItemWriter, ptr: usize, end: usize, offsets: usize, target: usize): u32 {
  const status = self.isUnique != 0 ? reserve(self, ptr, end) : Status.OK;
  if (status != Status.OK) return status;
  for (let frame = ptr; frame < end; frame += frameBytes(frame)) {
    const bytes = itemCompose(frame, target);
    let offset = self.dataBytes;
    if (self.isUnique != 0) offset = findOrAdd(self, hashOf(frame, target, bytes), target, bytes);
    store<u64>(offsets, offset);
    offsets += 8;
    if (offset != self.dataBytes) continue;
    if (self.isExact != 0) memory.copy(self.kept + <usize>offset, target, bytes);
    target += bytes;
    self.dataBytes += bytes;
    self.itemCount += 1;
    self.itemBytesMax = max(self.itemBytesMax, bytes);
  }
  return Status.OK;
}

function hashOf(frame: usize, itemPtr: usize, itemBytes: u32): u64 {
  const at = load<u32>(frame, hashAtAt);
  if (at == hashGiven) return load<u64>(frame, givenHashAt);
  if (at == hashItem) return textHash(itemPtr, itemBytes);
  return textHash(frame + frameHeadBytes + at, load<u32>(frame, hashBytesAt));
}

/** Offset of an equal item, or, remembering it, of the data file's end. */
function findOrAdd(self: ItemWriter, hash: u64, itemPtr: usize, itemBytes: u32): u64 {
  const mask = ((<u64>1) << self.mapShift) - 1;
  // The hash's own bits are no good for a place: texts that differ in their last letter have equal ones.
  let place = (hash * 0x9e3779b97f4a7c15) >> (64 - self.mapShift);
  for (let probes: u32 = 0; probes < probeCountMax; ++probes) {
    const entry = self.map + ((<usize>place) << entryShift);
    const found = load<u64>(entry, 8);
    if (found == 0) {
      store<u64>(entry, hash);
      store<u64>(entry, self.dataBytes + 1, 8);
      self.mapUsed += 1;
      return self.dataBytes;
    }
    if (load<u64>(entry) == hash && (self.isExact == 0 || isKept(self, found - 1, itemPtr, itemBytes)))
      return found - 1;
    place = (place + 1) & mask;
  }
  return self.dataBytes;
}

/** Whether the item at `offset` is this one: items say themselves where they end, so it is when as many bytes are equal. */
function isKept(self: ItemWriter, offset: u64, itemPtr: usize, itemBytes: u32): bool {
  return offset + itemBytes <= self.dataBytes && bytesEqual(self.kept + <usize>offset, itemPtr, itemBytes);
}

/** Makes room for all that the frames may add. */
function reserve(self: ItemWriter, ptr: usize, end: usize): u32 {
  let count: u32 = 0;
  let bytes: u64 = 0;
  for (let frame = ptr; frame < end; frame += frameBytes(frame)) {
    count += 1;
    bytes += itemBytesBound(frame);
  }
  let shift = self.mapShift;
  while ((<u64>1) << shift < (<u64>self.mapUsed + count) * 2) ++shift;
  if (shift != self.mapShift && growMap(self, shift) != Status.OK) return Status.NO_MEMORY;
  if (self.isExact == 0 || self.dataBytes + bytes <= self.keptCapacity) return Status.OK;
  const capacity = max(self.dataBytes + bytes, max(self.keptCapacity << 1, keepBytesAtFirst));
  const kept = regionAllocate(capacity);
  if (kept == 0) return Status.NO_MEMORY;
  memory.copy(kept, self.kept, <usize>self.dataBytes);
  regionFree(self.kept);
  self.kept = kept;
  self.keptCapacity = capacity;
  return Status.OK;
}

function growMap(self: ItemWriter, shift: u32): u32 {
  const bytes = (<u64>1) << (shift + entryShift);
  const map = regionAllocate(bytes);
  if (map == 0) return Status.NO_MEMORY;
  memory.fill(map, 0, <usize>bytes);
  const mask = ((<u64>1) << shift) - 1;
  const entries = self.map == 0 ? <u64>0 : (<u64>1) << self.mapShift;
  for (let i: u64 = 0; i < entries; ++i) {
    const from = self.map + ((<usize>i) << entryShift);
    if (load<u64>(from, 8) == 0) continue;
    let place = (load<u64>(from) * 0x9e3779b97f4a7c15) >> (64 - shift);
    // Bounded: at most half of the entries are used.
    while (load<u64>(map + ((<usize>place) << entryShift), 8) != 0) place = (place + 1) & mask;
    memory.copy(map + ((<usize>place) << entryShift), from, 1 << entryShift);
  }
  regionFree(self.map);
  self.map = map;
  self.mapShift = shift;
  return Status.OK;
}
