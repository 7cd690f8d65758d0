// Reading an equal-value file where it lies. Mounting looks at each slot once and notes what it found in a directory, 16
// bytes a slot; after that every value is there, and a lookup touches an entry of the directory and a difference.

import { regionAllocate } from "../../memory";
import { Status } from "../../status";
import { unpackGroups } from "./bits";
import {
  Slot,
  Width,
  deltaBytes,
  groupValues,
  headerBytes,
  powerAt,
  powerMax,
  powerMin,
  slotBytes,
  slotCountOf,
} from "./format";
import { Zigzag, unzigzagGroups } from "./zigzag";

const lastGroup: usize = memory.data(512, 16);
const lastPacked: usize = memory.data(512, 16);

@unmanaged
export class Column {
  valueBytes: u32;
  /** The slot words. */
  slots: usize;
  /** The first block. */
  area: usize;
  itemCount: u32;
  power: u32;
  isSigned: u32;
  slotCount: u32;
  /** Bytes of the file without its tail. Slots' offsets from here on count from the expand area's first byte. */
  compressedBytes: u64;
  /** The expand area's region, 0 without one. */
  expand: usize;
  expandBytes: u64;
  expandCapacity: u64;
  /** Region of the directory: an Entry for each slot. */
  directory: usize;
  /** Width that entries of slots of one value pretend to have. */
  equalWidth: u32;
}

/**
 * A slot as lookups want it, made of its word and its block's head. A slot of one value has differences too, all 0, as wide as
 * most slots' are: so no lookup has to guess which kind its slot is, and none touches a block's head.
 */
@unmanaged
class Entry {
  base: u64;
  deltas: u32;
  width: u32;
}

const entryShift: u32 = 4;
/** The largest slots for whose values there are zeros, of any width; an entry of larger ones says that it has no differences. */
const zerosPowerMax: u32 = 10;
const zeros: usize = memory.data(8192, 8);
const noDeltas: u32 = Width.BITS64 + 1;

/**
 * Uses `bytes` untrusted bytes at `base`, and `expandBytes` of an expand area at `expand`.
 *
 * Protects: every later read. The header is checked against the size, then each slot's block against the area it points
 * into; in the expand area blocks have room for all values of a slot, as an update in place assumes.
 */
export function columnMount<U extends number>(
  self: Column,
  base: usize,
  bytes: u64,
  isSigned: bool,
  expand: usize,
  expandBytes: u64,
): u32 {
  if (bytes < headerBytes) return Status.COLUMN_HEADER;
  self.valueBytes = sizeof<U>();
  self.itemCount = load<u32>(base);
  self.power = load<u32>(base, powerAt);
  if (self.power < powerMin || self.power > powerMax) return Status.COLUMN_HEADER;
  self.slotCount = slotCountOf(self.itemCount, self.power);
  const indexBytes = headerBytes + <u64>self.slotCount * slotBytes;
  if (indexBytes > bytes) return Status.COLUMN_HEADER;
  self.slots = base + headerBytes;
  self.area = base + <usize>indexBytes;
  self.compressedBytes = bytes;
  self.isSigned = isSigned ? 1 : 0;
  self.expand = expand;
  self.expandBytes = expandBytes;
  self.expandCapacity = expandBytes;
  for (let slot: u32 = 0; slot < self.slotCount; ++slot) {
    if (!slotFits<U>(self, slot, bytes - indexBytes)) return Status.COLUMN_BLOCK;
  }
  self.directory = regionAllocate((<u64>self.slotCount) << entryShift);
  if (self.directory == 0) return Status.NO_MEMORY;
  self.equalWidth = self.power > zerosPowerMax ? noDeltas : commonWidth<U>(self);
  for (let slot: u32 = 0; slot < self.slotCount; ++slot) describeSlot<U>(self, slot);
  return Status.OK;
}

/** The width of most slots that have a block. */
function commonWidth<U extends number>(self: Column): u32 {
  columnWidths<U>(self, lastGroup);
  let common: u32 = Width.BITS1;
  for (let width: u32 = Width.BITS1; width <= Width.BITS64; ++width) {
    if (load<u32>(lastGroup + (width << 2)) > load<u32>(lastGroup + (common << 2))) common = width;
  }
  return common;
}

/** Makes the entry of a slot anew: after its word has changed, or its block has moved. */
export function describeSlot<U extends number>(self: Column, slot: u32): void {
  const word = load<u64>(self.slots + <usize>slot * slotBytes);
  const entry = changetype<Entry>(self.directory + ((<usize>slot) << entryShift));
  if (Slot.isEqual<U>(word)) {
    entry.base = Slot.payload<U>(word);
    entry.deltas = <u32>zeros;
    entry.width = self.equalWidth;
    return;
  }
  const block = Block.at<U>(self, word);
  entry.base = <u64>load<U>(block);
  entry.deltas = <u32>block + Slot.headBytes<U>();
  entry.width = Slot.widthAt<U>(word, block);
}

function slotFits<U extends number>(self: Column, slot: u32, areaBytes: u64): bool {
  const word = load<u64>(self.slots + <usize>slot * slotBytes);
  if (Slot.isEqual<U>(word)) return true;
  const offset = Slot.payload<U>(word);
  const isExpanded = offset >= self.compressedBytes;
  const at = isExpanded ? offset - self.compressedBytes : offset;
  const end = isExpanded ? self.expandBytes : areaBytes;
  const head = Slot.headBytes<U>();
  if (at > end || end - at < head) return false;
  const block = Block.at<U>(self, word);
  if (!Slot.isKnown<U>(block)) return false;
  const count = isExpanded ? (<u64>1) << self.power : valuesOf(self, slot);
  return deltaBytes(Slot.widthAt<U>(word, block), count) <= end - at - head;
}

/** Values of a slot: fewer in the last one. */
export function valuesOf(self: Column, slot: u32): u64 {
  const first = (<u64>slot) << self.power;
  return min((<u64>1) << self.power, <u64>self.itemCount - first);
}

/** One past the last byte that a block in the file uses, without a tail: 8 bytes and slot words, if there is none. */
export function columnEnd<U extends number>(self: Column): u64 {
  let end = <u64>(self.area - self.slots) + headerBytes;
  const start = end;
  for (let slot: u32 = 0; slot < self.slotCount; ++slot) {
    const word = load<u64>(self.slots + <usize>slot * slotBytes);
    if (Slot.isEqual<U>(word) || Slot.payload<U>(word) >= self.compressedBytes) continue;
    const width = Slot.widthAt<U>(word, Block.at<U>(self, word));
    end = max(end, start + Slot.payload<U>(word) + Slot.headBytes<U>() + deltaBytes(width, valuesOf(self, slot)));
  }
  return end;
}

/** The values at `count` u32 `indexes`. Returns how many were done: fewer when the next index is past the end. */
export function columnGetMany<U extends number>(self: Column, indexes: usize, count: u32, target: usize): u32 {
  const itemCount = self.itemCount;
  const power = self.power;
  const slotMask = <u32>(((<u64>1) << power) - 1);
  const directory = self.directory;
  const isSigned = self.isSigned != 0;
  for (let i: u32 = 0; i < count; ++i) {
    const index = load<u32>(indexes);
    if (index >= itemCount) return i;
    const value = Block.find<U>(directory, index >> power, index & slotMask);
    store<U>(target, isSigned ? Zigzag.decode<U>(value) : value);
    indexes += 4;
    target += sizeof<U>();
  }
  return count;
}

/** Writes the values `from`, a multiple of 64, … `from` + `count` − 1, all below itemCount. */
export function columnDecode<U extends number>(self: Column, from: u32, count: u32, target: usize): void {
  const slotMask = <u32>(((<u64>1) << self.power) - 1);
  while (count > 0) {
    const inSlot = from & slotMask;
    const part = min(count - 1, slotMask - inSlot) + 1;
    Block.decode<U>(self, load<u64>(self.slots + <usize>(from >> self.power) * slotBytes), inSlot, part, target);
    from += part;
    target += <usize>part * sizeof<U>();
    count -= part;
  }
}

function fill<U extends number>(target: usize, count: u32, value: U): void {
  const lanes = v128.splat<U>(value);
  const step: usize = 16;
  const bytes = <usize>count * sizeof<U>();
  let at: usize = 0;
  for (; at + step <= bytes; at += step) v128.store(target + at, lanes);
  for (; at < bytes; at += sizeof<U>()) store<U>(target + at, value);
}

/** Slots by kind into 8 u32 at `counts`: the 7 widths, then those that are equal. */
export function columnWidths<U extends number>(self: Column, counts: usize): void {
  memory.fill(counts, 0, 32);
  for (let slot: u32 = 0; slot < self.slotCount; ++slot) {
    const word = load<u64>(self.slots + <usize>slot * slotBytes);
    const kind = Slot.isEqual<U>(word) ? Width.BITS64 + 1 : Slot.widthAt<U>(word, Block.at<U>(self, word));
    const at = counts + (kind << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** A slot's block and the differences in it. */
export abstract class Block {
  /** The block of a slot that has one. */
  @inline
  static at<U extends number>(self: Column, word: u64): usize {
    const offset = Slot.payload<U>(word);
    return offset < self.compressedBytes
      ? self.area + <usize>offset
      : self.expand + <usize>(offset - self.compressedBytes);
  }

  /**
   * The `k`-th difference. Slots of a column mostly have one width, so branches on it are foretold, and cheaper than shifts
   * by it. Narrow ones count from the high end of their byte.
   */
  @inline
  static deltaAt(deltas: usize, k: u32, width: u32): u64 {
    if (width == Width.BITS8) return load<u8>(deltas + k);
    if (width == Width.BITS16) return load<u16>(deltas + ((<usize>k) << 1));
    if (width == Width.BITS32) return load<u32>(deltas + ((<usize>k) << 2));
    if (width == Width.BITS64) return load<u64>(deltas + ((<usize>k) << 3));
    if (width == Width.BITS4) return (<u32>load<u8>(deltas + (k >> 1)) >> ((~k & 1) << 2)) & 15;
    if (width == Width.BITS2) return (<u32>load<u8>(deltas + (k >> 2)) >> ((~k & 3) << 1)) & 3;
    return (<u32>load<u8>(deltas + (k >> 3)) >> (~k & 7)) & 1;
  }

  /** The `k`-th value of a slot, as it is stored. */
  @inline
  static find<U extends number>(directory: usize, slot: u32, k: u32): U {
    const entry = changetype<Entry>(directory + ((<usize>slot) << entryShift));
    if (entry.width == noDeltas) return <U>entry.base;
    return <U>(entry.base + Block.deltaAt(entry.deltas, k, entry.width));
  }

  /** The value at `index` < itemCount: the bits of the column's type. */
  @inline
  static value<U extends number>(self: Column, index: u32): U {
    const k = index & <u32>(((<u64>1) << self.power) - 1);
    const value = Block.find<U>(self.directory, index >> self.power, k);
    return self.isSigned != 0 ? Zigzag.decode<U>(value) : value;
  }

  /** `count` values of one slot, from its value `inSlot` on. */
  @inline
  static decode<U extends number>(self: Column, word: u64, inSlot: u32, count: u32, target: usize): void {
    if (Slot.isEqual<U>(word)) {
      let value = <U>Slot.payload<U>(word);
      if (self.isSigned != 0) value = Zigzag.decode<U>(value);
      fill<U>(target, count, value);
      return;
    }
    const block = Block.at<U>(self, word);
    const base = load<U>(block);
    const width = Slot.widthAt<U>(word, block);
    const source = block + Slot.headBytes<U>() + <usize>(((<u64>inSlot) << width) >> 3);
    const whole = count / groupValues;
    unpackGroups<U>(source, base, width, whole, target);
    if (self.isSigned != 0) unzigzagGroups<U>(target, whole, target);
    const rest = count % groupValues;
    if (rest == 0) return;
    // Protects: memory behind a file that ends here, and the caller's behind the last value.
    memory.copy(
      lastPacked,
      source + <usize>deltaBytes(width, <u64>whole * groupValues),
      <usize>deltaBytes(width, rest),
    );
    unpackGroups<U>(lastPacked, base, width, 1, lastGroup);
    if (self.isSigned != 0) unzigzagGroups<U>(lastGroup, 1, lastGroup);
    memory.copy(target + <usize>whole * groupValues * sizeof<U>(), lastGroup, rest * sizeof<U>());
  }
}
