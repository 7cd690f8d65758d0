import { memoryUsed, regionAllocate, regionBytes, regionFree } from "../../../assembly/memory";
import { KeyForm } from "../../../assembly/read/form";
import { Segment } from "../../../assembly/read/segment";
import { Status } from "../../../assembly/status";
import { Kind, tableBytesOf } from "../../../assembly/table/format";
import { arenaAt, sliceShift } from "../../../assembly/value/arena";
import { addMany, addResult } from "../../../assembly/write/add";
import { freshSpace, hexOf, spaceBytes } from "../support";
import {
  add,
  batchAdd,
  batchBytes,
  batchOpen,
  budgetMax,
  collidingKey,
  collidingLen,
  delInteger,
  delText,
  formOf,
  foundTimestamp,
  getBytes,
  getText,
  integerOf,
  putInteger,
  putText,
  segmentOf,
  stage,
  statusOf,
} from "./support";

function exactSegment(budgetBytes: u64 = budgetMax): Segment {
  freshSpace();
  return segmentOf(formOf(KeyForm.EXACT, false), Kind.OFFSET_SHORT, 4, budgetBytes);
}

function timedSegment(newestWins: bool): Segment {
  freshSpace();
  return segmentOf(formOf(KeyForm.EXACT, false, newestWins), Kind.TIMESTAMPED, 4);
}

function valueFile(segment: Segment): string {
  return hexOf(arenaAt(segment.arena, 0), <u32>segment.arena.used);
}

describe("a record of an exact key", () => {
  test("is prefix, head, key and value; a deletion is one without a value", () => {
    const segment = exactSegment();
    expect<u32>(putText(segment, "k", "value")).toBe(Status.OK);
    expect<u32>(delText(segment, "key")).toBe(Status.OK);
    expect<u32>(putText(segment, "", "")).toBe(Status.OK);
    expect<string>(valueFile(segment)).toBe("07016b76616c7565" + "04836b6579" + "0100");
    expect<string>(getText(segment, "k")).toBe("value");
    expect<string>(getText(segment, "key")).toBe(`[${Status.DELETED}]`);
    expect<string>(getText(segment, "")).toBe("");
    expect<string>(getText(segment, "other")).toBe(`[${Status.ABSENT}]`);
  });

  test("that is written again is appended, and the bucket points at the newest", () => {
    const segment = exactSegment();
    putText(segment, "k", "1");
    putText(segment, "k", "22");
    expect<string>(valueFile(segment)).toBe("03016b31" + "04016b3232");
    expect<u64>(segment.table.keyCount).toBe(1);
    expect<string>(getText(segment, "k")).toBe("22");
  });

  test("counts its deletions apart, since its bucket is no tombstone", () => {
    const segment = exactSegment();
    putText(segment, "a", "1");
    delText(segment, "a");
    delText(segment, "a");
    delText(segment, "b");
    expect<u64>(segment.deletedRecords).toBe(2);
    expect<u64>(segment.table.deletedCount).toBe(0);
    expect<u64>(segment.table.keyCount).toBe(2);
    putText(segment, "a", "2");
    putText(segment, "a", "3");
    expect<u64>(segment.deletedRecords).toBe(1);
    expect<string>(getText(segment, "a")).toBe("3");
  });

  test("keeps keys of 62, 63 and 65,535 bytes", () => {
    const segment = exactSegment();
    const key = regionAllocate(65535);
    memory.fill(key, 0x78, 65535);
    const lengths: StaticArray<u32> = [62, 63, 64, 65535];
    batchOpen(70000 * 2);
    for (let i = 0; i < 4; ++i) stage(key, lengths[i], key, 3, 0, false);
    expect<u32>(batchAdd(segment)).toBe(Status.OK);
    for (let i = 0; i < 4; ++i) expect<string>(getBytes(segment, key, lengths[i])).toBe("xxx");
    expect<string>(getBytes(segment, key, 61)).toBe(`[${Status.ABSENT}]`);
  });
});

describe("keys with one hash", () => {
  test("both live: overwritten and deleted each by itself", () => {
    const segment = exactSegment();
    const a = collidingKey(0);
    const b = collidingKey(1);
    expect<u64>(segment.form.hashBytes(a, collidingLen)).toBe(segment.form.hashBytes(b, collidingLen));
    expect<u32>(memory.compare(a, b, collidingLen)).not.toBe(0);
    add(segment, a, collidingLen, "a", 0, false);
    expect<string>(getBytes(segment, b, collidingLen)).toBe(`[${Status.ABSENT}]`);
    add(segment, b, collidingLen, "b", 0, false);
    expect<string>(getBytes(segment, a, collidingLen)).toBe("a");
    expect<string>(getBytes(segment, b, collidingLen)).toBe("b");
    add(segment, b, collidingLen, "b2", 0, false);
    add(segment, a, collidingLen, "", 0, true);
    expect<string>(getBytes(segment, a, collidingLen)).toBe(`[${Status.DELETED}]`);
    expect<string>(getBytes(segment, b, collidingLen)).toBe("b2");
    add(segment, a, collidingLen, "a2", 0, false);
    expect<string>(getBytes(segment, a, collidingLen)).toBe("a2");
    expect<u64>(segment.table.keyCount).toBe(2);
  });

  test("are as many as wanted, under every seed: each but the first goes on to another hash", () => {
    const segment = exactSegment();
    segment.form.seed = 0x1234567890abcdef;
    for (let i: u32 = 0; i < 32; ++i) {
      expect<u32>(add(segment, collidingKey(i), collidingLen, `value ${i}`, 0, false)).toBe(Status.OK);
    }
    expect<u64>(segment.table.keyCount).toBe(32);
    for (let i: u32 = 0; i < 32; ++i) {
      expect<string>(getBytes(segment, collidingKey(i), collidingLen)).toBe(`value ${i}`);
    }
  });

  test("keep their places while the table grows under them", () => {
    const segment = exactSegment();
    for (let i: u32 = 0; i < 16; ++i) add(segment, collidingKey(i), collidingLen, `value ${i}`, 0, false);
    for (let i: u32 = 0; i < 3000; ++i) putText(segment, `key ${i}`, "x");
    expect<u64>(segment.table.bucketCount).toBeGreaterThan(5000);
    for (let i: u32 = 0; i < 16; ++i) {
      expect<string>(getBytes(segment, collidingKey(i), collidingLen)).toBe(`value ${i}`);
    }
  });
});

describe("an integer key", () => {
  test("with its value in the bucket has tombstones", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, true), Kind.PLAIN, 4);
    putInteger(segment, 7, 0x11223344);
    putInteger(segment, 0, 5);
    putInteger(segment, u64.MAX_VALUE, 6);
    delInteger(segment, 0);
    delInteger(segment, 99);
    expect<u64>(integerOf(segment, 7)).toBe(0x11223344);
    expect<u64>(integerOf(segment, u64.MAX_VALUE)).toBe(6);
    expect<u32>(statusOf(segment, 0)).toBe(Status.DELETED);
    expect<u32>(statusOf(segment, 99)).toBe(Status.DELETED);
    expect<u32>(statusOf(segment, 98)).toBe(Status.ABSENT);
    expect<u64>(segment.table.deletedCount).toBe(2);
    expect<u64>(segment.arena.used).toBe(0);
  });

  test("with its value in the arena has only the value there", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, false), Kind.OFFSET_SHORT, 4);
    putInteger(segment, 7, 0x8877665544332211);
    delInteger(segment, 8);
    expect<string>(valueFile(segment)).toBe("081122334455667788");
    expect<u32>(statusOf(segment, 7)).toBe(Status.OK);
    expect<u32>(statusOf(segment, 8)).toBe(Status.DELETED);
  });

  test("that crosses as a number is the same key, negative ones too", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, true, false, true), Kind.PLAIN, 8);
    putInteger(segment, reinterpret<u64>(<f64>-1), 1);
    putInteger(segment, reinterpret<u64>(<f64>9007199254740991), 2);
    putInteger(segment, reinterpret<u64>(<f64>0), 3);
    expect<u64>(integerOf(segment, u64.MAX_VALUE)).toBe(1);
    expect<u64>(integerOf(segment, 9007199254740991)).toBe(2);
    expect<u64>(integerOf(segment, 0)).toBe(3);
  });
});

describe("an older timestamp", () => {
  test("loses where the newest wins: it is counted, and nothing is written", () => {
    const segment = timedSegment(true);
    putText(segment, "k", "at 10", 10);
    const used = segment.arena.used;
    expect<u32>(putText(segment, "k", "at 9", 9)).toBe(Status.OK);
    expect<u32>(addResult.stale).toBe(1);
    expect<u32>(delText(segment, "k", 9)).toBe(Status.OK);
    expect<u32>(addResult.stale).toBe(1);
    expect<u64>(segment.arena.used).toBe(used);
    expect<string>(getText(segment, "k")).toBe("at 10");
    expect<u32>(foundTimestamp()).toBe(10);
    expect<u64>(segment.deletedRecords).toBe(0);
  });

  test("that is equal goes to the later write", () => {
    const segment = timedSegment(true);
    putText(segment, "k", "first", 10);
    putText(segment, "k", "second", 10);
    expect<u32>(addResult.stale).toBe(0);
    expect<string>(getText(segment, "k")).toBe("second");
  });

  test("loses against a deletion too, and a newer one revives", () => {
    const segment = timedSegment(true);
    delText(segment, "k", 10);
    putText(segment, "k", "at 9", 9);
    expect<string>(getText(segment, "k")).toBe(`[${Status.DELETED}]`);
    putText(segment, "k", "at 11", 11);
    expect<string>(getText(segment, "k")).toBe("at 11");
  });

  test("wins where the last write does", () => {
    const segment = timedSegment(false);
    putText(segment, "k", "at 10", 10);
    putText(segment, "k", "at 9", 9);
    expect<u32>(addResult.stale).toBe(0);
    expect<string>(getText(segment, "k")).toBe("at 9");
    expect<u32>(foundTimestamp()).toBe(9);
    expect<u32>(segment.timestampMax).toBe(10);
  });

  test("of a tombstone counts as well", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, true, true), Kind.TIMESTAMPED, 4);
    delInteger(segment, 1, 10);
    putInteger(segment, 1, 5, 9);
    expect<u32>(statusOf(segment, 1)).toBe(Status.DELETED);
    putInteger(segment, 1, 6, 10);
    expect<u64>(integerOf(segment, 1)).toBe(6);
    expect<u32>(segment.timestampMax).toBe(10);
  });
});

/** Bytes a region takes. */
function used(region: usize): u64 {
  return regionBytes(region) + 64;
}

describe("a growing table", () => {
  test("keeps every record, tombstone and count", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, true), Kind.TIMESTAMPED, 4);
    expect<u64>(segment.table.bucketCount).toBe(1024);
    for (let key: u64 = 0; key < 5000; ++key) {
      putInteger(segment, key, key + 1, <u32>key);
      if (key % 7 == 0) delInteger(segment, key, <u32>key);
    }
    expect<u64>(segment.table.bucketCount).toBe(16384);
    expect<u64>(segment.table.keyCount).toBe(5000);
    expect<u64>(segment.table.deletedCount).toBe(715);
    expect<u32>(segment.timestampMax).toBe(4999);
    let wrong = 0;
    for (let key: u64 = 0; key < 5000; ++key) {
      const status = statusOf(segment, key);
      if (status != (key % 7 == 0 ? Status.DELETED : Status.OK)) ++wrong;
      if (foundTimestamp() != <u32>key) ++wrong;
      if (key % 7 != 0 && integerOf(segment, key) != key + 1) ++wrong;
    }
    expect<i32>(wrong).toBe(0);
    expect<u32>(statusOf(segment, 5000)).toBe(Status.ABSENT);
  });

  test("gives the smaller one's memory back", () => {
    const segment = exactSegment();
    const form = memoryUsed() - used(changetype<usize>(segment)) - used(segment.table.base);
    for (let i = 0; i < 600; ++i) putText(segment, `${i}`, "x");
    expect<u64>(segment.table.bucketCount).toBe(2048);
    const arena = used(load<u32>(segment.arena.slices)) + used(segment.arena.slices);
    expect<u64>(memoryUsed()).toBe(form + used(changetype<usize>(segment)) + used(segment.table.base) + arena);
  });
});

describe("a batch", () => {
  test("is added whole, in order, whatever its records' lengths", () => {
    const segment = exactSegment();
    batchOpen(100000);
    const text = regionAllocate(64);
    for (let i = 0; i < 1000; ++i) {
      store<u64>(text, i % 300);
      store<u64>(text, i, 8);
      stage(text, 1 + (i % 3), text + 8, i % 8, 0, i % 11 == 0);
    }
    expect<u32>(batchAdd(segment)).toBe(Status.OK);
    expect<u32>(addResult.consumed).toBe(batchBytes());
    expect<u32>(addResult.stale).toBe(0);
  });

  test("of nothing is done", () => {
    const segment = exactSegment();
    batchOpen(64);
    expect<u32>(batchAdd(segment)).toBe(Status.OK);
    expect<u32>(addResult.consumed).toBe(0);
  });
});

describe("a full segment", () => {
  test("says how far it came, and the record that did not get in left nothing behind", () => {
    // Budget for the first table and 64 bytes of records.
    const segment = exactSegment(tableBytesOf(Kind.OFFSET_SHORT, 4, 1024) + 64);
    batchOpen(4096);
    const text = regionAllocate(64);
    memory.fill(text, 0x61, 64);
    for (let i: u32 = 0; i < 10; ++i) {
      store<u8>(text, <u8>i);
      stage(text, 1, text, 10, 1000 + i, false);
    }
    // Each takes 13 bytes: four fit.
    expect<u32>(batchAdd(segment)).toBe(Status.FULL);
    expect<u32>(addResult.consumed).toBe(4 * 40);
    expect<u64>(segment.table.keyCount).toBe(4);
    expect<u64>(segment.arena.used).toBe(52);
    expect<u32>(segment.timestampMax).toBe(1003);
  });

  test("keeps the newest second of what got in", () => {
    freshSpace();
    const budget = tableBytesOf(Kind.TIMESTAMPED, 4, 1024) + 20;
    const segment = segmentOf(formOf(KeyForm.EXACT, false, true), Kind.TIMESTAMPED, 4, budget);
    expect<u32>(putText(segment, "a", "0123456789", 5)).toBe(Status.OK);
    const bytes = hexOf(segment.table.base, <u32>segment.table.bytes());
    expect<u32>(putText(segment, "b", "0123456789", 9)).toBe(Status.FULL);
    expect<u32>(delText(segment, "a", 9)).toBe(Status.OK);
    expect<u32>(putText(segment, "a", "0123456789", 99)).toBe(Status.FULL);
    expect<u32>(segment.timestampMax).toBe(9);
    expect<u64>(segment.deletedRecords).toBe(1);
    expect<string>(getText(segment, "a")).toBe(`[${Status.DELETED}]`);
    expect<string>(getText(segment, "b")).toBe(`[${Status.ABSENT}]`);
    expect<i32>(bytes.length).toBe(<i32>segment.table.bytes() * 2);
  });

  test("always took its first record, however small the budget", () => {
    const segment = exactSegment(1);
    expect<u32>(putText(segment, "a", "a long value")).toBe(Status.OK);
    expect<u32>(putText(segment, "b", "")).toBe(Status.FULL);
    expect<string>(getText(segment, "a")).toBe("a long value");
  });

  test("does not grow its table past the budget", () => {
    freshSpace();
    const budget = tableBytesOf(Kind.PLAIN, 8, 4096);
    const segment = segmentOf(formOf(KeyForm.INTEGER, true), Kind.PLAIN, 8, budget);
    let added: u64 = 0;
    while (putInteger(segment, added, added) == Status.OK) ++added;
    expect<u64>(added).toBe(2048);
    expect<u64>(segment.table.bucketCount).toBe(4096);
    // What it has can still be overwritten and deleted.
    expect<u32>(putInteger(segment, 5, 6)).toBe(Status.OK);
    expect<u32>(delInteger(segment, 7)).toBe(Status.OK);
    expect<u64>(integerOf(segment, 5)).toBe(6);
  });
});

describe("without memory", () => {
  test("for a slice nothing is added, and all that is there is read", () => {
    const segment = exactSegment();
    putText(segment, "a", "1");
    const rest = regionAllocate(spaceBytes - memoryUsed() - 64);
    expect<bool>(rest != 0).toBeTruthy();
    const value = regionAllocate(0);
    expect<usize>(value).toBe(0);
    batchOpen(0);
    const used = segment.arena.used;
    const end = arenaAt(segment.arena, used);
    // Staged in the slice itself: the only bytes there are. What is left of it is too small for the record.
    store<u32>(end, 1);
    store<u32>(end, 1 << sliceShift, 4);
    store<u64>(end, 0, 8);
    store<u64>(end, 0x62, 16);
    expect<u32>(addMany(segment, end, end + 24)).toBe(Status.NO_MEMORY);
    expect<u32>(addResult.consumed).toBe(0);
    expect<u64>(segment.arena.used).toBe(used);
    expect<u64>(segment.table.keyCount).toBe(1);
    expect<string>(getText(segment, "a")).toBe("1");
    regionFree(rest);
    expect<u32>(putText(segment, "b", "2")).toBe(Status.OK);
  });

  test("for a larger table nothing is added", () => {
    freshSpace();
    const segment = segmentOf(formOf(KeyForm.INTEGER, true), Kind.PLAIN, 8);
    for (let key: u64 = 0; key < 512; ++key) putInteger(segment, key, key);
    const rest = regionAllocate(spaceBytes - memoryUsed() - 64);
    expect<u32>(putInteger(segment, 512, 1)).toBe(Status.NO_MEMORY);
    expect<u64>(segment.table.keyCount).toBe(512);
    expect<u32>(statusOf(segment, 512)).toBe(Status.ABSENT);
    regionFree(rest);
    expect<u32>(putInteger(segment, 512, 1)).toBe(Status.OK);
    expect<u64>(segment.table.keyCount).toBe(513);
  });
});

describe("a record longer than a prefix can say", () => {
  test("is refused before anything of it is read", () => {
    const segment = exactSegment();
    const at = regionAllocate(64);
    store<u32>(at, 1);
    store<u32>(at, 0x3ffffffe, 4);
    store<u64>(at, 0, 8);
    expect<u32>(addMany(segment, at, at + 24)).toBe(Status.VALUE_LENGTH);
    freshSpace();
    const integers = segmentOf(formOf(KeyForm.INTEGER, false), Kind.OFFSET_SHORT, 4);
    const again = regionAllocate(64);
    store<u32>(again, 8);
    store<u32>(again, 0x3fffffff, 4);
    store<u64>(again, 0, 8);
    expect<u32>(addMany(integers, again, again + 24)).toBe(Status.VALUE_LENGTH);
    expect<u64>(integers.table.keyCount).toBe(0);
    expect<u64>(integers.arena.used).toBe(0);
  });
});
