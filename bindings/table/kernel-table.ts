/** A table in a space of its own: the checks of what comes in, and the kernel's answers as values. */

import { IndexError, invalidOption } from "../errors.js";
import type { Space } from "../kernel/space.js";
import { Status, statusError } from "../kernel/status.js";
import { type EntryOrder, sortEntries, type TableEntry } from "./entries.js";
import { bytesOf, FoundValue } from "./found.js";
import type { Found, Table, TableFindings } from "./table.js";
import { isWithin, type Variant } from "./variant.js";

const timestampMax = 0x7fff_fffe;
const keyMax = 0xffff_ffff_ffff_ffffn;
/** Keys of one kernel call. */
const batchCount = 4_096;
/** Where the parts of the batch area begin: u64 keys, values of up to 8 bytes, u32 timestamps, status bytes. */
const valuesAt = batchCount * 8;
const timestampsAt = valuesAt + batchCount * 8;
const statusAt = timestampsAt + batchCount * 4;
const areaBytes = statusAt + batchCount;

const absent: Found = Object.freeze({ status: "absent" });

export class KernelTable implements Table {
  readonly #space: Space;
  readonly #ptr: number;
  /** Index of the kernel's seat among the words. */
  readonly #seat: number;
  /** 8 bytes for a value on its way in. */
  readonly #cell: number;
  /** Room for a batch; 0 before the first. */
  #area = 0;
  #variant: Variant;
  #valueBytes: number;
  /** Bits of a value in the first and second four of its bytes. */
  #lowMask = 0;
  #highMask = 0;

  constructor(space: Space, ptr: number, variant: Variant) {
    this.#space = space;
    this.#ptr = ptr;
    this.#variant = variant;
    this.#valueBytes = this.#holdBytes(variant.valueBytes);
    this.#cell = space.allocate(8, "a table");
    this.#seat = space.kernel.tableSeat() >>> 2;
  }

  get variant(): Variant {
    return this.#variant;
  }

  get size(): number {
    return this.#space.kernel.tableSize(this.#ptr);
  }

  get bucketCount(): number {
    return this.#space.kernel.tableBucketsOf(this.#ptr);
  }

  get capacity(): number {
    return this.#space.kernel.tableCapacity(this.#ptr);
  }

  get deletedCount(): number {
    return this.#space.kernel.tableDeletedCount(this.#ptr);
  }

  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  insert(key: bigint, value: Uint8Array, timestamp = 0): boolean {
    checkKey(key);
    checkTimestamp(timestamp);
    const { valueBytes } = this.#variant;
    if (value.byteLength !== valueBytes) throw invalidLength("value", "bytes", valueBytes, value.byteLength);
    const space = this.#space;
    space.bytes.set(value, this.#cell);
    const status = space.kernel.tableInsert(this.#ptr, key, this.#cell, timestamp);
    space.refresh();
    return isDone(status);
  }

  insertMany(keys: BigUint64Array, values: Uint8Array, timestamps?: Uint32Array): number {
    const space = this.#space;
    const { valueBytes } = this.#variant;
    if (values.byteLength !== keys.length * valueBytes) {
      throw invalidLength("values", "bytes", keys.length * valueBytes, values.byteLength);
    }
    if (timestamps !== undefined) {
      if (timestamps.length !== keys.length) {
        throw invalidLength("timestamps", "of them", keys.length, timestamps.length);
      }
      for (const timestamp of timestamps) checkTimestamp(timestamp);
    }
    const area = this.#batchArea();
    for (let first = 0; first < keys.length; first += batchCount) {
      const count = Math.min(batchCount, keys.length - first);
      space.longs.set(keys.subarray(first, first + count), area >>> 3);
      space.bytes.set(values.subarray(first * valueBytes, (first + count) * valueBytes), area + valuesAt);
      if (timestamps !== undefined) {
        space.words.set(timestamps.subarray(first, first + count), (area + timestampsAt) >>> 2);
      }
      const seconds = timestamps === undefined ? 0 : area + timestampsAt;
      const status = space.kernel.tableInsertMany(this.#ptr, area, count, area + valuesAt, seconds);
      space.refresh();
      if (!isDone(status)) return first + space.kernel.tableInserted();
    }
    return keys.length;
  }

  delete(key: bigint, timestamp = 0): boolean {
    checkKey(key);
    checkTimestamp(timestamp);
    if (this.#variant.bucket === "compact") {
      throw new IndexError(
        "NOT_SUPPORTED",
        "Compact buckets have no room for a deletion. Use plain ones, or leave the key out of a new table.",
      );
    }
    const status = this.#space.kernel.tableDelete(this.#ptr, key, timestamp);
    this.#space.refresh();
    return isDone(status);
  }

  find(key: bigint): Found {
    checkKey(key);
    const space = this.#space;
    const status = space.kernel.tableFind(this.#ptr, key);
    if (status === Status.absent || status === Status.full) return absent;
    if (status > Status.deleted) throw statusError(status, "a table");
    const { words, view } = space;
    const at = words[this.#seat + 1] as number;
    const timestamp = words[this.#seat + 2] as number;
    // Cut to the value's bytes: behind them lies another bucket.
    const low = view.getInt32(at, true) & this.#lowMask;
    const high = view.getInt32(at + 4, true) & this.#highMask;
    return new FoundValue(status === Status.ok ? "ok" : "deleted", timestamp, low, high, this.#valueBytes);
  }

  findMany(keys: BigUint64Array): TableFindings {
    const space = this.#space;
    const { valueBytes } = this.#variant;
    const status = new Uint8Array(keys.length);
    const values = new Uint8Array(keys.length * valueBytes);
    const area = this.#batchArea();
    for (let first = 0; first < keys.length; first += batchCount) {
      const count = Math.min(batchCount, keys.length - first);
      space.longs.set(keys.subarray(first, first + count), area >>> 3);
      space.bytes.fill(0, area + valuesAt, area + valuesAt + count * valueBytes);
      space.kernel.tableFindMany(this.#ptr, area, count, area + statusAt, area + valuesAt);
      status.set(space.bytes.subarray(area + statusAt, area + statusAt + count), first);
      const valuesEnd = area + valuesAt + count * valueBytes;
      values.set(space.bytes.subarray(area + valuesAt, valuesEnd), first * valueBytes);
    }
    const limit = status.find((one) => one > Status.deleted);
    if (limit !== undefined) throw statusError(limit, "a table");
    return { status, values };
  }

  shrink(pct = 0): boolean {
    if (pct !== 0 && !isWithin(pct, 1, 100)) {
      throw invalidOption({ what: "Unusable percent", expected: "1 … 100", got: String(pct) });
    }
    return isDone(this.#resized(this.#space.kernel.tableShrink(this.#ptr, pct)));
  }

  stretch(): boolean {
    return isDone(this.#resized(this.#space.kernel.tableStretch(this.#ptr)));
  }

  shortenOffsets(): Uint8Array {
    const status = this.#space.kernel.tableShortenOffsets(this.#ptr);
    if (status === Status.tableHeader) {
      throw new IndexError(
        "NOT_SUPPORTED",
        "The table's buckets hold no offsets of 8 bytes, so none can be shortened.",
      );
    }
    if (status !== Status.ok) throw statusError(status, "shortening offsets");
    this.#valueBytes = this.#holdBytes(4);
    this.#variant = { ...this.#variant, valueBytes: 4 };
    return this.bytes();
  }

  bytes(): Uint8Array {
    const base = this.#space.kernel.tableBase(this.#ptr) >>> 0;
    return this.#space.bytes.slice(base, base + this.#space.kernel.tableBytesOfTable(this.#ptr));
  }

  *entries(order: EntryOrder = "table"): Iterable<TableEntry> {
    if (order === "table") yield* this.#walk();
    else yield* sortEntries(this.#walk(), order);
  }

  *#walk(): Iterable<TableEntry> {
    const { kernel, words } = this.#space;
    const end = kernel.tablePositions(this.#ptr);
    for (let at = kernel.tableNext(this.#ptr, 0); at < end; at = kernel.tableNext(this.#ptr, at + 1)) {
      const deleted = kernel.tableLook(this.#ptr, at) === Status.deleted;
      const key = BigInt.asUintN(64, kernel.tableKeyAt(this.#ptr, at));
      yield { key, deleted, value: this.#seatValue(), timestamp: words[this.#seat + 2] as number };
    }
  }

  /** Value of the bucket the kernel met last. */
  #seatValue(): Uint8Array {
    const { words, view } = this.#space;
    const at = words[this.#seat + 1] as number;
    return bytesOf(view.getInt32(at, true), view.getInt32(at + 4, true), this.#valueBytes);
  }

  #holdBytes(valueBytes: number): number {
    this.#lowMask = valueBytes >= 4 ? -1 : 2 ** (valueBytes * 8) - 1;
    this.#highMask = valueBytes <= 4 ? 0 : valueBytes === 8 ? -1 : 2 ** (valueBytes * 8 - 32) - 1;
    return valueBytes;
  }

  #batchArea(): number {
    this.#area ||= this.#space.allocate(areaBytes, "a table");
    return this.#area;
  }

  #resized(status: number): number {
    this.#space.refresh();
    return status;
  }
}

/** Whether a write got in; anything but FULL is thrown. */
function isDone(status: number): boolean {
  if (status === Status.ok) return true;
  if (status === Status.full) return false;
  throw statusError(status, "a table");
}

function invalidLength(what: string, unit: string, expected: number, got: number): IndexError {
  return new IndexError("INVALID_VALUE", `Unusable ${what}: expected ${expected} ${unit}, got ${got}.`, {
    expected,
    got,
  });
}

function checkKey(key: bigint): void {
  if (typeof key === "bigint" && key >= 0n && key <= keyMax) return;
  throw new IndexError(
    "INVALID_KEY",
    `Unusable key: expected a bigint of 0 … 2^64-1, got ${typeof key} ${String(key)}.`,
  );
}

function checkTimestamp(timestamp: number): void {
  if (isWithin(timestamp, 0, timestampMax)) return;
  throw invalidOption({
    what: "Unusable timestamp",
    expected: `whole seconds of 0 … ${timestampMax}`,
    got: String(timestamp),
  });
}
