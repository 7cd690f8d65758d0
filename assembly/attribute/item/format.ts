// Items of columns whose values differ in length, and the frames in which they come from TypeScript. An item's bytes:
//
//   count, payload                              text: bytes of UTF-8; numbers: values of the type
//   count, u8 width, offsets, count, bytes, …   texts: where each begins, behind the offsets; of no texts the count is all
//   ff ff ff ff                                 null
//   payload                                     with a fixed count: no count is written
//
// Counts are length prefixes (../../value/length-prefix.ts). Widths of offsets are 1, 2 or 4: what the last text's needs.
//
// A frame, aligned to 8 bytes:
//
//   0              4           8            12                 16            20               24             32
//   │ u32 body     │ u32 kind  │ u32 count  │ u32 payload      │ u32 hash at │ u32 hash bytes │ u64 given    │ body …
//   │ bytes of it  │           │            │ bytes of the body│ in the body │                │ hash         │
//
// The body is the payload and, where the hash is of something else, that: the text that numbers were written as.

import { Status } from "../../status";
import { prefixBytes, prefixBytesAt, prefixBytesMax, prefixCount, prefixStore } from "../../value/length-prefix";

export const frameHeadBytes: u32 = 32;
const kindAt: usize = 4;
const countAt: usize = 8;
const payloadBytesAt: usize = 12;
export const hashAtAt: usize = 16;
export const hashBytesAt: usize = 20;
export const givenHashAt: usize = 24;

export abstract class FrameKind {
  /** The payload is the item. */
  static readonly RAW: u32 = 0;
  /** The payload follows the count. */
  static readonly COUNTED: u32 = 1;
  /** The payload is `count` times u32 bytes, bytes. */
  static readonly TEXTS: u32 = 2;
  static readonly NULL: u32 = 3;
}

/** Instead of a place in the body: what is hashed is the item itself, or nothing, for the hash is given. */
export const hashItem: u32 = <u32>-1;
export const hashGiven: u32 = <u32>-2;

const nullItem: u32 = 0xffffffff;
const nullCount: u32 = 0x3fffffff;
const lenBytes: u32 = 4;

/** Bytes of a frame with what follows up to the next. */
export function frameBytes(frame: usize): u32 {
  return (frameHeadBytes + load<u32>(frame) + 7) & ~7;
}

/** The most bytes the item of a frame may take. Offsets of texts take no more than the lengths in their frame. */
export function itemBytesBound(frame: usize): u64 {
  return <u64>load<u32>(frame, payloadBytesAt) * 2 + prefixBytesMax + 1;
}

/** Writes the item of a frame that TypeScript made, and returns its bytes. */
export function itemCompose(frame: usize, target: usize): u32 {
  const kind = load<u32>(frame, kindAt);
  const count = load<u32>(frame, countAt);
  const payload = frame + frameHeadBytes;
  const payloadBytes = load<u32>(frame, payloadBytesAt);
  if (kind == FrameKind.NULL) {
    store<u32>(target, nullItem);
    return prefixBytesMax;
  }
  const start = target;
  if (kind != FrameKind.RAW) target += prefixStore(target, count);
  if (kind == FrameKind.TEXTS) {
    if (count > 0) target = composeTexts(payload, count, target);
  } else {
    memory.copy(target, payload, payloadBytes);
    target += payloadBytes;
  }
  return <u32>(target - start);
}

function composeTexts(payload: usize, count: u32, target: usize): usize {
  let last: u32 = 0;
  let text = payload;
  for (let i: u32 = 1; i < count; ++i) {
    const len = load<u32>(text);
    last += prefixBytes(len) + len;
    text += lenBytes + len;
  }
  const width: u32 = last <= 0xff ? 1 : last <= 0xffff ? 2 : 4;
  store<u8>(target, <u8>width);
  const offsets = target + 1;
  const texts = offsets + <usize>count * width;
  target = texts;
  text = payload;
  for (let i: u32 = 0; i < count; ++i) {
    const len = load<u32>(text);
    storeOffset(offsets, i, width, <u32>(target - texts));
    target += prefixStore(target, len);
    memory.copy(target, text + lenBytes, len);
    target += len;
    text += lenBytes + len;
  }
  return target;
}

function storeOffset(offsets: usize, i: u32, width: u32, offset: u32): void {
  const at = offsets + <usize>i * width;
  if (width == 1) store<u8>(at, <u8>offset);
  else if (width == 2) store<u16>(at, <u16>offset);
  else store<u32>(at, offset);
}

function loadOffset(offsets: usize, i: u32, width: u32): u32 {
  const at = offsets + <usize>i * width;
  if (width == 1) return load<u8>(at);
  return width == 2 ? load<u16>(at) : load<u32>(at);
}

export abstract class ItemKind {
  static readonly TEXT: u32 = 0;
  static readonly NUMBERS: u32 = 1;
  static readonly TEXTS: u32 = 2;
}

/** An item as `itemParse` found it. */
@unmanaged
export class ItemView {
  ptr: usize;
  bytes: u32;
  /** Numbers, or texts. */
  count: u32;
  /** Text, numbers; of texts the first one's count. */
  payload: usize;
  payloadBytes: u32;
  isNull: u32;
  /** Bytes of an offset of texts. */
  width: u32;
}

const itemViewBytes: i32 = 32;
export const item: ItemView = changetype<ItemView>(memory.data(itemViewBytes, 8));

/**
 * Finds the item at `ptr` in the bytes up to `end`. `fixedBytes`: all of it, where the count is fixed, else 0.
 *
 * Protects: whoever reads `item`: payload and every text lie in the bytes. Texts must lie one behind the other, as they are
 * written, or a small item could hold one long text a million times.
 */
export function itemParse(kind: u32, valueBytes: u32, fixedBytes: u32, ptr: usize, end: usize): u32 {
  item.ptr = ptr;
  item.isNull = 0;
  const room = <u64>(end - ptr);
  if (fixedBytes > 0) {
    if (fixedBytes > room) return Status.ITEM_BOUNDS;
    item.bytes = fixedBytes;
    item.payload = ptr;
    item.payloadBytes = fixedBytes;
    item.count = fixedBytes / valueBytes;
    return Status.OK;
  }
  if (room == 0) return Status.ITEM_BOUNDS;
  const prefix = prefixBytesAt(load<u8>(ptr));
  if (prefix > room) return Status.ITEM_BOUNDS;
  const count = prefixCount(ptr, prefix);
  item.count = count;
  item.payload = ptr + prefix;
  if (count == nullCount && prefix == prefixBytesMax) {
    item.isNull = 1;
    item.bytes = prefix;
    item.payloadBytes = 0;
    return Status.OK;
  }
  if (kind == ItemKind.TEXTS) return parseTexts(ptr, count, end);
  const payloadBytes = <u64>count * valueBytes;
  if (payloadBytes > room - prefix) return Status.ITEM_BOUNDS;
  item.payloadBytes = <u32>payloadBytes;
  item.bytes = prefix + <u32>payloadBytes;
  return Status.OK;
}

function parseTexts(ptr: usize, count: u32, end: usize): u32 {
  let at = item.payload;
  item.width = 1;
  if (count > 0) {
    if (at >= end) return Status.ITEM_BOUNDS;
    const width: u32 = load<u8>(at);
    if (width != 1 && width != 2 && width != 4) return Status.ITEM_BOUNDS;
    const offsets = at + 1;
    if (<u64>count * width > <u64>(end - offsets)) return Status.ITEM_BOUNDS;
    const texts = offsets + <usize>count * width;
    at = texts;
    for (let i: u32 = 0; i < count; ++i) {
      if (loadOffset(offsets, i, width) != <u32>(at - texts) || at >= end) return Status.ITEM_BOUNDS;
      const prefix = prefixBytesAt(load<u8>(at));
      if (prefix > <u64>(end - at)) return Status.ITEM_BOUNDS;
      const len = prefixCount(at, prefix);
      if (len > <u64>(end - at) - prefix) return Status.ITEM_BOUNDS;
      at += prefix + len;
    }
    item.width = width;
    item.payload = texts;
  }
  item.payloadBytes = <u32>(at - item.payload);
  item.bytes = <u32>(at - ptr);
  return Status.OK;
}

/** Address of the `i`-th text's count, of the item found last. */
export function itemText(i: u32): usize {
  return item.payload + loadOffset(item.payload - <usize>item.count * item.width, i, item.width);
}
