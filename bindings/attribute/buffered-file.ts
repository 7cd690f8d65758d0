/**
 * A new file written through a buffer. With one buffer whoever appends waits for its write; with two, the next fills while the
 * first is written. The bytes are the same. The file is made when there is something to write, or at `finish`.
 */

import type { Storage, WriteFile } from "../storage/storage.js";

export interface BufferOptions {
  readonly bufferBytes: number;
  /** Whether writes go on behind the caller. */
  readonly isAsync: boolean;
}

export class BufferedFile {
  readonly #storage: Storage;
  readonly #path: string;
  readonly #options: BufferOptions;
  readonly #prepare: () => Promise<void>;
  #file: WriteFile | undefined;
  #buffer: Uint8Array | undefined;
  #used = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Buffers handed to writes that are not done. */
  #waiting = 0;
  #failure: { readonly cause: unknown } | undefined;
  /** Bytes appended. */
  byteLength = 0;

  /** @param prepare awaited before the file is made */
  constructor(storage: Storage, path: string, options: BufferOptions, prepare: () => Promise<void>) {
    this.#storage = storage;
    this.#path = path;
    this.#options = options;
    this.#prepare = prepare;
  }

  /** Appends a copy of `bytes`. When it returns a promise, memory stays bounded only if that is awaited. */
  append(bytes: Uint8Array): void | Promise<void> {
    this.#check();
    this.byteLength += bytes.length;
    const { bufferBytes, isAsync } = this.#options;
    for (let at = 0; at < bytes.length; ) {
      this.#buffer ??= new Uint8Array(bufferBytes);
      const part = bytes.subarray(at, at + bufferBytes - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === bufferBytes) this.#hand();
    }
    if (this.#waiting <= (isAsync ? 1 : 0)) return undefined;
    const settled = this.#settled();
    // Nobody need wait: what failed is told again by the next call.
    settled.catch(() => undefined);
    return settled;
  }

  /** Writes what is left, and ends the file. */
  async finish(): Promise<void> {
    this.#hand();
    await this.#settled();
    await (await this.#open()).finish();
  }

  /** Removes the file; never throws. */
  async abandon(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#buffer = undefined;
    await this.#file?.abandon();
  }

  /** Hands the buffer over to a write. */
  #hand(): void {
    const full = this.#buffer?.subarray(0, this.#used);
    if (full === undefined || full.length === 0) return;
    this.#buffer = undefined;
    this.#used = 0;
    this.#waiting++;
    this.#writing = this.#writing.then(() => this.#write(full));
    // Whoever comes next is told, if nobody waits for this one.
    this.#writing.catch(() => undefined);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure.cause;
      await (await this.#open()).write(bytes);
      // Used again, unless another one has been begun meanwhile.
      if (bytes.length === this.#options.bufferBytes) this.#buffer ??= new Uint8Array(bytes.buffer as ArrayBuffer);
    } catch (cause) {
      this.#failure ??= { cause };
      throw cause;
    } finally {
      this.#waiting--;
    }
  }

  async #open(): Promise<WriteFile> {
    if (this.#file === undefined) {
      await this.#prepare();
      this.#file = await this.#storage.create(this.#path);
    }
    return this.#file;
  }

  async #settled(): Promise<void> {
    await this.#writing;
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
