/**
 * Bytes of a row: Indexlib's pack values (FORMAT 4.5). Written by `pack-write.ts`, read by `pack-read.ts`.
 *
 *     normal  │ fixed fields │ i64 step │ … │ i64 step │ datum │ … │ datum │     step = where the datum lies, from
 *                                                                             the step's own place on
 *     impact  │ fixed fields │ u8 unit │ end │ … │ end │ datum │ … │ datum │     unit = bytes of an end, 1, 2 or 4;
 *                                                                             ends of all data but the last, from the
 *                                                                             first datum on. One datum: no unit, no ends
 *     plain   │ fixed fields │ datum │ … │ datum │
 *
 * Fixed fields lie in their order with no gaps, then the varying ones in theirs. A datum is a count prefix and what it
 * counts: bytes of a text, numbers of a list, texts of texts. In `impact` all but the last go without prefix, since
 * their ends tell, except texts.
 *
 *     texts   │ count │ u8 unit │ start │ … │ start │ prefix, text │ … │ prefix, text │      count 0: nothing follows
 *                                       └ starts, from the first prefix on ┘
 *
 * A unit is the smallest that holds the last entry of its table. All integers are little-endian, but a count prefix
 * (`assembly/value/length-prefix.ts`) is big-endian.
 */

export const stepBytes = 8;
export const prefixBytesMax = 4;
/** The count that stands for null, and the prefix that no shorter count has. */
export const nullCount = 0x3fff_ffff;
export const unitBytes = 1;
/** What fills a text up to its fixed count of bytes. */
export const blank = 0x20;

export function prefixBytes(count: number): number {
  return count <= 0x3f ? 1 : count <= 0x3fff ? 2 : count <= 0x3f_ffff ? 3 : 4;
}

/** Writes the prefix of `count`, of `byteLength` = prefixBytes(count). */
export function writePrefix(bytes: Uint8Array, at: number, count: number, byteLength: number): void {
  for (let i = byteLength - 1, rest = count; i >= 0; i--, rest >>>= 8) bytes[at + i] = rest & 0xff;
  bytes[at] = (bytes[at] as number) | ((byteLength - 1) << 6);
}

/** Bytes of an entry in a table whose greatest is `offset`. */
export function unitOf(offset: number): 1 | 2 | 4 {
  return offset <= 0xff ? 1 : offset <= 0xffff ? 2 : 4;
}
