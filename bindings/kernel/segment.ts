/**
 * A segment of a space: building, sealed or mounted from files. Typed calls and the count of its holders; what it means
 * is told in `assembly/read/segment.ts`.
 */

import type { Space } from "./space.js";
import { Status, statusError } from "./status.js";

/** What one kernel form and table variant are made of; see `schema/variant.ts`, which decides them. */
export interface TableShape {
  /** One of `Kind`. */
  readonly kind: number;
  /** Bytes of the value or offset in a bucket, 1–8. */
  readonly valueBytes: number;
  /** Whether the value itself lies in the bucket. */
  readonly inline: boolean;
  /** Percent of buckets used in a sealed table. */
  readonly occupancyPct: number;
}

/** How keys are known and which write wins: laid out once in a space. */
export interface FormShape {
  /** One of `KeyForm`. */
  readonly keys: number;
  /** Integer keys cross as f64. */
  readonly numbers: boolean;
  readonly inline: boolean;
  readonly seed: bigint;
  readonly newestWins: boolean;
  /** Bytes of every value in the value file, which then have no length prefix; 0 when they have one. */
  readonly fixedBytes: number;
  /** Regions that share the index; 0 without. */
  readonly regionCount: number;
}

/** Lays a form out in the space, where it stays. Returns its address. */
export function openForm(space: Space, form: FormShape, where: string): number {
  const ptr = space.allocate(space.kernel.formBytes(), where);
  const { keys, numbers, inline, seed, newestWins, fixedBytes, regionCount } = form;
  space.kernel.formInit(ptr, keys, +numbers, +inline, seed, +newestWins, fixedBytes, regionCount);
  return ptr;
}

/** How far `addMany` came. */
export interface AddOutcome {
  /** `Status.ok`, `full`, or an error's. */
  readonly status: number;
  readonly consumedBytes: number;
}

/**
 * Held by whoever may still read it: the index, a snapshot, a dump. The last `release` frees its regions.
 */
export class Segment {
  readonly space: Space;
  readonly ptr: number;
  #holders = 1;
  readonly #close: () => void;

  private constructor(space: Space, ptr: number, close: () => void) {
    this.space = space;
    this.ptr = ptr;
    this.#close = close;
  }

  /** An empty building segment whose key and value file may reach `budgetBytes`. MEMORY_LIMIT. */
  static build(space: Space, form: number, shape: TableShape, budgetBytes: number, where: string): Segment {
    const { kind, valueBytes, occupancyPct } = shape;
    const { kernel } = space;
    const ptr = space.attempt(() => kernel.writeOpen(form, kind, valueBytes, occupancyPct, budgetBytes)) >>> 0;
    space.refresh();
    if (ptr === 0) throw statusError(Status.noMemory, where);
    return new Segment(space, ptr, () => kernel.segmentClose(ptr));
  }

  /**
   * Uses untrusted bytes of a key file and a value file (0 and 0 bytes without one) where they lie, in regions that the
   * segment owns from here on; when it fails they are freed. CORRUPTION, MEMORY_LIMIT.
   */
  static mount(
    space: Space,
    form: number,
    shape: TableShape,
    files: { keyFile: number; keyFileBytes: number; valueFile: number; valueFileBytes: number; timestampMax: number },
    where: string,
  ): Segment {
    const { kernel } = space;
    const status = space.attempt(() =>
      kernel.segmentMount(
        form,
        shape.kind,
        shape.valueBytes,
        files.keyFile,
        files.keyFileBytes,
        files.valueFile,
        files.valueFileBytes,
        files.timestampMax,
      ),
    );
    space.refresh();
    if (status !== Status.ok) {
      space.free(files.keyFile);
      space.free(files.valueFile);
      throw statusError(status, where);
    }
    const ptr = kernel.segmentMounted() >>> 0;
    return new Segment(space, ptr, () => kernel.segmentClose(ptr));
  }

  /** A frozen copy of a building segment, for a snapshot; holds this one for as long. MEMORY_LIMIT. */
  clone(where: string): Segment {
    const { kernel } = this.space;
    const ptr = this.space.attempt(() => kernel.segmentClone(this.ptr)) >>> 0;
    this.space.refresh();
    if (ptr === 0) throw statusError(Status.noMemory, where);
    this.hold();
    return new Segment(this.space, ptr, () => {
      kernel.segmentCloneClose(ptr);
      this.release();
    });
  }

  /** Adds staged records (`assembly/write/add.ts` says how they lie) of the bytes from `ptr` to `end`. */
  addMany(ptr: number, end: number): AddOutcome {
    const { space } = this;
    try {
      const status = space.kernel.writeAddMany(this.ptr, ptr, end);
      space.refresh();
      return { status, consumedBytes: space.words[space.kernel.writeResult() >>> 2] as number };
    } catch (cause) {
      throw space.poison(cause);
    }
  }

  /** Ends writing: the table takes its final size. */
  seal(): void {
    try {
      this.space.kernel.writeSeal(this.ptr);
      this.space.refresh();
    } catch (cause) {
      throw this.space.poison(cause);
    }
  }

  /** Makes lookups in a sealed segment faster, for a little memory; mounted ones have it already. */
  tag(): void {
    this.space.attempt((kernel) => kernel.segmentTag(this.ptr));
    this.space.refresh();
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0 && !this.space.unusable) this.space.attempt(this.#close);
  }

  /** Keys ever put or deleted in it. */
  get keyCount(): number {
    return this.space.kernel.segmentKeyCount(this.ptr);
  }

  /** How many of them are deleted in it; unknown, 0, after a mount. */
  get deletedKeyCount(): number {
    return this.space.kernel.segmentDeletedCount(this.ptr);
  }

  /** Newest timestamp, seconds; 0 without timestamps. */
  get timestampMax(): number {
    return this.space.kernel.segmentTimestampMax(this.ptr) >>> 0;
  }

  /** How many of its keys each of `regionCount` regions has, in an index with regions. */
  regionKeyCounts(regionCount: number): number[] {
    const at = this.space.kernel.segmentRegionCounts(this.ptr) >>> 2;
    return [...this.space.words.subarray(at, at + regionCount)];
  }

  get keyFileBytes(): number {
    return this.space.kernel.segmentKeyFileBytes(this.ptr);
  }

  get valueFileBytes(): number {
    return this.space.kernel.segmentValueFileBytes(this.ptr);
  }

  /** The key file where it lies: pieces that are each contiguous in memory. */
  keyFilePieces(): FilePiece[] {
    return [{ ptr: this.space.kernel.segmentKeyFile(this.ptr) >>> 0, byteLength: this.keyFileBytes }];
  }

  /** Bytes of a slice: what a full piece of the value file has. */
  get sliceBytes(): number {
    return 2 ** this.space.kernel.segmentSliceShift();
  }

  /** The value file from `begin` on, a multiple of `sliceBytes`, slice by slice. */
  valueFilePieces(begin = 0): FilePiece[] {
    const { kernel } = this.space;
    const { sliceBytes } = this;
    const end = this.valueFileBytes;
    const pieces: FilePiece[] = [];
    for (let at = begin; at < end; at += sliceBytes) {
      pieces.push({ ptr: kernel.segmentValueAt(this.ptr, at) >>> 0, byteLength: Math.min(sliceBytes, end - at) });
    }
    return pieces;
  }
}

/** A piece of a file in a space. All but the last of a file have a multiple of the checksums' block. */
export interface FilePiece {
  readonly ptr: number;
  readonly byteLength: number;
}
