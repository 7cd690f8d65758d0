/**
 * Columns written by Indexlib's own attribute classes: the same values must give the same bytes, to the last unused bit, and
 * its bytes the same values.
 */

import { afterAll, describe, expect, test } from "vitest";
import {
  adviseEqual,
  encodeEqual,
  type MemoryStorage,
  measureEqual,
  memoryStorage,
  mountEqual,
  type Numeric,
  openAttribute,
  type PatchOptions,
  patchWriter,
  type TypedArray,
} from "../../bindings/attribute.js";
import { arrayOf, distribution, fnv64, type GoldenRun, splitMix64 } from "../support/attribute.js";
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

interface SingleCase extends GoldenRun {
  readonly compress: string;
  readonly supportNull: boolean;
  readonly nullEvery: number;
  readonly outLen: number;
  readonly outFnv64: string;
}

interface ItemCase {
  readonly name: string;
  readonly fieldType: number;
  readonly multi: boolean;
  readonly compress: string;
  readonly supportNull: boolean;
  readonly updatable: boolean;
  readonly u32Threshold: number;
  readonly fixedCount: number;
  readonly docs: number;
  readonly input: readonly (string | null)[];
  readonly encoded: readonly string[];
  readonly data: Piece;
  readonly offset: Piece;
  readonly data_info: string;
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
  const backwards = Uint32Array.from({ length: values.length }, (_, i) => values.length - 1 - i);
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

/** Field types of the cases' items, by Indexlib's numbers. */
const typeOfField: Readonly<Record<number, PatchOptions["type"]>> = {
  1: "string",
  3: "i32",
  4: "f32",
  5: "i64",
  16: "i8",
  19: "u16",
  20: "f64",
};

/** The documents of a case: texts as bytes, for not all are UTF-8 in the manifest. */
function documentsOf({ docs, input }: ItemCase): readonly (Uint8Array | null)[] {
  const next = splitMix64(99n);
  const made = Array.from({ length: docs }, (_, i) => (docs === input.length ? input[i] : `k${next() % 60n}`));
  input.forEach((text, i) => {
    if (made[i] !== text) throw new Error(`document ${i} is ${made[i]}, not ${text}`);
  });
  return made.map((text) => (typeof text === "string" ? new Uint8Array(Buffer.from(text, "latin1")) : null));
}

function fileOf(storage: MemoryStorage, name: string): Uint8Array {
  const bytes = storage.files().get(`attribute/a/${name}`);
  if (bytes === undefined) throw new Error(`no file ${name} among ${[...storage.files().keys()].join(", ")}`);
  return bytes;
}

describe.skipIf(golden === undefined)("Indexlib's patches", () => {
  test("of single numbers", async () => {
    for (const one of of<SingleCase>("singlePatch")) {
      const what = `${one.type} ${one.dist} ${one.n} ${one.compress} null every ${one.nullEvery} of ${one.supportNull}`;
      const { type } = arrayOf(one.type);
      const values = valuesOf(one);
      const isNull = (i: number): boolean => one.nullEvery > 0 && i % one.nullEvery === 0;
      const options = { type, compress: one.compress, nullable: one.supportNull, documentCount: one.n };
      const storage = memoryStorage();
      const writer = patchWriter(storage, "attribute/a", {
        ...options,
        writeBufferBytes: 10_000,
        asyncWrite: one.n % 2 === 1,
      });
      for (let i = 0; i < one.n; i++) {
        const later = isNull(i) ? writer.appendNull() : writer.appendValue(values[i] as number);
        if (later !== undefined) await later;
      }
      expect((await writer.close()).itemCount, what).toBe(one.n);
      const file = fileOf(storage, "data");
      expect(file.length, what).toBe(one.outLen);
      if (one.out !== undefined) checkBytes(file, output(one.out), what);
      expect(fnv64(file), what).toBe(one.outFnv64);
      expect([...storage.files().keys()], what).toEqual(["attribute/a/data"]);

      const column = await openAttribute(storage, "attribute/a", options);
      for (let i = 0; i < one.n; i += one.n > 10_000 ? 101 : 1) {
        const expected = isNull(i) ? null : values[i];
        if (!Object.is(column.get(i), expected)) expect(column.get(i), `${what}: ${i}`).toBe(expected);
      }
      count("singlePatch");
    }
  });

  test("of items", async () => {
    for (const one of of<ItemCase>("varPatch")) {
      const options: PatchOptions = {
        type: typeOfField[one.fieldType] as PatchOptions["type"],
        multi: one.multi,
        compress: one.compress,
        nullable: one.supportNull,
        updatable: one.updatable,
        offsetThreshold: one.u32Threshold,
        documentCount: one.docs,
        ...(one.fixedCount < 0 ? {} : { fixedCount: one.fixedCount }),
      };
      const documents = documentsOf(one);
      const ways =
        one.encoded.some((hex) => hex === "") || one.encoded.length < one.docs ? ["text"] : ["text", "encoded"];
      for (const exact of [true, false]) {
        for (const way of ways) {
          const what = `${one.name} by ${way}, exact ${exact}`;
          const storage = memoryStorage();
          const writer = patchWriter(storage, "attribute/a", { ...options, exact });
          documents.forEach((text, i) => {
            if (way === "encoded") writer.appendEncoded(new Uint8Array(Buffer.from(one.encoded[i] as string, "hex")));
            else if (text === null) writer.appendNull();
            else writer.appendText(text);
          });
          await writer.close();
          checkBytes(fileOf(storage, "data"), output(one.data), `${what}: data`);
          checkBytes(fileOf(storage, "offset"), output(one.offset), `${what}: offset`);
          expect(Buffer.from(fileOf(storage, "data_info")).toString(), `${what}: data_info`).toBe(one.data_info);
          expect(storage.files().size, what).toBe(3);

          const column = await openAttribute(storage, "attribute/a", options);
          documents.forEach((text, i) => {
            const got = column.get(i);
            expect(column.isNull(i), `${what}: ${i}`).toBe(text === null);
            expect(got, `${what}: ${i}`).toEqual(
              text === null ? null : valueOfText(options, Buffer.from(text).toString()),
            );
          });
        }
      }
      count("varPatch");
    }
  });

  test("are all compared", () => {
    const kinds = [...new Set(cases.map(({ kind }) => kind))].filter((kind) => kind !== "errors");
    for (const kind of kinds) expect(done.get(kind), kind).toBe(of(kind).length);
  });
});

/** What a document must read as. */
function valueOfText({ type, multi, compress, fixedCount }: PatchOptions, text: string): unknown {
  if (type === "string" && multi) return text === "" ? [] : text.split("\x1d");
  if (type === "string") return fixedCount === undefined ? text : text.slice(0, fixedCount).padEnd(fixedCount);
  const words = text.split("\x1d").filter((word) => word.trim() !== "");
  if (compress === "fp16") return Float32Array.from(words.map(Number)).map(cutToHalf);
  if (type === "i64") return BigInt64Array.from(words, (word) => BigInt(word.trim()));
  const arrays = { i8: Int8Array, u16: Uint16Array, i32: Int32Array, f32: Float32Array, f64: Float64Array };
  return arrays[type as keyof typeof arrays].from(words.map(Number));
}

/** A float with the 11 leading bits of its fraction, as half precision has them. */
function cutToHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] as number) & ~0x1fff;
  return new Float32Array(bits.buffer)[0] as number;
}
