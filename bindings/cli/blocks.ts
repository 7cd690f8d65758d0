/**
 * An input's bytes in blocks of whole lines, so that neither a line nor a character is ever cut. Both formats read
 * these: a line of CSV may end inside of a field, but never inside of a character.
 */

import { isUtf8 } from "node:buffer";
import { type Facts, inputError } from "./failure.js";

/** Bytes of one line; a record that is larger would not fit as a value either. */
export const lineBytesMax: number = 64 * 1024 * 1024;

const lineFeed = 10;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Where something is in an input. */
export interface Place {
  /** The input's name. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `people.ndjson, line 3`. */
export function placeText({ file, line }: Place): string {
  return `${file}, line ${line}`;
}

/** A line that is no record. */
export function invalidLine(place: Place, message: string, facts: Facts = {}, cause?: unknown): Error {
  return inputError("INVALID_LINE", `${placeText(place)}: ${message}`, { ...place, ...facts }, cause);
}

/**
 * Yields blocks of whole lines of UTF-8, the last one perhaps without a line feed, and never an empty one; a byte order
 * mark is left out. INVALID_LINE for other bytes, LIMIT for a line that is too long.
 *
 * @param place of the line after all blocks yielded before: asked for when something is wrong
 */
export async function* readBlocks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  place: () => Place,
  bytesMax: number = lineBytesMax,
): AsyncGenerator<Buffer> {
  let isFirst = true;
  /** The beginning of a line whose end has not come. */
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const join = (last: Buffer): Buffer => {
    let block = pending.length === 0 ? last : Buffer.concat([...pending, last]);
    pending = [];
    pendingBytes = 0;
    if (isFirst && block.indexOf(byteOrderMark) === 0) block = block.subarray(byteOrderMark.length);
    isFirst = false;
    checkText(block, place);
    return block;
  };

  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      const block = join(chunk.subarray(0, end));
      if (block.length > 0) yield block;
    }
    if (end === chunk.length) continue;
    pending.push(chunk.subarray(end));
    pendingBytes += chunk.length - end;
    // Protects: the memory of `join`, from an input without line feeds.
    if (pendingBytes > bytesMax) throw tooLong(place(), bytesMax);
  }
  if (pending.length === 0) return;
  const block = join(Buffer.alloc(0));
  if (block.length > 0) yield block;
}

function tooLong(place: Place, bytesMax: number): Error {
  return inputError(
    "LIMIT",
    `${placeText(place)}: the line is longer than ${bytesMax} bytes. Each record must end with a line feed, and none may be larger than that.`,
    { ...place, expected: bytesMax },
  );
}

function checkText(block: Buffer, place: () => Place): void {
  if (isUtf8(block)) return;
  let { file, line } = place();
  for (let at = 0; at < block.length; line++) {
    const feed = block.indexOf(lineFeed, at);
    const end = feed < 0 ? block.length : feed + 1;
    if (!isUtf8(block.subarray(at, end))) {
      throw invalidLine(
        { file, line },
        `expected text in UTF-8, got other bytes. ${line === 1 ? adviceOnStart(block) : convertAdvice}`,
      );
    }
    at = end;
  }
}

const convertAdvice = "Convert the input, for example with iconv -f WINDOWS-1252 -t UTF-8.";

function adviceOnStart(block: Buffer): string {
  if (block[0] === 0x1f && block[1] === 0x8b) return "It is packed with gzip: pipe it through gunzip -c.";
  const isUtf16 = (block[0] === 0xff && block[1] === 0xfe) || (block[0] === 0xfe && block[1] === 0xff);
  return isUtf16 ? "It is UTF-16: convert it with iconv -f UTF-16 -t UTF-8." : convertAdvice;
}
