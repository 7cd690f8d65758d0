// Writing an equal-value file in two passes over the values, each in pieces of any size that is a multiple of 64: the first
// notes the bounds of each group, then the slot size is chosen and the length is known, then slots and blocks are written.
// The memory it takes is a thirty-second of the values'.
//
//   encoderOpen → encoderScan … → encoderAdvise → encoderHeader → encoderSlots … → encoderBlocks …

import { regionAllocate, regionFree } from "../../memory";
import { Status } from "../../status";
import { packGroups } from "./bits";
import { Slot, deltaBytes, groupValues, headerBytes, powerAt, powerMin, slotBytes, widthOf } from "./format";
import { scanGroups } from "./scan";
import { zigzagGroups } from "./zigzag";

/** Values of a sampled block, in groups. */
const sampleGroups: u32 = 16;
/** Slot sizes the advisor tries: 2^6 … 2^10. */
const advisedPowerMax: u32 = 10;
/** Groups that are transformed at a time, so that they stay in the first-level cache. */
const scratchGroups: u32 = 16;
const scratchValues: u32 = scratchGroups * groupValues;
const scratch: usize = memory.data(8192, 16);
/** The column's last group where it is short, and what it packs to. */
const lastGroup: usize = memory.data(512, 16);
const lastPacked: usize = memory.data(512, 16);

@unmanaged
export class Encoder {
  valueBytes: u32;
  /** (min, max) of each group, of the values as they are stored. */
  pairs: usize;
  itemCount: u32;
  /** Values scanned. */
  scanned: u32;
  isSigned: u32;
  power: u32;
  /** Blocks before the next slot word to be written. */
  blockBytes: u64;
  /** The next value whose difference is to be packed. */
  next: u32;
  /** Width of the differences of the slot that `next` lies in, unless all are equal. */
  width: u32;
  isEqual: u32;
  /** Smallest value of that slot. */
  base: u64;
  /** Place in the slot of the value whose difference shows in its padding, or noPadding; and that difference. */
  paddingFrom: u32;
  padding: u64;
}

const noPadding: u32 = <u32>-1;

/** NO_MEMORY. */
export function encoderOpen<U extends number>(self: Encoder, itemCount: u32, isSigned: bool): u32 {
  self.valueBytes = sizeof<U>();
  self.pairs = regionAllocate(<u64>Groups.groupsOf(itemCount) * 2 * sizeof<U>());
  if (self.pairs == 0) return Status.NO_MEMORY;
  self.itemCount = itemCount;
  self.scanned = 0;
  self.isSigned = isSigned ? 1 : 0;
  return Status.OK;
}

export function encoderClose(self: Encoder): void {
  regionFree(self.pairs);
}

/** Takes the next `count` values, a multiple of 64 until the last ones. */
export function encoderScan<U extends number>(self: Encoder, source: usize, count: u32): void {
  let pairs = self.pairs + <usize>(self.scanned / groupValues) * 2 * sizeof<U>();
  self.scanned += count;
  while (count > 0) {
    const part = min(count, scratchValues);
    scanGroups<U>(Groups.stored<U>(self, source, part), part, pairs);
    source += part * sizeof<U>();
    pairs += (part / groupValues) * 2 * sizeof<U>();
    count -= part;
  }
}

/** Bounds of a run of groups, found last. */
let foundMin: u64 = 0;
let foundMax: u64 = 0;

function boundsOf<U extends number>(pairs: usize, groups: u32): void {
  let low = load<U>(pairs);
  let high = load<U>(pairs, sizeof<U>());
  for (let i: u32 = 1; i < groups; ++i) {
    pairs += 2 * sizeof<U>();
    low = min<U>(low, load<U>(pairs));
    high = max<U>(high, load<U>(pairs, sizeof<U>()));
  }
  foundMin = <u64>low;
  foundMax = <u64>high;
}

/**
 * Exact bytes of the file with slots of 2^power values, counting only every `step`-th block of 1024 values up to `blocks` of
 * them: each begins a slot of every size that is tried.
 */
function sampledBytes<U extends number>(self: Encoder, power: u32, step: u32, blocks: u32): u64 {
  const slotGroups: u32 = 1 << (power - powerMin);
  const groupCount = Groups.groupsOf(self.itemCount);
  let bytes: u64 = headerBytes;
  for (let block: u32 = 0; block < blocks; ++block) {
    const first = block * step * sampleGroups;
    const end = min(first + sampleGroups, groupCount);
    for (let group = first; group < end; group += slotGroups)
      bytes += slotBytes + Groups.slotBlockBytes<U>(self, group, slotGroups);
  }
  return bytes;
}

/** Exact bytes of the file with slots of 2^power values, without a tail. */
export function encoderBytes<U extends number>(self: Encoder, power: u32): u64 {
  const groupCount = Groups.groupsOf(self.itemCount);
  const slotGroups = Groups.slotGroupsOf(power);
  let bytes: u64 = headerBytes;
  for (let first: u64 = 0; first < groupCount; first += slotGroups)
    bytes += slotBytes + Groups.slotBlockBytes<U>(self, <u32>first, slotGroups);
  return bytes;
}

/**
 * The power of the slot size that Indexlib's advisor takes, from a sample of `ratioPct` percent of the blocks of 1024 values:
 * each larger size while it is no longer than the one before, so ties are for the larger.
 */
export function encoderAdvise<U extends number>(self: Encoder, ratioPct: u32): u32 {
  if (self.itemCount == 0) return powerMin;
  const total = (Groups.groupsOf(self.itemCount) + sampleGroups - 1) / sampleGroups;
  const wanted = <u32>((<u64>total * ratioPct) / 100);
  const step = wanted > 1 ? (total - 1) / (wanted - 1) : 1;
  const blocks = (total - 1) / step + 1;
  let best = powerMin;
  let bestBytes = sampledBytes<U>(self, powerMin, step, blocks);
  for (let power = powerMin + 1; power <= advisedPowerMax; ++power) {
    const bytes = sampledBytes<U>(self, power, step, blocks);
    if (bytes > bestBytes) break;
    best = power;
    bestBytes = bytes;
  }
  return best;
}

/** Settles the slot size and writes the header; slots and blocks begin with the first. */
export function encoderHeader(self: Encoder, power: u32, target: usize): void {
  self.power = power;
  self.blockBytes = 0;
  self.next = 0;
  store<u32>(target, self.itemCount);
  store<u32>(target, power, powerAt);
}

/** Writes the words of `count` slots from `first` on, the one behind those written before. */
export function encoderSlots<U extends number>(self: Encoder, first: u32, count: u32, target: usize): void {
  const slotGroups = Groups.slotGroupsOf(self.power);
  for (let slot = first; slot < first + count; ++slot) {
    const bytes = Groups.slotBlockBytes<U>(self, slot * slotGroups, slotGroups);
    const word =
      bytes == 0 ? Slot.ofValue<U>(<U>foundMin) : Slot.ofBlock<U>(self.blockBytes, widthOf(foundMax - foundMin));
    store<u64>(target, word);
    self.blockBytes += bytes;
    target += slotBytes;
  }
}

/**
 * Packs the next `count` values, a multiple of 64 until the last ones, and returns the bytes written: at most the values'
 * own and 16 for each slot that begins among them.
 */
export function encoderBlocks<U extends number>(self: Encoder, source: usize, count: u32, target: usize): usize {
  const start = target;
  const slotMask = <u32>(((<u64>1) << self.power) - 1);
  while (count > 0) {
    const inSlot = self.next & slotMask;
    if (inSlot == 0) target = beginSlot<U>(self, target);
    const part = min(min(count - 1, slotMask - inSlot) + 1, scratchValues);
    if (self.isEqual == 0) target = packPart<U>(self, Groups.stored<U>(self, source, part), inSlot, part, target);
    self.next += part;
    source += part * sizeof<U>();
    count -= part;
  }
  return target - start;
}

function beginSlot<U extends number>(self: Encoder, target: usize): usize {
  const bytes = Groups.slotBlockBytes<U>(self, self.next / groupValues, Groups.slotGroupsOf(self.power));
  self.isEqual = bytes == 0 ? 1 : 0;
  if (bytes == 0) return target;
  self.base = foundMin;
  self.width = widthOf(foundMax - foundMin);
  const count = min(<u64>self.itemCount - self.next, (<u64>1) << self.power);
  // Indexlib packs bits in place over the array of differences, so the unused bits of the last byte are what lay there: of
  // the low byte of one earlier difference, or zeros.
  const last = deltaBytes(self.width, count) - 1;
  const hasPadding = ((count << self.width) & 7) != 0 && last % sizeof<U>() == 0;
  self.paddingFrom = hasPadding ? <u32>(last / sizeof<U>()) : noPadding;
  self.padding = 0;
  Slot.storeHead<U>(target, <U>foundMin, self.width);
  return target + Slot.headBytes<U>();
}

/** Packs `count` values of one slot, of which the first is its value `inSlot`. */
function packPart<U extends number>(self: Encoder, source: usize, inSlot: u32, count: u32, target: usize): usize {
  const base = <U>self.base;
  if (self.paddingFrom - inSlot < count)
    self.padding = <u64>(load<U>(source + (self.paddingFrom - inSlot) * sizeof<U>()) - base);
  const whole = count / groupValues;
  target = packGroups<U>(source, base, self.width, whole, target);
  const rest = count % groupValues;
  if (rest == 0) return target;
  // The column's last values: a group that is filled up with its base.
  for (let i = rest; i < groupValues; ++i) store<U>(lastGroup + i * sizeof<U>(), base);
  memory.copy(lastGroup, source + <usize>whole * groupValues * sizeof<U>(), rest * sizeof<U>());
  packGroups<U>(lastGroup, base, self.width, 1, lastPacked);
  const bytes = <u32>deltaBytes(self.width, rest);
  memory.copy(target, lastPacked, bytes);
  target += bytes;
  const used = (rest << self.width) & 7;
  if (used != 0) store<u8>(target - 1, <u8>(load<u8>(target - 1) | (<u32>self.padding & (0xff >> used))));
  return target;
}

/** Small steps of the loops above. */
abstract class Groups {
  /** Address of `count` ≤ scratchValues values as they are stored: signed ones are transformed into the scratch area. */
  @inline
  static stored<U extends number>(self: Encoder, source: usize, count: u32): usize {
    if (self.isSigned == 0) return source;
    const whole = count / groupValues;
    zigzagGroups<U>(source, whole, scratch);
    const rest = count % groupValues;
    if (rest > 0) {
      const last = scratch + <usize>whole * groupValues * sizeof<U>();
      memory.copy(last, source + <usize>whole * groupValues * sizeof<U>(), rest * sizeof<U>());
      zigzagGroups<U>(last, 1, last);
    }
    return scratch;
  }

  /** Bytes of the block of a slot of `count` values with the bounds found last: 0 when its word says all. */
  @inline
  static blockBytesOf<U extends number>(count: u64): u64 {
    const range = foundMax - foundMin;
    if (range == 0 && Slot.holds<U>(<U>foundMin)) return 0;
    return Slot.headBytes<U>() + deltaBytes(widthOf(range), count);
  }

  /** Block bytes of the slot of `groups` groups that begins with group `first`; the column's last slot has fewer values. */
  @inline
  static slotBlockBytes<U extends number>(self: Encoder, first: u32, groups: u32): u64 {
    const here = min(groups, Groups.groupsOf(self.itemCount) - first);
    boundsOf<U>(self.pairs + <usize>first * 2 * sizeof<U>(), here);
    const count = min(<u64>here * groupValues, <u64>self.itemCount - <u64>first * groupValues);
    return Groups.blockBytesOf<U>(count);
  }

  @inline
  static slotGroupsOf(power: u32): u32 {
    return 1 << (power - powerMin);
  }

  @inline
  static groupsOf(itemCount: u32): u32 {
    return <u32>((<u64>itemCount + groupValues - 1) / groupValues);
  }
}
