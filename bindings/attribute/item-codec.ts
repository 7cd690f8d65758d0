/** Values of any length as frames, by the column's plan: text, numbers, texts, with counts or without. */

import { indexError } from "../errors.js";
import type { ColumnSpace } from "../kernel/column-space.js";
import { FloatCoder } from "./float-coder.js";
import { FrameKind, type Frames, type Hashed } from "./frames.js";
import { bytesOf, checkNumeric, type NumericShape, newArray } from "./numeric.js";
import { type ColumnPlan, fixedBytesOf } from "./options.js";
import { parseNumbers, splitTexts } from "./text.js";

const spaceByte = 0x20;
/** The hash in front of an item in Indexlib's encoded form. */
const hashBytes = 8;

/** Numbers of ItemKind in the codec. */
export const ItemKind = { text: 0, numbers: 1, texts: 2 } as const;

/**
 * Invariant: each call adds one whole frame, or fails with INVALID_VALUE and adds none.
 */
export class ItemCodec {
  readonly #plan: ColumnPlan;
  readonly #space: ColumnSpace;
  readonly #coder: FloatCoder | undefined;
  readonly kind: number;
  /** Bytes of a stored number; 1 of text. */
  readonly valueBytes: number;
  /** Bytes of each item where the count is fixed, else 0. */
  readonly fixedBytes: number;

  constructor(plan: ColumnPlan, space: ColumnSpace) {
    this.#plan = plan;
    this.#space = space;
    this.#coder = plan.coding === undefined ? undefined : new FloatCoder(space, plan.coding);
    this.kind = plan.shape !== undefined ? ItemKind.numbers : plan.isMulti ? ItemKind.texts : ItemKind.text;
    this.valueBytes = plan.stored?.valueBytes ?? 1;
    this.fixedBytes = fixedBytesOf(plan);
  }

  value(frames: Frames, value: unknown): void {
    this.#whole(frames, () => {
      const { shape, fixedCount } = this.#plan;
      if (shape === undefined) {
        if (this.#plan.isMulti) this.#texts(frames, value, "item");
        else this.#text(frames, value);
        return;
      }
      const numbers = checkNumbers(shape, value);
      if (fixedCount !== undefined && numbers.length !== fixedCount) {
        throw indexError("INVALID_VALUE", {
          what: "Wrong count of values",
          expected: `${fixedCount}, the column's fixedCount`,
          got: numbers.length,
        });
      }
      const payloadBytes = this.#putNumbers(frames, shape, numbers);
      frames.close(this.#counted, numbers.length, payloadBytes, "item");
    });
  }

  /** A document's text; whether all of it could be read. */
  text(frames: Frames, text: string | Uint8Array): boolean {
    let isClean = true;
    this.#whole(frames, () => {
      const { shape } = this.#plan;
      if (shape === undefined && !this.#plan.isMulti) isClean = this.#text(frames, text);
      else if (shape === undefined) this.#texts(frames, splitTexts(toText(text)), "literal");
      else isClean = this.#numbersOfText(frames, shape, toText(text));
    });
    return isClean;
  }

  nothing(frames: Frames): void {
    frames.close(FrameKind.null, 0, 0, "item");
  }

  /** What Indexlib's converters give: a hash and an item; of no bytes the item of an empty text. INVALID_VALUE. */
  encoded(frames: Frames, bytes: Uint8Array): void {
    if (bytes.length === 0) {
      this.text(frames, "");
      return;
    }
    this.#whole(frames, () => {
      const itemBytes = bytes.length - hashBytes;
      const found = itemBytes > 0 ? this.#itemBytesOf(bytes.subarray(hashBytes)) : -1;
      if (found !== itemBytes) {
        throw indexError("INVALID_VALUE", {
          what: "Encoded value that is no item",
          expected: `${hashBytes} bytes of hash and one whole item`,
          got: `${bytes.length} bytes`,
        });
      }
      frames.put(bytes.subarray(hashBytes));
      const hash = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
      frames.close(FrameKind.raw, 0, itemBytes, hash);
    });
  }

  /** Kind of a frame of text or numbers. */
  get #counted(): number {
    return this.#plan.fixedCount === undefined ? FrameKind.counted : FrameKind.raw;
  }

  #whole(frames: Frames, action: () => void): void {
    try {
      action();
    } catch (cause) {
      frames.drop();
      throw cause;
    }
  }

  /** One text; whether it has the length that is asked for. */
  #text(frames: Frames, text: unknown): boolean {
    const byteLength = frames.putText(text);
    const { fixedCount } = this.#plan;
    if (fixedCount === undefined || byteLength === fixedCount) {
      frames.close(this.#counted, byteLength, byteLength, { at: 0, byteLength });
      return true;
    }
    // The item is cut or filled up, the hash is of the text as it was.
    const hashed = { at: fixedCount, byteLength };
    frames.drop();
    const original = typeof text === "string" ? new TextEncoder().encode(text) : (text as Uint8Array);
    frames.put(original.subarray(0, fixedCount));
    frames.fill(spaceByte, fixedCount - frames.bodyBytes);
    frames.put(original);
    frames.close(FrameKind.raw, fixedCount, fixedCount, hashed);
    return false;
  }

  #texts(frames: Frames, texts: unknown, hashOf: "item" | "literal"): void {
    if (!Array.isArray(texts)) {
      const got = typeof texts;
      throw indexError("INVALID_VALUE", {
        what: "No value of a column of texts",
        expected: "an array of strings",
        got,
      });
    }
    for (const text of texts) frames.putCountedText(text);
    const payloadBytes = frames.bodyBytes;
    let hashed: Hashed = "item";
    if (hashOf === "literal" && this.#plan.isUnique) {
      hashed = { at: payloadBytes, byteLength: frames.putText(texts.join("\x1d")) };
    }
    frames.close(FrameKind.texts, texts.length, payloadBytes, hashed);
  }

  #numbersOfText(frames: Frames, shape: NumericShape, text: string): boolean {
    const { values, isClean } = parseNumbers(shape, text);
    const { fixedCount } = this.#plan;
    this.#putNumbers(frames, shape, values);
    if (fixedCount !== undefined) frames.resize(this.fixedBytes);
    const payloadBytes = frames.bodyBytes;
    const hashed: Hashed = this.#plan.isUnique ? { at: payloadBytes, byteLength: frames.putText(text) } : "item";
    frames.close(this.#counted, fixedCount ?? values.length, payloadBytes, hashed);
    return isClean && (fixedCount === undefined || fixedCount === values.length);
  }

  /** Adds numbers as they are stored; returns their bytes. */
  #putNumbers(frames: Frames, shape: NumericShape, values: ArrayLike<number | bigint>): number {
    const array = newArray(shape, values.length);
    for (let i = 0; i < values.length; i++)
      (array as { [at: number]: number | bigint })[i] = values[i] as number | bigint;
    const bytes = this.#coder === undefined ? bytesOf(array) : this.#coder.encode(array as Float32Array);
    frames.put(bytes);
    return bytes.length;
  }

  /** Bytes of the item that `bytes` begin with, or -1. */
  #itemBytesOf(bytes: Uint8Array): number {
    const space = this.#space;
    const ptr = space.allocate(bytes.length, "checking an encoded value");
    try {
      space.bytes.set(bytes, ptr);
      const status = space.attempt((codec) =>
        codec.itemParse(this.kind, this.valueBytes, this.fixedBytes, ptr, ptr + bytes.length),
      );
      return status === 0 ? (space.words[(space.kernel.itemFound() >>> 2) + 1] as number) : -1;
    } finally {
      space.free(ptr);
    }
  }
}

/** The numbers of a document: an array or typed array of the type's values. */
function checkNumbers(shape: NumericShape, value: unknown): ArrayLike<number | bigint> {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const got = typeof value;
    throw indexError("INVALID_VALUE", { what: "No value of a column of numbers", expected: "an array", got });
  }
  const numbers = value as ArrayLike<unknown>;
  for (let i = 0; i < numbers.length; i++) checkNumeric(shape, numbers[i]);
  return numbers as ArrayLike<number | bigint>;
}

function toText(text: string | Uint8Array): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}
