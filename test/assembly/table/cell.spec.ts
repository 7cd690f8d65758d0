import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { cellIsEmpty, cellKey, cellLook, cellPutEmpty, cellVacate, lookSlot } from "../../../assembly/table/cell";
import { Kind, bucketBytesOf } from "../../../assembly/table/format";
import { seat } from "../../../assembly/table/seat";
import { freshSpace, hexOf } from "../support";

const buckets: StaticArray<u32> = [Kind.PLAIN, Kind.TIMESTAMPED, Kind.OFFSET_SHORT, Kind.OFFSET, Kind.COMPACT];
const widths: StaticArray<u32> = [3, 8, 4, 8, 3];

function cell(): usize {
  freshSpace();
  const ptr = regionAllocate(64);
  memory.fill(ptr, 0x5a, 64);
  return ptr;
}

function vacated(kind: u32, valueBytes: u32): string {
  const ptr = cell();
  const bytes = bucketBytesOf(kind, valueBytes);
  cellVacate(kind, ptr, bytes, valueBytes);
  expect<bool>(cellIsEmpty(kind, ptr)).toBeTruthy();
  expect<string>(hexOf(ptr + bytes, 2)).toBe("5a5a");
  return hexOf(ptr, bytes);
}

describe("a bucket of a kind known at run time", () => {
  test("is empty after it was made so, in a dense table and in a cuckoo table, and shows its key when used", () => {
    for (let b = 0; b < 5; ++b) {
      for (let more: u32 = 0; more < 32; more += Kind.KEY_SHORT) {
        const kind = buckets[b] | more;
        const ptr = cell();
        cellPutEmpty(kind, ptr);
        expect<bool>(cellIsEmpty(kind, ptr)).toBeTruthy();
        expect<u32>(cellLook(kind, ptr)).toBe(Status.ABSENT);
        const isShort = (kind & Kind.KEY_SHORT) != 0;
        memory.fill(ptr, 0x11, bucketBytesOf(kind, widths[b]));
        expect<bool>(cellIsEmpty(kind, ptr)).toBeFalsy();
        expect<u32>(cellLook(kind, ptr)).toBe(Status.OK);
        expect<usize>(seat.bucket).toBe(ptr);
        expect<usize>(seat.valuePtr).toBe(ptr + (isShort ? 4 : 8) + (b == 1 ? 4 : 0));
        expect<u32>(seat.timestamp).toBe(b == 1 ? 0x11111111 : 0);
        expect<u64>(cellKey(kind, ptr)).toBe(isShort ? 0x11111111 : 0x1111111111111111);
      }
    }
  });

  test("that is vacated and marked by its key loses the value's bytes and keeps those behind, as in Indexlib", () => {
    expect<string>(vacated(Kind.PLAIN, 3)).toBe("fffeffffffffffff0000005a5a5a5a5a");
    expect<string>(vacated(Kind.PLAIN | Kind.KEY_SHORT, 3)).toBe("fffeffff0000005a");
    expect<string>(vacated(Kind.COMPACT, 3)).toBe("fffeffffffffffff000000");
    expect<string>(vacated(Kind.COMPACT | Kind.KEY_SHORT, 1)).toBe("fffeffff00");
  });

  test("that is vacated and marked by its value is all zeros but the mark", () => {
    expect<string>(vacated(Kind.TIMESTAMPED, 8)).toBe("0000000000000000ffffff7f0000000000000000");
    expect<string>(vacated(Kind.TIMESTAMPED | Kind.KEY_SHORT, 2)).toBe("00000000ffffff7f00000000");
    expect<string>(vacated(Kind.OFFSET_SHORT, 4)).toBe("0000000000000000ffffffff");
    expect<string>(vacated(Kind.OFFSET | Kind.KEY_SHORT, 8)).toBe("00000000ffffffffffffffff");
  });

  test("of a deleted key shows that key, wherever it lies", () => {
    const ptr = cell();
    store<u64>(ptr, deletedKey);
    store<u64>(ptr, 77, 8);
    expect<u64>(cellKey(Kind.PLAIN, ptr)).toBe(77);
    expect<u32>(cellLook(Kind.PLAIN, ptr)).toBe(Status.DELETED);
    store<u32>(ptr, <u32>deletedKey);
    store<u32>(ptr, 78, 4);
    expect<u64>(cellKey(Kind.PLAIN | Kind.KEY_SHORT, ptr)).toBe(78);
  });
});

describe("a slot", () => {
  test("says by 0, 1 or its key whether it is unused, deleted or live", () => {
    for (let kind: u32 = 0; kind <= Kind.KEY_SHORT; kind += Kind.KEY_SHORT) {
      const ptr = cell();
      memory.fill(ptr, 0, 16);
      expect<u32>(lookSlot(kind, ptr)).toBe(Status.ABSENT);
      store<u8>(ptr, 1);
      expect<u32>(lookSlot(kind, ptr)).toBe(Status.DELETED);
      if (kind == 0) store<u64>(ptr, emptyKey);
      else store<u32>(ptr, <u32>emptyKey);
      expect<u32>(lookSlot(kind, ptr)).toBe(Status.OK);
      expect<usize>(seat.valuePtr).toBe(ptr + (kind == 0 ? 8 : 4));
    }
  });
});
