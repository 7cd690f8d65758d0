/**
 * A module's memory: one instance with its own linear memory, and the views JavaScript has of it. Space (the kernel's) and
 * ColumnSpace (the codec's) are what it is used as.
 *
 * Invariant: views are fresh after every method here and after `refresh()`. A kernel call that may allocate is followed
 * by `refresh()`; a lookup never allocates.
 */

import { IndexError } from "../errors.js";
import type { ModuleExports } from "./instances.js";
import { Status, statusError } from "./status.js";

/** What a 32-bit memory can hold, less the last page, so that no end address wraps. */
export const spaceBytesMax: number = 65_535 * 65_536;

/** Node's Buffer as far as it is used: it decodes text in place, where a TextDecoder needs a view for each text. */
interface TextSlicer {
  utf8Slice(start: number, end: number): string;
}
const NodeBuffer = (globalThis as unknown as { Buffer?: { from(buffer: ArrayBuffer): Partial<TextSlicer> } }).Buffer;

function sliceText(buffer: ArrayBuffer): TextSlicer | undefined {
  const slicer = NodeBuffer?.from(buffer);
  return slicer?.utf8Slice === undefined ? undefined : (slicer as TextSlicer);
}

export abstract class ModuleSpace<E extends ModuleExports> {
  kernel: E;
  readonly #giveBack: (kernel: E) => void;
  bytes!: Uint8Array<ArrayBuffer>;
  words!: Uint32Array<ArrayBuffer>;
  doubles!: Float64Array<ArrayBuffer>;
  longs!: BigUint64Array<ArrayBuffer>;
  view!: DataView<ArrayBuffer>;
  /** Over the same bytes; only where there is a Buffer. */
  slicer: TextSlicer | undefined;
  #failure: IndexError | undefined;

  /**
   * @param giveBack called with the instance when it is not needed any more
   * @param memoryLimit bytes the linear memory may grow to; at most `spaceBytesMax` counts
   */
  constructor(kernel: E, giveBack: (kernel: E) => void, memoryLimit: number) {
    this.kernel = kernel;
    this.#giveBack = giveBack;
    this.kernel.memoryLimit(Math.min(memoryLimit, spaceBytesMax));
    this.#view();
  }

  /** Renews the views when the memory has grown since. */
  refresh(): void {
    // A grow detaches the old buffer, and a view of a detached buffer has length 0: ten times cheaper to ask than
    // for `memory.buffer`.
    if (this.bytes.length === 0) this.#view();
  }

  /** A region of at least `byteLength` bytes, content undefined. MEMORY_LIMIT when there is no room. */
  allocate(byteLength: number, where: string): number {
    const ptr = this.attempt((kernel) => kernel.regionAllocate(byteLength)) >>> 0;
    this.refresh();
    if (ptr === 0) throw statusError(Status.noMemory, where);
    return ptr;
  }

  free(ptr: number): void {
    if (this.#failure === undefined) this.attempt((kernel) => kernel.regionFree(ptr));
  }

  /** A kernel call that is not worth a `try` of its own: POISONED when it traps, or when an earlier one did. */
  attempt<T>(call: (kernel: E) => T): T {
    this.check();
    try {
      return call(this.kernel);
    } catch (cause) {
      throw this.poison(cause);
    }
  }

  /** Refuses all work after a trap. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** After a trap or `dispose`: its memory must not be touched any more. */
  get unusable(): boolean {
    return this.#failure !== undefined;
  }

  /** Lets the memory go, even while somebody still holds the space. */
  dispose(): void {
    if (this.#failure === undefined) this.#giveBack(this.kernel);
    this.#failure ??= new IndexError("NOT_OPEN", "The index is closed. Open it again.");
    const nothing = new ArrayBuffer(0);
    this.kernel = undefined as unknown as E;
    this.#viewOf(nothing);
  }

  /**
   * What to throw when a kernel call threw. A trap leaves linear memory in an unknown state, so the space is never used
   * again; an IndexError is passed through.
   */
  poison(cause: unknown): IndexError {
    if (cause instanceof IndexError) return cause;
    this.#failure ??= new IndexError(
      "POISONED",
      "the kernel trapped, so nothing in its memory can be trusted any more. Close the index and open it again: it comes back as of the last flush. Please report this with the cause.",
      { cause },
    );
    return this.#failure;
  }

  #view(): void {
    this.#viewOf(this.kernel.memory.buffer as ArrayBuffer);
  }

  #viewOf(buffer: ArrayBuffer): void {
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.longs = new BigUint64Array(buffer);
    this.view = new DataView(buffer);
    this.slicer = sliceText(buffer);
  }
}
