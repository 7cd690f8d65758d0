/**
 * Text in a space's memory: UTF-8 both ways, exactly. A text with a lone surrogate has no UTF-8; it is refused rather
 * than changed, since two such keys would become one.
 */

import type { Space } from "../kernel/space.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to this length a loop beats a call into the encoder and the view it needs; measured in characters. */
const shortTextLengthMax = 48;
/** From this length on text is encoded apart, since three bytes a character are too much to reserve. */
export const longTextLengthMin: number = 64 * 1024;

/** A short text is written in words, one more than it fills. */
const textPaddingBytes = 4;

/** Most bytes that writing a text of this length may touch. */
export function textBytesBound(length: number): number {
  return length * 3 + textPaddingBytes;
}

/**
 * Writes UTF-8 at `at`, 4-byte aligned, where `textBytesBound` bytes, rounded up to 4, are free. Returns the bytes
 * written, -1 for a lone surrogate.
 */
export function writeText(space: Space, at: number, text: string): number {
  if (text.length <= shortTextLengthMax && writeAscii(space.words, at >>> 2, text)) return text.length;
  if (!text.isWellFormed()) return -1;
  return encoder.encodeInto(text, space.bytes.subarray(at, at + textBytesBound(text.length))).written;
}

/**
 * Writes a text of one byte a character, a word at a time; false, with bytes written all the same, if it is another.
 * Half the time of a loop over bytes that leaves at the first other character.
 */
function writeAscii(words: Uint32Array, word: number, text: string): boolean {
  const { length } = text;
  let all = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    all |= a | b | c | d;
    words[word++] = a | (b << 8) | (c << 16) | (d << 24);
  }
  let rest = 0;
  for (let shift = 0; i < length; i++, shift += 8) {
    const a = text.charCodeAt(i);
    all |= a;
    rest |= a << shift;
  }
  words[word] = rest;
  return all < 128;
}

/** UTF-8 of a long text in memory of its own; undefined for a lone surrogate. */
export function encodeText(text: string): Uint8Array | undefined {
  return text.isWellFormed() ? encoder.encode(text) : undefined;
}

/** What stands in a decoded text for bytes that are no UTF-8; it may also have been written. */
const replacement = "\ufffd";

/** Up to this many bytes a loop beats a call into the decoder; V8 would make a rope, not a string, of more. */
const shortBytesMax = 12;

/** A text of one byte a character, four at a time; undefined if it is another. */
function readAscii(bytes: Uint8Array, at: number, byteLength: number): string | undefined {
  const end = at + byteLength;
  let text = "";
  let all = 0;
  let i = at;
  for (; i + 4 <= end; i += 4) {
    const a = bytes[i] as number;
    const b = bytes[i + 1] as number;
    const c = bytes[i + 2] as number;
    const d = bytes[i + 3] as number;
    all |= a | b | c | d;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const a = bytes[i] as number;
    all |= a;
    text += String.fromCharCode(a);
  }
  return all < 128 ? text : undefined;
}

/** Bytes that text is read from: a space, or anything else with bytes. */
export type TextSource = Pick<Space, "bytes" | "slicer">;

/** The text at `at`. A TypeError when it is no UTF-8. */
export function readText(source: TextSource, at: number, byteLength: number): string {
  if (byteLength <= shortBytesMax) {
    const text = readAscii(source.bytes, at, byteLength);
    if (text !== undefined) return text;
  }
  const { slicer } = source;
  if (slicer !== undefined) {
    const text = slicer.utf8Slice(at, at + byteLength);
    if (!text.includes(replacement)) return text;
  }
  return decoder.decode(source.bytes.subarray(at, at + byteLength));
}
