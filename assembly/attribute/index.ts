// The ABI of the second module, build/attribute.wasm, on one page: columns. It is apart from the kernel's (../index.ts), so that
// who only looks keys up loads no codec; bindings/kernel/attribute-exports.ts declares the same names.
//
// Addresses and byte counts are u32 and reach JavaScript as signed numbers (`>>> 0`); sizes that may pass 4 GiB are f64. A
// function that can fail returns a Status, or 0 for no memory where it returns an address.

import * as space from "../memory";
import { Status } from "../status";
import { prefixBytesAt, prefixCount } from "../value/length-prefix";
import { Encoder, encoderClose as closeEncoder, encoderHeader as header } from "./equal/encode";
import * as equal from "./equal/equal";
import { headerBytes, powerOf, slotCountOf } from "./equal/format";
import { Column } from "./equal/read";
import * as float from "./float";
import { item, itemParse as parseItem, itemText as textOfItem } from "./item/format";
import { ItemReader, itemsFind as findItem, itemsUpdate as updateItem } from "./item/read";
import { ItemWriter, itemsAddMany as addItems, itemsClose as closeItems, itemsOpen as openItems } from "./item/write";
import {
  Single,
  singleBytes as bytesOfSingle,
  singleGet as getSingle,
  singleGroups as groupsOfSingle,
  singleSet as setSingle,
} from "./single";

// ── memory ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function memoryLimit(bytes: f64): void {
  space.memoryLimit(<u64>bytes);
}

/** Forgets every region: the memory is as new, but already there and touched. */
export function memoryReset(): void {
  space.memoryStart(__heap_base);
}

export function memoryUsed(): f64 {
  return <f64>space.memoryUsed();
}

export function regionAllocate(bytes: f64): usize {
  return space.regionAllocate(<u64>bytes);
}

export function regionFree(ptr: usize): void {
  space.regionFree(ptr);
}

const cell: usize = memory.data(32, 16);

/** Address of 32 bytes in which single values and small answers are passed. */
export function valueCell(): usize {
  return cell;
}

// ── equal-value files: writing ────────────────────────────────────────────────────────────────────────────────────

/** An encoder of `itemCount` values of 1, 2, 4 or 8 bytes; 0 when out of memory. */
export function encoderOpen(valueBytes: u32, isSigned: bool, itemCount: f64): usize {
  const ptr = space.regionAllocate(offsetof<Encoder>());
  if (ptr == 0) return 0;
  if (equal.encoderOpen(changetype<Encoder>(ptr), valueBytes, <u32>itemCount, isSigned) == Status.OK) return ptr;
  space.regionFree(ptr);
  return 0;
}

export function encoderClose(encoder: usize): void {
  closeEncoder(changetype<Encoder>(encoder));
  space.regionFree(encoder);
}

export function encoderScan(encoder: usize, source: usize, count: u32): void {
  equal.encoderScan(changetype<Encoder>(encoder), source, count);
}

/** log2 of the slot size to take, after a sample of `ratioPct` percent. */
export function encoderAdvise(encoder: usize, ratioPct: u32): u32 {
  return equal.encoderAdvise(changetype<Encoder>(encoder), ratioPct);
}

/** Bytes of the file with slots of 2^power values, without a tail. */
export function encoderBytes(encoder: usize, power: u32): f64 {
  return <f64>equal.encoderBytes(changetype<Encoder>(encoder), power);
}

/** Settles the slot size and writes the header to `target`: returns its bytes. */
export function encoderPlan(encoder: usize, power: u32, target: usize): u32 {
  header(changetype<Encoder>(encoder), power, target);
  return headerBytes;
}

/** Writes `count` slot words from `first` on, in order. */
export function encoderSlots(encoder: usize, first: f64, count: u32, target: usize): void {
  equal.encoderSlots(changetype<Encoder>(encoder), <u32>first, count, target);
}

/** Packs the next `count` values; returns the bytes written. */
export function encoderBlocks(encoder: usize, source: usize, count: u32, target: usize): usize {
  return equal.encoderBlocks(changetype<Encoder>(encoder), source, count, target);
}

/** log2 of the smallest slot size of at least `items` values. */
export function slotPower(items: f64): u32 {
  return powerOf(<u32>items);
}

export function slotCount(items: f64, power: u32): f64 {
  return <f64>slotCountOf(<u32>items, power);
}

// ── equal-value files: reading ────────────────────────────────────────────────────────────────────────────────────

let mountStatus: u32 = Status.OK;

/**
 * Address of a column over `bytes` untrusted bytes in region `base`, and over an expand area in region `expand`; 0 when out of
 * memory. The status lies in `columnMountStatus`; where it is OK, the column owns both regions.
 */
export function columnMount(
  valueBytes: u32,
  isSigned: bool,
  base: usize,
  bytes: f64,
  expand: usize,
  expandBytes: f64,
): usize {
  const ptr = space.regionAllocate(offsetof<Column>());
  if (ptr == 0) return 0;
  const self = changetype<Column>(ptr);
  mountStatus = equal.columnMount(self, valueBytes, base, <u64>bytes, isSigned, expand, <u64>expandBytes);
  if (mountStatus == Status.OK) return ptr;
  space.regionFree(ptr);
  return 0;
}

export function columnMountStatus(): u32 {
  return mountStatus;
}

/** Frees a column with its regions. */
export function columnClose(column: usize): void {
  const self = changetype<Column>(column);
  space.regionFree(columnBase(column));
  space.regionFree(self.expand);
  space.regionFree(column);
}

/** Address of the file. */
export function columnBase(column: usize): usize {
  return changetype<Column>(column).slots - headerBytes;
}

export function columnItemCount(column: usize): f64 {
  return <f64>changetype<Column>(column).itemCount;
}

export function columnPower(column: usize): u32 {
  return changetype<Column>(column).power;
}

/** One past the last byte of the file that a value needs. */
export function columnEnd(column: usize): f64 {
  return <f64>equal.columnEnd(changetype<Column>(column));
}

/** From here on offsets lead into the expand area; at most the file's bytes at `columnMount`. */
export function columnCompressedBytes(column: usize, bytes: f64): void {
  changetype<Column>(column).compressedBytes = <u64>bytes;
}

/** Writes the value at `index` < itemCount to `target`. */
export function columnGet(column: usize, index: u32, target: usize): void {
  equal.columnGet(changetype<Column>(column), index, target);
}

/** Writes the values at `count` u32 `indexes`; returns how many there were before one past the end. */
export function columnGetMany(column: usize, indexes: usize, count: u32, target: usize): u32 {
  return equal.columnGetMany(changetype<Column>(column), indexes, count, target);
}

/** Writes `count` values from `from`, a multiple of 64, on; all below itemCount. */
export function columnDecode(column: usize, from: f64, count: u32, target: usize): void {
  equal.columnDecode(changetype<Column>(column), <u32>from, count, target);
}

/** Sets the value at `index` to the one at `source`: OK, ABSENT, FULL, NO_MEMORY. */
export function columnUpdate(column: usize, index: u32, source: usize): u32 {
  return equal.columnUpdateFrom(changetype<Column>(column), index, source);
}

/** Address of the expand area, which an update may move. */
export function columnExpand(column: usize): usize {
  return changetype<Column>(column).expand;
}

export function columnExpandBytes(column: usize): f64 {
  return <f64>changetype<Column>(column).expandBytes;
}

/** Counts slots into 8 u32 at `counts`: of 1, 2, 4, 8, 16, 32, 64 bits, and those of one value. */
export function columnWidths(column: usize, counts: usize): void {
  equal.columnWidths(changetype<Column>(column), counts);
}

// ── values of one width ───────────────────────────────────────────────────────────────────────────────────────────

export function singleBytes(valueBytes: u32, isNullable: bool, count: f64): f64 {
  return <f64>bytesOfSingle(valueBytes, isNullable, <u64>count);
}

/** A column over region `base`, whose size is `singleBytes`; 0 when out of memory, else it owns the region. */
export function singleMount(valueBytes: u32, isNullable: bool, nullBits: u64, base: usize): usize {
  const ptr = space.regionAllocate(offsetof<Single>());
  if (ptr == 0) return 0;
  const self = changetype<Single>(ptr);
  self.base = base;
  self.valueBytes = valueBytes;
  self.isNullable = isNullable ? 1 : 0;
  self.nullBits = nullBits;
  return ptr;
}

export function singleClose(single: usize): void {
  space.regionFree(changetype<Single>(single).base);
  space.regionFree(single);
}

/** Writes the value at `index` to `target`; whether it is null. */
export function singleGet(single: usize, index: u32, target: usize): bool {
  return getSingle(changetype<Single>(single), index, target);
}

/** Sets the value at `index` to the one at `source`, or to null. */
export function singleSet(single: usize, index: u32, source: usize, isNull: bool): void {
  setSingle(changetype<Single>(single), index, source, isNull);
}

/** Lays values out in groups with their nulls, a byte each up to a multiple of 64; returns the bytes written. */
export function singleGroups(
  valueBytes: u32,
  nullBits: u64,
  source: usize,
  nulls: usize,
  count: u32,
  target: usize,
): usize {
  return groupsOfSingle(valueBytes, nullBits, source, nulls, count, target);
}

/** `count` f32 at `source` as halves, and the reverse. */
export function halfEncode(source: usize, count: u32, target: usize): void {
  float.halfEncode(source, count, target);
}

export function halfDecode(source: usize, count: u32, target: usize): void {
  float.halfDecode(source, count, target);
}

/** `count` f32 at `source` as signed bytes, and the reverse; `absMax` > 0 is what 127 stands for. */
export function int8Encode(source: usize, count: u32, absMax: f32, target: usize): void {
  float.int8Encode(source, count, absMax, target);
}

export function int8Decode(source: usize, count: u32, absMax: f32, target: usize): void {
  float.int8Decode(source, count, absMax, target);
}

// ── items: values of any length ───────────────────────────────────────────────────────────────────────────────────

/** A writer of items; 0 when out of memory. */
export function itemsOpen(isUnique: bool, isExact: bool): usize {
  const ptr = space.regionAllocate(offsetof<ItemWriter>());
  if (ptr == 0) return 0;
  if (openItems(changetype<ItemWriter>(ptr), isUnique, isExact) == Status.OK) return ptr;
  space.regionFree(ptr);
  return 0;
}

export function itemsClose(writer: usize): void {
  closeItems(changetype<ItemWriter>(writer));
  space.regionFree(writer);
}

/** Takes frames: a u64 offset each to `offsets`, new bytes of data to `target`, twice as large. OK, NO_MEMORY. */
export function itemsAddMany(writer: usize, ptr: usize, end: usize, offsets: usize, target: usize): u32 {
  return addItems(changetype<ItemWriter>(writer), ptr, end, offsets, target);
}

export function itemsDataBytes(writer: usize): f64 {
  return <f64>changetype<ItemWriter>(writer).dataBytes;
}

export function itemsCount(writer: usize): f64 {
  return <f64>changetype<ItemWriter>(writer).itemCount;
}

export function itemsBytesMax(writer: usize): u32 {
  return changetype<ItemWriter>(writer).itemBytesMax;
}

/**
 * A reader of `count` items of a kind (0 text, 1 numbers, 2 texts) over regions it then owns, or over `column` with the
 * offsets in place of region `offsets`; 0 when out of memory.
 */
export function itemsMount(
  kind: u32,
  valueBytes: u32,
  fixedBytes: u32,
  count: f64,
  data: usize,
  dataBytes: f64,
  offsets: usize,
  offsetBytes: u32,
  column: usize,
  threshold: f64,
): usize {
  const ptr = space.regionAllocate(offsetof<ItemReader>());
  if (ptr == 0) return 0;
  memory.fill(ptr, 0, offsetof<ItemReader>());
  const self = changetype<ItemReader>(ptr);
  self.kind = kind;
  self.valueBytes = valueBytes;
  self.fixedBytes = fixedBytes;
  self.count = <u32>count;
  self.data = data;
  self.dataBytes = <u64>dataBytes;
  self.offsets = offsets;
  self.offsetBytes = offsetBytes;
  self.column = column;
  self.threshold = <u64>threshold;
  return ptr;
}

/** Frees a reader with its regions, not the column of its offsets. */
export function itemsUnmount(reader: usize): void {
  const self = changetype<ItemReader>(reader);
  space.regionFree(self.data);
  space.regionFree(self.offsets);
  space.regionFree(self.extra);
  space.regionFree(reader);
}

/** Finds an item: OK, ITEM_BOUNDS; it lies in `itemFound`. */
export function itemsFind(reader: usize, index: u32): u32 {
  return findItem(changetype<ItemReader>(reader), index);
}

/** Finds the item of a kind in the bytes from `ptr` to `end`, which need not be all of it. */
export function itemParse(kind: u32, valueBytes: u32, fixedBytes: u32, ptr: usize, end: usize): u32 {
  return parseItem(kind, valueBytes, fixedBytes, ptr, end);
}

/** Address of { u32 ptr, u32 bytes, u32 count, u32 payload, u32 payload bytes, u32 is null } of the item found last. */
export function itemFound(): usize {
  return changetype<usize>(item);
}

/** Address of the `i`-th text's bytes of the item found last; their count is in the first word of `valueCell`. */
export function itemText(i: u32): usize {
  const ptr = textOfItem(i);
  const prefix = prefixBytesAt(load<u8>(ptr));
  store<u32>(cell, prefixCount(ptr, prefix));
  return ptr + prefix;
}

/** Gives a document the item of a frame: OK, FULL, NO_MEMORY. */
export function itemsUpdate(reader: usize, index: u32, frame: usize): u32 {
  return updateItem(changetype<ItemReader>(reader), index, frame);
}
