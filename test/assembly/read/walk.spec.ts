import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { regionAllocate } from "../../../assembly/memory";
import { Directory } from "../../../assembly/read/directory";
import { Form, KeyForm } from "../../../assembly/read/form";
import { Status } from "../../../assembly/status";
import { Kind } from "../../../assembly/table/format";
import { walkEnds, walkPosition, walkSegment } from "../../../assembly/read/walk";
import { freshSpace } from "../support";
import {
  add,
  collidingKey,
  collidingLen,
  delInteger,
  delText,
  directoryOf,
  formOf,
  putInteger,
  putText,
  segmentOf,
} from "../write/support";

const rowBytes: u32 = 24;

/** All rows of one segment as `key=value` lines, sorted; read `pageCount` at a time. */
function walkText(directory: Directory, index: u32, pageCount: u32): string {
  const rows = regionAllocate(4096);
  const lines: string[] = [];
  let from: f64 = 0;
  do {
    const count = walkSegment(directory, index, from, rows, pageCount);
    from = walkPosition();
    for (let i: u32 = 0; i < count; ++i) {
      const row = rows + i * rowBytes;
      const status = load<u32>(row);
      if (status != Status.OK) {
        lines.push(`[${status}]`);
        continue;
      }
      const value = String.UTF8.decodeUnsafe(load<u32>(row, 16), load<u32>(row, 20));
      const key = String.UTF8.decodeUnsafe(load<u32>(row, 8), load<u32>(row, 12));
      lines.push(`${key}=${value}@${load<u32>(row, 4)}`);
    }
  } while (!walkEnds(directory, index, from));
  lines.sort();
  return lines.join(" ");
}

function exactForm(newestWins: bool = false): Form {
  freshSpace();
  return formOf(KeyForm.EXACT, false, newestWins);
}

describe("a walk", () => {
  test("gives every live record of a segment once, whatever the page", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 9; ++i) putText(segment, `k${i}`, `v${i}`);
    putText(segment, "k3", "w3");
    delText(segment, "k4");
    delText(segment, "k9");
    const directory = directoryOf(form, [segment]);
    const expected = "k0=v0@0 k1=v1@0 k2=v2@0 k3=w3@0 k5=v5@0 k6=v6@0 k7=v7@0 k8=v8@0";
    for (let page: u32 = 1; page < 12; ++page) expect<string>(walkText(directory, 0, page)).toBe(expected);
  });

  test("of an empty segment is over at once", () => {
    const form = exactForm();
    const directory = directoryOf(form, [segmentOf(form, Kind.OFFSET_SHORT, 4)]);
    expect<string>(walkText(directory, 0, 10)).toBe("");
    expect<bool>(walkEnds(directory, 0, 1023)).toBeFalsy();
    expect<bool>(walkEnds(directory, 0, 1024)).toBeTruthy();
  });

  test("of several segments gives each key in its newest only, and none that is deleted there", () => {
    const form = exactForm();
    const old = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const newer = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i = 0; i < 6; ++i) putText(old, `k${i}`, "old");
    putText(newer, "k1", "newer");
    delText(newer, "k2");
    putText(newer, "k9", "newer");
    const directory = directoryOf(form, [newer, old]);
    expect<string>(walkText(directory, 0, 3)).toBe("k1=newer@0 k9=newer@0");
    expect<string>(walkText(directory, 1, 3)).toBe("k0=old@0 k3=old@0 k4=old@0 k5=old@0");
  });

  test("goes by the second where timestamps are kept", () => {
    const form = exactForm(true);
    const old = segmentOf(form, Kind.TIMESTAMPED, 4);
    const newer = segmentOf(form, Kind.TIMESTAMPED, 4);
    putText(old, "a", "old", 900);
    putText(newer, "a", "newer", 500);
    putText(old, "b", "old", 500);
    putText(newer, "b", "newer", 500);
    putText(old, "c", "old", 900);
    delText(newer, "c", 500);
    const directory = directoryOf(form, [newer, old]);
    expect<string>(walkText(directory, 0, 10)).toBe("b=newer@500");
    expect<string>(walkText(directory, 1, 10)).toBe("a=old@900 c=old@900");
  });

  test("gives keys with one hash each by itself", () => {
    const form = exactForm();
    const old = segmentOf(form, Kind.OFFSET_SHORT, 4);
    const newer = segmentOf(form, Kind.OFFSET_SHORT, 4);
    for (let i: u32 = 0; i < 10; ++i) add(old, collidingKey(i), collidingLen, `old ${i}`, 0, false);
    for (let i: u32 = 4; i < 8; ++i) add(newer, collidingKey(i), collidingLen, `new ${i}`, 0, i == 5);
    const directory = directoryOf(form, [newer, old]);
    const rows = regionAllocate(1024);
    expect<u32>(walkSegment(directory, 0, 0, rows, 100)).toBe(3);
    expect<u32>(walkSegment(directory, 1, 0, rows, 100)).toBe(6);
    for (let i: u32 = 0; i < 6; ++i) {
      const row = rows + i * rowBytes;
      const value = String.UTF8.decodeUnsafe(load<u32>(row, 16), load<u32>(row, 20));
      const index = <u32>U32.parseInt(value.substring(4));
      expect<string>(value).toBe(`old ${index}`);
      expect<i32>(memory.compare(load<u32>(row, 8), collidingKey(index), collidingLen)).toBe(0);
    }
  });

  test("gives a damaged record a row with its error, and goes on", () => {
    const form = exactForm();
    const segment = segmentOf(form, Kind.OFFSET_SHORT, 4);
    putText(segment, "a", "1");
    putText(segment, "b", "2");
    segment.arena.used = 4;
    expect<string>(walkText(directoryOf(form, [segment]), 0, 10)).toBe(`[${Status.VALUE_BOUNDS}] a=1@0`);
  });

  test("of integers gives the key itself, as u64 or as number, the two marks too", () => {
    for (let numbers = 0; numbers < 2; ++numbers) {
      freshSpace();
      const form = formOf(KeyForm.INTEGER, true, false, numbers != 0);
      const segment = segmentOf(form, Kind.PLAIN, 8);
      // Keys whose hashes are the marks lie in the slots.
      const keys: StaticArray<u64> = [5, form.unhash(emptyKey), form.unhash(deletedKey)];
      for (let i = 0; i < (numbers != 0 ? 1 : 3); ++i) {
        putInteger(segment, numbers != 0 ? reinterpret<u64>(-5.0) : keys[i], 100 + i);
      }
      delInteger(segment, numbers != 0 ? reinterpret<u64>(77.0) : 77);
      const rows = regionAllocate(1024);
      const count = walkSegment(directoryOf(form, [segment]), 0, 0, rows, 10);
      expect<u32>(count).toBe(numbers != 0 ? 1 : 3);
      for (let i: u32 = 0; i < count; ++i) {
        const row = rows + i * rowBytes;
        expect<u32>(load<u32>(row, 20)).toBe(8);
        if (numbers != 0) expect<f64>(load<f64>(row, 8)).toBe(-5);
        else expect<u64>(load<u64>(row, 8)).toBe(keys[<i32>(load<u64>(load<u32>(row, 16)) - 100)]);
      }
    }
  });
});
