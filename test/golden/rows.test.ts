/**
 * Fields of rows against Indexlib's own encoders: what its column writers made of texts, lists, nulls and narrow floats
 * is what a row has of them (FORMAT 4.5).
 */

import { describe, expect, test } from "vitest";
import { layoutOf, type RowType } from "../../bindings/schema/fields.js";
import { Unpacker } from "../../bindings/schema/pack-read.js";
import { Packer } from "../../bindings/schema/pack-write.js";
import { valueSource } from "../../bindings/schema/value-source.js";
import { hexOf, openGolden } from "../support/golden.js";

interface GoldenColumn {
  readonly kind: string;
  readonly name: string;
  readonly fieldType: number;
  readonly multi: boolean;
  readonly compress: string;
  readonly fixedCount: number;
  readonly supportNull: boolean;
  /** Documents: a character a byte of UTF-8, null, or something too long to be told. */
  readonly input: readonly unknown[];
  /** Hex of a hash of 8 bytes, then the item; empty when too long to be told. */
  readonly encoded: readonly string[];
}

/** Indexlib's numbers of its field types. */
const words: { readonly [fieldType: number]: string } = {
  1: "string",
  3: "i32",
  4: "f32",
  5: "i64",
  16: "i8",
  19: "u16",
  20: "f64",
};
const hashHexLength = 16;
const separator = "\x1d";

function wordOf({ fieldType, multi, compress, fixedCount, supportNull }: GoldenColumn): string {
  const word = words[fieldType];
  if (word === undefined) throw new Error(`field type ${fieldType} is new here`);
  if (fieldType === 1 && fixedCount > 0) return `char[${fixedCount}]`;
  const element = compress.includes("fp16") ? "f16" : word;
  return `${element}${multi ? `[${fixedCount > 0 ? fixedCount : ""}]` : ""}${supportNull ? "?" : ""}`;
}

/** A document's value; undefined where Indexlib mended it, which we refuse to do. */
function valueIn(column: GoldenColumn, text: string): unknown {
  const { fieldType, multi, fixedCount } = column;
  if (!multi) return fixedCount > 0 && text.length > fixedCount ? undefined : text;
  if (fieldType === 1) return text === "" ? [] : text.split(separator);
  // Of numbers, unlike of texts, Indexlib passes over empty tokens.
  const numbers = text
    .split(separator)
    .filter((token) => token.trim() !== "")
    .map(Number);
  if (numbers.some(Number.isNaN) || (fixedCount > 0 && numbers.length !== fixedCount)) return undefined;
  return fieldType === 5 ? numbers.map(BigInt) : numbers;
}

describe.skipIf(openGolden("attribute") === undefined)("a field of a row", () => {
  test("has the bytes that Indexlib's columns have, and is read back from them", () => {
    const columns = openGolden("attribute")?.json<readonly GoldenColumn[]>("manifest.json") ?? [];
    let count = 0;
    for (const column of columns.filter(({ kind }) => kind === "varPatch")) {
      const layout = layoutOf({ fields: { a: wordOf(column) }, format: "plain" } as RowType);
      const packer = new Packer(layout);
      const unpacker = new Unpacker(layout, ["a"]);
      for (const [i, text] of column.input.entries()) {
        const hex = column.encoded[i]?.slice(hashHexLength) ?? "";
        const value = typeof text === "string" ? valueIn(column, Buffer.from(text, "latin1").toString()) : text;
        if (hex === "" || value === undefined || (typeof text !== "string" && text !== null)) continue;
        const where = `${column.name} ${i}`;
        expect(hexOf(packer.pack({ a: value })), where).toBe(hex);
        const bytes = new Uint8Array(Buffer.from(hex, "hex"));
        expect(hexOf(packer.pack(unpacker.read(valueSource(bytes), 0, bytes.length))), where).toBe(hex);
        count++;
      }
    }
    expect(count).toBeGreaterThan(300);
  });
});
