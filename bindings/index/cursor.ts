/**
 * A cursor over a snapshot: all live records, each key once. Not ordered by key: a hash table has no order but its own.
 */

import type { Directory } from "../kernel/directory.js";
import type { Reader } from "../read/reader.js";

/**
 * What an index gives for its records; `close` it, or iterate to the end or out of the loop, to let the snapshot go.
 * `for (const record of cursor)` reads without a promise a record, which is several times as fast as `for await`.
 */
export interface Cursor<T> extends AsyncIterableIterator<T> {
  /** The rest of the records, at once. */
  [Symbol.iterator](): IterableIterator<T>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Takes the snapshot now and reads it page by page.
 *
 * @param directory held by the cursor, closed by it
 * @param check called before each step; throws when the index is closed
 */
export function openCursor<K, V, T>(
  reader: Reader<K, V>,
  directory: Directory,
  check: () => void,
  onClose: () => void,
  pick: (record: [K, V]) => T,
): Cursor<T> {
  const pages = reader.walk(directory);
  let page: [K, V][] = [];
  let at = 0;
  let open = true;

  const close = (): void => {
    if (!open) return;
    open = false;
    pages.return();
    onClose();
  };
  const advance = (): IteratorResult<T> => {
    if (open && at === page.length) {
      check();
      const next = pages.next();
      if (next.done) close();
      else {
        page = next.value;
        at = 0;
      }
    }
    if (!open) return { done: true, value: undefined };
    return { done: false, value: pick(page[at++] as [K, V]) };
  };

  const next = (): IteratorResult<T> => {
    try {
      return advance();
    } catch (cause) {
      close();
      throw cause;
    }
  };
  const end = (): IteratorResult<T> => {
    close();
    return { done: true, value: undefined };
  };
  const atOnce: IterableIterator<T> = { next, return: end, [Symbol.iterator]: () => atOnce };

  return {
    next: async () => next(),
    return: async () => end(),
    async close() {
      close();
    },
    async [Symbol.asyncDispose]() {
      close();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.iterator]: () => atOnce,
  };
}
