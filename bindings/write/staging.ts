/**
 * Records on their way into a building segment, packed in a region of the space as `assembly/write/add.ts` draws it.
 * One kernel call then takes many: a third of the cost of a call each.
 */

import { alignUp } from "../kernel/align.js";
import type { Space } from "../kernel/space.js";
import type { Variant } from "../schema/variant.js";

const headerBytes = 16;
const deletedFlag = 1;
const regionShift = 1;
/** Bytes staged before they are given to the kernel: they stay in the second-level cache. */
const stagingBytes: number = 256 * 1024;

export class Staging {
  readonly #space: Space;
  readonly #variant: Variant;
  #base: number;
  #capacity: number = stagingBytes;
  #end = 0;
  #count = 0;

  /** MEMORY_LIMIT. */
  constructor(space: Space, variant: Variant) {
    this.#space = space;
    this.#variant = variant;
    this.#base = space.allocate(stagingBytes, "staging records");
  }

  /** Records staged. */
  get count(): number {
    return this.#count;
  }

  /** Address of the first byte. */
  get ptr(): number {
    return this.#base;
  }

  /** Address after the last byte. */
  get end(): number {
    return this.#base + this.#end;
  }

  /**
   * Stages a record, or a deletion; false when there is no room before the staged ones are taken. Refuses with
   * INVALID_KEY or INVALID_VALUE, and then nothing is staged.
   *
   * @param value not looked at for a deletion
   * @param timestamp seconds; 0 without timestamps
   * @param regionId 0 without regions
   */
  add(key: unknown, value: unknown, deleted: boolean, timestamp: number, regionId: number): boolean {
    const { keys, values } = this.#variant;
    const space = this.#space;
    const keyBound = alignUp(keys.bound(key), 8);
    const prepared = deleted ? undefined : values.prepare(value);
    const bound = headerBytes + keyBound + (prepared === undefined ? 0 : alignUp(values.bound(prepared), 8));
    if (this.#end + bound > this.#capacity) {
      if (this.#count > 0) return false;
      this.#replace(bound);
    }
    const at = this.#base + this.#end;
    const keyBytes = keys.write(space, at + headerBytes, key);
    const valueAt = at + headerBytes + alignUp(keyBytes, 8);
    const valueBytes = prepared === undefined ? 0 : values.write(space, valueAt, prepared);
    const word = at >>> 2;
    space.words[word] = keyBytes;
    space.words[word + 1] = valueBytes;
    space.words[word + 2] = timestamp;
    space.words[word + 3] = (deleted ? deletedFlag : 0) | (regionId << regionShift);
    this.#end = valueAt + alignUp(valueBytes, 8) - this.#base;
    this.#count++;
    return true;
  }

  /** Forgets all staged records. */
  clear(): void {
    this.#end = 0;
    this.#count = 0;
    // A single great record made it grow; ordinary ones do not need that.
    if (this.#capacity > stagingBytes) this.#replace(stagingBytes);
  }

  /** Nothing is staged now, so the old region can go first: going back to the ordinary size then cannot fail. */
  #replace(byteLength: number): void {
    this.#space.free(this.#base);
    this.#base = 0;
    this.#capacity = 0;
    this.#base = this.#space.allocate(byteLength, "staging a record");
    this.#capacity = byteLength;
  }
}
