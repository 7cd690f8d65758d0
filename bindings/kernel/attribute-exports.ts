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

  columnSlack(): number;
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
}
