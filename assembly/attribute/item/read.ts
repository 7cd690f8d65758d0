// Reading items: an offset by document, and the item where it says. Items that were updated lie behind the data, in a
// region that grows; their offsets go on where the data ends.

import { regionAllocate, regionFree } from "../../memory";
import { Status } from "../../status";
import { columnGet, columnUpdateFrom } from "../equal/equal";
import { Column } from "../equal/read";
import { itemBytesBound, itemCompose, itemParse } from "./format";

const extraBytesAtFirst: u64 = 4096;

@unmanaged
export class ItemReader {
  /** One of ItemKind. */
  kind: u32;
  /** Bytes of a number; 1 for texts. */
  valueBytes: u32;
  /** Bytes of each item where the count is fixed, else 0. */
  fixedBytes: u32;
  count: u32;
  data: usize;
  dataBytes: u64;
  /** Region of the offsets, and bytes of one; 0 when `column` has them. */
  offsets: usize;
  offsetBytes: u32;
  column: usize;
  /** The largest offset that 4 bytes may hold. */
  threshold: u64;
  /** Updated items: region, bytes used, bytes there. */
  extra: usize;
  extraBytes: u64;
  extraCapacity: u64;
}

const cell: usize = memory.data(8, 8);

function offsetAt(self: ItemReader, index: u32): u64 {
  if (self.offsetBytes == 4) return load<u32>(self.offsets + ((<usize>index) << 2));
  if (self.offsetBytes == 8) return load<u64>(self.offsets + ((<usize>index) << 3));
  store<u64>(cell, 0);
  columnGet(changetype<Column>(self.column), index, cell);
  return load<u64>(cell);
}

/** Finds the item of document `index` < count, see `item`. ITEM_BOUNDS. */
export function itemsFind(self: ItemReader, index: u32): u32 {
  const offset = offsetAt(self, index);
  if (offset < self.dataBytes) {
    const end = self.data + <usize>self.dataBytes;
    return itemParse(self.kind, self.valueBytes, self.fixedBytes, self.data + <usize>offset, end);
  }
  const at = offset - self.dataBytes;
  if (at >= self.extraBytes) return Status.ITEM_BOUNDS;
  const end = self.extra + <usize>self.extraBytes;
  return itemParse(self.kind, self.valueBytes, self.fixedBytes, self.extra + <usize>at, end);
}

/** Gives document `index` < count the item of a frame. FULL when compressed offsets cannot take more, NO_MEMORY. */
export function itemsUpdate(self: ItemReader, index: u32, frame: usize): u32 {
  const need = self.extraBytes + itemBytesBound(frame);
  if (need > self.extraCapacity) {
    const capacity = max(need, max(self.extraCapacity << 1, extraBytesAtFirst));
    const extra = regionAllocate(capacity);
    if (extra == 0) return Status.NO_MEMORY;
    memory.copy(extra, self.extra, <usize>self.extraBytes);
    regionFree(self.extra);
    self.extra = extra;
    self.extraCapacity = capacity;
  }
  const status = setOffset(self, index, self.dataBytes + self.extraBytes);
  if (status == Status.OK) self.extraBytes += itemCompose(frame, self.extra + <usize>self.extraBytes);
  return status;
}

function setOffset(self: ItemReader, index: u32, offset: u64): u32 {
  if (self.offsetBytes == 0) {
    store<u64>(cell, offset);
    return columnUpdateFrom(changetype<Column>(self.column), index, cell);
  }
  if (self.offsetBytes == 4 && offset > self.threshold) {
    const status = widen(self);
    if (status != Status.OK) return status;
  }
  if (self.offsetBytes == 4) store<u32>(self.offsets + ((<usize>index) << 2), <u32>offset);
  else store<u64>(self.offsets + ((<usize>index) << 3), offset);
  return Status.OK;
}

/** All offsets, the guard too, become 8 bytes. */
function widen(self: ItemReader): u32 {
  const count = <u64>self.count + 1;
  const wide = regionAllocate(count << 3);
  if (wide == 0) return Status.NO_MEMORY;
  for (let i: u64 = 0; i < count; ++i)
    store<u64>(wide + ((<usize>i) << 3), <u64>load<u32>(self.offsets + ((<usize>i) << 2)));
  regionFree(self.offsets);
  self.offsets = wide;
  self.offsetBytes = 8;
  return Status.OK;
}
