/**
 * The writer of an index: records are staged, given to the building segment, and when that is full it is sealed and the
 * next one begins. Dumping the sealed ones is its owner's business (`index/`): they wait in `sealed`, oldest first.
 *
 * One contract for fixed and for varying values, init → add → isFull → seal → dump: what differs between them is which
 * files a segment has, and that is said by the variant.
 */

import { IndexError } from "../errors.js";
import { Segment } from "../kernel/segment.js";
import type { Space } from "../kernel/space.js";
import { Status, statusError } from "../kernel/status.js";
import type { Variant } from "../schema/variant.js";
import { Staging } from "./staging.js";

export class Writer {
  readonly #space: Space;
  readonly #variant: Variant;
  readonly #form: number;
  readonly #budgetBytes: number;
  readonly #staging: Staging;
  readonly #onOpen: () => void;
  #building: Segment | undefined;
  readonly sealed: Segment[] = [];

  /**
   * @param form address of the variant's form in the space
   * @param budgetBytes key and value file of a segment together; the least is one record
   * @param onOpen called when a new segment is building; sealing one changes nothing for those who read it. What it
   * throws stops the write
   */
  constructor(space: Space, variant: Variant, form: number, budgetBytes: number, onOpen: () => void) {
    this.#space = space;
    this.#variant = variant;
    this.#form = form;
    this.#budgetBytes = budgetBytes;
    this.#onOpen = onOpen;
    this.#staging = new Staging(space, variant);
  }

  /** The segment that takes writes; none before the first. */
  get building(): Segment | undefined {
    return this.#building;
  }

  /**
   * Adds a record, or a deletion, to a region at once: readable when this returns. INVALID_KEY, INVALID_VALUE, MEMORY_LIMIT, LIMIT;
   * then unchanged.
   */
  add(key: unknown, value: unknown, deleted: boolean, timestamp: number, regionId = 0): void {
    this.stage(key, value, deleted, timestamp, regionId);
    this.drain();
  }

  /** Stages a record; it is added by the time `drain` has returned. Fails as `add` does, for any record staged before. */
  stage(key: unknown, value: unknown, deleted: boolean, timestamp: number, regionId = 0): void {
    if (this.#staging.add(key, value, deleted, timestamp, regionId)) return;
    this.drain();
    this.#staging.add(key, value, deleted, timestamp, regionId);
  }

  /** Adds all staged records, over as many segments as they need. */
  drain(): void {
    const staging = this.#staging;
    if (staging.count === 0) return;
    try {
      let { ptr } = staging;
      while (ptr < staging.end) {
        const building = this.#open();
        const { status, consumedBytes } = building.addMany(ptr, staging.end);
        ptr += consumedBytes;
        if (status === Status.ok) break;
        if (status !== Status.full) throw statusError(status, "adding a record");
        if (building.keyCount === 0) throw unfit();
        this.seal();
      }
    } finally {
      staging.clear();
    }
  }

  /** Ends the building segment, if there is one, and puts it last into `sealed`. */
  seal(): void {
    const building = this.#building;
    if (building === undefined) return;
    building.seal();
    this.#building = undefined;
    this.sealed.push(building);
  }

  #open(): Segment {
    if (this.#building === undefined) {
      const { table } = this.#variant;
      const building = Segment.build(this.#space, this.#form, table, this.#budgetBytes, "opening a segment");
      this.#building = building;
      try {
        this.#onOpen();
      } catch (cause) {
        // Protects: readers, from a segment that takes writes and that they are never told of.
        this.#building = undefined;
        building.release();
        throw cause;
      }
    }
    return this.#building;
  }
}

function unfit(): IndexError {
  return new IndexError("LIMIT", "A record does not fit into an empty segment. Raise writeBufferBytes.");
}
