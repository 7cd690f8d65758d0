/**
 * `indexlib-kv/table`: one key file as a value, bucket by bucket as Indexlib lays it out. Keys are raw hashed keys:
 * nothing is mixed, and no key is compared but as 64 bits.
 *
 * Each table has a space of its own and is freed with it. Dense tables with 8-byte keys, of the bucket kinds `plain`,
 * `timestamped` and `offset`.
 */

import { IndexError, invalidOption } from "./errors.js";
import { Kind } from "./kernel/kind.js";
import { Space } from "./kernel/space.js";
import { Status, statusError } from "./kernel/status.js";
import { occupancyPctDefault } from "./schema/schema.js";

/** Which table: Indexlib's names are Timestamp0Value, TimestampValue and OffsetValue. */
export interface Variant {
  readonly kind: "dense";
  /** Bytes of a hashed key. */
  readonly keyBytes: 8;
  readonly bucket: "plain" | "timestamped" | "offset";
  /** Bytes of a value: 1 … 8; of an offset 4 or 8. */
  readonly valueBytes: number;
  /** Percent of the buckets that `capacity` keys use: 1 … 100, 50 if not given. */
  readonly occupancyPct?: number;
}

export type TableStatus = "ok" | "deleted" | "absent";

export interface Found {
  readonly status: TableStatus;
  /** Little-endian, `valueBytes` long; of a deleted key what its bucket still holds. Not there when absent. */
  readonly value?: Uint8Array;
  /** Seconds; 0 in a table without timestamps. Not there when absent. */
  readonly timestamp?: number;
}

export interface TableEntry {
  readonly key: bigint;
  readonly deleted: boolean;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

/** Order of a walk: buckets as they lie; by key; or deleted first (by key) and then by value, ties by key. */
export type EntryOrder = "table" | "key" | "value";

export interface Table {
  readonly variant: Variant;
  /** Keys ever inserted or deleted. */
  readonly size: number;
  readonly bucketCount: number;
  /** Keys the table is meant for; inserts go on until no bucket is free. */
  readonly capacity: number;
  /** Keys deleted since the table was made or mounted. */
  readonly deletedCount: number;
  readonly isFull: boolean;
  /** False when no bucket is free. INVALID_KEY, INVALID_VALUE. */
  insert(key: bigint, value: Uint8Array, timestamp?: number): boolean;
  /** Inserts a deletion, also of a key that is not there; false when no bucket is free. */
  delete(key: bigint, timestamp?: number): boolean;
  /** LIMIT when a mounted table would have to be probed further than a lookup may. */
  find(key: bigint): Found;
  /** A status byte a key (0 ok, 1 absent, 2 deleted) and the values, packed; those of keys not ok are zeros. */
  findMany(keys: BigUint64Array): { status: Uint8Array; values: Uint8Array };
  /** Shrinks in place to what `size` needs at `pct`, or at the table's own percent. */
  shrink(pct?: number): boolean;
  /** Dense tables have nothing to stretch into: true, and nothing done, as in Indexlib. */
  stretch(): boolean;
  /** Makes 8-byte offsets 4 bytes, this table included, and returns the key file. INVALID_VALUE when one does not fit. */
  shortenOffsets(): Uint8Array;
  /** A copy of the key file. */
  bytes(): Uint8Array;
  entries(order?: EntryOrder): Iterable<TableEntry>;
}

const timestampMax = 0x7fff_fffe;
/** Keys looked up in one kernel call. */
const batchCount = 4_096;

/** An empty table for `capacity` keys. INVALID_OPTION, MEMORY_LIMIT. */
export function createTable(options: Variant & { readonly capacity: number }): Table {
  const variant = checkVariant(options);
  const pct = variant.occupancyPct ?? occupancyPctDefault;
  const { capacity } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 0) {
    throw invalidOption({
      what: "Unusable option capacity",
      expected: "a whole number of keys",
      got: String(capacity),
    });
  }
  const space = new Space();
  const { kernel } = space;
  const kind = kindOf(variant);
  const ptr = kernel.tableOpen(kind, variant.valueBytes, pct, kernel.tableBucketCount(capacity, pct)) >>> 0;
  space.refresh();
  if (ptr === 0) throw statusError(Status.noMemory, `a table for ${capacity} keys`);
  return new KernelTable(space, ptr, variant);
}

/**
 * A table over the bytes of a key file, which are copied. Nothing in them is believed: a header that contradicts itself
 * or the size is CORRUPTION. More bytes than the header needs are allowed, as in Indexlib.
 */
export function mountTable(bytes: Uint8Array, variant: Variant): Table {
  const own = checkVariant(variant);
  const space = new Space();
  const base = space.allocate(bytes.byteLength, "a key file");
  space.bytes.set(bytes, base);
  const ptr = space.kernel.tableMount(kindOf(own), own.valueBytes, base, bytes.byteLength) >>> 0;
  space.refresh();
  if (ptr === 0) throw statusError(Status.noMemory, "a key file");
  const status = space.kernel.tableMountStatus();
  if (status !== Status.ok) throw statusError(status, `a key file of ${bytes.byteLength} bytes`);
  return new KernelTable(space, ptr, own);
}

function kindOf({ bucket, valueBytes }: Variant): number {
  if (bucket === "plain") return Kind.plain;
  if (bucket === "timestamped") return Kind.timestamped;
  return valueBytes === 4 ? Kind.offsetShort : Kind.offset;
}

function checkVariant(variant: Variant): Variant {
  const { kind, keyBytes, bucket, valueBytes, occupancyPct = occupancyPctDefault } = variant;
  const refuse = (name: string, expected: string, got: unknown): IndexError =>
    invalidOption({ what: `Unusable option ${name}`, expected, got: String(got) });
  if (kind !== "dense") throw refuse("kind", "dense", kind);
  if (keyBytes !== 8) throw refuse("keyBytes", "8", keyBytes);
  if (bucket !== "plain" && bucket !== "timestamped" && bucket !== "offset") {
    throw refuse("bucket", "plain, timestamped or offset", bucket);
  }
  if (bucket === "offset" ? valueBytes !== 4 && valueBytes !== 8 : !isWithin(valueBytes, 1, 8)) {
    throw refuse("valueBytes", bucket === "offset" ? "4 or 8" : "1 … 8", valueBytes);
  }
  if (!isWithin(occupancyPct, 1, 100)) throw refuse("occupancyPct", "1 … 100", occupancyPct);
  // A copy: the caller's object may change.
  return { kind, keyBytes, bucket, valueBytes, occupancyPct };
}

function isWithin(n: number, min: number, max: number): boolean {
  return Number.isInteger(n) && n >= min && n <= max;
}

class KernelTable implements Table {
  readonly #space: Space;
  readonly #ptr: number;
  /** 8 bytes for a value on its way in. */
  readonly #cell: number;
  #variant: Variant;

  constructor(space: Space, ptr: number, variant: Variant) {
    this.#space = space;
    this.#ptr = ptr;
    this.#variant = variant;
    this.#cell = space.allocate(8, "a table");
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
    if (value.byteLength !== valueBytes) {
      throw new IndexError("INVALID_VALUE", `Unusable value: expected ${valueBytes} bytes, got ${value.byteLength}.`, {
        expected: valueBytes,
        got: value.byteLength,
      });
    }
    this.#space.bytes.set(value, this.#cell);
    return this.#done(this.#space.kernel.tableInsert(this.#ptr, key, this.#cell, timestamp));
  }

  delete(key: bigint, timestamp = 0): boolean {
    checkKey(key);
    checkTimestamp(timestamp);
    return this.#done(this.#space.kernel.tableDelete(this.#ptr, key, timestamp));
  }

  find(key: bigint): Found {
    checkKey(key);
    const status = this.#space.kernel.tableFind(this.#ptr, key);
    if (status === Status.absent || status === Status.full) return { status: "absent" };
    if (status > Status.deleted) throw statusError(status, "a table");
    return { status: status === Status.ok ? "ok" : "deleted", ...this.#seat() };
  }

  findMany(keys: BigUint64Array): { status: Uint8Array; values: Uint8Array } {
    const space = this.#space;
    const { valueBytes } = this.#variant;
    const status = new Uint8Array(keys.length);
    const values = new Uint8Array(keys.length * valueBytes);
    const keysAt = space.allocate(batchCount * (8 + 8 + 1), "finding keys");
    const valuesAt = keysAt + batchCount * 8;
    const statusAt = valuesAt + batchCount * 8;
    for (let first = 0; first < keys.length; first += batchCount) {
      const count = Math.min(batchCount, keys.length - first);
      space.longs.set(keys.subarray(first, first + count), keysAt >>> 3);
      space.bytes.fill(0, valuesAt, valuesAt + count * valueBytes);
      space.kernel.tableFindMany(this.#ptr, keysAt, count, statusAt, valuesAt);
      status.set(space.bytes.subarray(statusAt, statusAt + count), first);
      values.set(space.bytes.subarray(valuesAt, valuesAt + count * valueBytes), first * valueBytes);
    }
    space.free(keysAt);
    const limit = status.find((one) => one > Status.deleted);
    if (limit !== undefined) throw statusError(limit, "a table");
    return { status, values };
  }

  shrink(pct = 0): boolean {
    if (pct !== 0 && !isWithin(pct, 1, 100)) {
      throw invalidOption({ what: "Unusable percent", expected: "1 … 100", got: String(pct) });
    }
    const status = this.#space.kernel.tableShrink(this.#ptr, pct);
    this.#space.refresh();
    if (status !== Status.ok) throw statusError(status, "shrinking a table");
    return true;
  }

  stretch(): boolean {
    return true;
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
    this.#variant = { ...this.#variant, valueBytes: 4 };
    return this.bytes();
  }

  bytes(): Uint8Array {
    const base = this.#space.kernel.tableBase(this.#ptr) >>> 0;
    return this.#space.bytes.slice(base, base + this.#space.kernel.tableBytesOfTable(this.#ptr));
  }

  *entries(order: EntryOrder = "table"): Iterable<TableEntry> {
    if (order === "table") {
      yield* this.#walk();
      return;
    }
    const byKey = (a: TableEntry, b: TableEntry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    yield* [...this.#walk()].sort(order === "key" ? byKey : (a, b) => byValue(a, b) || byKey(a, b));
  }

  *#walk(): Iterable<TableEntry> {
    const { kernel } = this.#space;
    const end = kernel.tablePositions(this.#ptr);
    for (let at = kernel.tableNext(this.#ptr, 0); at < end; at = kernel.tableNext(this.#ptr, at + 1)) {
      const deleted = kernel.tableLook(this.#ptr, at) === Status.deleted;
      yield { key: BigInt.asUintN(64, kernel.tableKeyAt(this.#ptr, at)), deleted, ...this.#seat() };
    }
  }

  /** Value and timestamp of the bucket the kernel met last. */
  #seat(): { value: Uint8Array; timestamp: number } {
    const { bytes, words, kernel } = this.#space;
    const seat = kernel.tableSeat() >>> 2;
    const at = words[seat + 1] as number;
    return { value: bytes.slice(at, at + this.#variant.valueBytes), timestamp: words[seat + 2] as number };
  }

  #done(status: number): boolean {
    if (status === Status.ok) return true;
    if (status === Status.full) return false;
    throw statusError(status, "a table");
  }
}

/** Deleted before live; live ones by their value as a little-endian number. */
function byValue(a: TableEntry, b: TableEntry): number {
  if (a.deleted !== b.deleted) return a.deleted ? -1 : 1;
  if (a.deleted) return 0;
  for (let i = a.value.length - 1; i >= 0; i--) {
    const difference = (a.value[i] as number) - (b.value[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function checkKey(key: bigint): void {
  if (typeof key === "bigint" && BigInt.asUintN(64, key) === key) return;
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
