/**
 * Bytes that are read again after all have come: values that are to be compressed, offsets whose width is not known yet. Kept
 * in memory up to a bound, beyond it in a file beside the column's that is removed in the end.
 */

import type { ReadFile, Storage } from "../storage/storage.js";
import { BufferedFile } from "./buffered-file.js";

/** Bytes kept in memory. */
export const spoolMemoryBytes: number = 16 * 1024 * 1024;
const bufferBytes: number = 1024 * 1024;

export class Spool {
  readonly #storage: Storage;
  readonly #path: string;
  readonly #prepare: () => Promise<void>;
  #pieces: Uint8Array[] = [];
  /** Where each piece begins. */
  #starts: number[] = [];
  #file: BufferedFile | undefined;
  #opened: ReadFile | undefined;
  byteLength = 0;

  constructor(storage: Storage, path: string, prepare: () => Promise<void>) {
    this.#storage = storage;
    this.#path = path;
    this.#prepare = prepare;
  }

  /** Appends a copy of `bytes`. */
  append(bytes: Uint8Array): void | Promise<void> {
    if (this.#file === undefined && this.byteLength + bytes.length <= spoolMemoryBytes) {
      this.#starts.push(this.byteLength);
      this.#pieces.push(bytes.slice());
      this.byteLength += bytes.length;
      return undefined;
    }
    this.byteLength += bytes.length;
    return this.#spill().append(bytes);
  }

  /** From here on only `read` and `close` are called. */
  async finish(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.finish();
    this.#opened = await this.#storage.open(this.#path);
  }

  /** Fills `target` with the bytes from `position` on. */
  read(position: number, target: Uint8Array): void | Promise<void> {
    if (this.#opened !== undefined) return this.#opened.read(position, target);
    let piece = this.#pieceAt(position);
    for (let done = 0; done < target.length; piece++) {
      const from = (this.#pieces[piece] as Uint8Array).subarray(position + done - (this.#starts[piece] as number));
      const part = from.subarray(0, target.length - done);
      target.set(part, done);
      done += part.length;
    }
    return undefined;
  }

  /** Removes what there is; never throws. */
  async close(): Promise<void> {
    this.#pieces = [];
    await this.#opened?.close().catch(() => undefined);
    if (this.#file === undefined) return;
    await this.#file.abandon();
    await this.#storage.remove(this.#path).catch(() => undefined);
  }

  /** The file, with all that was in memory. */
  #spill(): BufferedFile {
    if (this.#file === undefined) {
      this.#file = new BufferedFile(this.#storage, this.#path, { bufferBytes, isAsync: false }, this.#prepare);
      for (const piece of this.#pieces) void this.#file.append(piece);
      this.#pieces = [];
      this.#starts = [];
    }
    return this.#file;
  }

  /** The piece that holds `position`: the last that does not begin behind it. */
  #pieceAt(position: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
