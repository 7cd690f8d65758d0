/** A table of the kernel through its raw exports, as the kernel cases need it. Record `id` has key mix64(id), value id. */

import { readFileSync } from "node:fs";

/** Number and bytes of value of each bucket kind (`bindings/kernel/kind.ts`). */
const kinds = {
  plain: [0, 8],
  u32: [0, 4],
  timestamped: [1, 4],
  "offset short": [2, 4],
  offset: [3, 8],
  compact: [4, 4],
  cuckoo: [16, 8],
};
const hashCountMax = 8;
const batchCount = 4_096;
const lineBytes = 64;
/** Positions of a table that are looked at to estimate its probes. */
const positionCountMax = 200_000;

export function loadKernel() {
  const module = new WebAssembly.Module(readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));
  const env = {
    abort() {
      throw new Error("the kernel aborted");
    },
  };
  return new WebAssembly.Instance(module, { env }).exports;
}

export class Table {
  /** @param former a table of the same size, whose memory is used again */
  constructor(kind, records, occupancyPct, former) {
    const [number, valueBytes] = kinds[kind];
    this.valueBytes = valueBytes;
    this.kernel = former?.kernel ?? loadKernel();
    const { kernel } = this;
    if (former !== undefined) kernel.memoryReset();
    this.ptr = kernel.tableOpen(number, valueBytes, occupancyPct, records, 0, hashCountMax) >>> 0;
    this.keys = kernel.regionAllocate(batchCount * 8) >>> 0;
    this.statuses = kernel.regionAllocate(batchCount) >>> 0;
    this.values = kernel.regionAllocate(batchCount * 8) >>> 0;
    this.cell = kernel.regionAllocate(8) >>> 0;
    if (this.ptr === 0 || this.cell === 0) throw new Error(`no memory for ${records} keys`);
    this.#view();
    this.seat = (kernel.tableSeat() >>> 0) >>> 2;
  }

  #view() {
    const { buffer } = this.kernel.memory;
    this.words = new Uint32Array(buffer);
    this.longs = new BigUint64Array(buffer);
  }

  insert(id) {
    this.words[this.cell >>> 2] = id;
    this.words[(this.cell >>> 2) + 1] = 0;
    const status = this.kernel.tableInsert(this.ptr, this.kernel.hashMix(BigInt(id)), this.cell, 1);
    if (this.words.length === 0) this.#view();
    if (status !== 0) throw new Error(`insert of ${id} answered ${status}`);
  }

  /** Lays the keys of records out for a batch, its values cleared, and returns them. */
  stage(ids) {
    const keys = Array.from(ids, (id) => BigInt.asUintN(64, this.kernel.hashMix(BigInt(id))));
    this.longs.set(keys, this.keys >>> 3);
    this.words.fill(0, this.values >>> 2, (this.values >>> 2) + batchCount * 2);
    return keys;
  }

  /** Looks the staged keys up in one call; the sum of their values. */
  findStaged(count) {
    this.kernel.tableFindMany(this.ptr, this.keys, count, this.statuses, this.values);
    const step = this.valueBytes >>> 2;
    const { words } = this;
    let sum = 0;
    for (let i = 0, at = this.values >>> 2; i < count; i++, at += step) sum += words[at];
    return sum;
  }

  /** The same, a call a key. */
  findEach(keys) {
    const { kernel, ptr, words, seat } = this;
    let sum = 0;
    for (let i = 0; i < keys.length; i++) {
      if (kernel.tableFind(ptr, keys[i]) === 0) sum += words[words[seat + 1] >>> 2];
    }
    return sum;
  }

  /** Inserts staged keys; how many were taken. */
  insertEach(keys, ids) {
    const { kernel, ptr, words, cell } = this;
    let taken = 0;
    for (let i = 0; i < keys.length; i++) {
      words[cell >>> 2] = ids[i];
      if (kernel.tableInsert(ptr, keys[i], cell, 1) === 0) taken++;
    }
    return taken;
  }

  /** Inserts staged keys in one call, of 8-byte values; how many were taken. */
  insertStaged(ids) {
    const { kernel, words } = this;
    for (let i = 0, at = this.values >>> 2; i < ids.length; i++, at += 2) words[at] = ids[i];
    kernel.tableInsertMany(this.ptr, this.keys, ids.length, this.values, 0);
    // A cuckoo table's first kick takes memory.
    if (words.length === 0) this.#view();
    return kernel.tableInserted();
  }

  checkSize(count) {
    const size = this.kernel.tableSize(this.ptr);
    if (size !== count) throw new Error(`the table has ${size} of ${count} keys`);
  }
}

/**
 * What a lookup in a key file costs, apart from time: buckets probed by a hit and by a miss, and bytes of table in whole
 * cache lines. Estimated from the table's beginning.
 */
export function probesOf(keyFile, kind) {
  const [number, valueBytes] = kinds[kind];
  const kernel = loadKernel();
  const base = kernel.regionAllocate(keyFile.length) >>> 0;
  new Uint8Array(kernel.memory.buffer).set(keyFile, base);
  const ptr = kernel.tableMount(number, valueBytes, base, keyFile.length) >>> 0;
  if (kernel.tableMountStatus() !== 0) throw new Error(`not a key file: status ${kernel.tableMountStatus()}`);
  const bucketCount = kernel.tableBucketsOf(ptr);
  const end = Math.min(bucketCount, positionCountMax);
  let used = 0;
  let hitProbes = 0;
  let missProbes = end;
  let run = 0;
  let before = -1;
  for (let at = kernel.tableNext(ptr, 0); at < end; at = kernel.tableNext(ptr, at + 1)) {
    const home = Number(BigInt.asUintN(64, kernel.tableKeyAt(ptr, at)) % BigInt(bucketCount));
    hitProbes += 1 + (at >= home ? at - home : at + bucketCount - home);
    // A miss that begins in a run of used buckets goes on to its end.
    run = at === before + 1 ? run + 1 : 1;
    missProbes += run;
    before = at;
    used++;
  }
  const bucketBytes = kernel.tableBucketBytes(number, valueBytes);
  const linesOf = (probes) => lineBytes * (1 + (probes * bucketBytes - 1) / lineBytes);
  const hit = used === 0 ? 0 : hitProbes / used;
  const miss = missProbes / end;
  return { hit: { probes: hit, tableBytes: linesOf(hit) }, miss: { probes: miss, tableBytes: linesOf(miss) } };
}
