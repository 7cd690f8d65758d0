/** Equal-value compression of one array: encoding, and reading in place with random access and updates (FORMAT.md 10). */

import { corruption, indexError, invalidOption } from "../errors.js";
import { inColumnSpace } from "../kernel/column-space.js";
import { chunkValues, EqualEncoder, sampleRatioPct } from "./encoder.js";
import { type EqualColumn, MountedColumn, magicTailBytes, magicTailOf } from "./mounted-column.js";
import { bytesOf, type Numeric, type NumericShape, numericShape, shapeOfArray, type TypedArray } from "./numeric.js";

export interface EncodeEqualOptions {
  /** Values of a slot, rounded up to a power of two of at least 64; chosen by Indexlib's advisor if not given. */
  readonly slotItemCount?: number;
  /** Whether the mark of an offset file follows: only for u32 and u64. */
  readonly magicTail?: boolean;
}

export interface MountEqualOptions {
  /** Bytes of the file without its tail; found out if not given, unless there is an expand area. */
  readonly compressedLength?: number;
  /** Bytes of the expand area that updates of this file gave. */
  readonly expanded?: Uint8Array;
}

export const slotItemCountMax: number = 2 ** 31;
export const itemCountMax: number = 2 ** 32 - 1;
/** Slot sizes the advisor chooses from. */
const advisedSizes: readonly number[] = [64, 128, 256, 512, 1024];
const expandMetricsBytes = 16;

/** The file of `values`. INVALID_VALUE, INVALID_OPTION, MEMORY_LIMIT. */
export function encodeEqual(values: TypedArray, options: EncodeEqualOptions = {}): Uint8Array<ArrayBuffer> {
  const shape = shapeOfArray(values);
  const tail = options.magicTail === true ? magicTailOf(shape) : undefined;
  return withEncoder(values, shape, (encoder) => {
    const size = checkSlotItemCount(options.slotItemCount) ?? encoder.advise(sampleRatioPct);
    const byteLength = encoder.byteLength(size);
    const file = new Uint8Array(byteLength + (tail === undefined ? 0 : magicTailBytes));
    let at = 0;
    const append = (piece: Uint8Array): void => {
      file.set(piece, at);
      at += piece.length;
    };
    for (const piece of encoder.head(size)) append(piece);
    for (const chunk of chunksOf(values, shape)) append(encoder.blocks(chunk));
    if (tail !== undefined) new DataView(file.buffer).setUint32(byteLength, tail, true);
    return file;
  });
}

/** Exact bytes of the file with slots of at least `slotItemCount` values, without making it or a tail. */
export function measureEqual(values: TypedArray, slotItemCount: number): number {
  const size = checkSlotItemCount(slotItemCount) as number;
  return withEncoder(values, shapeOfArray(values), (encoder) => encoder.byteLength(size));
}

/**
 * The slot size of Indexlib's advisor, one of 64, 128 … 1024: from a sample of `ratioPct` percent of the blocks of 1024
 * values, 1 as its dumper does, 100 for all. 0 of no values.
 */
export function adviseEqual(values: TypedArray, ratioPct: number = sampleRatioPct): number {
  if (!Number.isInteger(ratioPct) || ratioPct < 1 || ratioPct > 100) {
    throw invalidOption({ what: "Unusable ratioPct", expected: "a whole number of 1 … 100", got: String(ratioPct) });
  }
  const size = withEncoder(values, shapeOfArray(values), (encoder) => encoder.advise(ratioPct));
  return values.length === 0 ? 0 : (advisedSizes.find((one) => one === size) ?? 0);
}

function withEncoder<T>(values: TypedArray, shape: NumericShape, action: (encoder: EqualEncoder) => T): T {
  if (values.length > itemCountMax) {
    throw indexError("LIMIT", { what: "Too many values", expected: `at most ${itemCountMax}`, got: values.length });
  }
  return inColumnSpace((space) => {
    const encoder = new EqualEncoder(space, shape, values.length);
    try {
      for (const chunk of chunksOf(values, shape)) encoder.scan(chunk);
      return action(encoder);
    } finally {
      encoder.close();
    }
  });
}

function* chunksOf(values: TypedArray, { valueBytes }: NumericShape): Generator<Uint8Array> {
  const bytes = bytesOf(values);
  const step = chunkValues * valueBytes;
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

function checkSlotItemCount(given: number | undefined): number | undefined {
  if (given === undefined || (Number.isInteger(given) && given >= 1 && given <= slotItemCountMax)) return given;
  throw invalidOption({ what: "Unusable slotItemCount", expected: `1 … ${slotItemCountMax}`, got: String(given) });
}

/**
 * A column over the bytes of a file, which are copied. Nothing in them is believed: each slot is checked once. CORRUPTION,
 * INVALID_OPTION, MEMORY_LIMIT.
 */
export function mountEqual(bytes: Uint8Array, type: Numeric, options: MountEqualOptions = {}): EqualColumn {
  const shape = numericShape(type);
  const { compressedLength, expanded = new Uint8Array(0) } = options;
  if (
    compressedLength !== undefined &&
    !(Number.isInteger(compressedLength) && isWithin(compressedLength, bytes.length))
  ) {
    throw invalidOption({
      what: "Unusable compressedLength",
      expected: `a whole number of 0 … ${bytes.length}`,
      got: String(compressedLength),
    });
  }
  if (expanded.length > 0 && expanded.length < expandMetricsBytes) {
    throw corruption({
      what: "Expand area without its counters",
      file: "expanded",
      expected: `0 bytes, or ${expandMetricsBytes} and more`,
      got: expanded.length,
    });
  }
  return inColumnSpace((space) => {
    const file = bytes.subarray(0, compressedLength);
    const column = MountedColumn.mount(space, shape, file, expanded, "a compressed column");
    if (compressedLength === undefined && expanded.length === 0) column.findTail(bytes);
    return column;
  });
}

const isWithin = (n: number, max: number): boolean => n >= 0 && n <= max;
