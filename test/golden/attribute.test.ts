/**
 * Columns written by Indexlib's own attribute classes: the same values must give the same bytes, to the last unused bit, and
 * its bytes the same values.
 */

import { afterAll, describe, expect, test } from "vitest";
import {
  adviseEqual,
  encodeEqual,
  measureEqual,
  mountEqual,
  type Numeric,
  type TypedArray,
} from "../../bindings/attribute.js";
import { arrayOf, distribution, fnv64, type GoldenRun } from "../support/attribute.js";
import { hexOf, openGolden } from "../support/golden.js";

interface Case {
  readonly kind: "writer" | "dumper" | "update" | "singlePatch" | "varPatch" | "errors";
}

interface WriterCase extends GoldenRun {
  readonly slotItemCount: number;
}

interface DumperCase extends GoldenRun {
  readonly magicTail: boolean;
  readonly slotPower: number;
  readonly lenBySlot: readonly number[];
  readonly exactOptSlot: number;
  readonly est10: number;
  readonly inFnv64: string;
  readonly outFnv64: string;
  readonly outLen: number;
}

interface UpdateCase extends GoldenRun {
  readonly slotItemCount: number;
  readonly metrics: { readonly noUsedBytes: number; readonly inplace: number; readonly expand: number };
  readonly updates: readonly { pos: number; bits: string; ok: boolean; expandBytes: number }[];
  readonly before: Piece;
  readonly after: Piece;
  readonly expand: Piece;
}

interface Piece {
  readonly off: number;
  readonly len: number;
}

const golden = openGolden("attribute");
const cases = golden?.json<readonly Case[]>("manifest.json") ?? [];
const outputs = golden?.bytes("outputs.bin") ?? new Uint8Array(0);
const inputs = golden?.bytes("inputs.bin") ?? new Uint8Array(0);

const of = <C>(kind: Case["kind"]): C[] => cases.filter((one) => one.kind === kind) as unknown as C[];
const output = ({ off, len }: Piece): Uint8Array => outputs.subarray(off, off + len);
const sizes = [64, 128, 256, 512, 1024];

const done = new Map<string, number>();
const count = (kind: string): void => void done.set(kind, (done.get(kind) ?? 0) + 1);

/** The values of a case: those that were kept must be what the distribution gives. */
function valuesOf(one: GoldenRun): TypedArray {
  const values = distribution(one);
  if (one.in !== undefined) checkBytes(bytesOf(values), inputs.subarray(one.in.off, one.in.off + one.in.len), "values");
  return values;
}

const bytesOf = (values: TypedArray): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function checkBytes(got: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(got, expected) !== 0) expect(hexOf(got), what).toBe(hexOf(expected));
}

/** All ways to read a file give the values. */
function checkReads(file: Uint8Array, type: Numeric, values: TypedArray, what: string): void {
  const column = mountEqual(file, type);
  expect(column.length, what).toBe(values.length);
  checkBytes(bytesOf(column.decode()), bytesOf(values), `${what}: decode`);
  const backwards = Uint32Array.from(values, (_, i) => values.length - 1 - i);
  checkBytes(bytesOf(column.getMany(backwards)), bytesOf(values.slice().reverse() as TypedArray), `${what}: getMany`);
  for (let i = 0; i < values.length; i += values.length > 5_000 ? 997 : 1) {
    if (!Object.is(column.get(i), values[i])) expect(column.get(i), `${what}: get(${i})`).toBe(values[i]);
  }
  expect(column.get(values.length), what).toBeUndefined();
  column.close();
}

afterAll(() => {
  if (golden === undefined) return;
  const parts = [...done].map(([kind, n]) => `${kind} ${n} of ${cases.filter((one) => one.kind === kind).length}`);
  console.log(`golden/attribute: ${parts.join(", ")}`);
});

describe.skipIf(golden === undefined)("Indexlib's equal-value files", () => {
  test("of the writer", () => {
    for (const one of of<WriterCase>("writer")) {
      const what = `${one.type} ${one.dist} ${one.n} by ${one.slotItemCount}`;
      const values = valuesOf(one);
      const { slotItemCount } = one;
      const expected = output(one.out as Piece);
      checkBytes(encodeEqual(values, { slotItemCount }), expected, what);
      expect(measureEqual(values, slotItemCount), what).toBe(expected.length);
      checkReads(expected, arrayOf(one.type).type, values, what);
      count("writer");
    }
  });

  test("of the dumper, with the slot size it chose", () => {
    for (const one of of<DumperCase>("dumper")) {
      const what = `${one.type} ${one.dist} ${one.n}`;
      const values = valuesOf(one);
      expect(fnv64(bytesOf(values)), `${what}: values`).toBe(one.inFnv64);
      const file = encodeEqual(values, { magicTail: one.magicTail });
      expect(2 ** new DataView(file.buffer).getUint32(4, true), what).toBe(2 ** one.slotPower);
      expect(file.length, what).toBe(one.outLen);
      if (one.out !== undefined) checkBytes(file, output(one.out), what);
      expect(fnv64(file), what).toBe(one.outFnv64);
      expect(
        sizes.map((size) => measureEqual(values, size)),
        what,
      ).toEqual(one.lenBySlot);
      expect(adviseEqual(values, 100), `${what}: exact`).toBe(one.exactOptSlot);
      expect(adviseEqual(values, 10), `${what}: 10 %`).toBe(one.est10);
      checkReads(file, arrayOf(one.type).type, values, what);
      count("dumper");
    }
  });

  test("after updates, in place and into the expand area", () => {
    for (const one of of<UpdateCase>("update")) {
      const what = `${one.type} ${one.dist} ${one.n}`;
      const { type, valueOfBits } = arrayOf(one.type);
      const values = valuesOf(one);
      const before = output(one.before);
      checkBytes(encodeEqual(values, { slotItemCount: one.slotItemCount }), before, what);
      const column = mountEqual(before, type);
      for (const { pos, bits, ok, expandBytes } of one.updates) {
        const value = valueOfBits(BigInt(`0x${bits}`));
        expect(column.update(pos, value), `${what}: update ${pos}`).toBe(ok);
        expect(column.expanded.length, `${what}: update ${pos}`).toBe(expandBytes);
        if (ok) (values as { [at: number]: number | bigint })[pos] = value;
      }
      checkBytes(column.bytes(), output(one.after), what);
      checkBytes(column.expanded, output(one.expand), `${what}: expand area`);
      const { noUsedBytes, inplace, expand } = one.metrics;
      expect(column.metrics, what).toEqual({ unusedBytes: noUsedBytes, inPlaceCount: inplace, expandCount: expand });
      checkBytes(bytesOf(column.decode()), bytesOf(values), `${what}: after updates`);
      const again = mountEqual(output(one.after), type, { expanded: output(one.expand) });
      checkBytes(bytesOf(again.decode()), bytesOf(values), `${what}: mounted again`);
      count("update");
    }
  });
});
