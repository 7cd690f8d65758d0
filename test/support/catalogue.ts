/**
 * A seeded catalogue of records which Node and the browser both build: the files they write must be the same bytes.
 */

import type { memoryStorage } from "../../bindings/index.js";

export const catalogueCount = 100_000;
export const catalogueSchema = { key: "string", value: "json" } as const;

/** A well-mixed 32-bit number of `n`. */
function random32(n: number): number {
  let h = (n + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function catalogueKey(i: number): string {
  return `sku:${random32(i).toString(36)}-${i}`;
}

export interface Item {
  readonly price: number;
  readonly name: string;
}

export function catalogueItem(i: number): Item {
  return { price: random32(i * 3) % 10_000, name: `Größe ${random32(i * 5).toString(16)} ✓` };
}

export function* catalogue(): Iterable<[string, Item]> {
  for (let i = 0; i < catalogueCount; i++) yield [catalogueKey(i), catalogueItem(i)];
}

/** SHA-256 of every file of a storage, by path. */
export async function digests(storage: ReturnType<typeof memoryStorage>): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const [path, bytes] of [...storage.files()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
    sums[path] = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return sums;
}
