import { memoryUsed, regionAllocate, regionFree } from "../../../assembly/memory";
import { Form, KeyForm } from "../../../assembly/read/form";
import { mountedSegment, segmentMount } from "../../../assembly/read/mount";
import { Segment } from "../../../assembly/read/segment";
import { Status } from "../../../assembly/status";
import { Kind } from "../../../assembly/table/format";
import { arenaAt } from "../../../assembly/value/arena";
import { buildingSeal, segmentClose } from "../../../assembly/write/building";
import { freshSpace, spaceBytes } from "../support";
import {
  delInteger,
  delText,
  formOf,
  getText,
  integerOf,
  putInteger,
  putText,
  segmentOf,
  statusOf,
} from "../write/support";

let keyFile: usize = 0;
let keyBytes: u64 = 0;
let valueFile: usize = 0;
let valueBytes: u64 = 0;

/** Copies of a sealed segment's files, as a binding reads them into regions. */
function dump(segment: Segment): void {
  buildingSeal(segment);
  keyBytes = segment.table.bytes();
  keyFile = regionAllocate(keyBytes);
  memory.copy(keyFile, segment.table.base, <usize>keyBytes);
  valueBytes = segment.arena.used;
  valueFile = regionAllocate(valueBytes);
  if (valueBytes != 0) memory.copy(valueFile, arenaAt(segment.arena, 0), <usize>valueBytes);
}

function exactForm(): Form {
  freshSpace();
  return formOf(KeyForm.EXACT, false, true);
}

describe("a mounted segment", () => {
  test("answers as the building one did, over whole files in place", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.TIMESTAMPED, 4);
    for (let i: u32 = 0; i < 300; ++i) putText(segment, `key ${i}`, `value ${i}`, i);
    delText(segment, "key 7", 1000);
    dump(segment);
    segmentClose(segment);
    const status = segmentMount(form, Kind.TIMESTAMPED, 4, keyFile, keyBytes, valueFile, valueBytes, 1000);
    expect<u32>(status).toBe(Status.OK);
    const mounted = changetype<Segment>(mountedSegment());
    for (let i = 0; i < 300; ++i) {
      expect<string>(getText(mounted, `key ${i}`)).toBe(i == 7 ? `[${Status.DELETED}]` : `value ${i}`);
    }
    expect<string>(getText(mounted, "key 300")).toBe(`[${Status.ABSENT}]`);
    expect<u64>(mounted.table.keyCount).toBe(300);
    expect<u32>(mounted.timestampMax).toBe(1000);
  });

  test("without a value file has its values in the buckets", () => {
    freshSpace();
    const form = formOf(KeyForm.INTEGER, true);
    const segment = segmentOf(form, Kind.PLAIN, 4);
    putInteger(segment, 1, 11);
    delInteger(segment, 2);
    dump(segment);
    expect<u32>(segmentMount(form, Kind.PLAIN, 4, keyFile, keyBytes, 0, 0, 0)).toBe(Status.OK);
    const mounted = changetype<Segment>(mountedSegment());
    expect<u64>(integerOf(mounted, 1)).toBe(11);
    expect<u32>(statusOf(mounted, 2)).toBe(Status.DELETED);
    expect<u32>(statusOf(mounted, 3)).toBe(Status.ABSENT);
  });

  test("owns its files: closing frees them", () => {
    const form = exactForm();
    const used = memoryUsed();
    const segment = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(segment, "a", "1");
    dump(segment);
    segmentClose(segment);
    segmentMount(form, Kind.TIMESTAMPED, 4, keyFile, keyBytes, valueFile, valueBytes, 0);
    segmentClose(changetype<Segment>(mountedSegment()));
    expect<u64>(memoryUsed()).toBe(used);
  });

  test("of an empty segment finds nothing", () => {
    const form = exactForm();
    dump(segmentOf(form, Kind.TIMESTAMPED, 4));
    expect<u64>(valueBytes).toBe(0);
    const status = segmentMount(form, Kind.TIMESTAMPED, 4, keyFile, keyBytes, valueFile, valueBytes, 0);
    expect<u32>(status).toBe(Status.OK);
    expect<string>(getText(changetype<Segment>(mountedSegment()), "a")).toBe(`[${Status.ABSENT}]`);
  });
});

describe("a mount that is refused", () => {
  test("leaves the files their owner's, and the newest mount what it was", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(segment, "a", "1");
    dump(segment);
    const before = mountedSegment();
    const used = memoryUsed();
    const kind = Kind.TIMESTAMPED;
    expect<u32>(segmentMount(form, kind, 4, keyFile, keyBytes - 1, valueFile, valueBytes, 0)).toBe(Status.TABLE_HEADER);
    expect<u32>(segmentMount(form, kind, 4, keyFile, 15, valueFile, valueBytes, 0)).toBe(Status.TABLE_SIZE);
    // Another kind's buckets have another size.
    expect<u32>(segmentMount(form, kind, 8, keyFile, keyBytes, valueFile, valueBytes, 0)).toBe(Status.TABLE_HEADER);
    expect<u32>(segmentMount(form, Kind.OFFSET_SHORT, 4, keyFile, keyBytes, valueFile, valueBytes, 0)).toBe(
      Status.TABLE_SIZE,
    );
    expect<u64>(memoryUsed()).toBe(used);
    expect<usize>(mountedSegment()).toBe(before);
    expect<u64>(load<u64>(keyFile, 8)).toBe(1);
  });

  test("for want of memory keeps nothing", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(segment, "a", "1");
    dump(segment);
    for (let left: u64 = 0; left < 640; left += 64) {
      const rest = regionAllocate(spaceBytes - memoryUsed() - 64 - left);
      const used = memoryUsed();
      const status = segmentMount(form, Kind.TIMESTAMPED, 4, keyFile, keyBytes, valueFile, valueBytes, 0);
      if (status == Status.OK) {
        // Its files are to be used again: free what the mount made, not what it owns.
        const mounted = changetype<Segment>(mountedSegment());
        regionFree(mounted.table.tags);
        regionFree(mounted.arena.slices);
        regionFree(changetype<usize>(mounted));
      } else {
        expect<u32>(status).toBe(Status.NO_MEMORY);
      }
      expect<u64>(memoryUsed()).toBe(used);
      regionFree(rest);
    }
  });
});

describe("hostile files", () => {
  test("of any single changed byte give an answer or a status, never a trap", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.TIMESTAMPED, 4);
    for (let i = 0; i < 12; ++i) putText(segment, `key ${i}`, `value ${i}`, i);
    dump(segment);
    const files: StaticArray<usize> = [keyFile, valueFile];
    const sizes: StaticArray<u64> = [keyBytes, valueBytes];
    let refused = 0;
    let found = 0;
    for (let f = 0; f < 2; ++f) {
      for (let at: u64 = 0; at < sizes[f]; ++at) {
        const ptr = files[f] + <usize>at;
        const kept = load<u8>(ptr);
        for (let change = 1; change < 256; change += change) {
          store<u8>(ptr, kept ^ <u8>change);
          if (segmentMount(form, Kind.TIMESTAMPED, 4, keyFile, keyBytes, valueFile, valueBytes, 0) != Status.OK) {
            ++refused;
            continue;
          }
          const mounted = changetype<Segment>(mountedSegment());
          for (let i = 0; i < 12; ++i) if (getText(mounted, `key ${i}`) == `value ${i}`) ++found;
          regionFree(mounted.arena.slices);
          regionFree(changetype<usize>(mounted));
        }
        store<u8>(ptr, kept);
      }
    }
    expect<i32>(refused).toBeGreaterThan(100);
    expect<i32>(found).toBeGreaterThan(10000);
  });
});
