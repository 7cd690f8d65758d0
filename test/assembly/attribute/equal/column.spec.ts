import * as equal from "../../../../assembly/attribute/equal/equal";
import { Column } from "../../../../assembly/attribute/equal/read";
import { regionAllocate } from "../../../../assembly/memory";
import { Status } from "../../../../assembly/status";
import { freshSpace, hexAt, random, randomBelow, seedRandom } from "../../support";
import { encoderOf, fileBytes, fileOf, mounted, sameBytes, valuesAt } from "./support";

/** Encodes in pieces of two sizes, decodes all and some, gets each. */
function roundTrips<U extends number>(isSigned: bool): void {
  seedRandom(4);
  for (let bits: u32 = 1; bits <= 8 * sizeof<U>(); bits = bits * 2 + (bits == 8 ? 3 : 0)) {
    for (let count: u32 = 1; count < 3000; count = count * 3 + 61) {
      freshSpace();
      const values = valuesAt<U>(count, 0, min<u32>(bits, 8 * sizeof<U>()));
      const file = fileOf(sizeof<U>(), isSigned, values, count, 6 + (count % 4), 64);
      const bytes = fileBytes;
      const whole = fileOf(sizeof<U>(), isSigned, values, count, 6 + (count % 4), 4096);
      expect<bool>(sameBytes(file, whole, <usize>bytes)).toBeTruthy();
      const column = mounted(sizeof<U>(), isSigned, file, bytes);
      const target = regionAllocate(count * sizeof<U>() + 64);
      store<u64>(target + count * sizeof<U>(), 0x1122334455667788);
      equal.columnDecode(column, 0, count, target);
      expect<bool>(sameBytes(target, values, count * sizeof<U>())).toBeTruthy();
      expect<u64>(load<u64>(target + count * sizeof<U>())).toBe(0x1122334455667788);
      const from = (randomBelow(count) >> 6) << 6;
      equal.columnDecode(column, from, count - from, target);
      expect<bool>(sameBytes(target, values + from * sizeof<U>(), (count - from) * sizeof<U>())).toBeTruthy();
      for (let i: u32 = 0; i < count; i += 13) {
        equal.columnGet(column, i, target);
        expect<U>(load<U>(target)).toBe(load<U>(values + i * sizeof<U>()));
      }
      expect<u64>(equal.columnEnd(column)).toBeLessThan(bytes + 1);
    }
  }
}

describe("an equal-value column", () => {
  test("of 1 byte comes back", () => roundTrips<u8>(false));
  test("of 2 bytes comes back", () => roundTrips<u16>(false));
  test("of 4 bytes comes back", () => roundTrips<u32>(false));
  test("of 8 bytes comes back", () => roundTrips<u64>(false));
  test("of signed bytes comes back", () => roundTrips<u8>(true));
  test("of signed values of 8 bytes comes back", () => roundTrips<u64>(true));

  test("says how many places of a batch come before one past its end", () => {
    freshSpace();
    const values = valuesAt<u32>(100, 7, 4);
    const file = fileOf(4, false, values, 100, 6, 64);
    const column = mounted(4, false, file, fileBytes);
    const places = regionAllocate(12);
    store<u32>(places, 99);
    store<u32>(places, 100, 4);
    store<u32>(places, 0, 8);
    const target = regionAllocate(12);
    expect<u32>(equal.columnGetMany(column, places, 3, target)).toBe(1);
    expect<u32>(load<u32>(target)).toBe(load<u32>(values, 99 * 4));
    store<u32>(places, 5, 4);
    expect<u32>(equal.columnGetMany(column, places, 3, target)).toBe(3);
  });

  test("is advised the larger of two slot sizes that give the same", () => {
    freshSpace();
    const values = regionAllocate(4 * 5000);
    memory.fill(values, 0, 4 * 5000);
    expect<u32>(equal.encoderAdvise(encoderOf(4, false, values, 5000), 1)).toBe(10);
    for (let i: u32 = 0; i < 5000; i += 97) store<u32>(values + i * 4, i * 1000);
    expect<u32>(equal.encoderAdvise(encoderOf(4, false, values, 5000), 1)).toBe(6);
  });
});

function statusOf(valueBytes: u32, hex: string): u32 {
  const file = hexAt(hex);
  const self = changetype<Column>(regionAllocate(offsetof<Column>()));
  return equal.columnMount(self, valueBytes, file, hex.length / 2, false, 0, 0);
}

describe("mounting hostile bytes", () => {
  test("refuses headers that their size does not bear out", () => {
    freshSpace();
    expect<u32>(statusOf(4, "01000000060000")).toBe(Status.COLUMN_HEADER);
    expect<u32>(statusOf(4, "0000000005000000")).toBe(Status.COLUMN_HEADER);
    expect<u32>(statusOf(4, "0000000020000000")).toBe(Status.COLUMN_HEADER);
    expect<u32>(statusOf(4, "41000000060000000100000000000000")).toBe(Status.COLUMN_HEADER);
    expect<u32>(statusOf(4, "ffffffff060000000100000000000000")).toBe(Status.COLUMN_HEADER);
    expect<u32>(statusOf(4, "0000000006000000")).toBe(Status.OK);
    expect<u32>(statusOf(4, "40000000060000000100000000000000")).toBe(Status.OK);
  });

  test("refuses blocks that reach past the end, whatever they add up to", () => {
    freshSpace();
    expect<u32>(statusOf(4, "020000000600000000000000000000000100000001")).toBe(Status.COLUMN_BLOCK);
    expect<u32>(statusOf(4, "02000000060000000000000000000000010000000102")).toBe(Status.OK);
    expect<u32>(statusOf(4, "0200000006000000f8ffffffffffffff010000000102")).toBe(Status.COLUMN_BLOCK);
    expect<u32>(statusOf(4, "02000000060000000800000000000000010000000102")).toBe(Status.COLUMN_BLOCK);
    // A long block whose code is not there, or means nothing.
    expect<u32>(statusOf(8, "010000000600000000000000000000000100000000000000")).toBe(Status.COLUMN_BLOCK);
    expect<u32>(statusOf(8, "0100000006000000000000000000000001000000000000000700000000000000ff")).toBe(
      Status.COLUMN_BLOCK,
    );
    expect<u32>(statusOf(8, "0100000006000000000000000000000001000000000000000000000000000000ff")).toBe(Status.OK);
  });
});

describe("an update", () => {
  test("of any value is read back, and changes no other", () => {
    seedRandom(5);
    for (let round: u32 = 0; round < 20; ++round) {
      freshSpace();
      const count: u32 = 300;
      const values = valuesAt<u16>(count, round * 100, 1 + (round % 9));
      const file = fileOf(2, round % 2 == 1, values, count, 6, 64);
      const column = mounted(2, round % 2 == 1, file, fileBytes);
      const source = regionAllocate(8);
      for (let i: u32 = 0; i < 40; ++i) {
        const at = randomBelow(count);
        store<u16>(source, <u16>(random() >> (i % 16)));
        expect<u32>(equal.columnUpdateFrom(column, at, source)).toBe(Status.OK);
        store<u16>(values + at * 2, load<u16>(source));
      }
      const target = regionAllocate(count * 2);
      equal.columnDecode(column, 0, count, target);
      expect<bool>(sameBytes(target, values, count * 2)).toBeTruthy();
      expect<u32>(equal.columnUpdateFrom(column, count, source)).toBe(Status.ABSENT);
    }
  });

  test("of a slot whose block would pass a slice of the expand area is refused and changes nothing", () => {
    freshSpace();
    // Slots of 2^27 values: a block of bytes alone takes 128 MiB.
    const file = hexAt("020000001b000000" + "0100000000000000");
    const column = mounted(4, false, file, 16);
    const source = regionAllocate(8);
    store<u32>(source, 200);
    expect<u32>(equal.columnUpdateFrom(column, 1, source)).toBe(Status.FULL);
    equal.columnGet(column, 1, source);
    expect<u32>(load<u32>(source)).toBe(0);
  });
});
