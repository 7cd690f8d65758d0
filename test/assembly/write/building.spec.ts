import { memoryLimit, memoryUsed, regionAllocate, regionBytes, regionFree } from "../../../assembly/memory";
import { Form, KeyForm } from "../../../assembly/read/form";
import { Segment } from "../../../assembly/read/segment";
import { Status } from "../../../assembly/status";
import { Kind } from "../../../assembly/table/format";
import { arenaAt } from "../../../assembly/value/arena";
import { buildingClone, buildingOpen, buildingSeal, cloneClose, segmentClose } from "../../../assembly/write/building";
import { freshSpace, hexOf, random, seedRandom, spaceBytes } from "../support";
import { budgetMax, delText, formOf, getText, integerOf, putInteger, putText, segmentOf } from "./support";

function exactForm(): Form {
  return formOf(KeyForm.EXACT, false);
}

describe("a fresh segment", () => {
  test("is empty, and closes without a trace", () => {
    freshSpace();
    const form = exactForm();
    const used = memoryUsed();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    expect<u64>(segment.table.keyCount).toBe(0);
    expect<string>(getText(segment, "a")).toBe(`[${Status.ABSENT}]`);
    segmentClose(segment);
    expect<u64>(memoryUsed()).toBe(used);
  });

  test("is refused without memory, for itself or for its table, and nothing is kept", () => {
    freshSpace();
    const form = exactForm();
    for (let left: u64 = 64; left < 12600; left += 64) {
      const rest = regionAllocate(spaceBytes - memoryUsed() - 64 - left);
      const used = memoryUsed();
      const ptr = buildingOpen(form, Kind.OFFSET_SHORT, 4, 50, budgetMax);
      if (ptr == 0) expect<u64>(memoryUsed()).toBe(used);
      else segmentClose(changetype<Segment>(ptr));
      expect<u64>(memoryUsed()).toBe(used);
      regionFree(rest);
    }
  });
});

describe("sealing", () => {
  test("shrinks the table to its keys and gives the rest of its memory back", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 700; ++i) putText(segment, `key ${i}`, `value ${i}`);
    delText(segment, "key 5");
    const used = memoryUsed();
    expect<u64>(segment.table.bucketCount).toBe(2048);
    buildingSeal(segment);
    expect<u64>(segment.table.bucketCount).toBe(1400);
    expect<u64>(regionBytes(segment.table.base)).toBe((segment.table.bytes() + 63) & ~63);
    expect<u64>(memoryUsed()).toBeLessThan(used);
    let wrong = 0;
    for (let i = 0; i < 700; ++i) if (getText(segment, `key ${i}`) != `value ${i}`) ++wrong;
    expect<i32>(wrong).toBe(1);
    expect<string>(getText(segment, "key 5")).toBe(`[${Status.DELETED}]`);
    expect<u64>(segment.deletedRecords).toBe(1);
  });

  test("an empty segment leaves two buckets", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    buildingSeal(segment);
    expect<u64>(segment.table.bytes()).toBe(40);
  });

  test("without memory leaves the table as it is, as good as before", () => {
    freshSpace();
    // Without an arena, whose end would make room.
    const segment = segmentOf(formOf(KeyForm.INTEGER, true), Kind.PLAIN, 4);
    for (let i = 0; i < 20; ++i) putInteger(segment, i, i * 7);
    const rest = regionAllocate(spaceBytes - memoryUsed() - 64);
    expect<bool>(rest != 0).toBeTruthy();
    memoryLimit(1 << 16);
    buildingSeal(segment);
    expect<u64>(segment.table.bucketCount).toBe(1024);
    for (let i = 0; i < 20; ++i) expect<u64>(integerOf(segment, i)).toBe(i * 7);
  });
});

/** Both files of a segment of these records, built in memory that holds `fill`; some of it used and freed before. */
function filesAfter(start: usize, fill: u8, kind: u32, inline: bool): string {
  memory.fill(start, fill, 4 << 20);
  const form = formOf(inline ? KeyForm.INTEGER : KeyForm.EXACT, inline);
  const segment = segmentOf(form, kind, 4);
  for (let i = 0; i < 600; ++i) {
    if (inline) putInteger(segment, i, i);
    else putText(segment, `key ${i % 400}`, `value ${i}`);
  }
  buildingSeal(segment);
  const key = hexOf(segment.table.base, <u32>segment.table.bytes());
  return inline ? key : key + hexOf(arenaAt(segment.arena, 0), <u32>segment.arena.used);
}

describe("equal records", () => {
  test("give equal files, whatever the memory held before", () => {
    const zeros = filesAfter(freshSpace(), 0, Kind.OFFSET_SHORT, false);
    expect<bool>(filesAfter(freshSpace(), 0xff, Kind.OFFSET_SHORT, false) == zeros).toBeTruthy();
    const inlined = filesAfter(freshSpace(), 0, Kind.PLAIN, true);
    expect<bool>(filesAfter(freshSpace(), 0x5a, Kind.PLAIN, true) == inlined).toBeTruthy();
    const timed = filesAfter(freshSpace(), 0, Kind.TIMESTAMPED, true);
    expect<bool>(filesAfter(freshSpace(), 0xfe, Kind.TIMESTAMPED, true) == timed).toBeTruthy();
  });
});

describe("a clone", () => {
  test("does not see what is written later: keys, values, deletions, growth", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 300; ++i) putText(segment, `key ${i}`, `old ${i}`);
    const clone = changetype<Segment>(buildingClone(segment));
    for (let i = 0; i < 3000; ++i) putText(segment, `key ${i}`, `new ${i}`);
    for (let i = 0; i < 100; ++i) delText(segment, `key ${i}`);
    let wrong = 0;
    for (let i = 0; i < 300; ++i) if (getText(clone, `key ${i}`) != `old ${i}`) ++wrong;
    for (let i = 300; i < 3000; i += 17) if (getText(clone, `key ${i}`) != `[${Status.ABSENT}]`) ++wrong;
    expect<i32>(wrong).toBe(0);
    expect<u64>(clone.table.keyCount).toBe(300);
    expect<string>(getText(segment, "key 299")).toBe("new 299");
  });

  test("outlives the sealing of what it was made from", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 300; ++i) putText(segment, `key ${i}`, `old ${i}`);
    const clone = changetype<Segment>(buildingClone(segment));
    buildingSeal(segment);
    // Whatever the seal gave back is used by others.
    memory.fill(regionAllocate(4096), 0xee, 4096);
    for (let i = 0; i < 300; ++i) expect<string>(getText(clone, `key ${i}`)).toBe(`old ${i}`);
  });

  test("closes without a trace and leaves the records to their owner", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    putText(segment, "a", "1");
    const used = memoryUsed();
    const clone = changetype<Segment>(buildingClone(segment));
    expect<u64>(memoryUsed()).toBeGreaterThan(used);
    cloneClose(clone);
    expect<u64>(memoryUsed()).toBe(used);
    expect<string>(getText(segment, "a")).toBe("1");
  });

  test("of an empty segment, without an arena, is empty", () => {
    freshSpace();
    const clone = changetype<Segment>(buildingClone(segmentOf(exactForm(), Kind.OFFSET_SHORT, 4)));
    expect<string>(getText(clone, "a")).toBe(`[${Status.ABSENT}]`);
    cloneClose(clone);
  });

  test("is refused without memory, and nothing is kept", () => {
    freshSpace();
    const segment = segmentOf(exactForm(), Kind.OFFSET_SHORT, 4);
    putText(segment, "a", "1");
    let refused = 0;
    for (let left: u64 = 64; left < 13000; left += 64) {
      const rest = regionAllocate(spaceBytes - memoryUsed() - 64 - left);
      const used = memoryUsed();
      const clone = buildingClone(segment);
      if (clone == 0) ++refused;
      else cloneClose(changetype<Segment>(clone));
      expect<u64>(memoryUsed()).toBe(used);
      regionFree(rest);
    }
    expect<i32>(refused).toBeGreaterThan(100);
    expect<i32>(refused).toBeLessThan(203);
  });
});

describe("closing", () => {
  test("gives back everything a long life has taken", () => {
    freshSpace();
    const form = exactForm();
    const used = memoryUsed();
    seedRandom(7);
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 20000; ++i) putText(segment, `key ${random() % 6000}`, "x".repeat(<i32>(random() % 900)));
    expect<u32>(segment.arena.sliceCount).toBeGreaterThan(7);
    buildingSeal(segment);
    segmentClose(segment);
    expect<u64>(memoryUsed()).toBe(used);
    expect<bool>(regionAllocate(spaceBytes - used - 64) != 0).toBeTruthy();
  });
});
