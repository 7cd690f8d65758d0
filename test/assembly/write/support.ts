// Segments for the specs: forms, staged records, directories, and keys that collide.

import { regionAllocate } from "../../../assembly/memory";
import { Directory } from "../../../assembly/read/directory";
import { Form } from "../../../assembly/read/form";
import { Segment, segmentFind } from "../../../assembly/read/segment";
import { Status } from "../../../assembly/status";
import { seat, seatValue } from "../../../assembly/table/table";
import { record } from "../../../assembly/value/record";
import { addMany } from "../../../assembly/write/add";
import { buildingOpen } from "../../../assembly/write/building";

export const seed: u64 = 545609244;
export const budgetMax: u64 = 1 << 40;

/** A form in the space there is; values of an exact one lie in the arena. */
export function formOf(
  keys: u32,
  inline: bool,
  newestWins: bool = false,
  numbers: bool = false,
  regionCount: u32 = 0,
): Form {
  const form = changetype<Form>(regionAllocate(offsetof<Form>()));
  form.keys = keys;
  form.inline = inline ? 1 : 0;
  form.newestWins = newestWins ? 1 : 0;
  form.numbers = numbers ? 1 : 0;
  form.seed = seed;
  form.fixedBytes = 0;
  form.setRegions(regionCount);
  return form;
}

export function segmentOf(form: Form, kind: u32, valueBytes: u32, budgetBytes: u64 = budgetMax): Segment {
  return changetype<Segment>(buildingOpen(form, kind, valueBytes, 50, budgetBytes));
}

const flagsAt: usize = 12;
let staging: usize = 0;
let stagingEnd: usize = 0;

/** Begins a batch of staged records of at most `bytes`. */
export function batchOpen(bytes: u32): void {
  staging = regionAllocate(bytes);
  stagingEnd = staging;
}

/** Stages a record as `add.ts` draws it. */
export function stage(key: usize, keyLen: u32, value: usize, valueLen: u32, timestamp: u32, deleted: bool): void {
  store<u32>(stagingEnd, keyLen);
  store<u32>(stagingEnd, valueLen, 4);
  store<u32>(stagingEnd, timestamp, 8);
  store<u32>(stagingEnd, deleted ? 1 : 0, flagsAt);
  memory.copy(stagingEnd + 16, key, keyLen);
  const valueAt = stagingEnd + 16 + ((keyLen + 7) & ~7);
  memory.copy(valueAt, value, valueLen);
  stagingEnd = valueAt + ((valueLen + 7) & ~7);
}

/** Gives the batch to a segment. */
export function batchAdd(segment: Segment): u32 {
  return addMany(segment, staging, stagingEnd);
}

/** Bytes of the batch. */
export function batchBytes(): u32 {
  return <u32>(stagingEnd - staging);
}

const cell: usize = memory.data(8192, 16);
const textCell: usize = memory.data(4096, 16);

function writeText(ptr: usize, text: string): u32 {
  return <u32>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, ptr);
}

/** Adds one record alone; `addMany`'s status. */
export function add(segment: Segment, key: usize, keyLen: u32, value: string, timestamp: u32, deleted: bool): u32 {
  const valueLen = deleted ? 0 : writeText(textCell, value);
  staging = cell;
  stagingEnd = cell;
  stage(key, keyLen, textCell, valueLen, timestamp, deleted);
  return addMany(segment, cell, stagingEnd);
}

/** Adds one record, or a deletion, to region `regionId`. */
export function addIn(segment: Segment, regionId: u32, key: usize, keyLen: u32, value: string, deleted: bool): u32 {
  const valueLen = deleted ? 0 : writeText(textCell, value);
  staging = cell;
  stagingEnd = cell;
  stage(key, keyLen, textCell, valueLen, 0, deleted);
  store<u32>(cell, load<u32>(cell, flagsAt) | (regionId << 1), flagsAt);
  return addMany(segment, cell, stagingEnd);
}

const keyCell: usize = memory.data(1024, 16);

export function putText(segment: Segment, key: string, value: string, timestamp: u32 = 0): u32 {
  return add(segment, keyCell, writeText(keyCell, key), value, timestamp, false);
}

export function delText(segment: Segment, key: string, timestamp: u32 = 0): u32 {
  return add(segment, keyCell, writeText(keyCell, key), "", timestamp, true);
}

/** What an exact segment says of a key: its value, or its status in brackets. */
export function getText(segment: Segment, key: string): string {
  return getBytes(segment, keyCell, writeText(keyCell, key));
}

export function getBytes(segment: Segment, key: usize, keyLen: u32): string {
  const status = segmentFind(segment, segment.form.hashBytes(key, keyLen), key, keyLen);
  return status == Status.OK ? String.UTF8.decodeUnsafe(record.valuePtr, record.valueLen) : `[${status}]`;
}

/** Adds an integer key; an inline value has the table's width. */
export function putInteger(segment: Segment, key: u64, value: u64, timestamp: u32 = 0): u32 {
  store<u64>(keyCell, key);
  store<u64>(textCell, value);
  staging = cell;
  stagingEnd = cell;
  stage(keyCell, 8, textCell, segment.form.inline != 0 ? segment.table.valueBytes : 8, timestamp, false);
  return addMany(segment, cell, stagingEnd);
}

export function delInteger(segment: Segment, key: u64, timestamp: u32 = 0): u32 {
  store<u64>(keyCell, key);
  return add(segment, keyCell, 8, "", timestamp, true);
}

/** Status of an integer key in a segment. */
export function statusOf(segment: Segment, key: u64): u32 {
  return segmentFind(segment, segment.form.hashInteger(key), 0, 0);
}

/** Inline value of an integer key; all bits when it is not there. */
export function integerOf(segment: Segment, key: u64): u64 {
  return statusOf(segment, key) == Status.OK ? seatValue(segment.table) : u64.MAX_VALUE;
}

/** Second of the key that was found last. */
export function foundTimestamp(): u32 {
  return seat.timestamp;
}

/** A directory of these segments, newest first, as a binding lays it out. */
export function directoryOf(form: Form, segments: StaticArray<Segment>): Directory {
  const ptr = regionAllocate(8 + (segments.length << 3));
  store<usize>(ptr, changetype<usize>(form));
  store<u32>(ptr, segments.length, 4);
  let newest: u32 = 0;
  for (let i = segments.length - 1; i >= 0; --i) {
    const entry = ptr + 8 + (i << 3);
    store<usize>(entry, changetype<usize>(segments[i]));
    store<u32>(entry, newest, 4);
    newest = max(newest, segments[i].timestampMax);
  }
  return changetype<Directory>(ptr);
}

const m: u64 = 0xc6a4a7935bd1e995;
const mInverse: u64 = 0x5f7a0ea7e59b19bd;

/** The block whose mixed form in murmur64a differs from that of `k` in the top bit alone. */
function flipTop(k: u64): u64 {
  k *= m;
  k ^= k >> 47;
  k = ((k * m) ^ (1 << 63)) * mInverse;
  k ^= k >> 47;
  return k * mInverse;
}

export const collidingLen: u32 = 80;

/**
 * Key `index` < 32 of a family of different keys with one murmur64a hash under every seed: a top bit flipped in one
 * mixed block passes the multiplication as a top bit, and is flipped back by the next block.
 */
export function collidingKey(index: u32): usize {
  const ptr = regionAllocate(collidingLen);
  for (let i: u32 = 0; i < collidingLen; ++i) store<u8>(ptr + i, <u8>(i * 31 + 7));
  for (let pair: u32 = 0; pair < 5; ++pair) {
    if (((index >> pair) & 1) == 0) continue;
    const at = ptr + (pair << 4);
    store<u64>(at, flipTop(load<u64>(at)));
    store<u64>(at, flipTop(load<u64>(at, 8)), 8);
  }
  return ptr;
}
