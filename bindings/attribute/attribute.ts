/** Reading and updating one column by document number. Its files are loaded; nothing in them is believed. */

import { corruption, IndexError, indexError, isIndexError } from "../errors.js";
import { type ColumnSpace, columnSpace, nextColumnSpace } from "../kernel/column-space.js";
import { readWhole, type Storage } from "../storage/storage.js";
import { dataInfoBytesMax, dataInfoName, parseDataInfo } from "./data-info.js";
import { ItemColumn } from "./item-column.js";
import type { SlotCounts, UpdateMetrics } from "./mounted-column.js";
import type { TypedArray } from "./numeric.js";
import { type ColumnOptions, type ColumnPlan, planColumn } from "./options.js";
import type { ColumnValue } from "./patch-writer.js";
import { EqualSingle, PlainSingle } from "./single-column.js";

/** What a document has: undefined past the end, null where there is none. */
export type StoredValue = number | bigint | string | readonly string[] | TypedArray | null;

/** A column in memory; updates stay there. */
export interface Attribute {
  readonly length: number;
  /** The value of a document; null, or undefined past the end. CORRUPTION when it lies outside of the files. */
  get(document: number): StoredValue | undefined;
  getMany(documents: ArrayLike<number>): (StoredValue | undefined)[];
  isNull(document: number): boolean;
  /** Changes a value; false past the end, or where compressed values have no room left. NOT_SUPPORTED, INVALID_VALUE. */
  update(document: number, value: ColumnValue | null): boolean;
  /** Bytes of its files by name. */
  readonly fileBytes: ReadonlyMap<string, number>;
  /** Slots of what is compressed, values or offsets. */
  readonly slots: SlotCounts | undefined;
  /** What updates cost what is compressed. */
  readonly metrics: UpdateMetrics | undefined;
  /** Gives the memory back. NOT_OPEN afterwards. */
  close(): void;
}

/** What the two kinds of columns do; documents are in range. */
export interface ColumnStore {
  get(document: number): StoredValue;
  isNull(document: number): boolean;
  /** @param value null only where that is allowed */
  update(document: number, value: unknown): boolean;
  readonly slots: SlotCounts | undefined;
  readonly metrics: UpdateMetrics | undefined;
  close(): void;
}

/** Bytes read at a time: not into the codec's memory, which may grow meanwhile. */
const transferBytes: number = 1024 * 1024;

/**
 * Loads the column in `directory`, with the options it was written with. NOT_FOUND where none was closed; CORRUPTION when files
 * and options do not fit; MEMORY_LIMIT.
 */
export async function openAttribute(storage: Storage, directory: string, options: ColumnOptions): Promise<Attribute> {
  const plan = planColumn(options);
  try {
    return await openIn(columnSpace(), storage, directory, plan);
  } catch (cause) {
    if (!isIndexError(cause, "MEMORY_LIMIT")) throw cause;
    return openIn(nextColumnSpace(), storage, directory, plan);
  }
}

async function openIn(space: ColumnSpace, storage: Storage, directory: string, plan: ColumnPlan): Promise<Attribute> {
  const files = new Map<string, LoadedFile>();
  try {
    if (plan.isItems) {
      const info = parseDataInfo(
        await readWhole(storage, `${directory}/${dataInfoName}`, dataInfoBytesMax),
        `${directory}/${dataInfoName}`,
      );
      if (info.itemCount > plan.documentCount || (!plan.isUnique && info.itemCount !== plan.documentCount)) {
        throw corruption({
          what: "Wrong count of items",
          file: `${directory}/${dataInfoName}`,
          field: "uniq_item_count",
          expected: `${plan.documentCount} documents`,
          got: info.itemCount,
        });
      }
    }
    for (const name of plan.isItems ? ["data", "offset"] : ["data"]) {
      files.set(name, await load(storage, `${directory}/${name}`, space));
    }
    const store = makeStore(space, plan, files);
    const fileBytes = new Map([...files].map(([name, { byteLength }]) => [name, byteLength]));
    return new LoadedAttribute(plan, store, fileBytes, directory);
  } catch (cause) {
    for (const { ptr } of files.values()) space.free(ptr);
    throw cause;
  }
}

/** A file in the codec's memory. */
export interface LoadedFile {
  readonly path: string;
  ptr: number;
  readonly byteLength: number;
}

/** Takes the regions of the files over: their `ptr` becomes 0. */
function makeStore(space: ColumnSpace, plan: ColumnPlan, files: ReadonlyMap<string, LoadedFile>): ColumnStore {
  const data = files.get("data") as LoadedFile;
  if (plan.isItems) return new ItemColumn(space, plan, data, files.get("offset") as LoadedFile);
  return plan.isEqual ? new EqualSingle(space, plan, data) : new PlainSingle(space, plan, data);
}

async function load(storage: Storage, path: string, space: ColumnSpace): Promise<LoadedFile> {
  const file = await storage.open(path);
  try {
    const { byteLength } = file;
    const ptr = space.allocate(byteLength, path);
    try {
      const buffer = new Uint8Array(Math.min(transferBytes, byteLength));
      for (let at = 0; at < byteLength; at += transferBytes) {
        const part = buffer.subarray(0, Math.min(transferBytes, byteLength - at));
        await file.read(at, part);
        space.check();
        space.refresh();
        space.bytes.set(part, ptr + at);
      }
    } catch (cause) {
      space.free(ptr);
      throw cause;
    }
    return { path, ptr, byteLength };
  } finally {
    await file.close();
  }
}

/** Frees the memory of columns that the garbage collector took. */
const abandoned = new FinalizationRegistry<ColumnStore>((store) => store.close());

class LoadedAttribute implements Attribute {
  readonly length: number;
  readonly fileBytes: ReadonlyMap<string, number>;
  readonly #plan: ColumnPlan;
  readonly #directory: string;
  #store: ColumnStore | undefined;

  constructor(plan: ColumnPlan, store: ColumnStore, fileBytes: ReadonlyMap<string, number>, directory: string) {
    this.length = plan.documentCount;
    this.fileBytes = fileBytes;
    this.#plan = plan;
    this.#directory = directory;
    this.#store = store;
    abandoned.register(this, store, this);
  }

  get(document: number): StoredValue | undefined {
    const store = this.#open();
    return this.#has(document) ? store.get(document) : undefined;
  }

  getMany(documents: ArrayLike<number>): (StoredValue | undefined)[] {
    const values: (StoredValue | undefined)[] = [];
    for (let i = 0; i < documents.length; i++) values.push(this.get(documents[i] as number));
    return values;
  }

  isNull(document: number): boolean {
    const store = this.#open();
    return this.#has(document) && store.isNull(document);
  }

  update(document: number, value: ColumnValue | null): boolean {
    const store = this.#open();
    if (!this.#plan.isUpdatable) {
      throw indexError("NOT_SUPPORTED", {
        what: "The column cannot be updated",
        file: this.#directory,
        advice: "Write and open it with updatable: true.",
      });
    }
    if (value === null && !this.#plan.isNullable) {
      throw indexError("INVALID_VALUE", {
        what: "Null in a column that has none",
        file: this.#directory,
        expected: "a value",
        got: "null",
      });
    }
    return this.#has(document) && store.update(document, value);
  }

  get slots(): SlotCounts | undefined {
    return this.#open().slots;
  }

  get metrics(): UpdateMetrics | undefined {
    return this.#open().metrics;
  }

  close(): void {
    abandoned.unregister(this);
    this.#store?.close();
    this.#store = undefined;
  }

  #has(document: number): boolean {
    return Number.isInteger(document) && document >= 0 && document < this.length;
  }

  #open(): ColumnStore {
    if (this.#store === undefined)
      throw new IndexError("NOT_OPEN", `${this.#directory}: the column was used after close.`);
    return this.#store;
  }
}
