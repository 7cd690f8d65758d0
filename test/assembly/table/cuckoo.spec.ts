// Cuckoo tables inside: what happens when memory or room runs out, and what searches leave behind.

import { memoryUsed, regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { tableFindMany, tableInsertMany, tableInserted } from "../../../assembly/table/batch";
import { blockOf, mixOf } from "../../../assembly/table/cuckoo";
import { Kind, Table, bucketCountOf, probeUnlimited } from "../../../assembly/table/format";
import { kickClose, kickOpen } from "../../../assembly/table/kick";
import { tableMemoryOf, stretchBytesOf } from "../../../assembly/table/sizing";
import {
  tableClear,
  tableCopy,
  tableFind,
  tableMakeRoom,
  tablePutAt,
  tableShrink,
  tableStretch,
} from "../../../assembly/table/table";
import { freshSpace, hexOf, random, seedRandom } from "../support";
import { tableOf, valueAt } from "./support";

const kind: u32 = Kind.OFFSET_SHORT | Kind.CUCKOO;

function cuckooOf(bucketCount: u64): Table {
  freshSpace();
  return tableOf(kind, 4, 100, bucketCount);
}

/** Puts a key as the ABI does; the status when it does not get in. */
function putKicking(table: Table, key: u64, value: u64): u32 {
  let before = tableFind(table, key);
  if (before == Status.FULL) before = tableMakeRoom(table, key);
  if (before > Status.DELETED) return before;
  tablePutAt(table, before, key, value, 0);
  return Status.OK;
}

/** Fills a table of `bucketCount` with `count` keys of a seed; how many got in. */
function fill(table: Table, count: u32): u32 {
  seedRandom(5);
  for (let i: u32 = 0; i < count; ++i) if (putKicking(table, random(), i) != Status.OK) return i;
  return count;
}

function countRight(table: Table, count: u32): u32 {
  seedRandom(5);
  let right: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) if (valueAt(table, random()) == i) ++right;
  return right;
}

function takeAllMemory(): void {
  while (regionAllocate(4096) != 0) {}
  while (regionAllocate(1) != 0) {}
}

describe("a cuckoo table", () => {
  test("begins with two hash functions of eight, and zeros wherever the header has nothing", () => {
    const table = cuckooOf(4);
    expect<string>(hexOf(table.base, 32)).toBe(`00020800000000000400000000000000${"00".repeat(16)}`);
    expect<string>(hexOf(table.base + 32, 32)).toBe("00".repeat(32));
    expect<u64>(table.bytes()).toBe(64 + 4 * 12);
  });

  test("has whole blocks: other counts are rounded up", () => {
    for (let count: u64 = 1; count < 13; ++count) {
      expect<u64>(cuckooOf(count).bucketCount).toBe((count + 3) & ~3);
    }
  });

  test("holds a key for each bucket, with more hash functions as it fills", () => {
    const table = cuckooOf(600);
    expect<u32>(fill(table, 600)).toBe(600);
    expect<u32>(countRight(table, 600)).toBe(600);
    expect<bool>(table.hashCount > 2).toBeTruthy();
    expect<u32>(load<u8>(table.base, 1)).toBe(table.hashCount);
    expect<u32>(tableFind(table, 1)).toBe(Status.FULL);
    expect<u32>(putKicking(table, 1, 1)).toBe(Status.FULL);
    expect<u32>(table.hashCount).toBe(8);
    expect<u32>(countRight(table, 600)).toBe(600);
  });

  test("puts a key into the first empty bucket of its blocks, in order of function and bucket", () => {
    const table = cuckooOf(64);
    const mixed = mixOf(table, 77);
    putKicking(table, 77, 1);
    expect<u64>(load<u64>(table.block(blockOf(table, mixed, 0)))).toBe(77);
  });
});

describe("without memory", () => {
  test("for a search, a key that needs one does not get in, and the table stays as it is", () => {
    const table = cuckooOf(400);
    const inside = fill(table, 300);
    kickClose();
    takeAllMemory();
    const before = hexOf(table.base, <u32>table.bytes());
    let refused: u32 = Status.OK;
    for (let i: u64 = 1; i < 100000 && refused == Status.OK; ++i) {
      if (tableFind(table, i) != Status.FULL) continue;
      refused = putKicking(table, i, 1);
    }
    expect<u32>(refused).toBe(Status.NO_MEMORY);
    expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(before);
    expect<u32>(countRight(table, inside)).toBe(inside);
  });

  test("a table does not shrink or stretch, and stays as it is", () => {
    freshSpace();
    const bytes = tableMemoryOf(kind, 4, 1000, 50, true);
    const table = changetype<Table>(regionAllocate(offsetof<Table>()));
    table.describe(regionAllocate(bytes), kind, 4, 50, probeUnlimited);
    tableClear(table, bucketCountOf(1000, 50));
    table.setStretchBytes(stretchBytesOf(kind, 4, bytes));
    const inside = fill(table, 500);
    kickClose();
    takeAllMemory();
    const before = hexOf(table.base, <u32>table.bytes());
    expect<u32>(tableShrink(table, bucketCountOf(500, 80))).toBe(Status.NO_MEMORY);
    expect<u32>(tableStretch(table)).toBe(Status.NO_MEMORY);
    expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(before);
    expect<u32>(countRight(table, inside)).toBe(inside);
  });
});

describe("what it takes to move keys", () => {
  test("is given back after shrinking, stretching and copying", () => {
    const table = cuckooOf(1000);
    fill(table, 500);
    kickClose();
    const used = memoryUsed();
    expect<u32>(tableShrink(table, bucketCountOf(500, 90))).toBe(Status.OK);
    expect<u64>(memoryUsed()).toBe(used);
    expect<u32>(countRight(table, 500)).toBe(500);
    const target = tableOf(kind, 4, 100, 504);
    const withTarget = memoryUsed();
    expect<u32>(tableCopy(table, target)).toBe(Status.OK);
    expect<u64>(memoryUsed()).toBe(withTarget);
    expect<u32>(countRight(target, 500)).toBe(500);
    expect<u64>(target.keyCount).toBe(500);
  });

  test("serves whichever table is at work: marks of one search say nothing to the next", () => {
    freshSpace();
    const large = tableOf(kind, 4, 100, 4000);
    const small = tableOf(kind, 4, 100, 40);
    seedRandom(6);
    for (let i: u32 = 0; i < 3800; ++i) {
      if (putKicking(large, random(), i) != Status.OK) throw new Error("no room");
      if (i < 38 && putKicking(small, random(), i) != Status.OK) throw new Error("no room");
    }
    expect<u64>(large.keyCount + small.keyCount).toBe(3838);
    const used = memoryUsed();
    expect<bool>(kickOpen(small)).toBeTruthy();
    expect<u64>(memoryUsed()).toBe(used);
  });
});

describe("a rehash that finds no place for a key", () => {
  test("puts everything back as it was", () => {
    const table = cuckooOf(64);
    table.setHashCountMax(2);
    // Twelve keys that all belong into two of four blocks.
    let count: u32 = 0;
    for (let key: u64 = 0; count < 12; ++key) {
      const mixed = mixOf(table, key);
      table.blockCount = 4;
      const isMeant = blockOf(table, mixed, 0) < 2 && blockOf(table, mixed, 1) < 2;
      table.blockCount = 16;
      if (isMeant && putKicking(table, key, key) == Status.OK) ++count;
    }
    kickClose();
    const before = hexOf(table.base, <u32>table.bytes());
    const used = memoryUsed();
    expect<u32>(tableShrink(table, 16)).toBe(Status.OK);
    expect<u64>(table.bucketCount).toBe(64);
    expect<u32>(table.blockCount).toBe(16);
    expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(before);
    expect<u64>(memoryUsed()).toBe(used);
  });
});

describe("many keys in one call", () => {
  test("get in as they do one by one, in order, up to the first that does not", () => {
    for (let more: u32 = 0; more < 32; more += Kind.CUCKOO) {
      freshSpace();
      const many = tableOf(Kind.OFFSET_SHORT | more, 4, 100, 200);
      const single = tableOf(Kind.OFFSET_SHORT | more, 4, 100, 200);
      const keys = regionAllocate(300 * 8);
      const values = regionAllocate(300 * 4);
      seedRandom(9);
      for (let i: u32 = 0; i < 300; ++i) {
        store<u64>(keys + (i << 3), random());
        store<u32>(values + (i << 2), i * 3);
      }
      expect<u32>(tableInsertMany(many, keys, 300, values, 0)).toBe(Status.FULL);
      const inside = tableInserted();
      expect<u32>(inside).toBe(200);
      for (let i: u32 = 0; i < inside; ++i) putKicking(single, load<u64>(keys + (i << 3)), i * 3);
      if (more == 0) expect<string>(hexOf(many.base, <u32>many.bytes())).toBe(hexOf(single.base, <u32>single.bytes()));
      const statuses = regionAllocate(300);
      const found = regionAllocate(300 * 4);
      tableFindMany(many, keys, 300, statuses, found);
      for (let i: u32 = 0; i < 300; ++i) {
        expect<u32>(load<u8>(statuses + i)).toBe(i < inside ? Status.OK : Status.ABSENT);
        if (i < inside) expect<u32>(load<u32>(found + (i << 2))).toBe(i * 3);
      }
    }
  });

  test("stop at a value the buckets keep for themselves", () => {
    const table = cuckooOf(64);
    const keys = regionAllocate(24);
    const values = regionAllocate(12);
    for (let i: u32 = 0; i < 3; ++i) {
      store<u64>(keys + (i << 3), i);
      store<u32>(values + (i << 2), i == 1 ? 0xffffffff : i);
    }
    expect<u32>(tableInsertMany(table, keys, 3, values, 0)).toBe(Status.VALUE_RESERVED);
    expect<u32>(tableInserted()).toBe(1);
    expect<u64>(table.keyCount).toBe(1);
  });
});
