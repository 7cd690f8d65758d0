// Type-independent sizing: what Indexlib's tests check of capacities and memory, and the ends of the arithmetic. Its tables of
// values are compared in test/golden/sizing.test.ts.

import {
  Kind,
  bucketBytesOf,
  bucketCountOf,
  headerBytesOf,
  slotCountOf,
  tableBytesOf,
} from "../../../assembly/table/format";
import {
  bucketCountIn,
  buildMemoryOf,
  capacityOfBuild,
  capacityOfTable,
  stretchBytesOf,
  tableMemoryOf,
  tableMemoryOfBuild,
} from "../../../assembly/table/sizing";

const buckets: StaticArray<u32> = [Kind.PLAIN, Kind.TIMESTAMPED, Kind.OFFSET_SHORT, Kind.OFFSET, Kind.COMPACT];
const widths: StaticArray<u32> = [8, 8, 4, 8, 3];

describe("bytes of a bucket", () => {
  test("are Indexlib's for 4-byte keys and compact buckets too", () => {
    for (let bytes: u32 = 1; bytes <= 8; ++bytes) {
      expect<u32>(bucketBytesOf(Kind.COMPACT, bytes)).toBe(8 + bytes);
      expect<u32>(bucketBytesOf(Kind.COMPACT | Kind.KEY_SHORT, bytes)).toBe(4 + bytes);
      expect<u32>(bucketBytesOf(Kind.PLAIN | Kind.KEY_SHORT, bytes)).toBe(bytes <= 4 ? 8 : 12);
      expect<u32>(bucketBytesOf(Kind.TIMESTAMPED | Kind.KEY_SHORT, bytes)).toBe(bytes <= 4 ? 12 : 16);
    }
    expect<u32>(bucketBytesOf(Kind.OFFSET_SHORT | Kind.KEY_SHORT | Kind.CUCKOO, 4)).toBe(8);
    expect<u32>(bucketBytesOf(Kind.OFFSET | Kind.KEY_SHORT, 8)).toBe(12);
  });
});

describe("capacities and memory", () => {
  test("come back as they went, for every kind and occupancy", () => {
    for (let b = 0; b < 5; ++b) {
      for (let more: u32 = 0; more < 32; more += Kind.KEY_SHORT) {
        const kind = buckets[b] | more;
        for (let pct: u32 = 1; pct <= 100; pct += 9) {
          for (let capacity: u64 = 1; capacity < 100000; capacity = capacity * 7 + 1) {
            const bytes = tableMemoryOf(kind, widths[b], capacity, pct, false);
            expect<u64>(bytes).toBe(tableBytesOf(kind, widths[b], bucketCountOf(capacity, pct)));
            expect<bool>(capacityOfTable(kind, widths[b], bytes, pct) >= capacity).toBeTruthy();
            const count = bucketCountIn(kind, widths[b], bytes, 0);
            expect<u64>(tableBytesOf(kind, widths[b], count)).toBe(bytes);
          }
        }
      }
    }
  });

  test("too little for header and slots are for no keys, and never wrap", () => {
    for (let b = 0; b < 5; ++b) {
      for (let more: u32 = 0; more < 32; more += Kind.KEY_SHORT) {
        const kind = buckets[b] | more;
        const fixed = headerBytesOf(kind) + slotCountOf(kind) * bucketBytesOf(kind, widths[b]);
        for (let bytes: u64 = 0; bytes <= fixed; ++bytes) {
          expect<u64>(capacityOfTable(kind, widths[b], bytes, 50)).toBe(0);
          expect<u64>(capacityOfBuild(kind, widths[b], bytes, 50)).toBe(0);
        }
      }
    }
    // BuildMemoryToCapacity of 63 and 64 bytes, then of one block.
    const cuckoo = Kind.TIMESTAMPED | Kind.CUCKOO;
    expect<u64>(capacityOfBuild(cuckoo, 8, 63, 100)).toBe(0);
    expect<u64>(capacityOfBuild(cuckoo, 8, 64, 100)).toBe(0);
    expect<u64>(capacityOfBuild(cuckoo, 8, 64 + 80 + 4 + 16 - 1, 100)).toBe(0);
    expect<u64>(capacityOfBuild(cuckoo, 8, 64 + 80 + 4 + 16, 100)).toBe(4);
  });

  test("of a build are the same on both sides of where its tree stops growing", () => {
    for (let kind: u32 = Kind.CUCKOO; kind < 21; ++kind) {
      const width = widths[kind - Kind.CUCKOO];
      const most: u64 = 4 << 20;
      for (let capacity = most - 8; capacity <= most + 8; capacity += 4) {
        const bytes = buildMemoryOf(kind, width, capacity, 100, false);
        expect<u64>(capacityOfBuild(kind, width, bytes, 100)).toBe(capacity);
        expect<u64>(tableMemoryOfBuild(kind, width, bytes, 100)).toBe(tableMemoryOf(kind, width, capacity, 100, false));
      }
    }
  });

  test("of a dense table are the same to build and to keep, and it never stretches", () => {
    for (let kind: u32 = 0; kind < 5; ++kind) {
      const bytes = tableMemoryOf(kind, widths[kind], 1000, 50, true);
      expect<u64>(bytes).toBe(tableMemoryOf(kind, widths[kind], 1000, 50, false));
      expect<u64>(bytes).toBe(buildMemoryOf(kind, widths[kind], 1000, 50, true));
      expect<u64>(tableMemoryOfBuild(kind, widths[kind], bytes, 50)).toBe(bytes);
      expect<u64>(capacityOfBuild(kind, widths[kind], bytes, 50)).toBe(1000);
    }
  });

  test("that may stretch hold as many buckets as those that may not, and a hundredth and a block more", () => {
    for (let b = 0; b < 5; ++b) {
      const kind = buckets[b] | Kind.CUCKOO;
      const stride = bucketBytesOf(kind, widths[b]);
      for (let capacity: u64 = 1; capacity < 1000000; capacity = capacity * 3 + 1) {
        const bytes = tableMemoryOf(kind, widths[b], capacity, 100, true);
        const stretch = stretchBytesOf(kind, widths[b], bytes);
        const count = bucketCountIn(kind, widths[b], bytes, stretch);
        const plain = bucketCountIn(kind, widths[b], tableMemoryOf(kind, widths[b], capacity, 100, false), 0);
        expect<u64>(count).toBe(plain);
        expect<bool>(tableBytesOf(kind, widths[b], count) + stretch <= bytes).toBeTruthy();
        expect<bool>(stretch >= 4 * stride && stretch <= 4 * stride + (count * stride) / 99 + 2).toBeTruthy();
      }
    }
  });
});
