// The one place where a width of values becomes its code: every function of the codec, for values of 1, 2, 4 or 8 bytes.
// A call chooses once, never for each value.

import { Encoder } from "./encode";
import * as encode from "./encode";
import { Block, Column } from "./read";
import * as read from "./read";
import { columnUpdate } from "./update";

export function encoderOpen(self: Encoder, valueBytes: u32, itemCount: u32, isSigned: bool): u32 {
  if (valueBytes == 1) return encode.encoderOpen<u8>(self, itemCount, isSigned);
  if (valueBytes == 2) return encode.encoderOpen<u16>(self, itemCount, isSigned);
  if (valueBytes == 4) return encode.encoderOpen<u32>(self, itemCount, isSigned);
  return encode.encoderOpen<u64>(self, itemCount, isSigned);
}

export function encoderScan(self: Encoder, source: usize, count: u32): void {
  const bytes = self.valueBytes;
  if (bytes == 1) encode.encoderScan<u8>(self, source, count);
  else if (bytes == 2) encode.encoderScan<u16>(self, source, count);
  else if (bytes == 4) encode.encoderScan<u32>(self, source, count);
  else encode.encoderScan<u64>(self, source, count);
}

export function encoderAdvise(self: Encoder, ratioPct: u32): u32 {
  const bytes = self.valueBytes;
  if (bytes == 1) return encode.encoderAdvise<u8>(self, ratioPct);
  if (bytes == 2) return encode.encoderAdvise<u16>(self, ratioPct);
  if (bytes == 4) return encode.encoderAdvise<u32>(self, ratioPct);
  return encode.encoderAdvise<u64>(self, ratioPct);
}

export function encoderBytes(self: Encoder, power: u32): u64 {
  const bytes = self.valueBytes;
  if (bytes == 1) return encode.encoderBytes<u8>(self, power);
  if (bytes == 2) return encode.encoderBytes<u16>(self, power);
  if (bytes == 4) return encode.encoderBytes<u32>(self, power);
  return encode.encoderBytes<u64>(self, power);
}

export function encoderSlots(self: Encoder, first: u32, count: u32, target: usize): void {
  const bytes = self.valueBytes;
  if (bytes == 1) encode.encoderSlots<u8>(self, first, count, target);
  else if (bytes == 2) encode.encoderSlots<u16>(self, first, count, target);
  else if (bytes == 4) encode.encoderSlots<u32>(self, first, count, target);
  else encode.encoderSlots<u64>(self, first, count, target);
}

export function encoderBlocks(self: Encoder, source: usize, count: u32, target: usize): usize {
  const bytes = self.valueBytes;
  if (bytes == 1) return encode.encoderBlocks<u8>(self, source, count, target);
  if (bytes == 2) return encode.encoderBlocks<u16>(self, source, count, target);
  if (bytes == 4) return encode.encoderBlocks<u32>(self, source, count, target);
  return encode.encoderBlocks<u64>(self, source, count, target);
}

export function columnMount(
  self: Column,
  valueBytes: u32,
  base: usize,
  bytes: u64,
  isSigned: bool,
  expand: usize,
  expandBytes: u64,
): u32 {
  if (valueBytes == 1) return read.columnMount<u8>(self, base, bytes, isSigned, expand, expandBytes);
  if (valueBytes == 2) return read.columnMount<u16>(self, base, bytes, isSigned, expand, expandBytes);
  if (valueBytes == 4) return read.columnMount<u32>(self, base, bytes, isSigned, expand, expandBytes);
  return read.columnMount<u64>(self, base, bytes, isSigned, expand, expandBytes);
}

export function columnEnd(self: Column): u64 {
  const bytes = self.valueBytes;
  if (bytes == 1) return read.columnEnd<u8>(self);
  if (bytes == 2) return read.columnEnd<u16>(self);
  if (bytes == 4) return read.columnEnd<u32>(self);
  return read.columnEnd<u64>(self);
}

/** Writes the value at `index` < itemCount to `target`. */
export function columnGet(self: Column, index: u32, target: usize): void {
  const bytes = self.valueBytes;
  if (bytes == 1) store<u8>(target, Block.value<u8>(self, index));
  else if (bytes == 2) store<u16>(target, Block.value<u16>(self, index));
  else if (bytes == 4) store<u32>(target, Block.value<u32>(self, index));
  else store<u64>(target, Block.value<u64>(self, index));
}

export function columnGetMany(self: Column, indexes: usize, count: u32, target: usize): u32 {
  const bytes = self.valueBytes;
  if (bytes == 1) return read.columnGetMany<u8>(self, indexes, count, target);
  if (bytes == 2) return read.columnGetMany<u16>(self, indexes, count, target);
  if (bytes == 4) return read.columnGetMany<u32>(self, indexes, count, target);
  return read.columnGetMany<u64>(self, indexes, count, target);
}

export function columnDecode(self: Column, from: u32, count: u32, target: usize): void {
  const bytes = self.valueBytes;
  if (bytes == 1) read.columnDecode<u8>(self, from, count, target);
  else if (bytes == 2) read.columnDecode<u16>(self, from, count, target);
  else if (bytes == 4) read.columnDecode<u32>(self, from, count, target);
  else read.columnDecode<u64>(self, from, count, target);
}

/** Takes the new value from `source`. */
export function columnUpdateFrom(self: Column, index: u32, source: usize): u32 {
  const bytes = self.valueBytes;
  if (bytes == 1) return columnUpdate<u8>(self, index, load<u8>(source));
  if (bytes == 2) return columnUpdate<u16>(self, index, load<u16>(source));
  if (bytes == 4) return columnUpdate<u32>(self, index, load<u32>(source));
  return columnUpdate<u64>(self, index, load<u64>(source));
}

export function columnWidths(self: Column, counts: usize): void {
  const bytes = self.valueBytes;
  if (bytes == 1) read.columnWidths<u8>(self, counts);
  else if (bytes == 2) read.columnWidths<u16>(self, counts);
  else if (bytes == 4) read.columnWidths<u32>(self, counts);
  else read.columnWidths<u64>(self, counts);
}
