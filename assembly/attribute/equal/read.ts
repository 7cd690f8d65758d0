// Reading an equal-value file where it lies. Mounting looks at each slot once; after that every value is there, and a
// lookup touches a slot word, a base and a difference.

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
}

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
  return Status.OK;
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
  const slots = self.slots;
  const area = self.area;
  const compressedBytes = self.compressedBytes;
  const expand = self.expand;
  const isSigned = self.isSigned != 0;
  for (let i: u32 = 0; i < count; ++i) {
    const index = load<u32>(indexes);
    if (index >= itemCount) return i;
    const word = load<u64>(slots + <usize>(index >> power) * slotBytes);
    const value = Block.find<U>(word, index & slotMask, area, compressedBytes, expand);
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

  /** The `k`-th value of the slot with this word, as it is stored. */
  @inline
  static find<U extends number>(word: u64, k: u32, area: usize, compressedBytes: u64, expand: usize): U {
    const payload = Slot.payload<U>(word);
    if (Slot.isEqual<U>(word)) return <U>payload;
    const block = payload < compressedBytes ? area + <usize>payload : expand + <usize>(payload - compressedBytes);
    const delta = Block.deltaAt(block + Slot.headBytes<U>(), k, Slot.widthAt<U>(word, block));
    return <U>(<u64>load<U>(block) + delta);
  }

  /** The value at `index` < itemCount: the bits of the column's type. */
  @inline
  static value<U extends number>(self: Column, index: u32): U {
    const word = load<u64>(self.slots + <usize>(index >> self.power) * slotBytes);
    const k = index & <u32>(((<u64>1) << self.power) - 1);
    const value = Block.find<U>(word, k, self.area, self.compressedBytes, self.expand);
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
