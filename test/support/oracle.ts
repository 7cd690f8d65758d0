/** What an index must answer: a Map under the same rules, too simple to be wrong. */

import type { Conflict } from "../../bindings/index.js";

/** A value as text, by type and content: two values are the same if and only if these are. */
export function textOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value instanceof Uint8Array) return `bytes ${latin1(value)}`;
  if (typeof value === "string") return `string ${value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "number -0" : `number ${value}`;
  return `json ${JSON.stringify(value)}`;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** `text` for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 90)}… (${text.length})` : text);
}

interface Entry<K> {
  readonly key: K;
  /** `textOf` the value; undefined after a deletion. */
  readonly value: string | undefined;
  readonly timestamp: number;
}

export class Oracle<K> {
  readonly #entries = new Map<string, Entry<K>>();
  readonly #newestWins: boolean;

  /** @param conflict undefined for an index without timestamps */
  constructor(conflict?: Conflict) {
    this.#newestWins = conflict === "newest";
  }

  /** A put, or a deletion where `value` is undefined. Ties go to the later write. */
  write(key: K, value: string | undefined, timestamp = 0): void {
    const name = textOf(key);
    const before = this.#entries.get(name);
    if (this.#newestWins && before !== undefined && before.timestamp > timestamp) return;
    this.#entries.set(name, { key, value, timestamp });
  }

  /** `textOf` the value of a key: "absent" without one. */
  get(key: K): string {
    return this.#entries.get(textOf(key))?.value ?? "absent";
  }

  has(key: K): boolean {
    return this.get(key) !== "absent";
  }

  /** Whether the key was deleted and not put again. */
  isDeleted(key: K): boolean {
    const entry = this.#entries.get(textOf(key));
    return entry !== undefined && entry.value === undefined;
  }

  /** Text of each live key and of its value. */
  live(): Map<string, string> {
    const live = new Map<string, string>();
    for (const [name, { value }] of this.#entries) if (value !== undefined) live.set(name, value);
    return live;
  }

  get size(): number {
    return this.live().size;
  }
}

/** The first difference between what was read and what must be there; undefined when there is none. */
export function differenceOf(
  got: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): string | undefined {
  for (const [key, value] of expected) {
    if (got.get(key) !== value) {
      return `${shown(key)} is ${shown(got.get(key) ?? "missing")}, expected ${shown(value)}`;
    }
  }
  for (const key of got.keys()) if (!expected.has(key)) return `${shown(key)} is there and must not be`;
  return undefined;
}
