/** The kernel's module: compiled once per thread, instantiated once per space. Both at once, without a promise. */

import { instantiateSync } from "@assemblyscript/loader";
import type { KernelExports } from "./exports.js";
import { wasmBase64, wasmByteLength } from "./wasm.gen.js";

let compiled: WebAssembly.Module | undefined;

/** A new instance with its own linear memory. The loader's own `exports` wrap each function, so the raw ones are used. */
export function instantiateKernel(): KernelExports {
  compiled ??= new WebAssembly.Module(decodeBase64(wasmBase64, wasmByteLength));
  return instantiateSync(compiled).instance.exports as unknown as KernelExports;
}

function decodeBase64(text: string, byteLength: number): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}
