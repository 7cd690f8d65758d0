// The kernel's ABI on one page: every exported function, by the stage of the data path it serves. Nothing else of the
// kernel can be called from outside; bindings/kernel/exports.ts declares the same names with TypeScript's types.
//
// Addresses and byte counts are u32 and reach JavaScript as signed numbers (`>>> 0`). Sizes that may pass 4 GiB, and
// counts, are f64. A function that can fail returns a Status, or 0 for no memory where it returns an address.

import { blockShift, checksumBlocks as blocks } from "./hash/checksum";
import { mix64, unmix64 } from "./hash/mix64";
import { cuckooHash, cuckooMix } from "./hash/cuckoo";
import { murmur64a, murmurRegion } from "./hash/murmur64a";
import { xxh64 } from "./hash/xxh64";
import * as space from "./memory";
import { Directory } from "./read/directory";
import { answer, findMany, findOne } from "./read/find";
import { Form } from "./read/form";
import { mountedSegment, segmentMount as mount } from "./read/mount";
import { Segment } from "./read/segment";
import * as walk from "./read/walk";
import { Status } from "./status";
import * as batch from "./table/batch";
import { Kind, Table, bucketBytesOf, bucketCountOf, bucketOf, probeCountMax, probeUnlimited } from "./table/format";
import { countRegions } from "./table/regions";
import * as sizing from "./table/sizing";
import * as table from "./table/table";
import { arenaAt, sliceShift } from "./value/arena";
import { loadWidth } from "./value/bytes";
import { addMany, addResult } from "./write/add";
import * as building from "./write/building";

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

// ── hash ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function hashMurmur(ptr: usize, len: u32, seed: u64): u64 {
  return murmur64a(ptr, len, seed);
}

export function hashXx(ptr: usize, len: u32, seed: u64): u64 {
  return xxh64(ptr, len, seed);
}

/** The hash under which a region of a shared index has a hashed key. */
export function hashRegion(hash: u64, region: u32): u64 {
  return murmurRegion(hash, region);
}

/** The hash of function `f` of a cuckoo table. */
export function hashCuckoo(key: u64, keyBytes: u32, f: u32): u64 {
  const hash = cuckooHash(cuckooMix(key, keyBytes), f);
  return keyBytes == 8 ? hash : <u64>(<u32>hash);
}

export function hashMix(key: u64): u64 {
  return mix64(key);
}

export function hashUnmix(hash: u64): u64 {
  return unmix64(hash);
}

export function checksumBlockShift(): u32 {
  return blockShift;
}

export function checksumBlocks(ptr: usize, bytes: f64, seed: u64, hashes: usize): void {
  blocks(ptr, <u64>bytes, seed, hashes);
}

// ── form and directory ────────────────────────────────────────────────────────────────────────────────────────────

export function formBytes(): u32 {
  return <u32>offsetof<Form>();
}

/** `keys` is one of KeyForm; `fixedBytes` of each stored value, 0 when they differ; `regionCount` 0 without regions. */
export function formInit(
  ptr: usize,
  keys: u32,
  numbers: bool,
  inline: bool,
  seed: u64,
  newestWins: bool,
  fixedBytes: u32,
  regionCount: u32,
): void {
  const form = changetype<Form>(ptr);
  form.keys = keys;
  form.fixedBytes = fixedBytes;
  form.numbers = numbers ? 1 : 0;
  form.inline = inline ? 1 : 0;
  form.seed = seed;
  form.newestWins = newestWins ? 1 : 0;
  form.setRegions(regionCount);
}

/** Sets the region < `regionCount` that lookups and walks are of, until the next call, or the next `writeAddMany`. */
export function formRegion(form: usize, regionId: u32): void {
  changetype<Form>(form).regionId = regionId;
}

// ── write ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function writeOpen(form: usize, kind: u32, valueBytes: u32, occupancyPct: u32, budgetBytes: f64): usize {
  return building.buildingOpen(changetype<Form>(form), kind, valueBytes, occupancyPct, <u64>budgetBytes);
}

/** Address of { u32 consumed bytes, u32 stale records } of the newest `writeAddMany`. */
export function writeResult(): usize {
  return changetype<usize>(addResult);
}

export function writeAddMany(segment: usize, ptr: usize, end: usize): u32 {
  return addMany(changetype<Segment>(segment), ptr, end);
}

export function writeSeal(segment: usize): void {
  building.buildingSeal(changetype<Segment>(segment));
}

// ── segment ───────────────────────────────────────────────────────────────────────────────────────────────────────

export function segmentMount(
  form: usize,
  kind: u32,
  valueBytes: u32,
  keyFile: usize,
  keyFileBytes: f64,
  valueFile: usize,
  valueFileBytes: f64,
  timestampMax: u32,
): u32 {
  return mount(
    changetype<Form>(form),
    kind,
    valueBytes,
    keyFile,
    <u64>keyFileBytes,
    valueFile,
    <u64>valueFileBytes,
    timestampMax,
  );
}

export function segmentMounted(): usize {
  return mountedSegment();
}

/** Gives a sealed segment what makes lookups in it faster; for those that stay. */
export function segmentTag(segment: usize): void {
  table.tableTag(changetype<Segment>(segment).table);
}

export function segmentClose(segment: usize): void {
  building.segmentClose(changetype<Segment>(segment));
}

export function segmentClone(segment: usize): usize {
  return building.buildingClone(changetype<Segment>(segment));
}

export function segmentCloneClose(clone: usize): void {
  building.cloneClose(changetype<Segment>(clone));
}

/** The key file's first byte. */
export function segmentKeyFile(segment: usize): usize {
  return changetype<Segment>(segment).table.base;
}

export function segmentKeyFileBytes(segment: usize): f64 {
  return <f64>changetype<Segment>(segment).table.bytes();
}

/** Address of the value file's byte at `offset` < segmentValueFileBytes; contiguous up to the next slice. */
export function segmentValueAt(segment: usize, offset: f64): usize {
  return arenaAt(changetype<Segment>(segment).arena, <u64>offset);
}

export function segmentValueFileBytes(segment: usize): f64 {
  return <f64>changetype<Segment>(segment).arena.used;
}

export function segmentSliceShift(): u32 {
  return sliceShift;
}

export function segmentKeyCount(segment: usize): f64 {
  return <f64>changetype<Segment>(segment).table.keyCount;
}

/** Keys whose newest record here is a deletion; 0 for a mounted segment. */
export function segmentDeletedCount(segment: usize): f64 {
  const self = changetype<Segment>(segment);
  return <f64>(self.table.deletedCount + self.deletedRecords);
}

export function segmentTimestampMax(segment: usize): u32 {
  return changetype<Segment>(segment).timestampMax;
}

/** Address of u32 counts, one a region: its keys in this segment, deletions among them. Valid until the next call. */
export function segmentRegionCounts(segment: usize): usize {
  return countRegions(changetype<Segment>(segment).table);
}

// ── read ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Address of the answer: u32 value address, u32 value bytes, u32 timestamp, u32 bucket. */
export function readAnswer(): usize {
  return changetype<usize>(answer);
}

export function readFindBytes(directory: usize, keyPtr: usize, keyLen: u32): u32 {
  const self = changetype<Directory>(directory);
  return findOne(self, self.form.hashBytes(keyPtr, keyLen), keyPtr, keyLen);
}

export function readFindInteger(directory: usize, key: u64): u32 {
  const self = changetype<Directory>(directory);
  return findOne(self, self.form.hashInteger(key), 0, 0);
}

export function readFindNumber(directory: usize, key: f64): u32 {
  return readFindInteger(directory, <u64>(<i64>key));
}

export function readFindMany(directory: usize, keys: usize, keyBytes: usize, count: u32, rows: usize): void {
  findMany(changetype<Directory>(directory), keys, keyBytes, count, rows);
}

export function readWalk(directory: usize, index: u32, from: f64, rows: usize, countMax: u32): u32 {
  return walk.walkSegment(changetype<Directory>(directory), index, from, rows, countMax);
}

export function readWalkPosition(): f64 {
  return walk.walkPosition();
}

export function readWalkEnds(directory: usize, index: u32, from: f64): bool {
  return walk.walkEnds(changetype<Directory>(directory), index, from);
}

// ── table (`indexlib-kv/table`) ───────────────────────────────────────────────────────────────────────────────────

export function tableBucketBytes(kind: u32, valueBytes: u32): u32 {
  return bucketBytesOf(kind, valueBytes);
}

/** Bytes of a table for `capacity` keys; what is kept free for stretching counts. */
export function tableMemory(kind: u32, valueBytes: u32, capacity: f64, occupancyPct: u32, mayStretch: bool): f64 {
  return <f64>sizing.tableMemoryOf(kind, valueBytes, <u64>capacity, occupancyPct, mayStretch);
}

/** Bytes that building it takes, by Indexlib's reckoning. */
export function tableBuildMemory(kind: u32, valueBytes: u32, capacity: f64, occupancyPct: u32, mayStretch: bool): f64 {
  return <f64>sizing.buildMemoryOf(kind, valueBytes, <u64>capacity, occupancyPct, mayStretch);
}

/** Keys for which `bytes` of table memory, or of build memory, are enough. */
export function tableCapacityIn(kind: u32, valueBytes: u32, bytes: f64, occupancyPct: u32, isBuild: bool): f64 {
  if (isBuild) return <f64>sizing.capacityOfBuild(kind, valueBytes, <u64>bytes, occupancyPct);
  return <f64>sizing.capacityOfTable(kind, valueBytes, <u64>bytes, occupancyPct);
}

/** Bytes of the table that is built in `bytes`. */
export function tableMemoryIn(kind: u32, valueBytes: u32, bytes: f64, occupancyPct: u32): f64 {
  return <f64>sizing.tableMemoryOfBuild(kind, valueBytes, <u64>bytes, occupancyPct);
}

/** An empty table for `capacity` keys in new regions; 0 when out of memory. The last two are a cuckoo table's. */
export function tableOpen(
  kind: u32,
  valueBytes: u32,
  occupancyPct: u32,
  capacity: f64,
  mayStretch: bool,
  hashCountMax: u32,
): usize {
  const bytes = sizing.tableMemoryOf(kind, valueBytes, <u64>capacity, occupancyPct, mayStretch);
  const ptr = space.regionAllocate(offsetof<Table>());
  const base = space.regionAllocate(bytes);
  if (ptr == 0 || base == 0) {
    space.regionFree(base);
    space.regionFree(ptr);
    return 0;
  }
  const self = changetype<Table>(ptr);
  self.describe(base, kind, valueBytes, occupancyPct, probeUnlimited);
  const isCuckoo = (kind & Kind.CUCKOO) != 0;
  const stretchBytes = isCuckoo && mayStretch ? sizing.stretchBytesOf(kind, valueBytes, bytes) : 0;
  table.tableClear(self, sizing.bucketCountIn(kind, valueBytes, bytes, stretchBytes));
  if (isCuckoo) {
    self.setHashCountMax(hashCountMax);
    self.setStretchBytes(stretchBytes);
  }
  return ptr;
}

/** Address of a table over `bytes` untrusted bytes in region `base`; the status lies in `tableMountStatus`. */
export function tableMount(kind: u32, valueBytes: u32, base: usize, bytes: f64): usize {
  const ptr = space.regionAllocate(offsetof<Table>());
  if (ptr == 0) return 0;
  const self = changetype<Table>(ptr);
  self.describe(base, kind, valueBytes, 0, probeCountMax);
  mountStatus = self.mount(<u64>bytes, false);
  return ptr;
}

let mountStatus: u32 = Status.OK;

export function tableMountStatus(): u32 {
  return mountStatus;
}

/** Address of { u32 bucket, u32 value address, u32 timestamp } of the newest find, look or write. */
export function tableSeat(): usize {
  return changetype<usize>(table.seat);
}

export function tableFind(self: usize, key: u64): u32 {
  return table.tableFind(changetype<Table>(self), key);
}

/** Inserts the value at `valuePtr`: OK, FULL when no bucket is free, VALUE_RESERVED. */
export function tableInsert(self: usize, key: u64, valuePtr: usize, timestamp: u32): u32 {
  const target = changetype<Table>(self);
  return batch.tableInsertOne(target, key, loadWidth(valuePtr, target.valueBytes), timestamp);
}

/** Inserts `count` u64 keys, packed values and u32 seconds (none where the address is 0), up to the first that fails. */
export function tableInsertMany(self: usize, keys: usize, count: u32, values: usize, timestamps: usize): u32 {
  return batch.tableInsertMany(changetype<Table>(self), keys, count, values, timestamps);
}

/** How many keys the newest `tableInsertMany` took. */
export function tableInserted(): u32 {
  return batch.tableInserted();
}

/** Inserts a deletion: OK, FULL when no bucket is free, TABLE_HEADER where buckets have no room for one. */
export function tableDelete(self: usize, key: u64, timestamp: u32): u32 {
  const target = changetype<Table>(self);
  if (bucketOf(target.kind) == Kind.COMPACT) return Status.TABLE_HEADER;
  let before = table.tableFind(target, key);
  if (before == Status.FULL) before = table.tableMakeRoom(target, key);
  if (before > Status.DELETED) return before;
  table.tableDeleteAt(target, before, key, timestamp);
  return Status.OK;
}

/** Looks up `count` u64 keys: a status byte and `valueBytes` bytes of value each (untouched when absent). */
export function tableFindMany(self: usize, keys: usize, count: u32, statuses: usize, values: usize): void {
  batch.tableFindMany(changetype<Table>(self), keys, count, statuses, values);
}

/** Shrinks to the buckets its keys need at `occupancyPct`, or at the table's own percent when 0. */
export function tableShrink(self: usize, occupancyPct: u32): u32 {
  const target = changetype<Table>(self);
  const pct = occupancyPct == 0 ? target.occupancyPct : occupancyPct;
  return table.tableShrink(target, bucketCountOf(target.keyCount, pct));
}

/** Takes in the bytes kept free for it: OK, FULL when the keys found no places then. */
export function tableStretch(self: usize): u32 {
  return table.tableStretch(changetype<Table>(self));
}

export function tableShortenOffsets(self: usize): u32 {
  return table.tableShortenOffsets(changetype<Table>(self));
}

/** The first used position from `from` on; at or past `tablePositions` there is none. */
export function tableNext(self: usize, from: f64): f64 {
  return <f64>table.tableNext(changetype<Table>(self), <u64>from);
}

/** State of a position, with `tableSeat` filled. */
export function tableLook(self: usize, position: f64): u32 {
  return table.tableLook(changetype<Table>(self), <u64>position);
}

/** Key of the position looked at last. */
export function tableKeyAt(self: usize, position: f64): u64 {
  return table.tableKeyAt(changetype<Table>(self), <u64>position);
}

export function tablePositions(self: usize): f64 {
  return <f64>table.tablePositions(changetype<Table>(self));
}

export function tableBase(self: usize): usize {
  return changetype<Table>(self).base;
}

export function tableSize(self: usize): f64 {
  return <f64>changetype<Table>(self).keyCount;
}

export function tableDeletedCount(self: usize): f64 {
  return <f64>changetype<Table>(self).deletedCount;
}

export function tableBucketsOf(self: usize): f64 {
  return <f64>changetype<Table>(self).bucketCount;
}

export function tableCapacity(self: usize): f64 {
  return <f64>changetype<Table>(self).capacity();
}

export function tableBytesOfTable(self: usize): f64 {
  return <f64>changetype<Table>(self).bytes();
}
