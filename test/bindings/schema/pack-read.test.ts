import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { layoutOf, type RowType } from "../../../bindings/schema/fields.js";
import { Unpacker } from "../../../bindings/schema/pack-read.js";
import { Packer } from "../../../bindings/schema/pack-write.js";
import { type ValueSource, valueSource } from "../../../bindings/schema/value-source.js";
import { rngOf, seedFrom, withSeed } from "../../support/rng.js";
import { type SampleRow, sampleRow } from "../../support/rows.js";

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** As a space has them: somewhere in foreign bytes, not to be kept. */
function unownedSource(bytes: Uint8Array, at: number): ValueSource {
  const all = new Uint8Array(at + bytes.length + 16).fill(0xee);
  all.set(bytes, at);
  return { bytes: all, view: new DataView(all.buffer), slicer: undefined };
}

function read(fields: object, format: string, hex: string, names = Object.keys(fields)): Record<string, unknown> {
  const bytes = bytesOf(hex);
  return new Unpacker(layoutOf({ fields, format } as RowType), names).read(unownedSource(bytes, 3), 3, bytes.length);
}

describe("a row read back", () => {
  it("is the row that was packed, from a space and from bytes of one's own", () => {
    fc.assert(
      fc.property(sampleRow(), fc.nat(9), ({ type, row }, at) => {
        const layout = layoutOf(type);
        const names = Object.keys(type.fields);
        const bytes = new Packer(layout).pack(row);
        const unpacker = new Unpacker(layout, names);
        expect(unpacker.read(unownedSource(bytes, at), at, bytes.length)).toEqual(row);
        const owned = unpacker.read(valueSource(bytes), 0, bytes.length);
        expect(owned).toEqual(row);
        expect(Object.keys(owned)).toEqual(names);
      }),
      { numRuns: 1_500 },
    );
  });

  it("with some of its fields has them as all have them, in the order they were named", () => {
    const sampleChoice = sampleRow().chain((sample) =>
      fc.tuple(fc.constant(sample), fc.shuffledSubarray(Object.keys(sample.type.fields), { minLength: 1 })),
    );
    fc.assert(
      fc.property(sampleChoice, ([{ type, row }, names]) => {
        const layout = layoutOf(type);
        const bytes = new Packer(layout).pack(row);
        const chosen = new Unpacker(layout, names).read(unownedSource(bytes, 5), 5, bytes.length);
        expect(Object.keys(chosen)).toEqual(names);
        expect(chosen).toEqual(Object.fromEntries(names.map((name) => [name, row[name]])));
      }),
      { numRuns: 1_500 },
    );
  });

  it("does not look at the fields it is not asked for", () => {
    const fields = { price: "f32", name: "string", stock: "u16", tags: "string[]", note: "string" };
    const row = { price: 1.5, name: "n", stock: 7, tags: ["a"], note: "x" };
    for (const format of ["normal", "impact"]) {
      const bytes = new Packer(layoutOf({ fields, format } as RowType)).pack(row);
      bytes.fill(0xff, bytes.length - 8, bytes.length - 2);
      const hex = Buffer.from(bytes).toString("hex");
      expect(read(fields, format, hex, ["stock", "price"])).toEqual({ stock: 7, price: 1.5 });
      expect(read(fields, format, hex, ["note"])).toEqual({ note: "x" });
      expect(() => read(fields, format, hex)).toThrow(expect.objectContaining({ code: "CORRUPTION" }));
    }
  });

  it("copies its arrays from a space, and views bytes of one's own where they are aligned", () => {
    const layout = layoutOf({ fields: { a: "u8", b: "f32[20]", c: "u32[]", d: "u8[]" }, format: "plain" });
    const row = {
      a: 1,
      b: new Float32Array(20).fill(0.5),
      c: new Uint32Array(50).fill(9),
      d: new Uint8Array(30).fill(7),
    };
    const bytes = new Packer(layout).pack(row);
    const source = unownedSource(bytes, 0);
    const copied = new Unpacker(layout, ["a", "b", "c", "d"]).read(source, 0, bytes.length);
    source.bytes.fill(0);
    expect(copied).toEqual(row);

    // Three bytes before: then the first array is aligned, and the second, after a prefix of one byte, is not.
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const owned = new Unpacker<typeof row>(layout, ["a", "b", "c", "d"]).read(valueSource(shifted), 3, bytes.length);
    expect(owned).toEqual(row);
    expect([owned.b, owned.c, owned.d].map((array) => array.buffer === shifted.buffer)).toEqual([true, false, true]);
  });

  it("has text of any length and any script", () => {
    const fields = { s: "string", c: "char[12]" } as const;
    const layout = layoutOf({ fields });
    for (const s of ["", "\0", "é", "日本", "\ufeff", "\ufffd", "x".repeat(100_000), "é".repeat(100_000)]) {
      const bytes = new Packer(layout).pack({ s, c: s.slice(0, 4).trimEnd() });
      expect(new Unpacker(layout, ["s", "c"]).read(valueSource(bytes), 0, bytes.length)).toEqual({
        s,
        c: s.slice(0, 4).trimEnd(),
      });
    }
  });

  it("takes a prefix that is longer than it need be, as Indexlib does", () => {
    expect(read({ s: "string" }, "plain", "c0000002 6869")).toEqual({ s: "hi" });
  });

  it("takes entries that are wider than they need be", () => {
    expect(read({ t: "string[]" }, "plain", "02 04 00000000 02000000 0178 02797a")).toEqual({ t: ["x", "yz"] });
    expect(read({ a: "string", b: "string" }, "impact", "02 0200 6869 0162")).toEqual({ a: "hi", b: "b" });
  });
});

describe("a damaged row", () => {
  const one = { s: "string" };
  const two = { a: "string", b: "string" };
  const three = { n: "u8", t: "string[]", s: "string" };

  it.each<[why: string, fields: object, format: string, hex: string]>([
    ["is shorter than its fixed fields", { n: "u32" }, "normal", "010203"],
    ["is longer than its fixed fields", { n: "u32" }, "normal", "0102030405"],
    ["is empty", one, "plain", ""],
    ["ends in its steps", one, "normal", "08000000000000"],
    ["has a step past its end", one, "normal", "0b00000000000000 026869"],
    ["has a step into the steps", one, "normal", "0700000000000000 026869"],
    ["has a step of more than 4 GiB", one, "normal", "0800000001000000 026869"],
    ["has a step back", two, "normal", "1000000000000000 f8ffffffffffffff 0161"],
    ["has two steps to one long datum", two, "normal", "1000000000000000 0800000000000000 0461616161"],
    ["ends in a prefix", one, "plain", "40"],
    ["ends in a text", one, "plain", "036869"],
    ["has no UTF-8", one, "plain", "02c328"],
    ["has a surrogate in UTF-8", one, "plain", "03eda080"],
    ["says null where there is none", one, "plain", "ffffffff"],
    ["counts more numbers than there are", { l: "f64[]" }, "plain", "fffffffe 00"],
    ["has a table without a unit", three, "plain", "01 01"],
    ["has a table of odd units", three, "plain", "01 01 03 000000 0161 00"],
    ["has a table beyond its end", three, "plain", "01 fffffffe 01 00"],
    ["has texts that do not begin at 0", three, "plain", "01 01 01 01 00 0161 00"],
    ["has texts that overlap", three, "plain", "01 02 01 00 01 0301 61 62 63 00"],
    ["has starts before its texts", three, "plain", "01 02 01 00 01 0161 0162 00"],
    ["has texts with a gap", three, "plain", "01 02 01 00 03 0161 00 0162 00"],
    ["has a text beyond its end", three, "plain", "01 01 01 00 0561 00"],
    ["has no unit of ends", two, "impact", ""],
    ["has ends of odd units", two, "impact", "00 01 61 0162"],
    ["has ends beyond its end", two, "impact", "04 0100"],
    ["has an end past its end", two, "impact", "01 09 61 0162"],
    ["has an end that leaves no prefix", two, "impact", "01 03 61 0162"],
    ["has a piece of a number", { l: "u16[]", s: "string" }, "impact", "01 03 010203 0161"],
  ])("that %s is CORRUPTION", (_why, fields, format, hex) => {
    expect(() => read(fields, format, hex)).toThrow(
      expect.objectContaining({ code: "CORRUPTION", field: expect.any(String), expected: expect.anything() }),
    );
  });

  it("has ends that fall: CORRUPTION", () => {
    const fields = { a: "string", b: "string", c: "string" };
    expect(() => read(fields, "impact", "01 02 01 6162 0163")).toThrow(expect.objectContaining({ code: "CORRUPTION" }));
  });

  it("takes no longer than its bytes, however often it names them", () => {
    // 200 fields that all claim the same 60 KB, and a list of 16,000 texts that do.
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, "string"]));
    const layout = layoutOf({ fields } as RowType);
    const bytes = new Uint8Array(1_600 + 60_003).fill(0x61);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 200; i++) {
      view.setBigUint64(i * 8, BigInt(1_600 - i * 8), true);
    }
    bytes.set([0x80, 0xea, 0x60], 1_600);
    const started = performance.now();
    expect(() => new Unpacker(layout, Object.keys(fields)).read(valueSource(bytes), 0, bytes.length)).toThrow(
      expect.objectContaining({ code: "CORRUPTION", field: "f1" }),
    );
    const texts = new Uint8Array(3 + 32_000 + 60_003).fill(0x61);
    texts.set([0x7e, 0x80, 0x02], 0);
    texts.fill(0, 3, 32_003);
    texts.set([0x80, 0xea, 0x60], 32_003);
    expect(() => read({ t: "string[]" }, "plain", Buffer.from(texts).toString("hex"))).toThrow(
      expect.objectContaining({ code: "CORRUPTION", field: "t" }),
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("is read as some row or is CORRUPTION, whatever its bytes, and nothing outside of them is read", async () => {
    const seed = seedFrom("ROW_SEED");
    const samples: SampleRow[] = fc.sample(sampleRow(6), { numRuns: 500, seed });
    let readCount = 0;
    let damagedCount = 0;
    await withSeed("ROW_SEED", seed, async () => {
      const rng = rngOf(seed);
      for (const { type, row } of samples) {
        const layout = layoutOf(type);
        const good = new Packer(layout).pack(row);
        const names = Object.keys(type.fields);
        const whole = new Unpacker(layout, names);
        const some = new Unpacker(layout, [rng.pick(names)]);
        for (let i = 0; i < 240; i++) {
          const bytes = mutated(good, rng);
          const outcomes = [0x00, 0xff].map((around) => outcomeOf(i % 3 === 0 ? some : whole, bytes, around));
          // The same with other bytes around it: so they play no part.
          expect(outcomes[0]).toEqual(outcomes[1]);
          if (outcomes[0] === "CORRUPTION") damagedCount++;
          else readCount++;
        }
      }
    });
    expect(readCount + damagedCount).toBe(120_000);
    expect(Math.min(readCount, damagedCount)).toBeGreaterThan(10_000);
  });
});

function outcomeOf(unpacker: Unpacker, bytes: Uint8Array, around: number): unknown {
  const all = new Uint8Array(bytes.length + 64).fill(around);
  all.set(bytes, 24);
  try {
    return unpacker.read({ bytes: all, view: new DataView(all.buffer), slicer: undefined }, 24, bytes.length);
  } catch (error) {
    if (isIndexError(error, "CORRUPTION")) return "CORRUPTION";
    throw error;
  }
}

function mutated(good: Uint8Array, rng: ReturnType<typeof rngOf>): Uint8Array {
  if (rng.once(8)) return rng.bytes(rng.int(60));
  const bytes = good.slice(0, rng.once(4) ? rng.int(good.length + 1) : good.length);
  for (let i = 0; i <= rng.int(3) && bytes.length > 0; i++) {
    const at = rng.int(bytes.length);
    bytes[at] = rng.pick([0, 1, 2, 4, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff, (bytes[at] as number) ^ (1 << rng.int(8))]);
  }
  return bytes;
}
