/** The kernel's instances. */

import type { KernelExports } from "./exports.js";
import { Instances } from "./instances.js";
import { wasmBase64, wasmByteLength } from "./wasm.gen.js";

const instances = new Instances<KernelExports>(wasmBase64, wasmByteLength);

/** An instance with its own linear memory. */
export function instantiateKernel(): KernelExports {
  return instances.take();
}

/** Gives an instance back that nobody will call any more. */
export function recycleKernel(kernel: KernelExports): void {
  instances.giveBack(kernel);
}
