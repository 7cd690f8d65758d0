/** One check of an index at each stage of its records: while they are building, after a flush, in an index opened anew. */

import { type KVIndex, type MemoryStorage, type OpenOptions, open } from "../../bindings/node.js";

export async function through<K, V>(
  storage: MemoryStorage,
  options: OpenOptions,
  write: (index: KVIndex<K, V>) => Promise<void>,
  check: (index: KVIndex<K, V>) => Promise<void>,
): Promise<void> {
  const index = (await open(storage, options)) as unknown as KVIndex<K, V>;
  await write(index);
  await check(index);
  await index.flush();
  await check(index);
  await index.close();
  const again = (await open(storage, { readOnly: true })) as unknown as KVIndex<K, V>;
  await check(again);
  await again.close();
}
