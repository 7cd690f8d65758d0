/** The kernel's module: compiled once per thread, instantiated once per space. Both at once, without a promise. */

import { instantiateSync } from "@assemblyscript/loader";
import type { KernelExports } from "./exports.js";
import { wasmBase64, wasmByteLength } from "./wasm.gen.js";

let compiled: WebAssembly.Module | undefined;

/** The instance given back last, unless the garbage collector has taken it. */
let spare: WeakRef<KernelExports> | undefined;

/**
 * An instance with its own linear memory: the spare one, whose memory is there and touched already, or a new one. The
 * loader's own `exports` wrap each function, so the raw ones are used.
 */
export function instantiateKernel(): KernelExports {
  const kernel = spare?.deref();
  spare = undefined;
  if (kernel !== undefined) {
    kernel.memoryReset();
    return kernel;
  }
  compiled ??= new WebAssembly.Module(decodeBase64(wasmBase64, wasmByteLength));
  return instantiateSync(compiled).instance.exports as unknown as KernelExports;
}

/**
 * Gives an instance back that nobody will call any more. Whoever closes an index and opens the next would otherwise hold
 * both memories until a collection. Held weakly: an index that is not followed by another costs nothing.
 */
export function recycleKernel(kernel: KernelExports): void {
  spare = new WeakRef(kernel);
}

function decodeBase64(text: string, byteLength: number): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}
