/**
 * `indexlib-kv/table`: one key file as a value, bucket by bucket as Indexlib lays it out. Keys are raw hashed keys:
 * nothing is mixed, and no key is compared but as 64 bits, or 32.
 *
 * Each table has a space of its own and is freed with it.
 */

import { invalidOption } from "./errors.js";
import { kindOf } from "./kernel/kind.js";
import { Space } from "./kernel/space.js";
import { Status, statusError } from "./kernel/status.js";
import { KernelTable } from "./table/kernel-table.js";
import type { Table } from "./table/table.js";
import { checkVariant, hashCountMax, type Variant } from "./table/variant.js";

export type { EntryOrder, TableEntry } from "./table/entries.js";
export type { Found, Table, TableFindings, TableStatus } from "./table/table.js";
export type { Variant } from "./table/variant.js";

/** An empty table for `capacity` keys. INVALID_OPTION, MEMORY_LIMIT. */
export function createTable(options: Variant & { readonly capacity: number }): Table {
  const variant = checkVariant(options);
  const { valueBytes, occupancyPct, mayStretch = false, maxHashCount = hashCountMax } = variant;
  const { capacity } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 0) {
    throw invalidOption({
      what: "Unusable option capacity",
      expected: "a whole number of keys",
      got: String(capacity),
    });
  }
  const space = new Space();
  const ptr =
    space.kernel.tableOpen(kindOf(variant), valueBytes, occupancyPct, capacity, +mayStretch, maxHashCount) >>> 0;
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
