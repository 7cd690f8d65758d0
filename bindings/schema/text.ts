/**
 * Text in a space's memory: UTF-8 both ways, exactly. A text with a lone surrogate has no UTF-8; it is refused rather
 * than changed, since two such keys would become one.
 */

import type { Space } from "../kernel/space.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to this length a loop beats a call into the encoder; measured in characters. */
const shortTextLengthMax = 24;
/** From this length on text is encoded apart, since three bytes a character are too much to reserve. */
export const longTextLengthMin: number = 64 * 1024;

/** Most bytes a text of this length can take. */
export function textBytesBound(length: number): number {
  return length * 3;
}

/** Writes UTF-8 at `at`, where `textBytesBound` bytes are free. Returns the bytes written, -1 for a lone surrogate. */
export function writeText(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length <= shortTextLengthMax) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) break;
      bytes[at + i] = code;
    }
    if (i === length) return length;
  }
  if (!text.isWellFormed()) return -1;
  return encoder.encodeInto(text, bytes.subarray(at, at + textBytesBound(length))).written;
}

/** UTF-8 of a long text in memory of its own; undefined for a lone surrogate. */
export function encodeText(text: string): Uint8Array | undefined {
  return text.isWellFormed() ? encoder.encode(text) : undefined;
}

/** What stands in a decoded text for bytes that are no UTF-8; it may also have been written. */
const replacement = "\ufffd";

/** The text at `at`. A TypeError when it is no UTF-8. */
export function readText(space: Space, at: number, byteLength: number): string {
  const { slicer } = space;
  if (slicer !== undefined) {
    const text = slicer.utf8Slice(at, at + byteLength);
    if (!text.includes(replacement)) return text;
  }
  return decoder.decode(space.bytes.subarray(at, at + byteLength));
}
