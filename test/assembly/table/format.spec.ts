import { regionAllocate } from "../../../assembly/memory";
import { Status } from "../../../assembly/status";
import {
  Kind,
  Table,
  bucketBytesOf,
  bucketCountOf,
  capacityOf,
  headerBytes,
  probeCountMax,
  probeUnlimited,
  slotCountOf,
  tableBytesOf,
} from "../../../assembly/table/format";
import { freshSpace } from "../support";

describe("bytes of a bucket", () => {
  test("are Indexlib's for every width", () => {
    for (let bytes: u32 = 1; bytes <= 8; ++bytes) {
      expect<u32>(bucketBytesOf(Kind.PLAIN, bytes)).toBe(16);
      expect<u32>(bucketBytesOf(Kind.TIMESTAMPED, bytes)).toBe(bytes <= 4 ? 16 : 20);
    }
    expect<u32>(bucketBytesOf(Kind.OFFSET_SHORT, 4)).toBe(12);
    expect<u32>(bucketBytesOf(Kind.OFFSET, 8)).toBe(16);
  });

  test("sum up to the file with header and slots", () => {
    expect<u32>(headerBytes).toBe(16);
    expect<u32>(slotCountOf(Kind.PLAIN)).toBe(2);
    expect<u32>(slotCountOf(Kind.TIMESTAMPED) + slotCountOf(Kind.OFFSET) + slotCountOf(Kind.OFFSET_SHORT)).toBe(0);
    // Upstream's buffer for nine keys at 50 %.
    expect<u64>(tableBytesOf(Kind.PLAIN, 4, bucketCountOf(9, 50))).toBe(336);
    expect<u64>(tableBytesOf(Kind.OFFSET_SHORT, 4, 2)).toBe(40);
    expect<u64>(tableBytesOf(Kind.TIMESTAMPED, 8, 400000000)).toBe(8000000016);
  });
});

describe("capacity arithmetic", () => {
  test("counts no key as one, and rounds up", () => {
    expect<u64>(bucketCountOf(0, 50)).toBe(2);
    expect<u64>(bucketCountOf(1, 50)).toBe(2);
    expect<u64>(bucketCountOf(3, 50)).toBe(6);
    expect<u64>(bucketCountOf(9, 50)).toBe(18);
    expect<u64>(bucketCountOf(1, 100)).toBe(1);
    expect<u64>(bucketCountOf(1, 1)).toBe(100);
    expect<u64>(bucketCountOf(7, 30)).toBe(24);
    expect<u64>(bucketCountOf(609, 50)).toBe(1218);
  });

  test("always has room for its keys, at every percent", () => {
    let wrong = 0;
    for (let pct: u32 = 1; pct <= 100; ++pct) {
      for (let keys: u64 = 0; keys < 500; ++keys) {
        const buckets = bucketCountOf(keys, pct);
        if (buckets < max<u64>(keys, 1) || capacityOf(buckets, pct) < keys) ++wrong;
      }
    }
    expect<i32>(wrong).toBe(0);
  });

  test("goes on past 2^32 keys, and saturates rather than wraps", () => {
    expect<u64>(bucketCountOf(5000000000, 50)).toBe(10000000000);
    expect<u64>(capacityOf(10000000000, 50)).toBe(5000000000);
    expect<u64>(bucketCountOf(5, 0)).toBe(u64.MAX_VALUE);
  });
});

/** A table over `bytes` bytes, with this header; nothing is mounted yet. */
function headerOf(kind: u32, valueBytes: u32, bucketCount: u64, keyCount: u64): Table {
  freshSpace();
  const table = changetype<Table>(regionAllocate(offsetof<Table>()));
  const base = regionAllocate(4096);
  store<u64>(base, bucketCount);
  store<u64>(base, keyCount, 8);
  table.describe(base, kind, valueBytes, 0, probeCountMax);
  return table;
}

describe("mounting untrusted bytes", () => {
  test("takes a header that agrees with the size, and says how full the table is", () => {
    const table = headerOf(Kind.PLAIN, 8, 10, 7);
    expect<u32>(table.mount(16 + 12 * 16, true)).toBe(Status.OK);
    expect<u64>(table.bucketCount).toBe(10);
    expect<u64>(table.keyCount).toBe(7);
    expect<u32>(table.occupancyPct).toBe(70);
    expect<u64>(table.capacity()).toBe(7);
    expect<bool>(table.isFull()).toBeTruthy();
    expect<u64>(table.deletedCount).toBe(0);
    expect<u64>(table.bytes()).toBe(208);
    expect<u32>(table.probeMax).toBe(10);
    expect<usize>(table.slot(0)).toBe(table.base + 16 + 160);
  });

  test("allows more bytes than the header needs only where the size is not exact", () => {
    const table = headerOf(Kind.PLAIN, 8, 10, 7);
    expect<u32>(table.mount(16 + 12 * 16 + 1, false)).toBe(Status.OK);
    expect<u32>(table.mount(16 + 12 * 16 + 1, true)).toBe(Status.TABLE_SIZE);
  });

  test("refuses fewer bytes than a header", () => {
    const table = headerOf(Kind.OFFSET_SHORT, 4, 1, 1);
    for (let bytes: u64 = 0; bytes < 16; ++bytes) expect<u32>(table.mount(bytes, false)).toBe(Status.TABLE_SIZE);
  });

  test("refuses a file without its slots", () => {
    const table = headerOf(Kind.PLAIN, 8, 10, 7);
    expect<u32>(table.mount(16 + 10 * 16, false)).toBe(Status.TABLE_SIZE);
    expect<u32>(table.mount(16 + 12 * 16 - 1, false)).toBe(Status.TABLE_SIZE);
  });

  test("refuses no buckets, which no key could be divided by", () => {
    const table = headerOf(Kind.OFFSET_SHORT, 4, 0, 0);
    expect<u32>(table.mount(16, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(table.mount(4096, false)).toBe(Status.TABLE_HEADER);
  });

  test("refuses counts that the bytes cannot hold, also where a product would wrap", () => {
    expect<u32>(headerOf(Kind.OFFSET_SHORT, 4, 11, 0).mount(16 + 10 * 12, false)).toBe(Status.TABLE_HEADER);
    expect<u32>(headerOf(Kind.OFFSET, 8, 1 << 60, 0).mount(16, false)).toBe(Status.TABLE_HEADER);
    expect<u32>(headerOf(Kind.OFFSET, 8, ((<u64>1) << 60) + 1, 0).mount(32, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(headerOf(Kind.OFFSET, 8, u64.MAX_VALUE, 0).mount(4096, false)).toBe(Status.TABLE_HEADER);
  });

  test("refuses more keys than there are buckets and slots", () => {
    expect<u32>(headerOf(Kind.OFFSET_SHORT, 4, 10, 11).mount(16 + 120, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(headerOf(Kind.OFFSET_SHORT, 4, 10, u64.MAX_VALUE).mount(16 + 120, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(headerOf(Kind.PLAIN, 8, 10, 13).mount(16 + 192, true)).toBe(Status.TABLE_HEADER);
    const full = headerOf(Kind.PLAIN, 8, 10, 12);
    expect<u32>(full.mount(16 + 192, true)).toBe(Status.OK);
    expect<u32>(full.occupancyPct).toBe(100);
  });
});

describe("the bound of probes", () => {
  test("is the buckets there are, or the limit", () => {
    const table = headerOf(Kind.OFFSET_SHORT, 4, 10, 0);
    table.setBucketCount(100);
    expect<u32>(table.probeMax).toBe(100);
    table.setBucketCount(100000);
    expect<u32>(table.probeMax).toBe(probeCountMax);
    table.probeLimit = probeUnlimited;
    table.setBucketCount(100000);
    expect<u32>(table.probeMax).toBe(100000);
    expect<u64>(load<u64>(table.base)).toBe(100000);
  });
});

/** A mountable cuckoo header for `bucketCount` buckets with `hashCount` functions of `most`. */
function cuckooHeader(bucketCount: u64, keyCount: u64, hashCount: u8, most: u8): Table {
  freshSpace();
  const table = changetype<Table>(regionAllocate(offsetof<Table>()));
  const base = regionAllocate(4096);
  memory.fill(base, 0, 4096);
  store<u8>(base, hashCount, 1);
  store<u8>(base, most, 2);
  store<u64>(base, bucketCount, 8);
  store<u64>(base, keyCount, 16);
  table.describe(base, Kind.OFFSET_SHORT | Kind.CUCKOO, 4, 0, probeCountMax);
  return table;
}

describe("mounting a cuckoo table", () => {
  test("takes its counts and hash functions from its header", () => {
    const table = cuckooHeader(8, 6, 3, 8);
    expect<u32>(table.mount(64 + 8 * 12, true)).toBe(Status.OK);
    expect<u64>(table.bucketCount).toBe(8);
    expect<u32>(table.blockCount).toBe(2);
    expect<u64>(table.keyCount).toBe(6);
    expect<u32>(table.hashCount).toBe(3);
    expect<u32>(table.hashCountMax()).toBe(8);
    expect<u32>(table.occupancyPct).toBe(75);
    expect<u64>(table.bytes()).toBe(64 + 8 * 12);
    expect<usize>(table.block(1)).toBe(table.base + 64 + 4 * 12);
  });

  test("refuses no hash function and more than eight, and never uses more, whatever the header allows", () => {
    expect<u32>(cuckooHeader(8, 0, 0, 8).mount(160, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(cuckooHeader(8, 0, 9, 8).mount(160, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(cuckooHeader(8, 0, 255, 255).mount(160, true)).toBe(Status.TABLE_HEADER);
    expect<u32>(cuckooHeader(8, 0, 8, 0).mount(160, true)).toBe(Status.OK);
    const table = cuckooHeader(8, 0, 1, 255);
    expect<u32>(table.mount(160, true)).toBe(Status.OK);
    expect<u32>(table.hashCountMax()).toBe(8);
  });

  test("refuses no block, half a block, and more blocks than the file holds", () => {
    expect<u32>(cuckooHeader(0, 0, 2, 8).mount(64, true)).toBe(Status.TABLE_HEADER);
    for (let count: u64 = 1; count < 8; ++count) {
      if (count == 4) continue;
      expect<u32>(cuckooHeader(count, 0, 2, 8).mount(64 + count * 12, true)).toBe(Status.TABLE_HEADER);
    }
    expect<u32>(cuckooHeader(12, 0, 2, 8).mount(64 + 8 * 12, false)).toBe(Status.TABLE_HEADER);
    expect<u32>(cuckooHeader((<u64>1) << 62, 0, 2, 8).mount(4096, false)).toBe(Status.TABLE_HEADER);
  });

  test("refuses a file shorter than its header, and one of another length where that is exact", () => {
    expect<u32>(cuckooHeader(8, 0, 2, 8).mount(63, false)).toBe(Status.TABLE_SIZE);
    expect<u32>(cuckooHeader(8, 0, 2, 8).mount(64 + 8 * 12 + 1, true)).toBe(Status.TABLE_SIZE);
    expect<u32>(cuckooHeader(8, 0, 2, 8).mount(64 + 8 * 12 + 1, false)).toBe(Status.OK);
    expect<u32>(cuckooHeader(8, 9, 2, 8).mount(64 + 8 * 12, true)).toBe(Status.TABLE_HEADER);
  });
});

describe("the description of a table", () => {
  test("fits where segments and growing tables keep it", () => {
    expect<bool>(offsetof<Table>() <= 80).toBeTruthy();
  });
});
