/** A WebAssembly module: compiled once per thread, instantiated once per space. Both at once, without a promise. */

import { instantiateSync } from "@assemblyscript/loader";

/** What every module of ours exports: its memory, and regions of it. */
export interface ModuleExports {
  readonly memory: WebAssembly.Memory;
  memoryLimit(bytes: number): void;
  memoryReset(): void;
  memoryUsed(): number;
  regionAllocate(bytes: number): number;
  regionFree(ptr: number): void;
}

export class Instances<E extends ModuleExports> {
  readonly #base64: string;
  readonly #byteLength: number;
  #compiled: WebAssembly.Module | undefined;
  /** The instance given back last, unless the garbage collector has taken it. */
  #spare: WeakRef<E> | undefined;

  constructor(base64: string, byteLength: number) {
    this.#base64 = base64;
    this.#byteLength = byteLength;
  }

  /**
   * An instance with its own linear memory: the spare one, whose memory is there and touched already, or a new one. The
   * loader's own `exports` wrap each function, so the raw ones are used.
   */
  take(): E {
    const spare = this.#spare?.deref();
    this.#spare = undefined;
    if (spare !== undefined) {
      spare.memoryReset();
      return spare;
    }
    this.#compiled ??= new WebAssembly.Module(decodeBase64(this.#base64, this.#byteLength));
    return instantiateSync(this.#compiled).instance.exports as unknown as E;
  }

  /**
   * Gives an instance back that nobody will call any more. Whoever closes an index and opens the next would otherwise hold
   * both memories until a collection. Held weakly: an index that is not followed by another costs nothing.
   */
  giveBack(instance: E): void {
    this.#spare = new WeakRef(instance);
  }
}

function decodeBase64(text: string, byteLength: number): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}
