/** What a patch writer puts documents into: values of one width (single-sink.ts), or items of any length (item-sink.ts). */

import type { ColumnSpace } from "../kernel/column-space.js";
import type { Storage } from "../storage/storage.js";
import { BufferedFile, type BufferOptions } from "./buffered-file.js";
import { chunkValues, EqualEncoder, sampleRatioPct } from "./encoder.js";
import { magicTailBytes, magicTailOf } from "./mounted-column.js";
import type { NumericShape } from "./numeric.js";
import { Spool } from "./spool.js";

/** Nothing, or a promise: then memory stays bounded only if it is awaited before more comes. */
export type Later = void | Promise<void>;

export interface ColumnSink {
  /** Refuses with INVALID_VALUE, and then nothing is stored; so do the others. */
  value(value: unknown): Later;
  /** A document's text; false parts become 0 and are counted in `textErrorCount`. */
  text(text: string | Uint8Array): Later;
  nothing(): Later;
  encoded(bytes: Uint8Array): Later;
  /** Writes what is left and ends all files but those of the index. */
  close(): Promise<ColumnFigures>;
  /** Frees memory and files; never throws. */
  abandon(): Promise<void>;
  readonly textErrorCount: number;
}

/** What became of the documents. */
export interface ColumnFigures {
  /** Items written: documents, or fewer where equal ones are stored once. */
  readonly itemCount: number;
  /** Bytes of the longest item, with its count. */
  readonly itemBytesMax: number;
}

/** Where a sink's files go. */
export interface ColumnPlace {
  readonly storage: Storage;
  readonly directory: string;
  readonly buffer: BufferOptions;
  readonly space: ColumnSpace;
  /** Makes the directory free of an earlier column; awaited before the first file is made. */
  prepare(): Promise<void>;
}

export function openFile({ storage, directory, buffer, prepare }: ColumnPlace, name: string): BufferedFile {
  return new BufferedFile(storage, `${directory}/${name}`, buffer, prepare);
}

export function openSpool({ storage, directory, prepare }: ColumnPlace, name: string): Spool {
  return new Spool(storage, `${directory}/${name}.spool`, prepare);
}

/** Fills `target` with the bytes of the values from `from` on. */
export type ReadValues = (from: number, target: Uint8Array) => Later;

/** Compresses `count` values into a file. The values are read twice, in chunks. */
export async function writeEqual(
  file: BufferedFile,
  space: ColumnSpace,
  shape: NumericShape,
  count: number,
  read: ReadValues,
  hasTail: boolean,
): Promise<void> {
  const encoder = new EqualEncoder(space, shape, count);
  try {
    await eachChunk(shape, count, read, (values) => encoder.scan(values));
    for (const piece of encoder.head(encoder.advise(sampleRatioPct))) await file.append(piece);
    await eachChunk(shape, count, read, (values) => file.append(encoder.blocks(values)));
  } finally {
    encoder.close();
  }
  if (!hasTail) return;
  const tail = new DataView(new ArrayBuffer(magicTailBytes));
  tail.setUint32(0, magicTailOf(shape), true);
  await file.append(new Uint8Array(tail.buffer));
}

/** Gives all values, `chunkValues` at a time, to `take`, which must not keep them. */
export async function eachChunk(
  { valueBytes }: NumericShape,
  count: number,
  read: ReadValues,
  take: (values: Uint8Array) => Later,
): Promise<void> {
  const chunk = new Uint8Array(Math.min(chunkValues, count) * valueBytes);
  for (let at = 0; at < count; at += chunkValues) {
    const values = chunk.subarray(0, Math.min(chunkValues, count - at) * valueBytes);
    await read(at, values);
    await take(values);
  }
}
