/**
 * A space: one instance of the kernel with its own linear memory. An index has one; its segments, directories and scratch
 * areas are regions of it.
 */

import { isIndexError } from "../errors.js";
import type { KernelExports } from "./exports.js";
import { instantiateKernel, recycleKernel } from "./module.js";
import { ModuleSpace, spaceBytesMax } from "./module-space.js";

export { spaceBytesMax } from "./module-space.js";

export class Space extends ModuleSpace<KernelExports> {
  /** @param memoryLimit bytes the linear memory may grow to; at most `spaceBytesMax` counts */
  constructor(memoryLimit: number = spaceBytesMax) {
    super(instantiateKernel(), recycleKernel, memoryLimit);
  }

  /** XXH64 of JavaScript's bytes: for the small files; blocks of a space are hashed where they lie. */
  xxh64(bytes: Uint8Array, seed: bigint): bigint {
    try {
      return this.#hash(bytes, seed);
    } catch (cause) {
      if (!isIndexError(cause, "MEMORY_LIMIT")) throw cause;
      // Protects: a flush, which must get through when the memory is full; a manifest grows with its segments.
      const aside = new Space();
      const hash = aside.#hash(bytes, seed);
      aside.dispose();
      return hash;
    }
  }

  #hash(bytes: Uint8Array, seed: bigint): bigint {
    const ptr = this.allocate(bytes.byteLength, "hashing");
    this.bytes.set(bytes, ptr);
    const hash = BigInt.asUintN(64, this.kernel.hashXx(ptr, bytes.byteLength, seed));
    this.free(ptr);
    return hash;
  }
}
