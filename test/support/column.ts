/** A small column and its digests, which must be the same in every environment. */

import type { encodeEqual, MemoryStorage, patchWriter } from "../../bindings/attribute.js";

const valueCount = 100_000;

export function columnValues(): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: valueCount }, (_, i) => ((i * 2_654_435_761) >>> (i % 32)) + (i >>> 10));
}

export function columnText(i: number): string {
  return `text ${i % 300} é`;
}

interface Library {
  readonly encodeEqual: typeof encodeEqual;
  readonly patchWriter: typeof patchWriter;
  memoryStorage(): MemoryStorage;
}

/** SHA-256 of the compressed values and of each file of a text column. */
export async function columnDigests({
  encodeEqual,
  patchWriter,
  memoryStorage,
}: Library): Promise<Record<string, string>> {
  const storage = memoryStorage();
  const options = { type: "string", compress: "uniq|equal", documentCount: 1_000 } as const;
  const writer = patchWriter(storage, "attribute/text", options);
  for (let i = 0; i < options.documentCount; i++) await writer.appendValue(columnText(i));
  await writer.close();
  const digests: Record<string, string> = { values: await digest(encodeEqual(columnValues())) };
  for (const [path, bytes] of storage.files()) digests[path] = await digest(bytes);
  return digests;
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
