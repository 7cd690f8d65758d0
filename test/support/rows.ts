/** Row types and rows for property tests: every kind of field, every format, values that come back as they were given. */

import fc from "fast-check";
import type { FieldWords, PackFormat, RowType } from "../../bindings/index.js";
import { decodeHalf } from "../../bindings/schema/narrow-float.js";

const f32 = fc.float();
const f64 = fc.double();
const integer = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  fc.integer(signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 });
/** Halves that are not NaN, whose bits JavaScript may change. */
const half = fc
  .integer({ min: 0, max: 0xffff })
  .map(decodeHalf)
  .map((value) => (Number.isNaN(value) ? 0 : value));
/** What `q8#2` reads is what it writes: step · code. */
const quantised = fc.integer({ min: -127, max: 127 }).map((code) => Math.fround(Math.fround(2 / 127) * code));
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ maxLength: 90 }),
  fc.string({ unit: "binary", minLength: 10, maxLength: 120 }).filter((made) => made.isWellFormed()),
);

const elements = {
  u8: [integer(8, false), Uint8Array],
  i8: [integer(8, true), Int8Array],
  u16: [integer(16, false), Uint16Array],
  i16: [integer(16, true), Int16Array],
  u32: [integer(32, false), Uint32Array],
  i32: [integer(32, true), Int32Array],
  u64: [fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), BigUint64Array],
  i64: [fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), BigInt64Array],
  f32: [f32, Float32Array],
  f64: [f64, Float64Array],
  f16: [half, Float32Array],
  "q8#2": [quantised, Float32Array],
} as const;

interface SampleField {
  readonly word: string;
  readonly value: fc.Arbitrary<unknown>;
}

const numberField = fc.constantFrom(...Object.keys(elements)).chain((word) => {
  const [value, arrayClass] = elements[word as keyof typeof elements];
  const from = (list: readonly unknown[]): unknown => (arrayClass as typeof Uint8Array).from(list as number[]);
  const list = (min: number, max: number): fc.Arbitrary<unknown> =>
    fc.array(value as fc.Arbitrary<unknown>, { minLength: min, maxLength: max }).map(from);
  return fc.oneof(
    fc.constant<SampleField>({ word, value }),
    fc
      .integer({ min: 1, max: 20 })
      .map((count): SampleField => ({ word: `${word}[${count}]`, value: list(count, count) })),
    fc.constant<SampleField>({ word: `${word}[]`, value: list(0, 70) }),
  );
});

const textField = fc.oneof(
  fc.constant<SampleField>({ word: "string", value: text }),
  fc.constant<SampleField>({ word: "string[]", value: fc.array(text, { maxLength: 12 }) }),
  fc.constant<SampleField>({
    word: "char[40]",
    value: fc.string({ maxLength: 40 }).map((made) => made.replace(/ +$/, "")),
  }),
);

const field = fc
  .oneof({ weight: 2, arbitrary: numberField }, textField)
  .chain((made) =>
    /^(string.*|.*\[\])$/.test(made.word)
      ? fc.constantFrom<SampleField>(made, { word: `${made.word}?`, value: fc.option(made.value, { nil: null }) })
      : fc.constant(made),
  );

export interface SampleRow {
  readonly type: RowType;
  readonly row: Record<string, unknown>;
}

/** A row type of up to `countMax` fields and a row of it. */
export function sampleRow(countMax = 8): fc.Arbitrary<SampleRow> {
  return fc
    .record({
      format: fc.constantFrom<PackFormat>("normal", "impact", "plain"),
      fields: fc.array(field, { minLength: 1, maxLength: countMax }),
    })
    .chain(({ format, fields }) => {
      const listed = fields.map((made, i) => ({ ...made, name: `f${i}` }));
      const isVarying = ({ word }: SampleField): boolean => /^(string.*|.*\[\]\??)$/.test(word);
      const last = listed.findLast(isVarying);
      // `impact` has no place for a null but in its last field and in texts.
      const usable = listed.map((made) =>
        format === "impact" && made !== last && made.word.endsWith("?") && made.word !== "string[]?"
          ? { ...made, word: made.word.slice(0, -1), value: made.value.filter((value) => value !== null) }
          : made,
      );
      const words = Object.fromEntries(usable.map(({ name, word }) => [name, word])) as FieldWords;
      const row = fc.record(Object.fromEntries(usable.map(({ name, value }) => [name, value])), {
        noNullPrototype: true,
      });
      return row.map((made): SampleRow => ({ type: { fields: words, format }, row: made as Record<string, unknown> }));
    });
}
