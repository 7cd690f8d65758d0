/** Items on their way to the codec: frames as `assembly/attribute/item/format.ts` draws them, in JavaScript's memory. */

import { indexError } from "../errors.js";
import { alignUp } from "../kernel/align.js";
import { valueBytesMax } from "../limits.js";

export const FrameKind = { raw: 0, counted: 1, texts: 2, null: 3 } as const;

/** What is hashed: the item, nothing for the hash is given, or a piece of the body. */
export type Hashed = "item" | bigint | { readonly at: number; readonly byteLength: number };

const headBytes = 32;
const hashItem = 2 ** 32 - 1;
const hashGiven = 2 ** 32 - 2;
/** Bytes after which frames are given to the codec: they stay in the second-level cache. */
export const batchBytes: number = 256 * 1024;

const encoder = new TextEncoder();

export class Frames {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(batchBytes);
  #view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  /** Bytes of the frames so far. */
  end = 0;
  count = 0;
  /** Bytes of the body that is being written. */
  #bodyBytes = 0;

  /** Whether it is time to give them away. */
  get isFull(): boolean {
    return this.end >= batchBytes / 2;
  }

  clear(): void {
    this.end = 0;
    this.count = 0;
    this.#bodyBytes = 0;
  }

  /** Adds a run of bytes to the body; returns where in the body it begins. */
  put(bytes: Uint8Array): number {
    const at = this.#reserve(bytes.length);
    this.bytes.set(bytes, this.#bodyStart + at);
    return at;
  }

  /** Adds `byteLength` times `byte`. */
  fill(byte: number, byteLength: number): void {
    const at = this.#bodyStart + this.#reserve(byteLength);
    this.bytes.fill(byte, at, at + byteLength);
  }

  /** Adds UTF-8 of a text, or bytes as they are; returns how many. INVALID_VALUE for a lone surrogate or another thing. */
  putText(text: unknown): number {
    if (text instanceof Uint8Array) {
      this.put(text);
      return text.length;
    }
    if (typeof text !== "string") throw invalidText(typeof text);
    if (!text.isWellFormed()) throw invalidText("one with a lone surrogate");
    const at = this.#reserve(text.length * 3);
    const from = this.#bodyStart + at;
    const { written } = encoder.encodeInto(text, this.bytes.subarray(from, from + text.length * 3));
    this.#bodyBytes = at + written;
    return written;
  }

  /** Adds a text behind its length. */
  putCountedText(text: unknown): void {
    const at = this.#bodyStart + this.#reserve(4);
    this.#view.setUint32(at, this.putText(text), true);
  }

  /** Cuts the body, or fills it up with zeros, to `byteLength`. */
  resize(byteLength: number): void {
    if (byteLength > this.#bodyBytes) this.fill(0, byteLength - this.#bodyBytes);
    this.#bodyBytes = byteLength;
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Ends the frame of the body written since the last one; `payloadBytes` of it are the item's. */
  close(kind: number, count: number, payloadBytes: number, hashed: Hashed): void {
    const at = this.end;
    this.#reserve(0);
    const view = this.#view;
    view.setUint32(at, this.#bodyBytes, true);
    view.setUint32(at + 4, kind, true);
    view.setUint32(at + 8, count, true);
    view.setUint32(at + 12, payloadBytes, true);
    const isPiece = typeof hashed === "object";
    view.setUint32(at + 16, isPiece ? hashed.at : hashed === "item" ? hashItem : hashGiven, true);
    view.setUint32(at + 20, isPiece ? hashed.byteLength : 0, true);
    view.setBigUint64(at + 24, typeof hashed === "bigint" ? hashed : 0n, true);
    this.end = alignUp(at + headBytes + this.#bodyBytes, 8);
    this.#bodyBytes = 0;
    this.count++;
  }

  /** Forgets the body written since the last frame. */
  drop(): void {
    this.#bodyBytes = 0;
  }

  get #bodyStart(): number {
    return this.end + headBytes;
  }

  /** Makes room for `byteLength` more bytes of body, and says where in it they begin. INVALID_VALUE for too long a value. */
  #reserve(byteLength: number): number {
    const at = this.#bodyBytes;
    this.#bodyBytes += byteLength;
    if (this.#bodyBytes > 3 * valueBytesMax) {
      throw indexError("INVALID_VALUE", {
        what: "Too long a value",
        expected: `at most ${valueBytesMax} bytes`,
        got: this.#bodyBytes,
      });
    }
    const need = alignUp(this.#bodyStart + this.#bodyBytes, 8);
    if (need > this.bytes.length) {
      const larger = new Uint8Array(Math.max(need, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

function invalidText(got: string): Error {
  return indexError("INVALID_VALUE", { what: "No value of a text column", expected: "a string, or bytes", got });
}
