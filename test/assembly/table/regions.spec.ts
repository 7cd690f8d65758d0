import { Status } from "../../../assembly/status";
import { tableInsertOne } from "../../../assembly/table/batch";
import { Kind, Table, tableBytesOf } from "../../../assembly/table/format";
import { countRegions } from "../../../assembly/table/regions";
import {
  seat,
  seatValue,
  tableCopy,
  tableDeleteRegionAt,
  tableFind,
  tableShortenOffsets,
  tableShrink,
  tableTag,
} from "../../../assembly/table/table";
import { absenceMax } from "../../../assembly/table/tags";
import { RegionFlag, regionWord } from "../../../assembly/value/pack";
import { freshSpace, hexOf } from "../support";
import { tableFor } from "./support";

const kinds: StaticArray<u32> = [
  Kind.REGION,
  Kind.REGION_TIMESTAMPED,
  Kind.REGION | Kind.CUCKOO,
  Kind.REGION_TIMESTAMPED | Kind.CUCKOO,
];
const regionCount: u32 = 5;
const keyCount: u64 = 400;

/** What key `i` holds: every seventh is deleted. */
function wordOf(i: u64): u64 {
  return regionWord(i * 3, <u32>(i % regionCount), RegionFlag.LIVE);
}

function del(table: Table, key: u64, regionId: u32, timestamp: u32): void {
  tableDeleteRegionAt(table, tableFind(table, key), key, regionId, timestamp);
}

function filled(kind: u32): Table {
  freshSpace();
  const table = tableFor(kind, 8, 50, keyCount * 2);
  for (let i: u64 = 0; i < keyCount; ++i) {
    tableInsertOne(table, i << 20, wordOf(i), <u32>i);
    if (i % 7 == 0) del(table, i << 20, <u32>(i % regionCount), <u32>i + 1);
  }
  return table;
}

/** How many keys the table answers wrongly. */
function wrongIn(table: Table): u32 {
  let wrong: u32 = 0;
  const isTimed = (table.kind & 7) == Kind.REGION_TIMESTAMPED;
  for (let i: u64 = 0; i < keyCount; ++i) {
    const status = tableFind(table, i << 20);
    const deleted = i % 7 == 0;
    if (status != (deleted ? Status.DELETED : Status.OK)) ++wrong;
    const word = deleted ? regionWord(0, <u32>(i % regionCount), RegionFlag.DELETED) : wordOf(i);
    if (seatValue(table) != word) ++wrong;
    if (seat.timestamp != (isTimed ? <u32>i + u32(deleted) : 0)) ++wrong;
  }
  if (tableFind(table, 12345) != Status.ABSENT) ++wrong;
  return wrong;
}

describe("a table of region words", () => {
  test("has buckets of 16 bytes, of 20 with seconds, and no slots", () => {
    expect<u64>(tableBytesOf(Kind.REGION, 8, 10)).toBe(16 + 160);
    expect<u64>(tableBytesOf(Kind.REGION_TIMESTAMPED, 8, 10)).toBe(16 + 200);
    expect<u64>(tableBytesOf(Kind.REGION_TIMESTAMPED | Kind.CUCKOO, 8, 12)).toBe(64 + 240);
  });

  test("answers for each key, also copied, shrunk and by its tags", () => {
    for (let k = 0; k < kinds.length; ++k) {
      const table = filled(kinds[k]);
      expect<u32>(wrongIn(table)).toBe(0, "built");
      expect<u64>(table.keyCount).toBe(keyCount);
      expect<u64>(table.deletedCount).toBe((keyCount + 6) / 7);
      const copy = tableFor(kinds[k], 8, 50, keyCount);
      expect<u32>(tableCopy(table, copy)).toBe(Status.OK);
      expect<u32>(wrongIn(copy)).toBe(0, "copied");
      expect<u32>(tableShrink(table, keyCount * 2)).toBe(Status.OK);
      expect<u32>(wrongIn(table)).toBe(0, "shrunk");
      tableTag(table);
      table.absence = absenceMax;
      expect<u32>(wrongIn(table)).toBe(0, "tagged");
    }
  });

  test("takes live words only, and has no offsets to shorten", () => {
    const table = filled(Kind.REGION);
    expect<u32>(tableInsertOne(table, 1, regionWord(0, 0, RegionFlag.DELETED), 0)).toBe(Status.VALUE_RESERVED);
    expect<u32>(tableInsertOne(table, 1, u64.MAX_VALUE, 0)).toBe(Status.VALUE_RESERVED);
    expect<u32>(tableFind(table, 1)).toBe(Status.ABSENT);
    del(table, 1, 4, 9);
    expect<string>(hexOf(seat.bucket, 16)).toBe("01000000000000000000000000001040");
    expect<u32>(tableShortenOffsets(table)).toBe(Status.TABLE_HEADER);
  });

  test("counts its keys by region, deletions among them", () => {
    for (let k = 0; k < kinds.length; ++k) {
      const counts = countRegions(filled(kinds[k]));
      expect<string>(hexOf(counts, 24)).toBe("50000000500000005000000050000000500000000000" + "0000");
    }
  });
});
