import { packGroups, unpackGroups } from "../../../../assembly/attribute/equal/bits";
import { Slot, Width, groupValues } from "../../../../assembly/attribute/equal/format";
import { scanGroups } from "../../../../assembly/attribute/equal/scan";
import { Zigzag, unzigzagGroups, zigzagGroups } from "../../../../assembly/attribute/equal/zigzag";
import { regionAllocate } from "../../../../assembly/memory";
import { freshSpace, hexOf, seedRandom } from "../../support";
import { sameBytes, valuesAt } from "./support";

const groups: u32 = 3;
const count: u32 = groups * groupValues;

/** Packs values of every width U can have, and unpacks them again where they touch nothing else. */
function packsAndUnpacks<U extends number>(): void {
  freshSpace();
  seedRandom(1);
  for (let width: u32 = Width.BITS1; width <= Slot.fullWidth<U>(); ++width) {
    const base: u64 = width == Slot.fullWidth<U>() ? 0 : 100;
    const values = valuesAt<U>(count, base, min<u32>(1 << width, 8 * sizeof<U>() - (base == 0 ? 0 : 1)));
    const bytes = (count << width) >> 3;
    const packed = regionAllocate(bytes + 128) + 3;
    store<u64>(packed + bytes, 0x1122334455667788);
    expect<usize>(packGroups<U>(values, <U>base, width, groups, packed)).toBe(packed + bytes);
    expect<u64>(load<u64>(packed + bytes)).toBe(0x1122334455667788);
    const target = regionAllocate(count * sizeof<U>() + 64) + 1;
    store<u64>(target + count * sizeof<U>(), 0x1122334455667788);
    unpackGroups<U>(packed, <U>base, width, groups, target);
    expect<u64>(load<u64>(target + count * sizeof<U>())).toBe(0x1122334455667788);
    expect<bool>(sameBytes(target, values, count * sizeof<U>())).toBeTruthy();
  }
}

describe("packing", () => {
  test("and unpacking values of 1 byte gives them back at every width", () => packsAndUnpacks<u8>());
  test("and unpacking values of 2 bytes gives them back at every width", () => packsAndUnpacks<u16>());
  test("and unpacking values of 4 bytes gives them back at every width", () => packsAndUnpacks<u32>());
  test("and unpacking values of 8 bytes gives them back at every width", () => packsAndUnpacks<u64>());

  test("lays narrow differences from a byte's high end down", () => {
    freshSpace();
    const values = regionAllocate(64);
    const packed = regionAllocate(64);
    memory.fill(values, 0, 64);
    store<u8>(values, 1);
    store<u8>(values, 1, 9);
    packGroups<u8>(values, 0, Width.BITS1, 1, packed);
    expect<string>(hexOf(packed, 8)).toBe("8040000000000000");
    store<u8>(values, 3, 3);
    packGroups<u8>(values, 0, Width.BITS2, 1, packed);
    expect<string>(hexOf(packed, 16)).toBe("43001000000000000000000000000000");
    store<u8>(values, 15, 63);
    packGroups<u8>(values, 0, Width.BITS4, 1, packed);
    expect<string>(hexOf(packed, 8)).toBe("1003000001000000");
    expect<u8>(load<u8>(packed, 31)).toBe(0x0f);
  });

  test("wraps differences and sums at the values' width", () => {
    freshSpace();
    const values = regionAllocate(64 * 4);
    for (let i: u32 = 0; i < 64; ++i) store<u32>(values + (i << 2), 0xffffffe0 + i);
    const packed = regionAllocate(64);
    packGroups<u32>(values, 0xffffffe0, Width.BITS8, 1, packed);
    const target = regionAllocate(64 * 4);
    unpackGroups<u32>(packed, 0xffffffe0, Width.BITS8, 1, target);
    expect<bool>(sameBytes(target, values, 256)).toBeTruthy();
    expect<u32>(load<u32>(target + 63 * 4)).toBe(31);
  });

  test("takes the low bytes of differences wider than the values", () => {
    freshSpace();
    const source = regionAllocate(64 * 8);
    for (let i: u32 = 0; i < 64; ++i) store<u64>(source + (i << 3), 0x7700 + i);
    const target = regionAllocate(64);
    unpackGroups<u8>(source, 5, Width.BITS64, 1, target);
    for (let i: u32 = 0; i < 64; ++i) expect<u8>(load<u8>(target + i)).toBe(<u8>(i + 5));
  });
});

/** Bounds of groups against a plain loop, with a rest of each length. */
function scans<U extends number>(): void {
  freshSpace();
  seedRandom(2);
  for (let rest: u32 = 0; rest < groupValues; rest += 7) {
    const all = groupValues * 2 + rest;
    const values = valuesAt<U>(all, 0, 8 * sizeof<U>());
    const pairs = regionAllocate(3 * 2 * sizeof<U>());
    scanGroups<U>(values, all, pairs);
    for (let from: u32 = 0; from < all; from += groupValues) {
      let low = load<U>(values + from * sizeof<U>());
      let high = low;
      for (let i = from; i < min(from + groupValues, all); ++i) {
        const value = load<U>(values + i * sizeof<U>());
        if (value < low) low = value;
        if (value > high) high = value;
      }
      const pair = pairs + (from / groupValues) * 2 * sizeof<U>();
      expect<U>(load<U>(pair)).toBe(low);
      expect<U>(load<U>(pair, sizeof<U>())).toBe(high);
    }
  }
}

describe("scanning", () => {
  test("finds bounds of values of 1 byte", () => scans<u8>());
  test("finds bounds of values of 2 bytes", () => scans<u16>());
  test("finds bounds of values of 4 bytes", () => scans<u32>());
  test("finds bounds of values of 8 bytes, which are compared without a sign", () => scans<u64>());
});

/** The transform of single values, of groups, and back. */
function zigzags<U extends number>(): void {
  freshSpace();
  seedRandom(3);
  const values = valuesAt<U>(groupValues, 0, 8 * sizeof<U>());
  const target = regionAllocate(groupValues * sizeof<U>());
  zigzagGroups<U>(values, 1, target);
  for (let i: u32 = 0; i < groupValues; ++i) {
    const value = load<U>(values + i * sizeof<U>());
    expect<U>(Zigzag.encode<U>(value)).toBe(load<U>(target + i * sizeof<U>()));
    expect<U>(Zigzag.decode<U>(Zigzag.encode<U>(value))).toBe(value);
  }
  unzigzagGroups<U>(target, 1, target);
  expect<bool>(sameBytes(target, values, groupValues * sizeof<U>())).toBeTruthy();
}

describe("zig-zag", () => {
  test("orders values by their distance from 0", () => {
    expect<u32>(Zigzag.encode<u32>(0)).toBe(0);
    expect<u32>(Zigzag.encode<u32>(<u32>-1)).toBe(1);
    expect<u32>(Zigzag.encode<u32>(1)).toBe(2);
    expect<u32>(Zigzag.encode<u32>(<u32>-2)).toBe(3);
    expect<u8>(Zigzag.encode<u8>(0x80)).toBe(255);
    expect<u64>(Zigzag.encode<u64>(1 << 63)).toBe(u64.MAX_VALUE);
  });
  test("is undone for values of 1 byte", () => zigzags<u8>());
  test("is undone for values of 2 bytes", () => zigzags<u16>());
  test("is undone for values of 4 bytes", () => zigzags<u32>());
  test("is undone for values of 8 bytes", () => zigzags<u64>());
});
