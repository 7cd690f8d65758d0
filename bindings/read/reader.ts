/**
 * Lookups in a directory: one key, many keys, all records. Thin: the kernel finds, this decodes.
 * Every answer is decoded before control goes back to the caller, since the next write may move what it lies in.
 */

import { type IndexError, invalidOption } from "../errors.js";
import { alignUp } from "../kernel/align.js";
import type { Directory } from "../kernel/directory.js";
import type { Space } from "../kernel/space.js";
import { Status, statusError } from "../kernel/status.js";
import { keyBytesMax } from "../limits.js";
import type { RowCodec, ValueReader } from "../schema/row-codec.js";
import { textBytesBound } from "../schema/text.js";
import type { Variant } from "../schema/variant.js";

/** Keys given to the kernel in one call, and bytes of them. */
const batchCount = 4_096;
const batchKeyBytes: number = 256 * 1024;
const rowBytes = 16;

const walkCount = 256;
const walkRowBytes = 24;

/** What a lookup of rows may ask for. */
export interface SelectOptions<N extends string = string> {
  /** Fields to read, in the order they come in; the others are not touched. All of them if not given. */
  readonly select?: readonly N[];
}

/** One index's lookups; its scratch regions are reused by each. */
export class Reader<K, V> {
  readonly #space: Space;
  readonly #variant: Variant;
  readonly #where: string;
  readonly #answer: number;
  /** Bytes of one key. */
  readonly #scratch: number;
  /** Packed keys, their bytes, and rows; allocated by the first batch. */
  #batch = 0;

  constructor(space: Space, variant: Variant, where: string) {
    this.#space = space;
    this.#variant = variant;
    this.#where = where;
    this.#answer = (space.kernel.readAnswer() >>> 0) >>> 2;
    this.#scratch = space.allocate(textBytesBound(keyBytesMax), where);
  }

  /**
   * The newest value of a key, undefined when it has none. INVALID_KEY, CORRUPTION, LIMIT, POISONED; INVALID_OPTION for
   * fields of values that have none of these.
   */
  get(directory: Directory, key: K, options?: SelectOptions): V | undefined {
    const values = options === undefined ? this.#variant.values : this.#selected(options);
    if (!this.#find(directory, key)) return undefined;
    const { words } = this.#space;
    const at = this.#answer;
    return values.read(this.#space, words[at] as number, words[at + 1] as number) as V;
  }

  has(directory: Directory, key: K): boolean {
    return this.#find(directory, key);
  }

  /** Values of many keys, in their order. One kernel call for up to 4,096 of them. */
  getMany(directory: Directory, keys: readonly K[], options?: SelectOptions): (V | undefined)[] {
    const codec = options === undefined ? this.#variant.values : this.#selected(options);
    const values: (V | undefined)[] = new Array(keys.length);
    let done = 0;
    while (done < keys.length) done += this.#findSome(directory, keys, done, codec, values);
    return values;
  }

  /** What reads the chosen fields. INVALID_OPTION. */
  #selected({ select }: SelectOptions): ValueReader<unknown> {
    const { values } = this.#variant;
    if (select === undefined) return values;
    if (Array.isArray(select) && "select" in values) return (values as RowCodec).select(select);
    throw invalidOption({
      what: "Unusable option select",
      field: "select",
      expected: "select" in values ? "an array of field names" : `none, since the index has ${values.type} values`,
      got: String(select).slice(0, 120),
    });
  }

  #find(directory: Directory, key: K): boolean {
    const space = this.#space;
    const { keys } = this.#variant;
    if (keys.bound(key) < 0) return false;
    let status: number;
    try {
      space.check();
      status = keys.find(space, directory.ptr, this.#scratch, key);
    } catch (cause) {
      throw space.poison(cause);
    }
    if (status === Status.ok) return true;
    if (status > Status.deleted) throw statusError(status, this.#where);
    return false;
  }

  /** Looks up as many keys from `first` on as one call takes; returns how many. */
  #findSome(
    directory: Directory,
    keys: readonly K[],
    first: number,
    valueReader: ValueReader<unknown>,
    values: (V | undefined)[],
  ): number {
    const space = this.#space;
    const { keys: codec } = this.#variant;
    const keyBytesAt = batchCount * 8;
    const rowsAt = keyBytesAt + batchKeyBytes;
    if (this.#batch === 0) this.#batch = space.allocate(rowsAt + batchCount * rowBytes, this.#where);
    const base = this.#batch;
    const rows = base + rowsAt;
    const isBytes = codec.form === "exact" || codec.form === "hashed";
    /** Places of keys that no record can have; they are looked up as 0. */
    let impossible: number[] | undefined;

    let count = 0;
    let used = 0;
    for (; count < batchCount && first + count < keys.length; count++) {
      const key = keys[first + count];
      const bound = codec.bound(key);
      if (isBytes) {
        if (used + bound > batchKeyBytes) break;
        const byteLength = codec.write(space, base + keyBytesAt + used, key);
        space.words[(base >>> 2) + count] = byteLength;
        used = alignUp(used + byteLength, 8);
      } else if (bound < 0) {
        space.longs[(base + count * 8) >>> 3] = 0n;
        impossible ??= [];
        impossible.push(first + count);
      } else {
        codec.write(space, base + count * 8, key);
      }
    }
    try {
      space.check();
      space.kernel.readFindMany(directory.ptr, base, base + keyBytesAt, count, rows);
    } catch (cause) {
      throw space.poison(cause);
    }
    for (let i = 0, at = rows >>> 2; i < count; i++, at += rowBytes >>> 2) {
      const status = space.words[at] as number;
      if (status === Status.ok) {
        const valuePtr = space.words[at + 1] as number;
        values[first + i] = valueReader.read(space, valuePtr, space.words[at + 2] as number) as V;
      } else if (status > Status.deleted) throw statusError(status, this.#where);
      else values[first + i] = undefined;
    }
    for (const place of impossible ?? []) values[place] = undefined;
    return count;
  }

  /**
   * All live records of a directory, segment by segment from the newest on, in bucket order. Each page is decoded before
   * it is yielded.
   */
  *walk(directory: Directory): Generator<[K, V][], void, void> {
    const space = this.#space;
    const rows = space.allocate(walkCount * walkRowBytes, this.#where);
    try {
      for (let index = 0; index < directory.segments.length; index++) {
        let position = 0;
        let ended = false;
        while (!ended) {
          let page: [K, V][];
          try {
            // Between two pages anything may have happened to the index: nothing of the kernel is kept over a yield.
            space.check();
            const count = space.kernel.readWalk(directory.ptr, index, position, rows, walkCount);
            position = space.kernel.readWalkPosition();
            ended = space.kernel.readWalkEnds(directory.ptr, index, position) !== 0;
            page = this.#decodeRows(rows, count);
          } catch (cause) {
            throw space.poison(cause);
          }
          if (page.length > 0) yield page;
        }
      }
    } finally {
      space.free(rows);
    }
  }

  #decodeRows(rows: number, count: number): [K, V][] {
    const space = this.#space;
    const { keys, values } = this.#variant;
    const page: [K, V][] = [];
    for (let i = 0, at = rows; i < count; i++, at += walkRowBytes) {
      const word = at >>> 2;
      const status = space.words[word] as number;
      if (status !== Status.ok) throw this.#fault(status);
      const valuePtr = space.words[word + 4] as number;
      const value = values.read(space, valuePtr, space.words[word + 5] as number);
      page.push([keys.read(space, at + 8) as K, value as V]);
    }
    return page;
  }

  #fault(status: number): IndexError {
    return statusError(status, this.#where);
  }
}
