import { regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import { headBytes, headStore, keyBytesMax, record, recordRead } from "../../../assembly/value/record";
import { freshSpace, hexAt, hexOf } from "../support";

describe("the head of a record", () => {
  test("is one byte for keys up to 62 bytes and three from there on", () => {
    freshSpace();
    const ptr = regionAllocate(64);
    expect<string>(hexOf(ptr, headStore(ptr, 0, false))).toBe("00");
    expect<string>(hexOf(ptr, headStore(ptr, 62, false))).toBe("3e");
    expect<string>(hexOf(ptr, headStore(ptr, 63, false))).toBe("3f3f00");
    expect<string>(hexOf(ptr, headStore(ptr, keyBytesMax, false))).toBe("3fffff");
    expect<string>(hexOf(ptr, headStore(ptr, 5, true))).toBe("85");
    expect<string>(hexOf(ptr, headStore(ptr, 0x1234, true))).toBe("bf3412");
    expect<u32>(headBytes(62)).toBe(1);
    expect<u32>(headBytes(63)).toBe(3);
  });
});

describe("taking a record apart", () => {
  test("gives key and value, in place", () => {
    freshSpace();
    const ptr = hexAt("026b31aabbcc");
    expect<u32>(recordRead(ptr, 6)).toBe(Status.OK);
    expect<usize>(record.keyPtr).toBe(ptr + 1);
    expect<u32>(record.keyLen).toBe(2);
    expect<usize>(record.valuePtr).toBe(ptr + 3);
    expect<u32>(record.valueLen).toBe(3);
    expect<u32>(record.deleted).toBe(0);
  });

  test("takes the empty key, the empty value, and both", () => {
    freshSpace();
    expect<u32>(recordRead(hexAt("00aa"), 2)).toBe(Status.OK);
    expect<u32>(record.keyLen).toBe(0);
    expect<u32>(record.valueLen).toBe(1);
    expect<u32>(recordRead(hexAt("016b"), 2)).toBe(Status.OK);
    expect<u32>(record.keyLen).toBe(1);
    expect<u32>(record.valueLen).toBe(0);
    expect<u32>(recordRead(hexAt("00"), 1)).toBe(Status.OK);
    expect<u32>(record.keyLen + record.valueLen).toBe(0);
  });

  test("knows a deletion by its flag", () => {
    freshSpace();
    expect<u32>(recordRead(hexAt("816b"), 2)).toBe(Status.OK);
    expect<u32>(record.deleted).toBe(1);
    expect<u32>(record.keyLen).toBe(1);
  });

  test("comes back for keys of every length, around both sides of 63", () => {
    freshSpace();
    const ptr = regionAllocate(70000);
    let wrong = 0;
    for (let keyLen: u32 = 0; keyLen <= keyBytesMax; keyLen += keyLen < 80 ? 1 : 1009) {
      const head = headStore(ptr, keyLen, (keyLen & 1) != 0);
      if (recordRead(ptr, head + keyLen + 7) != Status.OK) ++wrong;
      if (record.keyLen != keyLen || record.valueLen != 7 || record.deleted != (keyLen & 1)) ++wrong;
      if (record.keyPtr != ptr + head || record.valuePtr != ptr + head + keyLen) ++wrong;
    }
    expect<i32>(wrong).toBe(0);
  });

  test("refuses what no key fits into, each length up to it", () => {
    freshSpace();
    expect<u32>(recordRead(hexAt("00"), 0)).toBe(Status.RECORD_SHAPE);
    expect<u32>(recordRead(hexAt("01"), 1)).toBe(Status.RECORD_SHAPE);
    for (let len: u32 = 0; len < 63; ++len) {
      expect<u32>(recordRead(hexAt("3e00000000000000"), len)).toBe(Status.RECORD_SHAPE);
    }
    const long = hexAt("3fffff0000000000");
    for (let len: u32 = 0; len < 8; ++len) expect<u32>(recordRead(long, len)).toBe(Status.RECORD_SHAPE);
    expect<u32>(recordRead(long, 65537)).toBe(Status.RECORD_SHAPE);
  });

  test("refuses the reserved bit", () => {
    freshSpace();
    expect<u32>(recordRead(hexAt("4100"), 2)).toBe(Status.RECORD_SHAPE);
    expect<u32>(recordRead(hexAt("c100"), 2)).toBe(Status.RECORD_SHAPE);
  });
});
