/** classic-level: LevelDB, a log-structured merge tree. */

import { loadRival } from "../rivals/load.mjs";
import { orderedKey } from "./codec.mjs";

const cacheBytes = 512 * 2 ** 20;
const writeBufferBytes = 64 * 2 ** 20;

export default {
  name: "classic-level",
  title: "classic-level",
  about:
    "keys utf8 (integers as 8 bytes, big-endian), values view or json; 512 MiB block cache, Snappy on (the default); bulk load in chained batches of 10,000 with a 64 MiB write buffer, the last batch synced, then compactRange over everything.",
  package: "classic-level",
  notYet: {},
  cannot: {},

  connect: async () => loadRival("classic-level"),

  store({ ClassicLevel }, dataset, directory) {
    const isText = dataset.key === "string";
    const isNumber = dataset.value === "u32";
    const options = {
      keyEncoding: isText ? "utf8" : "buffer",
      valueEncoding: dataset.value === "json" ? "json" : isNumber ? "buffer" : "view",
      cacheSize: cacheBytes,
      writeBufferSize: writeBufferBytes,
    };
    const keyOf = isText ? (key) => key : orderedKey;
    const bytesOf = isNumber ? toBuffer : (value) => value;
    const read = isNumber ? (value) => value?.readUInt32LE(0) : (value) => value;
    let db;
    const openIt = async () => {
      db = new ClassicLevel(directory, options);
      await db.open();
    };
    return {
      async load(batches) {
        await openIt();
        let count = 0;
        for (const batch of batches) {
          const chained = db.batch();
          for (const [key, value] of batch) chained.put(keyOf(key), bytesOf(value));
          await chained.write({ sync: false });
          count += batch.length;
        }
        await db.batch([], { sync: true });
        // Everything into the sorted tables: a reader would otherwise look through the levels that a load leaves.
        await db.compactRange(isText ? "" : Buffer.alloc(8), isText ? "\uffff" : Buffer.alloc(8, 255));
        await db.close();
        return count;
      },
      open: openIt,
      get: (key) => read(db.getSync(keyOf(key))),
      async getMany(keys) {
        const values = await db.getMany(isText ? keys : keys.map(keyOf));
        return isNumber ? values.map(read) : values;
      },
      async scan(visit) {
        const iterator = db.iterator();
        for (;;) {
          const entries = await iterator.nextv(1000);
          if (entries.length === 0) break;
          for (const [key, value] of entries) visit(key, read(value));
        }
        await iterator.close();
      },
      async remove(keys) {
        const chained = db.batch();
        for (const key of keys) chained.del(keyOf(key));
        await chained.write({ sync: true });
      },
      putDurable: (key, value) => db.put(keyOf(key), bytesOf(value), { sync: true }),
      close: () => db.close(),
    };
  },
};

function toBuffer(value) {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
