// DenseHashTableTest of Indexlib checks most of this too; the rest is what we promise besides.

import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { memoryUsed, regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { Kind, Reach, Table, bucketCountOf, probeCountMax, tableBytesOf } from "../../../assembly/table/format";
import {
  seat,
  seatValue,
  tableCopy,
  tableFind,
  tableKeyAt,
  tableLook,
  tableNext,
  tablePositions,
  tableShortenOffsets,
  tableShrink,
  tableTakes,
} from "../../../assembly/table/table";
import { tableFindMany } from "../../../assembly/table/batch";
import { freshSpace, hexOf, random, seedRandom, spaceBytes } from "../support";
import { del, put, seatIndex, tableFor, tableOf, valueAt } from "./support";

const kinds: StaticArray<u32> = [Kind.PLAIN, Kind.TIMESTAMPED, Kind.OFFSET_SHORT, Kind.OFFSET];
const widths: StaticArray<u32> = [8, 8, 4, 8];
const names: StaticArray<string> = ["plain", "timestamped", "short offset", "offset"];

describe("a record", () => {
  test("is found after insert, overwrite, deletion and revival, in every kind of bucket", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 9);
      const name = names[k];
      expect<u32>(tableFind(table, 10)).toBe(Status.ABSENT, name);
      put(table, 10, 11, 100);
      expect<u64>(valueAt(table, 10)).toBe(11, name);
      put(table, 10, 12, 101);
      expect<u64>(valueAt(table, 10)).toBe(12, name);
      expect<u64>(table.keyCount).toBe(1, name);
      del(table, 10, 102);
      expect<u32>(tableFind(table, 10)).toBe(Status.DELETED, name);
      expect<u64>(table.keyCount).toBe(1, name);
      put(table, 10, 13, 103);
      expect<u32>(tableFind(table, 10)).toBe(Status.OK, name);
      expect<u64>(seatValue(table)).toBe(13, name);
      expect<u32>(seat.timestamp).toBe(k == 1 ? 103 : 0, name);
      expect<u64>(table.keyCount).toBe(1, name);
    }
  });

  test("deleted without being there is a tombstone and counts as a key", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 9);
      del(table, 77, 5);
      expect<u32>(tableFind(table, 77)).toBe(Status.DELETED, names[k]);
      expect<u64>(table.keyCount).toBe(1, names[k]);
      expect<u64>(load<u64>(table.base, 8)).toBe(1, names[k]);
    }
  });

  test("of every width comes back, and nothing of its neighbour changes", () => {
    for (let bytes: u32 = 1; bytes <= 8; ++bytes) {
      freshSpace();
      const table = tableOf(Kind.PLAIN, bytes, 50, 2);
      put(table, 1, u64.MAX_VALUE);
      put(table, 0, u64.MAX_VALUE);
      const most = bytes == 8 ? u64.MAX_VALUE : ((<u64>1) << (bytes << 3)) - 1;
      tableFind(table, 0);
      expect<u64>(seatValue(table)).toBe(most);
      expect<u64>(load<u64>(seat.valuePtr)).toBe(most);
      tableFind(table, 1);
      expect<u64>(seatValue(table)).toBe(most);
    }
  });

  test("that is deleted has the second of its deletion, and of the newest one", () => {
    freshSpace();
    const table = tableFor(Kind.TIMESTAMPED, 4, 50, 9);
    put(table, 1, 10, 1000);
    expect<u32>(tableFind(table, 1)).toBe(Status.OK);
    expect<u32>(seat.timestamp).toBe(1000);
    del(table, 1, 1001);
    expect<u32>(tableFind(table, 1)).toBe(Status.DELETED);
    expect<u32>(seat.timestamp).toBe(1001);
    del(table, 1, 900);
    tableFind(table, 1);
    expect<u32>(seat.timestamp).toBe(900);
  });
});

describe("deletions", () => {
  test("are counted once each, and less when revived", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 9);
      put(table, 1, 1);
      put(table, 2, 2);
      expect<u64>(table.deletedCount).toBe(0, names[k]);
      del(table, 1);
      del(table, 1);
      expect<u64>(table.deletedCount).toBe(1, names[k]);
      del(table, 3);
      expect<u64>(table.deletedCount).toBe(2, names[k]);
      put(table, 1, 1);
      put(table, 1, 1);
      expect<u64>(table.deletedCount).toBe(1, names[k]);
      put(table, 3, 1);
      expect<u64>(table.deletedCount).toBe(0, names[k]);
    }
  });

  test("of before a mount are not counted, and reviving one does not count below 0", () => {
    freshSpace();
    const table = tableFor(Kind.OFFSET_SHORT, 4, 50, 9);
    del(table, 1);
    del(table, 2);
    const bytes = table.bytes();
    table.describe(table.base, Kind.OFFSET_SHORT, 4, 0, probeCountMax);
    expect<u32>(table.mount(bytes, true)).toBe(Status.OK);
    expect<u64>(table.deletedCount).toBe(0);
    put(table, 1, 1);
    expect<u64>(table.deletedCount).toBe(0);
    del(table, 2);
    expect<u64>(table.deletedCount).toBe(0);
    del(table, 1);
    expect<u64>(table.deletedCount).toBe(1);
  });
});

describe("the two marks as keys", () => {
  test("live in slots of a plain table: inserted, deleted and revived like any other", () => {
    freshSpace();
    const table = tableFor(Kind.PLAIN, 4, 50, 3);
    const marks: StaticArray<u64> = [emptyKey, deletedKey];
    for (let i = 0; i < 2; ++i) {
      expect<u32>(tableFind(table, marks[i])).toBe(Status.ABSENT);
      put(table, marks[i], 5 + i);
      expect<u64>(valueAt(table, marks[i])).toBe(5 + i);
      expect<usize>(seat.bucket).toBe(table.slot(i));
      expect<u64>(table.keyCount).toBe(1 + i);
      del(table, marks[i]);
      expect<u32>(tableFind(table, marks[i])).toBe(Status.DELETED);
      expect<u64>(table.deletedCount).toBe(1);
      put(table, marks[i], 7 + i);
      expect<u64>(valueAt(table, marks[i])).toBe(7 + i);
      expect<u64>(table.deletedCount).toBe(0);
    }
    for (let key: u64 = 0; key < 6; ++key) expect<bool>(put(table, key, key)).toBeTruthy();
    expect<u64>(table.keyCount).toBe(8);
    expect<u64>(valueAt(table, emptyKey)).toBe(7);
    expect<u64>(valueAt(table, deletedKey)).toBe(8);
  });

  test("may be deleted in a plain table without ever being there", () => {
    freshSpace();
    const table = tableFor(Kind.PLAIN, 4, 50, 3);
    del(table, emptyKey);
    expect<u32>(tableFind(table, emptyKey)).toBe(Status.DELETED);
    expect<u32>(tableFind(table, deletedKey)).toBe(Status.ABSENT);
    expect<u64>(table.keyCount).toBe(1);
  });

  test("are ordinary in tables whose marks are in the value", () => {
    for (let k = 1; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 3);
      put(table, emptyKey, 1);
      put(table, deletedKey, 2);
      expect<u64>(valueAt(table, emptyKey)).toBe(1, names[k]);
      expect<u64>(valueAt(table, deletedKey)).toBe(2, names[k]);
      expect<u64>(seatIndex(table)).toBeLessThan(table.bucketCount, names[k]);
      del(table, emptyKey);
      expect<u32>(tableFind(table, emptyKey)).toBe(Status.DELETED, names[k]);
      expect<u32>(tableFind(table, deletedKey)).toBe(Status.OK, names[k]);
    }
  });
});

describe("a full table", () => {
  test("is full by advice only: 6 buckets at 50 % take 6 keys, and the 7th is refused", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 3);
      expect<u64>(table.bucketCount).toBe(6, names[k]);
      expect<u64>(table.capacity()).toBe(3, names[k]);
      for (let key: u64 = 0; key < 6; ++key) {
        expect<bool>(table.isFull()).toBe(key >= 3, names[k]);
        expect<bool>(put(table, key * 5, key)).toBeTruthy(names[k]);
      }
      const bytes = hexOf(table.base, <u32>table.bytes());
      expect<u32>(tableFind(table, 100)).toBe(Status.FULL, names[k]);
      expect<bool>(put(table, 100, 1)).toBeFalsy(names[k]);
      expect<bool>(del(table, 100)).toBeFalsy(names[k]);
      expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(bytes, names[k]);
      expect<u64>(table.keyCount).toBe(6, names[k]);
      // What is there can still be overwritten and deleted.
      expect<bool>(put(table, 25, 99)).toBeTruthy(names[k]);
      expect<u64>(valueAt(table, 25)).toBe(99, names[k]);
      expect<bool>(del(table, 20)).toBeTruthy(names[k]);
      expect<u32>(tableFind(table, 20)).toBe(Status.DELETED, names[k]);
      // A tombstone is not room for another key.
      expect<bool>(put(table, 100, 1)).toBeFalsy(names[k]);
    }
  });

  test("of one bucket, for no keys asked, takes one", () => {
    freshSpace();
    const table = tableFor(Kind.OFFSET_SHORT, 4, 100, 0);
    expect<u64>(table.bucketCount).toBe(1);
    expect<bool>(put(table, 12345, 1)).toBeTruthy();
    expect<bool>(put(table, 12346, 1)).toBeFalsy();
    expect<u32>(tableFind(table, 12346)).toBe(Status.FULL);
  });
});

/** Ten thousand sequential keys, each at home, in a run of used buckets; probed as a mounted table is. */
function longRun(): Table {
  freshSpace();
  const table = tableOf(Kind.OFFSET_SHORT, 4, 50, 20000);
  for (let key: u64 = 0; key < 10000; ++key) put(table, key, key);
  table.probeLimit = probeCountMax;
  table.setBucketCount(20000);
  return table;
}

/** `count` keys of one home. */
function crowd(count: u64): Table {
  freshSpace();
  const table = tableOf(Kind.OFFSET_SHORT, 4, 50, 20000);
  for (let i: u64 = 0; i < count; ++i) put(table, i * 20000, i);
  table.probeLimit = probeCountMax;
  table.setBucketCount(20000);
  return table;
}

describe("a bound of probes", () => {
  test("is not met by near keys: in a run of 10,000 used buckets a missing key is absent for certain", () => {
    const table = longRun();
    expect<u32>(table.probeMax).toBe(4096);
    expect<u32>(table.reach).toBe(Reach.UNKNOWN);
    expect<u64>(valueAt(table, 9999)).toBe(9999);
    expect<u32>(tableFind(table, 20000 + 5)).toBe(Status.FULL);
    expect<u32>(table.reach).toBe(Reach.WITHIN);
    expect<u32>(tableFind(table, 20000 + 17)).toBe(Status.FULL);
    expect<u32>(tableFind(table, 20000 + 9990)).toBe(Status.ABSENT);
  });

  test("is measured again after another key came in", () => {
    const table = longRun();
    tableFind(table, 20000 + 5);
    put(table, 15000, 1);
    expect<u32>(table.reach).toBe(Reach.UNKNOWN);
    expect<u32>(tableFind(table, 20000 + 5)).toBe(Status.FULL);
    // Overwriting and deleting what is there moves nothing.
    put(table, 15000, 2);
    del(table, 9);
    expect<u32>(table.reach).toBe(Reach.WITHIN);
  });

  test("that keys really lie beyond says so, and nothing of the key", () => {
    const table = crowd(5000);
    expect<u64>(valueAt(table, 4095 * 20000)).toBe(4095);
    expect<u32>(tableFind(table, 4096 * 20000)).toBe(Status.PROBE_LIMIT);
    expect<u32>(table.reach).toBe(Reach.BEYOND);
    expect<u32>(tableFind(table, 9000 * 20000)).toBe(Status.PROBE_LIMIT);
    expect<u32>(tableFind(table, 6000)).toBe(Status.ABSENT);
  });

  test("is met by the last key within it and passed by the next", () => {
    const within = crowd(4096);
    expect<u64>(valueAt(within, 4095 * 20000)).toBe(4095);
    expect<u32>(tableFind(within, 9000 * 20000)).toBe(Status.FULL);
    const beyond = crowd(4097);
    expect<u32>(tableFind(beyond, 9000 * 20000)).toBe(Status.PROBE_LIMIT);
  });
});

describe("shrinking", () => {
  test("from capacity 10 to 4 keeps every state, in every kind of bucket", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableFor(kinds[k], widths[k], 50, 10);
      const name = names[k];
      put(table, 1, 10, 100);
      put(table, 21, 20, 101);
      del(table, 41, 102);
      put(table, 19, 40, 103);
      if (k == 0) {
        // The slots count as keys and are kept behind the new end.
        del(table, 19);
        put(table, 19, 40, 103);
      }
      expect<u32>(tableShrink(table, bucketCountOf(table.keyCount, 50))).toBe(Status.OK, name);
      expect<u64>(table.bucketCount).toBe(8, name);
      expect<u64>(table.capacity()).toBe(4, name);
      expect<u64>(table.bytes()).toBe(tableBytesOf(kinds[k], widths[k], 8), name);
      expect<u64>(valueAt(table, 1)).toBe(10, name);
      expect<u64>(valueAt(table, 21)).toBe(20, name);
      expect<u32>(tableFind(table, 41)).toBe(Status.DELETED, name);
      expect<u32>(seat.timestamp).toBe(k == 1 ? 102 : 0, name);
      expect<u64>(valueAt(table, 19)).toBe(40, name);
      expect<u32>(tableFind(table, 2)).toBe(Status.ABSENT, name);
      expect<u64>(table.deletedCount).toBe(1, name);
    }
  });

  test("takes the slots along, live and deleted", () => {
    freshSpace();
    const table = tableFor(Kind.PLAIN, 8, 50, 20);
    put(table, emptyKey, 42);
    put(table, deletedKey, 43);
    del(table, deletedKey);
    put(table, 5, 44);
    const used = memoryUsed();
    expect<u32>(tableShrink(table, 6)).toBe(Status.OK);
    expect<u64>(memoryUsed()).toBe(used);
    expect<u64>(valueAt(table, emptyKey)).toBe(42);
    expect<u32>(tableFind(table, deletedKey)).toBe(Status.DELETED);
    expect<u64>(valueAt(table, 5)).toBe(44);
    expect<usize>(table.slot(0)).toBe(table.base + 16 + 6 * 16);
  });

  test("to as many buckets or more does nothing", () => {
    freshSpace();
    const table = tableFor(Kind.PLAIN, 8, 50, 3);
    for (let key: u64 = 0; key < 5; ++key) put(table, key, key);
    const bytes = hexOf(table.base, <u32>table.bytes());
    expect<u32>(tableShrink(table, 6)).toBe(Status.OK);
    expect<u32>(tableShrink(table, 10)).toBe(Status.OK);
    expect<u32>(tableShrink(table, u64.MAX_VALUE)).toBe(Status.OK);
    expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(bytes);
  });

  test("refuses, unchanged, a foreign table with more keys than its header owns up to", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const table = tableOf(kinds[k], widths[k], 50, 16);
      for (let key: u64 = 0; key < 12; ++key) put(table, key, key);
      table.setKeyCount(2);
      const before = hexOf(table.base, <u32>table.bytes());
      const zero = hexOf(0, 8);
      expect<u32>(tableShrink(table, 4)).toBe(Status.TABLE_HEADER, names[k]);
      expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(before, names[k]);
      expect<string>(hexOf(0, 8)).toBe(zero, names[k]);
      expect<u64>(table.bucketCount).toBe(16, names[k]);
    }
  });

  test("without memory changes nothing", () => {
    freshSpace();
    const table = tableFor(Kind.PLAIN, 8, 50, 100);
    put(table, emptyKey, 1);
    put(table, 5, 2);
    // Room for the slots' copy, none for the bitmap; then none for either.
    const rest = regionAllocate(spaceBytes - memoryUsed() - 64 - 128);
    expect<bool>(rest != 0).toBeTruthy();
    expect<u32>(tableShrink(table, 4)).toBe(Status.NO_MEMORY);
    expect<bool>(regionAllocate(64) != 0).toBeTruthy();
    expect<u32>(tableShrink(table, 4)).toBe(Status.NO_MEMORY);
    expect<u64>(table.bucketCount).toBe(200);
    expect<u64>(valueAt(table, emptyKey)).toBe(1);
    expect<u64>(valueAt(table, 5)).toBe(2);
  });
});

describe("a copy into a larger table", () => {
  test("has every record, tombstone, slot and count", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      const source = tableFor(kinds[k], widths[k], 50, 100);
      for (let key: u64 = 0; key < 100; ++key) put(source, key * 3, key + 1, <u32>key);
      for (let key: u64 = 0; key < 100; key += 10) del(source, key * 3, 7);
      put(source, emptyKey, 5);
      del(source, deletedKey);
      const target = tableFor(kinds[k], widths[k], 50, 200);
      expect<u32>(tableCopy(source, target)).toBe(Status.OK, names[k]);
      expect<u64>(target.keyCount).toBe(102, names[k]);
      expect<u64>(load<u64>(target.base, 8)).toBe(102, names[k]);
      expect<u64>(target.deletedCount).toBe(11, names[k]);
      let wrong = 0;
      for (let key: u64 = 0; key < 100; ++key) {
        if (tableFind(target, key * 3) != (key % 10 == 0 ? Status.DELETED : Status.OK)) ++wrong;
        else if (key % 10 != 0 && seatValue(target) != key + 1) ++wrong;
        if (k == 1 && seat.timestamp != (key % 10 == 0 ? 7 : <u32>key)) ++wrong;
      }
      expect<i32>(wrong).toBe(0, names[k]);
      expect<u64>(valueAt(target, emptyKey)).toBe(5, names[k]);
      expect<u32>(tableFind(target, deletedKey)).toBe(Status.DELETED, names[k]);
    }
  });
});

describe("shortening offsets", () => {
  test("makes 8 bytes 4 in place, bucket by bucket, with every state", () => {
    freshSpace();
    const table = tableOf(Kind.OFFSET, 8, 50, 4);
    put(table, 1, 0xfffffffd);
    put(table, 2, 7);
    del(table, 2);
    expect<u32>(tableShortenOffsets(table)).toBe(Status.OK);
    expect<u32>(table.kind).toBe(Kind.OFFSET_SHORT);
    expect<u64>(table.bytes()).toBe(16 + 4 * 12);
    expect<string>(hexOf(table.buckets(), 48)).toBe(
      "0000000000000000ffffffff" + "0100000000000000fdffffff" + "0200000000000000feffffff" + "0000000000000000ffffffff",
    );
    expect<u64>(valueAt(table, 1)).toBe(0xfffffffd);
    expect<u32>(tableFind(table, 2)).toBe(Status.DELETED);
    expect<u32>(tableFind(table, 3)).toBe(Status.ABSENT);
  });

  test("keeps seconds; a tombstone's stale offset becomes 0", () => {
    freshSpace();
    const table = tableOf(Kind.TIMESTAMPED, 8, 50, 3);
    put(table, 1, 9, 100);
    put(table, 2, 0x123456789a, 101);
    del(table, 2, 102);
    expect<u32>(tableShortenOffsets(table)).toBe(Status.OK);
    expect<u64>(table.bytes()).toBe(16 + 3 * 16);
    expect<string>(hexOf(table.buckets(), 48)).toBe(
      "0000000000000000ffffff7f00000000" + "01000000000000006400000009000000" + "02000000000000006600008000000000",
    );
    expect<u64>(valueAt(table, 1)).toBe(9);
    expect<u32>(seat.timestamp).toBe(100);
    expect<u32>(tableFind(table, 2)).toBe(Status.DELETED);
    expect<u32>(seat.timestamp).toBe(102);
  });

  test("refuses, unchanged, a table with an offset that does not fit, or is a mark then", () => {
    const tooLarge: StaticArray<u64> = [0xfffffffe, 0xffffffff, 0x100000000];
    for (let i = 0; i < 3; ++i) {
      freshSpace();
      const table = tableOf(Kind.OFFSET, 8, 50, 4);
      put(table, 1, 5);
      put(table, 2, tooLarge[i]);
      const bytes = hexOf(table.base, <u32>table.bytes());
      expect<u32>(tableShortenOffsets(table)).toBe(Status.VALUE_RESERVED);
      expect<string>(hexOf(table.base, <u32>table.bytes())).toBe(bytes);
      expect<u32>(table.kind).toBe(Kind.OFFSET);
    }
  });

  test("refuses a table without 8-byte offsets", () => {
    freshSpace();
    expect<u32>(tableShortenOffsets(tableOf(Kind.PLAIN, 8, 50, 4))).toBe(Status.TABLE_HEADER);
    expect<u32>(tableShortenOffsets(tableOf(Kind.TIMESTAMPED, 4, 50, 4))).toBe(Status.TABLE_HEADER);
    expect<u32>(tableShortenOffsets(tableOf(Kind.OFFSET_SHORT, 4, 50, 4))).toBe(Status.TABLE_HEADER);
  });
});

describe("values a bucket keeps for itself", () => {
  test("are an offset's two marks, at its own width", () => {
    expect<bool>(tableTakes(Kind.OFFSET_SHORT, 0xfffffffd)).toBeTruthy();
    expect<bool>(tableTakes(Kind.OFFSET_SHORT, 0xfffffffe)).toBeFalsy();
    expect<bool>(tableTakes(Kind.OFFSET_SHORT, 0x100000000)).toBeFalsy();
    expect<bool>(tableTakes(Kind.OFFSET, 0xfffffffffffffffd)).toBeTruthy();
    expect<bool>(tableTakes(Kind.OFFSET, 0xfffffffffffffffe)).toBeFalsy();
    expect<bool>(tableTakes(Kind.PLAIN, u64.MAX_VALUE)).toBeTruthy();
    expect<bool>(tableTakes(Kind.TIMESTAMPED, u64.MAX_VALUE)).toBeTruthy();
  });
});

describe("a walk", () => {
  test("visits every used bucket once, then the slots, with their keys and states", () => {
    freshSpace();
    const table = tableOf(Kind.PLAIN, 4, 50, 4);
    expect<u64>(tablePositions(table)).toBe(6);
    expect<u64>(tableNext(table, 0)).toBe(6);
    put(table, 3, 30);
    put(table, 1, 10);
    del(table, 1);
    put(table, deletedKey, 50);
    expect<u64>(tableNext(table, 0)).toBe(1);
    expect<u32>(tableLook(table, 1)).toBe(Status.DELETED);
    expect<u64>(tableKeyAt(table, 1)).toBe(1);
    expect<u64>(tableNext(table, 2)).toBe(3);
    expect<u32>(tableLook(table, 3)).toBe(Status.OK);
    expect<u64>(tableKeyAt(table, 3)).toBe(3);
    expect<u64>(tableNext(table, 4)).toBe(5);
    expect<u32>(tableLook(table, 5)).toBe(Status.OK);
    expect<u64>(tableKeyAt(table, 5)).toBe(deletedKey);
    expect<u64>(seatValue(table)).toBe(50);
    expect<u64>(tableNext(table, 6)).toBe(6);
    del(table, emptyKey);
    expect<u64>(tableNext(table, 4)).toBe(4);
    expect<u32>(tableLook(table, 4)).toBe(Status.DELETED);
    expect<u64>(tableKeyAt(table, 4)).toBe(emptyKey);
  });

  test("ends at the last bucket of a table without slots", () => {
    freshSpace();
    const table = tableOf(Kind.OFFSET_SHORT, 4, 50, 4);
    put(table, 3, 30);
    expect<u64>(tablePositions(table)).toBe(4);
    expect<u64>(tableNext(table, 0)).toBe(3);
    expect<u64>(tableNext(table, 4)).toBe(4);
  });
});

describe("finding many", () => {
  test("answers as finding one does, whatever the count is modulo the group", () => {
    freshSpace();
    const table = tableOf(Kind.TIMESTAMPED, 3, 50, 64);
    for (let key: u64 = 0; key < 40; ++key) put(table, key * 7, key + 1, 5);
    for (let key: u64 = 0; key < 40; key += 3) del(table, key * 7, 6);
    const keys = regionAllocate(8 * 50);
    for (let i: u64 = 0; i < 50; ++i) store<u64>(keys + ((<usize>i) << 3), i * 7);
    const statuses = regionAllocate(64);
    const values = regionAllocate(256);
    for (let count: u32 = 0; count <= 50; ++count) {
      memory.fill(statuses, 0x77, 64);
      memory.fill(values, 0x77, 256);
      tableFindMany(table, keys, count, statuses, values);
      let wrong = 0;
      for (let i: u32 = 0; i < 64; ++i) {
        const status = i >= count ? 0x77 : i >= 40 ? Status.ABSENT : i % 3 == 0 ? Status.DELETED : Status.OK;
        if (load<u8>(statuses + i) != <u8>status) ++wrong;
        // Only a live key's own bytes are written.
        const value: u32 = status == Status.OK ? i + 1 : 0x777777;
        if ((load<u32>(values + i * 3) & 0xffffff) != value) ++wrong;
      }
      expect<i32>(wrong).toBe(0);
    }
  });

  test("says absent for a missing key of a full table", () => {
    freshSpace();
    const table = tableOf(Kind.OFFSET_SHORT, 4, 50, 2);
    put(table, 0, 1);
    put(table, 1, 1);
    const keys = regionAllocate(8);
    store<u64>(keys, 9);
    const statuses = regionAllocate(8);
    tableFindMany(table, keys, 1, statuses, regionAllocate(8));
    expect<u8>(load<u8>(statuses)).toBe(<u8>Status.ABSENT);
  });
});

describe("a table under a long random history", () => {
  test("agrees with a Map, over shrinks and growth", () => {
    for (let k = 0; k < 4; ++k) {
      freshSpace();
      seedRandom(k + 1);
      let table = tableFor(kinds[k], widths[k], 80, 300);
      const model = new Map<u64, u64>();
      const absent = u64.MAX_VALUE;
      for (let step = 0; step < 4000; ++step) {
        const pick = random() % 260;
        const key =
          pick == 0 ? emptyKey : pick == 1 ? deletedKey : pick % 2 == 0 ? pick * 375 : pick * 0x9e3779b97f4a7c15;
        if (random() % 3 == 0) {
          del(table, key, step);
          model.set(key, absent);
        } else {
          put(table, key, step, step);
          model.set(key, step);
        }
        if (step % 1000 == 999) {
          expect<u32>(tableShrink(table, table.keyCount + 3)).toBe(Status.OK);
          const grown = tableFor(kinds[k], widths[k], 80, 300);
          expect<u32>(tableCopy(table, grown)).toBe(Status.OK);
          table = grown;
        }
      }
      const keys = model.keys();
      let wrong = 0;
      let deleted: u64 = 0;
      for (let i = 0; i < keys.length; ++i) {
        const expected = model.get(keys[i]);
        const status = tableFind(table, keys[i]);
        if (expected == absent) ++deleted;
        if (status != (expected == absent ? Status.DELETED : Status.OK)) ++wrong;
        else if (expected != absent && seatValue(table) != expected) ++wrong;
      }
      expect<i32>(wrong).toBe(0, names[k]);
      expect<u64>(table.keyCount).toBe(keys.length, names[k]);
      expect<u64>(table.deletedCount).toBe(deleted, names[k]);
    }
  });
});
