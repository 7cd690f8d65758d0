import { OffsetBucket } from "../../../assembly/bucket/offset";
import { memoryUsed, regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { Probe, denseInsertAll, denseProbe, denseShrink } from "../../../assembly/table/dense";
import { Kind, Table, headerBytes, probeCountMax } from "../../../assembly/table/format";
import { tableFind } from "../../../assembly/table/table";
import { freshSpace, hexOf, random, seedRandom, spaceBytes } from "../support";
import { del, put, seatIndex, tableOf, valueAt } from "./support";

/** An empty table of short offsets. */
function shortTable(bucketCount: u64): Table {
  freshSpace();
  return tableOf(Kind.OFFSET_SHORT, 4, 50, bucketCount);
}

function probe(table: Table, key: u64): usize {
  return denseProbe<OffsetBucket<u64, u32>>(table, key);
}

function bucketAt(table: Table, index: u64): usize {
  return table.buckets() + <usize>index * table.bucketBytes;
}

function shrink(table: Table, bucketCount: u64): u32 {
  return denseShrink(table, bucketCount);
}

describe("a probe", () => {
  test("begins at the key's remainder", () => {
    const table = shortTable(7);
    expect<usize>(probe(table, 0)).toBe(bucketAt(table, 0));
    expect<usize>(probe(table, 5)).toBe(bucketAt(table, 5));
    expect<usize>(probe(table, 7 * 1000 + 6)).toBe(bucketAt(table, 6));
    // A u64 and not an i64: 2^64 - 1 = 7 · 2635249153387078802 + 1.
    expect<usize>(probe(table, u64.MAX_VALUE)).toBe(bucketAt(table, 1));
  });

  test("goes on at the first bucket after the last", () => {
    const table = shortTable(4);
    put(table, 3, 30);
    put(table, 7, 70);
    put(table, 11, 110);
    expect<usize>(probe(table, 3)).toBe(bucketAt(table, 3));
    expect<usize>(probe(table, 7)).toBe(bucketAt(table, 0));
    expect<usize>(probe(table, 11)).toBe(bucketAt(table, 1));
    expect<usize>(probe(table, 15)).toBe(bucketAt(table, 2));
    expect<u64>(valueAt(table, 11)).toBe(110);
  });

  test("matches a tombstone of its key and passes one of another, which is not free", () => {
    const table = shortTable(4);
    put(table, 1, 10);
    put(table, 5, 50);
    del(table, 1);
    expect<usize>(probe(table, 1)).toBe(bucketAt(table, 1));
    expect<usize>(probe(table, 5)).toBe(bucketAt(table, 2));
    expect<usize>(probe(table, 9)).toBe(bucketAt(table, 3));
    expect<u64>(valueAt(table, 5)).toBe(50);
  });

  test("of a full table says NONE for a key that is not there", () => {
    const table = shortTable(3);
    for (let key: u64 = 0; key < 3; ++key) put(table, key, key);
    expect<usize>(probe(table, 3)).toBe(Probe.NONE);
    expect<usize>(probe(table, 2)).toBe(bucketAt(table, 2));
  });

  test("says LIMIT where its bound ends before the table does", () => {
    const table = shortTable(8);
    for (let i: u64 = 0; i < 5; ++i) put(table, i * 8, i);
    table.probeMax = 4;
    expect<usize>(probe(table, 24)).toBe(bucketAt(table, 3));
    expect<usize>(probe(table, 32)).toBe(Probe.LIMIT);
    expect<usize>(probe(table, 40)).toBe(Probe.LIMIT);
  });

  test("of a table of one bucket ends there", () => {
    const table = shortTable(1);
    expect<usize>(probe(table, 99)).toBe(bucketAt(table, 0));
    put(table, 99, 1);
    expect<usize>(probe(table, 98)).toBe(Probe.NONE);
    expect<u64>(valueAt(table, 99)).toBe(1);
  });
});

describe("clearing", () => {
  test("gives the same bytes whatever lay there before", () => {
    const table = shortTable(2);
    expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(
      "02000000000000000000000000000000" + "0000000000000000ffffffff" + "0000000000000000ffffffff",
    );
  });
});

describe("inserting all buckets of another table", () => {
  test("takes every key and tombstone, whatever the size", () => {
    const source = shortTable(64);
    for (let key: u64 = 0; key < 40; ++key) put(source, key * 64, key);
    for (let key: u64 = 0; key < 40; key += 4) del(source, key * 64);
    const target = tableOf(Kind.OFFSET_SHORT, 4, 50, 41);
    expect<u32>(denseInsertAll<OffsetBucket<u64, u32>>(target, source.buckets(), 64)).toBe(Status.OK);
    for (let key: u64 = 0; key < 40; ++key) {
      expect<u32>(tableFind(target, key * 64)).toBe(key % 4 == 0 ? Status.DELETED : Status.OK);
      if (key % 4 != 0) expect<u64>(valueAt(target, key * 64)).toBe(key);
    }
  });

  test("says FULL where a bound of probes does not let a key in", () => {
    const source = shortTable(64);
    for (let key: u64 = 0; key < 10; ++key) put(source, key * 640, key);
    const target = tableOf(Kind.OFFSET_SHORT, 4, 50, 640);
    target.probeMax = 9;
    expect<u32>(denseInsertAll<OffsetBucket<u64, u32>>(target, source.buckets(), 64)).toBe(Status.FULL);
  });
});

describe("shrinking in place", () => {
  test("moves in Indexlib's order: whoever lies unsettled at a new home is carried on in turn", () => {
    // Worked by hand. 8 buckets: 0 → 8, 1 → 9, 2 → 3, 3 → 10, 7 → 7; then 5 buckets.
    const table = shortTable(8);
    const base = table.buckets();
    const keys: StaticArray<u64> = [8, 9, 3, 10];
    for (let i = 0; i < 4; ++i) {
      store<u64>(base + i * 12, keys[i]);
      store<u32>(base + i * 12, i, 8);
    }
    store<u64>(base + 7 * 12, 7);
    store<u32>(base + 7 * 12, 7, 8);
    table.setKeyCount(5);
    expect<u32>(shrink(table, 5)).toBe(Status.OK);
    // 8 is taken out of 0 and evicts 10 from its home 3; 10's home 0 is empty now. 9 goes from 1 to its home 4.
    // 3 finds its home 3 settled, then 4, then 0, and ends in 1. From behind, 7 lands in its home 2.
    const after: StaticArray<u64> = [10, 3, 7, 8, 9];
    const values: StaticArray<u32> = [3, 2, 7, 0, 1];
    for (let i = 0; i < 5; ++i) {
      expect<u64>(load<u64>(base + i * 12)).toBe(after[i]);
      expect<u32>(load<u32>(base + i * 12, 8)).toBe(values[i]);
    }
    expect<u64>(table.bucketCount).toBe(5);
    expect<u64>(load<u64>(table.base)).toBe(5);
  });

  test("keeps every record and tombstone, down to a table without an empty bucket", () => {
    for (let bucketCount: u64 = 300; bucketCount < 320; ++bucketCount) {
      const table = shortTable(1000);
      seedRandom(bucketCount);
      const keys = new StaticArray<u64>(300);
      for (let i = 0; i < 300; ++i) {
        // Half of them crowd in a few homes.
        keys[i] = i % 2 == 0 ? random() : 990 + (random() % 20) + 1000 * random();
        put(table, keys[i], i);
        if (i % 5 == 0) del(table, keys[i]);
      }
      const count = table.keyCount;
      expect<u32>(shrink(table, bucketCount)).toBe(Status.OK);
      let wrong = 0;
      for (let i = 0; i < 300; ++i) {
        const status = tableFind(table, keys[i]);
        if (status != (i % 5 == 0 ? Status.DELETED : Status.OK)) ++wrong;
      }
      expect<i32>(wrong).toBe(0);
      let used: u64 = 0;
      for (let i: u64 = 0; i < bucketCount; ++i) {
        if (!changetype<OffsetBucket<u64, u32>>(bucketAt(table, i)).isEmpty()) ++used;
      }
      expect<u64>(used).toBe(count);
    }
  });

  test("gives its scratch memory back", () => {
    const table = shortTable(1000);
    put(table, 5, 5);
    const used = memoryUsed();
    shrink(table, 2);
    expect<u64>(memoryUsed()).toBe(used);
  });

  test("without memory for its bitmap changes nothing", () => {
    const table = shortTable(1000);
    for (let key: u64 = 0; key < 10; ++key) put(table, key, key);
    const used = memoryUsed();
    expect<bool>(regionAllocate(spaceBytes - used - 64) != 0).toBeTruthy();
    expect<u32>(shrink(table, 20)).toBe(Status.NO_MEMORY);
    expect<u64>(table.bucketCount).toBe(1000);
    expect<u64>(load<u64>(table.base)).toBe(1000);
    for (let key: u64 = 0; key < 10; ++key) expect<u64>(valueAt(table, key)).toBe(key);
  });

  test("passes the bound of probes: a table of one crowd comes out whole", () => {
    const table = shortTable(20000);
    for (let i: u64 = 0; i < 5000; ++i) put(table, i * 20000, i);
    table.probeLimit = probeCountMax;
    expect<u32>(shrink(table, 10000)).toBe(Status.OK);
    expect<u32>(table.probeMax).toBe(probeCountMax);
    table.probeMax = 10000;
    let wrong = 0;
    for (let i: u64 = 0; i < 5000; i += 7) if (valueAt(table, i * 20000) != i) ++wrong;
    expect<i32>(wrong).toBe(0);
  });
});

describe("where a key ends up", () => {
  test("is the first free bucket from its home, as the header's count says", () => {
    const table = shortTable(10);
    put(table, 12, 1);
    expect<u64>(seatIndex(table)).toBe(2);
    put(table, 2, 1);
    expect<u64>(seatIndex(table)).toBe(3);
    expect<u64>(load<u64>(table.base, 8)).toBe(2);
    expect<u32>(headerBytes).toBe(16);
  });
});
