/**
 * The kernel's exports as TypeScript sees them: the same names, in the same order, as `assembly/index.ts`, where each
 * is explained. Addresses come back signed (`>>> 0`); a `bool` is 0 or 1.
 */

type Address = number;
type Status = number;

export interface KernelExports {
  readonly memory: WebAssembly.Memory;

  memoryLimit(bytes: number): void;
  memoryReset(): void;
  memoryUsed(): number;
  regionAllocate(bytes: number): Address;
  regionFree(ptr: Address): void;

  hashMurmur(ptr: Address, len: number, seed: bigint): bigint;
  hashXx(ptr: Address, len: number, seed: bigint): bigint;
  hashRegion(hash: bigint, region: number): bigint;
  hashCuckoo(key: bigint, keyBytes: number, f: number): bigint;
  hashMix(key: bigint): bigint;
  hashUnmix(hash: bigint): bigint;
  checksumBlockShift(): number;
  checksumBlocks(ptr: Address, bytes: number, seed: bigint, hashes: Address): void;

  formBytes(): number;
  formInit(
    ptr: Address,
    keys: number,
    numbers: number,
    inline: number,
    seed: bigint,
    newestWins: number,
    fixedBytes: number,
    regionCount: number,
  ): void;
  formRegion(form: Address, regionId: number): void;

  writeOpen(form: Address, kind: number, valueBytes: number, occupancyPct: number, budgetBytes: number): Address;
  writeResult(): Address;
  writeAddMany(segment: Address, ptr: Address, end: Address): Status;
  writeSeal(segment: Address): void;

  segmentMount(
    form: Address,
    kind: number,
    valueBytes: number,
    keyFile: Address,
    keyFileBytes: number,
    valueFile: Address,
    valueFileBytes: number,
    timestampMax: number,
  ): Status;
  segmentMounted(): Address;
  segmentTag(segment: Address): void;
  segmentClose(segment: Address): void;
  segmentClone(segment: Address): Address;
  segmentCloneClose(clone: Address): void;
  segmentKeyFile(segment: Address): Address;
  segmentKeyFileBytes(segment: Address): number;
  segmentValueAt(segment: Address, offset: number): Address;
  segmentValueFileBytes(segment: Address): number;
  segmentSliceShift(): number;
  segmentKeyCount(segment: Address): number;
  segmentDeletedCount(segment: Address): number;
  segmentTimestampMax(segment: Address): number;
  segmentRegionCounts(segment: Address): Address;

  readAnswer(): Address;
  readFindBytes(directory: Address, keyPtr: Address, keyLen: number): Status;
  readFindInteger(directory: Address, key: bigint): Status;
  readFindNumber(directory: Address, key: number): Status;
  readFindMany(directory: Address, keys: Address, keyBytes: Address, count: number, rows: Address): void;
  readWalk(directory: Address, index: number, from: number, rows: Address, countMax: number): number;
  readWalkPosition(): number;
  readWalkEnds(directory: Address, index: number, from: number): number;

  tableBucketBytes(kind: number, valueBytes: number): number;
  tableMemory(kind: number, valueBytes: number, capacity: number, occupancyPct: number, mayStretch: number): number;
  tableBuildMemory(
    kind: number,
    valueBytes: number,
    capacity: number,
    occupancyPct: number,
    mayStretch: number,
  ): number;
  tableCapacityIn(kind: number, valueBytes: number, bytes: number, occupancyPct: number, isBuild: number): number;
  tableMemoryIn(kind: number, valueBytes: number, bytes: number, occupancyPct: number): number;
  tableOpen(
    kind: number,
    valueBytes: number,
    occupancyPct: number,
    capacity: number,
    mayStretch: number,
    hashCountMax: number,
  ): Address;
  tableMount(kind: number, valueBytes: number, base: Address, bytes: number): Address;
  tableMountStatus(): Status;
  tableSeat(): Address;
  tableFind(table: Address, key: bigint): Status;
  tableInsert(table: Address, key: bigint, valuePtr: Address, timestamp: number): Status;
  tableInsertMany(table: Address, keys: Address, count: number, values: Address, timestamps: Address): Status;
  tableInserted(): number;
  tableDelete(table: Address, key: bigint, timestamp: number): Status;
  tableFindMany(table: Address, keys: Address, count: number, statuses: Address, values: Address): void;
  tableShrink(table: Address, occupancyPct: number): Status;
  tableStretch(table: Address): Status;
  tableShortenOffsets(table: Address): Status;
  tableNext(table: Address, from: number): number;
  tableLook(table: Address, position: number): Status;
  tableKeyAt(table: Address, position: number): bigint;
  tablePositions(table: Address): number;
  tableBase(table: Address): Address;
  tableSize(table: Address): number;
  tableDeletedCount(table: Address): number;
  tableBucketsOf(table: Address): number;
  tableCapacity(table: Address): number;
  tableBytesOfTable(table: Address): number;
}
