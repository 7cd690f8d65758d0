/** Status numbers of the kernel (`assembly/status.ts`) and the errors they become. */

import { IndexError } from "../errors.js";

export const Status = {
  ok: 0,
  absent: 1,
  deleted: 2,
  full: 3,
  stale: 4,
  regionTaken: 5,
  noMemory: 16,
  probeLimit: 17,
  saltsTaken: 18,
  valueBounds: 19,
  recordShape: 20,
  tableSize: 21,
  tableHeader: 22,
  valueLength: 23,
  valueReserved: 24,
  regionWord: 25,
  columnHeader: 40,
  columnBlock: 41,
  itemBounds: 42,
  itemLength: 43,
} as const;

/**
 * The error a status stands for. `where` names the thing the kernel was asked about: an index, a file, a record.
 * Never returns for an expected condition (`ok` … `regionTaken`): those are values.
 */
export function statusError(status: number, where: string): IndexError {
  switch (status) {
    case Status.noMemory:
      return new IndexError(
        "MEMORY_LIMIT",
        `${where}: the index's memory may not grow any further. Raise memoryLimit, or flush and reopen.`,
      );
    case Status.probeLimit:
      return new IndexError(
        "LIMIT",
        `${where}: a lookup passed its bound of probes, so nothing can be said of this key. The table is overfull, made from keys that collide on purpose, or damaged: run verify or rebuild it.`,
      );
    case Status.saltsTaken:
      return new IndexError(
        "LIMIT",
        `${where}: the key collides with other keys under all 8 salts of its hash. Such keys are made on purpose: rebuild the index with a random hashSeed.`,
      );
    case Status.valueBounds:
      return new IndexError(
        "CORRUPTION",
        `${where}: a bucket points at a record that reaches past the end of the value file. The files are damaged or do not belong together: restore them from a copy.`,
      );
    case Status.recordShape:
      return new IndexError(
        "CORRUPTION",
        `${where}: a record's key does not fit into the record. The value file is damaged or holds no exact keys: restore it from a copy.`,
      );
    case Status.tableSize:
      return new IndexError(
        "CORRUPTION",
        `${where}: the size of the key file is not what its header says. The file is cut, grown or of another index: restore it from a copy.`,
      );
    case Status.tableHeader:
      return new IndexError(
        "CORRUPTION",
        `${where}: the key file's header contradicts itself (buckets, keys and file size). The file is damaged or of another kind: restore it from a copy.`,
      );
    case Status.valueLength:
      return new IndexError("INVALID_VALUE", `${where}: key and value together take more than 1 GiB.`);
    case Status.valueReserved:
      return new IndexError(
        "INVALID_VALUE",
        `${where}: the offset is one of the table's marks or does not fit into its width.`,
      );
    case Status.regionWord:
      return new IndexError(
        "CORRUPTION",
        `${where}: a bucket is of a region that the index does not have, or neither empty, deleted nor live. The key file is damaged or of another index: restore it from a copy.`,
      );
    case Status.columnHeader:
      return new IndexError(
        "CORRUPTION",
        `${where}: the header of the compressed column does not fit its size. The file is cut or of another kind: restore it from a copy.`,
      );
    case Status.columnBlock:
      return new IndexError(
        "CORRUPTION",
        `${where}: a slot of the compressed column points outside of the file. The file is cut, damaged, of another type, or its expand area is missing: restore it from a copy.`,
      );
    case Status.itemBounds:
      return new IndexError(
        "CORRUPTION",
        `${where}: an item of the column reaches past the end of its data or does not fit into itself. The files are damaged or do not belong together: restore them from a copy.`,
      );
    case Status.itemLength:
      return new IndexError("INVALID_VALUE", `${where}: an item takes more than its count can say.`);
    default:
      throw new Error(`the kernel answered with the unknown status ${status}`);
  }
}
