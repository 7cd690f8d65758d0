import { deletedKey, emptyKey } from "../../../assembly/bucket/plain";
import { memoryUsed, regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { Kind, Table } from "../../../assembly/table/format";
import { seat, tableFind, tableTag } from "../../../assembly/table/table";
import { absenceMax, tagsFirst } from "../../../assembly/table/tags";
import { freshSpace, random, seedRandom, spaceBytes } from "../support";
import { del, put, tableOf } from "./support";

const kinds: StaticArray<u32> = [Kind.PLAIN, Kind.TIMESTAMPED, Kind.OFFSET_SHORT, Kind.OFFSET];
const widths: StaticArray<u32> = [8, 8, 4, 8];
const names: StaticArray<string> = ["plain", "timestamped", "short offset", "offset"];
const counts: StaticArray<u32> = [1, 2, 3, 7, 15, 16, 17, 31, 33, 100, 1000];

/** Keys whose homes crowd together, spread ones, and the two that plain tables keep in slots. */
function keyOf(pick: u64): u64 {
  if (pick == 0) return emptyKey;
  if (pick == 1) return deletedKey;
  return pick % 2 == 0 ? pick >> 1 : pick * 0x9e3779b97f4a7c15;
}

/** How many of many keys are answered otherwise by the tags than by the buckets. */
function differences(table: Table, picks: u64): u32 {
  let wrong: u32 = 0;
  for (let pick: u64 = 0; pick < picks; ++pick) {
    const key = keyOf(pick);
    table.absence = 0;
    const expected = tableFind(table, key);
    const bucket = seat.bucket;
    table.absence = absenceMax;
    if (!tagsFirst(table)) ++wrong;
    const status = tableFind(table, key);
    if (status != expected || (status != Status.FULL && seat.bucket != bucket)) ++wrong;
  }
  return wrong;
}

describe("tags", () => {
  test("give every key the answer and the bucket that a probe of the buckets gives", () => {
    for (let k = 0; k < 4; ++k) {
      for (let c = 0; c < counts.length; ++c) {
        for (let pct: u32 = 25; pct <= 100; pct += 25) {
          freshSpace();
          seedRandom(c + pct);
          const count = counts[c];
          const table = tableOf(kinds[k], widths[k], 100, count);
          const keys = (count * pct) / 100;
          for (let i: u32 = 0; i < keys; ++i) {
            const key = keyOf(random() % (3 * count));
            if (random() % 4 == 0) del(table, key, i);
            else put(table, key, i, i);
          }
          tableTag(table);
          expect<u32>(differences(table, 3 * count + 50)).toBe(0, `${names[k]}, ${count} buckets, ${pct} %`);
        }
      }
    }
  });

  test("are asked while most keys are absent, and not while most are there", () => {
    freshSpace();
    const table = tableOf(Kind.OFFSET_SHORT, 4, 50, 100);
    for (let i: u32 = 0; i < 40; ++i) put(table, i, i);
    tableTag(table);
    expect<bool>(tagsFirst(table)).toBeFalsy();
    for (let i: u32 = 0; i < 40; ++i) tableFind(table, 1000 + i);
    expect<bool>(tagsFirst(table)).toBeTruthy();
    for (let i: u32 = 0; i < 40; ++i) tableFind(table, i);
    expect<bool>(tagsFirst(table)).toBeFalsy();
  });

  test("are done without when there is no memory for them", () => {
    freshSpace();
    const table = tableOf(Kind.OFFSET, 8, 50, 1000);
    put(table, 5, 6);
    expect<bool>(regionAllocate(spaceBytes - memoryUsed() - 64) != 0).toBeTruthy();
    tableTag(table);
    expect<usize>(table.tags).toBe(0);
    table.absence = absenceMax;
    expect<u32>(tableFind(table, 5)).toBe(Status.OK);
    expect<u32>(tableFind(table, 7)).toBe(Status.ABSENT);
  });
});
