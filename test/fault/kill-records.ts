/** The batches of `kill.test.ts`: batch `b` puts its number under all keys, over several segments. */

import type { OpenOptions } from "../../bindings/node.js";

export const deathOptions: OpenOptions<"u32", "bytes"> = { key: "u32", value: "bytes", writeBufferBytes: 40_000 };
export const deathRecordCount = 800;
export const deathKey = (i: number): number => i * 7;

export function deathValue(i: number, batch: number): Uint8Array {
  const value = new Uint8Array(20 + (i % 60));
  new DataView(value.buffer).setUint32(0, batch, true);
  return value;
}

/** The batch a value is of; undefined when it is none of record `i`'s. */
export function batchOfValue(i: number, value: Uint8Array | undefined): number | undefined {
  if (value === undefined || value.length !== 20 + (i % 60)) return undefined;
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}
