/**
 * The exports of the second module, the columns' codec, as TypeScript sees them: the same names, in the same order, as
 * `assembly/attribute/index.ts`, where each is explained. Addresses come back signed (`>>> 0`).
 */

import type { ModuleExports } from "./instances.js";

type Address = number;
type Status = number;

export interface AttributeExports extends ModuleExports {
  memoryLimit(bytes: number): void;
  memoryReset(): void;
  memoryUsed(): number;
  regionAllocate(bytes: number): Address;
  regionFree(ptr: Address): void;
  valueCell(): Address;

  encoderOpen(valueBytes: number, isSigned: number, itemCount: number): Address;
  encoderClose(encoder: Address): void;
  encoderScan(encoder: Address, source: Address, count: number): void;
  encoderAdvise(encoder: Address, ratioPct: number): number;
  encoderBytes(encoder: Address, power: number): number;
  encoderPlan(encoder: Address, power: number, target: Address): number;
  encoderSlots(encoder: Address, first: number, count: number, target: Address): void;
  encoderBlocks(encoder: Address, source: Address, count: number, target: Address): number;
  slotPower(items: number): number;
  slotCount(items: number, power: number): number;

  columnMount(
    valueBytes: number,
    isSigned: number,
    base: Address,
    bytes: number,
    expand: Address,
    expandBytes: number,
  ): Address;
  columnMountStatus(): Status;
  columnClose(column: Address): void;
  columnBase(column: Address): Address;
  columnItemCount(column: Address): number;
  columnPower(column: Address): number;
  columnEnd(column: Address): number;
  columnCompressedBytes(column: Address, bytes: number): void;
  columnGet(column: Address, index: number, target: Address): void;
  columnGetMany(column: Address, indexes: Address, count: number, target: Address): number;
  columnDecode(column: Address, from: number, count: number, target: Address): void;
  columnUpdate(column: Address, index: number, source: Address): Status;
  columnExpand(column: Address): Address;
  columnExpandBytes(column: Address): number;
  columnWidths(column: Address, counts: Address): void;

  singleBytes(valueBytes: number, isNullable: number, count: number): number;
  singleMount(valueBytes: number, isNullable: number, nullBits: bigint, base: Address): Address;
  singleClose(single: Address): void;
  singleGet(single: Address, index: number, target: Address): number;
  singleSet(single: Address, index: number, source: Address, isNull: number): void;
  singleGroups(
    valueBytes: number,
    nullBits: bigint,
    source: Address,
    nulls: Address,
    count: number,
    target: Address,
  ): number;
  halfEncode(source: Address, count: number, target: Address): void;
  halfDecode(source: Address, count: number, target: Address): void;
  int8Encode(source: Address, count: number, absMax: number, target: Address): void;
  int8Decode(source: Address, count: number, absMax: number, target: Address): void;

  itemsOpen(isUnique: number, isExact: number): Address;
  itemsClose(writer: Address): void;
  itemsAddMany(writer: Address, ptr: Address, end: Address, offsets: Address, target: Address): Status;
  itemsDataBytes(writer: Address): number;
  itemsCount(writer: Address): number;
  itemsBytesMax(writer: Address): number;
  itemsMount(
    kind: number,
    valueBytes: number,
    fixedBytes: number,
    count: number,
    data: Address,
    dataBytes: number,
    offsets: Address,
    offsetBytes: number,
    column: Address,
    threshold: number,
  ): Address;
  itemsUnmount(reader: Address): void;
  itemsFind(reader: Address, index: number): Status;
  itemParse(kind: number, valueBytes: number, fixedBytes: number, ptr: Address, end: Address): Status;
  itemFound(): Address;
  itemText(i: number): Address;
  itemsUpdate(reader: Address, index: number, frame: Address): Status;
}
