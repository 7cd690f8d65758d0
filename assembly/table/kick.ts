// Making room in a cuckoo table: when all blocks of a key are full, a breadth-first search looks for the shortest row of
// buckets that can each move on to another block of their keys, the last one into a free bucket.
//
//   root: a block of the key ──slot──► a block of that slot's key ──slot──► … ──► a block with a free bucket
//   moved from the last one back, so that in the end a bucket of the root is free
//
// The order of the search is Indexlib's, since it decides where keys end up. Its marks and tree lie in regions that belong
// to whatever table was last at work: a search number that is never used again tells their marks apart.

import { memoryEpoch, regionAllocate, regionFree } from "../memory";
import { bucketCopy } from "../value/bytes";
import { cellIsEmpty, cellKey, cellPutEmpty } from "./cell";
import { blockOf, mixOf } from "./cuckoo";
import { Probe } from "./dense";
import { Table, blockBuckets, hashCountMax } from "./format";
import { isSettled, settle } from "./settled";
import { nodeCountMax } from "./sizing";

/** Levels of the tree that are searched. */
const depthMax: u32 = 100;
const noParent: u32 = <u32>-1;

@unmanaged
class Node {
  block: u32;
  /** Index of the node before, and in the low two bits which of its buckets moves here; noParent at a root. */
  link: u32;
}

let marks: usize = 0;
let markCount: u32 = 0;
let nodes: usize = 0;
let nodeCount: u32 = 0;
let searchNumber: u32 = 0;
/** The life of the space in which the regions above were carved. */
let epoch: u32 = 0;

/** Gets what searches in `table` need; false when out of memory. */
export function kickOpen(table: Table): bool {
  if (epoch != memoryEpoch()) {
    epoch = memoryEpoch();
    marks = nodes = 0;
    markCount = nodeCount = 0;
  }
  const blocks = table.blockCount;
  const wanted = <u32>min<u64>(blocks, nodeCountMax) + hashCountMax;
  if (markCount >= blocks && nodeCount >= wanted) return true;
  kickClose();
  marks = regionAllocate((<u64>blocks) << 2);
  nodes = regionAllocate(<u64>wanted * offsetof<Node>());
  if (marks == 0 || nodes == 0) {
    kickClose();
    return false;
  }
  memory.fill(marks, 0, (<usize>blocks) << 2);
  markCount = blocks;
  nodeCount = wanted;
  return true;
}

/** Gives the memory of searches back. */
export function kickClose(): void {
  if (epoch != memoryEpoch()) return;
  regionFree(marks);
  regionFree(nodes);
  marks = nodes = 0;
  markCount = nodeCount = 0;
}

/**
 * A bucket of one of the key's blocks to put it in: the first that is free, else one that kicks have freed, if need be with
 * one hash function more. NONE when even all functions give none.
 *
 * While rehashing, `settled` says which buckets have found their place; the others are free to take, and the content of
 * the one taken is copied to `evicted` (`kickEvicted` tells whether there was any). `settled` is 0 otherwise.
 *
 * `kickOpen` must have been called for this table.
 */
export function kickRoom(table: Table, key: u64, settled: usize, evicted: usize): usize {
  const mixed = mixOf(table, key);
  hasEvicted = false;
  while (true) {
    for (let f: u32 = 0; f < table.hashCount; ++f) {
      const free = freeIn(table, blockOf(table, mixed, f), settled, evicted);
      if (free != 0) return free;
    }
    const freed = search(table, mixed, settled, evicted);
    if (freed != Probe.NONE) return freed;
    if (table.hashCount >= table.hashCountMax()) return Probe.NONE;
    table.setHashCount(table.hashCount + 1);
  }
}

let hasEvicted: bool = false;

export function kickEvicted(): bool {
  return hasEvicted;
}

/** The first bucket of a block that may be used, settled; what it may still hold is saved. 0 when there is none. */
function freeIn(table: Table, block: u32, settled: usize, evicted: usize): usize {
  const stride = table.bucketBytes;
  const first = <u64>block * blockBuckets;
  let bucket = table.block(block);
  for (let i: u32 = 0; i < blockBuckets; ++i) {
    const isEmpty = cellIsEmpty(table.kind, bucket);
    if (isEmpty || (settled != 0 && !isSettled(settled, first + i))) {
      hasEvicted = !isEmpty;
      if (settled != 0) settle(settled, first + i);
      if (!isEmpty) bucketCopy(evicted, bucket, stride);
      return bucket;
    }
    bucket += stride;
  }
  return 0;
}

/** Marks a block as seen by this search; false when it has been before. */
function mark(block: u32): bool {
  const at = marks + ((<usize>block) << 2);
  if (load<u32>(at) == searchNumber) return false;
  store<u32>(at, searchNumber);
  return true;
}

function push(count: u32, block: u32, link: u32): u32 {
  const node = nodeAt(count);
  node.block = block;
  node.link = link;
  return count + 1;
}

function nodeAt(index: u32): Node {
  return changetype<Node>(nodes + <usize>index * offsetof<Node>());
}

/** A bucket in one of the key's blocks that kicks have freed; NONE when none can be. */
function search(table: Table, mixed: u64, settled: usize, evicted: usize): usize {
  if (++searchNumber == 0) {
    memory.fill(marks, 0, (<usize>markCount) << 2);
    searchNumber = 1;
  }
  const stride = table.bucketBytes;
  const hashCount = table.hashCount;
  let count: u32 = 0;
  for (let f: u32 = 0; f < hashCount; ++f) {
    const block = blockOf(table, mixed, f);
    mark(block);
    count = push(count, block, noParent);
  }
  let depth: u32 = 0;
  let levelEnd = count;
  // Bounded: a block comes into the tree once, the roots apart.
  for (let at: u32 = 0; at < count; ++at) {
    if (at == levelEnd) {
      if (++depth == depthMax) break;
      levelEnd = count;
    }
    let bucket = table.block(nodeAt(at).block);
    for (let slot: u32 = 0; slot < blockBuckets; ++slot) {
      const own = mixOf(table, cellKey(table.kind, bucket));
      for (let f: u32 = 0; f < hashCount; ++f) {
        const block = blockOf(table, own, f);
        if (count >= nodeCountMax || !mark(block)) continue;
        count = push(count, block, (at << 2) | slot);
        const free = freeIn(table, block, settled, evicted);
        if (free != 0) return moveBack(table, free, count - 1);
      }
      bucket += stride;
    }
  }
  return Probe.NONE;
}

/** Moves the buckets of the row that ends with node `last` on, beginning with the one into `free`; what is free then. */
function moveBack(table: Table, free: usize, last: u32): usize {
  const stride = table.bucketBytes;
  let link = nodeAt(last).link;
  while (link != noParent) {
    const node = nodeAt(link >> 2);
    const source = table.block(node.block) + (link & 3) * stride;
    // As bytes: a deletion that moves stays one.
    bucketCopy(free, source, stride);
    cellPutEmpty(table.kind, source);
    free = source;
    link = node.link;
  }
  return free;
}
