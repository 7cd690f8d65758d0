import { memoryUsed, regionAllocate } from "../../../assembly/memory";
import { Directory } from "../../../assembly/read/directory";
import { answer, findMany, findOne } from "../../../assembly/read/find";
import { Form, KeyForm, saltCountMax } from "../../../assembly/read/form";
import { Status } from "../../../assembly/status";
import { Kind, probeCountMax } from "../../../assembly/table/format";
import { tableClear, tableDeleteAt, tableFind, tablePutAt } from "../../../assembly/table/table";
import { arenaAt } from "../../../assembly/value/arena";
import { loadWidth } from "../../../assembly/value/bytes";
import { freshSpace } from "../support";
import {
  add,
  collidingKey,
  collidingLen,
  delInteger,
  delText,
  directoryOf,
  formOf,
  getBytes,
  getText,
  putInteger,
  putText,
  segmentOf,
} from "../write/support";

const keyCell: usize = memory.data(256, 16);

/** What a directory says of a key: its value, or its status in brackets. */
function find(directory: Directory, key: string): string {
  const len = <u32>String.UTF8.encodeUnsafe(changetype<usize>(key), key.length, keyCell);
  const status = findOne(directory, directory.form.hashBytes(keyCell, len), keyCell, len);
  return status == Status.OK ? String.UTF8.decodeUnsafe(answer.valuePtr, answer.valueLen) : `[${status}]`;
}

function exactForm(newestWins: bool = false): Form {
  freshSpace();
  return formOf(KeyForm.EXACT, false, newestWins);
}

describe("the key forms", () => {
  test("of integers can be undone, those of bytes have another function for each further salt", () => {
    const form = exactForm();
    expect<u64>(form.unhash(form.hashInteger(12345))).toBe(12345);
    const key = collidingKey(0);
    const other = collidingKey(1);
    expect<u64>(form.hashBytes(key, collidingLen)).toBe(form.hashBytes(other, collidingLen));
    for (let salt: u32 = 1; salt < saltCountMax; ++salt) {
      expect<u64>(form.hashSalted(key, collidingLen, salt)).not.toBe(form.hashSalted(other, collidingLen, salt));
      expect<u64>(form.hashSalted(key, collidingLen, salt)).not.toBe(form.hashSalted(key, collidingLen, salt - 1));
    }
  });
});

describe("a lookup in several segments", () => {
  test("takes the newest segment that has the key", () => {
    const form = exactForm();
    const old = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const middle = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const newest = segmentOf(form, Kind.OFFSET_SHORT, 4);
    putText(old, "a", "old a");
    putText(old, "b", "old b");
    putText(old, "c", "old c");
    putText(middle, "b", "middle b");
    delText(middle, "c");
    putText(newest, "c", "newest c");
    delText(newest, "a");
    const directory = directoryOf(form, [newest, middle, old]);
    expect<string>(find(directory, "a")).toBe(`[${Status.DELETED}]`);
    expect<string>(find(directory, "b")).toBe("middle b");
    expect<string>(find(directory, "c")).toBe("newest c");
    expect<string>(find(directory, "d")).toBe(`[${Status.ABSENT}]`);
    expect<string>(find(directoryOf(form, [middle, old]), "c")).toBe(`[${Status.DELETED}]`);
    expect<string>(find(directoryOf(form, [old]), "c")).toBe("old c");
    expect<string>(find(directoryOf(form, []), "c")).toBe(`[${Status.ABSENT}]`);
  });

  test("takes the newest second where timestamps are kept, in whatever segment it lies", () => {
    const form = exactForm(true);
    const old = segmentOf(form, Kind.TIMESTAMPED, 4);
    const newer = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(old, "late", "from the future", 900);
    putText(newer, "late", "now", 500);
    putText(old, "tie", "old", 500);
    putText(newer, "tie", "newer segment", 500);
    putText(old, "gone", "old", 400);
    delText(newer, "gone", 450);
    putText(newer, "back", "newer", 300);
    delText(old, "back", 301);
    const directory = directoryOf(form, [newer, old]);
    expect<string>(find(directory, "late")).toBe("from the future");
    expect<u32>(answer.timestamp).toBe(900);
    expect<string>(find(directory, "tie")).toBe("newer segment");
    expect<string>(find(directory, "gone")).toBe(`[${Status.DELETED}]`);
    expect<u32>(answer.timestamp).toBe(450);
    expect<string>(find(directory, "back")).toBe(`[${Status.DELETED}]`);
  });

  test("ends at the first record that is not older than all behind it", () => {
    const form = exactForm(true);
    const old = segmentOf(form, Kind.TIMESTAMPED, 4);
    const newer = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(old, "k", "old", 400);
    putText(newer, "k", "newer", 500);
    const directory = directoryOf(form, [newer, old]);
    // The old segment's record is damaged: who asks for it would see that.
    old.arena.used = 0;
    expect<string>(find(directory, "k")).toBe("newer");
    putText(newer, "l", "newer", 399);
    old.arena.used = 8;
    putText(old, "l", "old", 398);
    old.arena.used = 0;
    expect<string>(find(directory, "l")).toBe(`[${Status.VALUE_BOUNDS}]`);
  });

  test("stops at damage in a newer segment rather than answer from an older one", () => {
    const form = exactForm();
    const old = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const newer = segmentOf(form, Kind.OFFSET_SHORT, 4);
    putText(old, "k", "old");
    putText(newer, "k", "newer");
    newer.arena.used = 3;
    expect<string>(find(directoryOf(form, [newer, old]), "k")).toBe(`[${Status.VALUE_BOUNDS}]`);
  });

  test("goes on behind a segment whose table is full", () => {
    freshSpace();
    const form = formOf(KeyForm.INTEGER, true);
    const old = segmentOf(form, Kind.PLAIN, 8);
    const newer = segmentOf(form, Kind.PLAIN, 8);
    putInteger(old, 1, 11);
    tableClear(newer.table, 2);
    for (let i: u64 = 0; i < 2; ++i) {
      const hash = form.hashInteger(100 + i);
      tablePutAt(newer.table, tableFind(newer.table, hash), hash, i, 0);
    }
    expect<u32>(tableFind(newer.table, form.hashInteger(1))).toBe(Status.FULL);
    const directory = directoryOf(form, [newer, old]);
    expect<u32>(findOne(directory, form.hashInteger(1), 0, 0)).toBe(Status.OK);
    expect<u64>(load<u64>(answer.valuePtr)).toBe(11);
    expect<u32>(findOne(directory, form.hashInteger(2), 0, 0)).toBe(Status.ABSENT);
  });

  test("never allocates", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 100; ++i) putText(segment, `key ${i}`, "x");
    const directory = directoryOf(form, [segment]);
    const used = memoryUsed();
    for (let i = 0; i < 200; ++i) find(directory, `key ${i}`);
    expect<u64>(memoryUsed()).toBe(used);
  });
});

describe("keys with one hash", () => {
  test("in several segments are each found where they lie, under whatever salt", () => {
    const form = exactForm();
    const old = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const newer = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i: u32 = 0; i < 12; ++i) add(old, collidingKey(i), collidingLen, `old ${i}`, 0, false);
    for (let i: u32 = 11; i >= 6; --i) add(newer, collidingKey(i), collidingLen, `new ${i}`, 0, i == 9);
    const directory = directoryOf(form, [newer, old]);
    for (let i: u32 = 0; i < 13; ++i) {
      const key = collidingKey(i);
      const status = findOne(directory, form.hashBytes(key, collidingLen), key, collidingLen);
      expect<u32>(status).toBe(i == 12 ? Status.ABSENT : i == 9 ? Status.DELETED : Status.OK);
      if (status != Status.OK) continue;
      const value = String.UTF8.decodeUnsafe(answer.valuePtr, answer.valueLen);
      expect<string>(value).toBe(i < 6 ? `old ${i}` : `new ${i}`);
    }
  });

  test("under every salt are an error and no wrong answer", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    putText(segment, "other", "x");
    const key = collidingKey(0);
    for (let salt: u32 = 0; salt < saltCountMax; ++salt) {
      expect<string>(getBytes(segment, key, collidingLen)).toBe(`[${Status.ABSENT}]`);
      // A bucket of this hash whose record is another key's, at offset 0.
      const hash = salt == 0 ? form.hashBytes(key, collidingLen) : form.hashSalted(key, collidingLen, salt);
      tablePutAt(segment.table, tableFind(segment.table, hash), hash, 0, 0);
    }
    expect<string>(getBytes(segment, key, collidingLen)).toBe(`[${Status.SALTS_TAKEN}]`);
    expect<u32>(add(segment, key, collidingLen, "y", 0, false)).toBe(Status.SALTS_TAKEN);
    expect<string>(getText(segment, "other")).toBe("x");
  });
});

describe("a foreign file's tombstone", () => {
  test("in a table of exact keys is damage, under the first hash and under a salted one", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const a = collidingKey(0);
    const hash = form.hashBytes(a, collidingLen);
    tableDeleteAt(segment.table, tableFind(segment.table, hash), hash, 0);
    expect<string>(getBytes(segment, a, collidingLen)).toBe(`[${Status.RECORD_SHAPE}]`);
    const b = collidingKey(1);
    putText(segment, "x", "1");
    tablePutAt(segment.table, tableFind(segment.table, hash), hash, 0, 0);
    const salted = form.hashSalted(b, collidingLen, 1);
    tableDeleteAt(segment.table, tableFind(segment.table, salted), salted, 0);
    expect<string>(getBytes(segment, b, collidingLen)).toBe(`[${Status.RECORD_SHAPE}]`);
  });
});

describe("a damaged record", () => {
  test("is said so, whichever of its parts reaches past the end", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    putText(segment, "key", "value");
    const at = arenaAt(segment.arena, 0);
    expect<string>(getText(segment, "key")).toBe("value");
    store<u8>(at, 10);
    expect<string>(getText(segment, "key")).toBe(`[${Status.VALUE_BOUNDS}]`);
    store<u8>(at, 9);
    store<u8>(at + 1, 9);
    expect<string>(getText(segment, "key")).toBe(`[${Status.RECORD_SHAPE}]`);
    store<u8>(at + 1, 0x43);
    expect<string>(getText(segment, "key")).toBe(`[${Status.RECORD_SHAPE}]`);
    store<u8>(at + 1, 3);
    segment.arena.used = 9;
    expect<string>(getText(segment, "key")).toBe(`[${Status.VALUE_BOUNDS}]`);
    segment.arena.used = 0;
    expect<string>(getText(segment, "key")).toBe(`[${Status.VALUE_BOUNDS}]`);
  });
});

describe("a table whose keys lie too far", () => {
  test("ends a lookup with its bound, and a write with a new segment", () => {
    freshSpace();
    const form = formOf(KeyForm.INTEGER, true);
    const segment = segmentOf(form, Kind.PLAIN, 8);
    const base = regionAllocate(16 * 20000);
    segment.table.describe(base, Kind.PLAIN, 8, 50, probeCountMax);
    tableClear(segment.table, 15000);
    segment.table.probeMax = 15000;
    for (let i: u64 = 1; i <= 5000; ++i) {
      tablePutAt(segment.table, tableFind(segment.table, i * 15000), i * 15000, i, 0);
    }
    segment.table.setBucketCount(15000);
    const directory = directoryOf(form, [segment]);
    expect<u32>(findOne(directory, 6000 * 15000, 0, 0)).toBe(Status.PROBE_LIMIT);
    expect<u32>(findOne(directory, 4000 * 15000, 0, 0)).toBe(Status.OK);
    expect<u32>(putInteger(segment, form.unhash(6000 * 15000), 1)).toBe(Status.FULL);
  });
});

/** Rows of `findMany` against `findOne`, for batches of 0 … 40 exact keys. */
describe("finding many", () => {
  test("of bytes answers as finding one does, for every count", () => {
    const form = exactForm(true);
    const old = segmentOf(form, Kind.TIMESTAMPED, 4);
    const newer = segmentOf(form, Kind.TIMESTAMPED, 4);
    for (let i = 0; i < 30; ++i) putText(old, "k".repeat(i), `old ${i}`, 100 + i);
    for (let i = 0; i < 30; i += 3) putText(newer, "k".repeat(i), `newer ${i}`, i % 2 == 0 ? 200 : 50);
    for (let i = 1; i < 30; i += 5) delText(newer, "k".repeat(i), 300);
    const directory = directoryOf(form, [newer, old]);
    const lengths = regionAllocate(256);
    const bytes = regionAllocate(2048);
    memory.fill(bytes, 0x6b, 2048);
    const rows = regionAllocate(1024);
    let wrong = 0;
    for (let count: u32 = 0; count <= 40; ++count) {
      for (let i: u32 = 0; i < count; ++i) store<u32>(lengths + (i << 2), i);
      memory.fill(rows, 0x77, 1024);
      findMany(directory, lengths, bytes, count, rows);
      for (let i: u32 = 0; i < 41; ++i) {
        const row = rows + (i << 4);
        if (i >= count) {
          if (load<u32>(row) != 0x77777777) ++wrong;
          continue;
        }
        const expected = find(directory, "k".repeat(i));
        const status = load<u32>(row);
        const got =
          status == Status.OK ? String.UTF8.decodeUnsafe(load<u32>(row, 4), load<u32>(row, 8)) : `[${status}]`;
        if (got != expected) ++wrong;
        if (status == Status.OK && load<u32>(row, 12) != answer.timestamp) ++wrong;
      }
    }
    expect<i32>(wrong).toBe(0);
  });

  test("of integers and of numbers likewise", () => {
    for (let numbers = 0; numbers < 2; ++numbers) {
      freshSpace();
      const form = formOf(KeyForm.INTEGER, true, false, numbers != 0);
      const segment = segmentOf(form, Kind.PLAIN, 4);
      const keys = regionAllocate(512);
      for (let i = 0; i < 40; ++i) {
        const key = numbers != 0 ? reinterpret<u64>(<f64>(i - 20)) : <u64>i * 77;
        store<u64>(keys + (i << 3), key);
        if (i % 3 != 0) putInteger(segment, key, i + 1);
        if (i % 5 == 0) delInteger(segment, key);
      }
      const directory = directoryOf(form, [segment]);
      const rows = regionAllocate(1024);
      findMany(directory, keys, 0, 40, rows);
      let wrong = 0;
      for (let i: u32 = 0; i < 40; ++i) {
        const row = rows + (i << 4);
        const expected = i % 5 == 0 ? Status.DELETED : i % 3 != 0 ? Status.OK : Status.ABSENT;
        if (load<u32>(row) != expected) ++wrong;
        if (expected == Status.OK && loadWidth(load<u32>(row, 4), 4) != i + 1) ++wrong;
        if (expected == Status.OK && load<u32>(row, 8) != 4) ++wrong;
      }
      expect<i32>(wrong).toBe(0);
    }
  });

  test("gives each damaged key its own status and the others their values", () => {
    freshSpace();
    const form = formOf(KeyForm.INTEGER, false);
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let key: u64 = 0; key < 20; ++key) putInteger(segment, key, key);
    const hash = form.hashInteger(3);
    // Offsets that lie past the end, one of them so far that its address would wrap.
    tablePutAt(segment.table, tableFind(segment.table, hash), hash, segment.arena.used, 0);
    const other = form.hashInteger(9);
    tablePutAt(segment.table, tableFind(segment.table, other), other, 0xfffffffd, 0);
    const keys = regionAllocate(160);
    for (let i: u32 = 0; i < 20; ++i) store<u64>(keys + (i << 3), i);
    const rows = regionAllocate(320);
    findMany(directoryOf(form, [segment]), keys, 0, 20, rows);
    for (let i: u32 = 0; i < 20; ++i) {
      const row = rows + (i << 4);
      expect<u32>(load<u32>(row)).toBe(i == 3 || i == 9 ? Status.VALUE_BOUNDS : Status.OK);
      if (i != 3 && i != 9) expect<u64>(load<u64>(load<u32>(row, 4))).toBe(i);
    }
  });
});
