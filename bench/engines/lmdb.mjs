/** lmdb (lmdb-js): a memory-mapped B+ tree. */

import { loadRival } from "../rivals/load.mjs";
import { syncFile } from "./files.mjs";

export default {
  name: "lmdb",
  title: "lmdb",
  about:
    "encoding binary, reads through getBinaryFast (one by one) or get (many: getMany took twice as long); integers and JSON in the default msgpack; bulk load in one transactionSync, synced once at the end.",
  package: "lmdb",
  notYet: {},
  cannot: { "update-merge": "nothing to merge: it updates in place" },

  connect: async () => loadRival("lmdb"),

  store({ open }, dataset, directory) {
    const isBinary = dataset.value === "bytes";
    const shared = isBinary
      ? { encoding: "binary" }
      : dataset.value === "json"
        ? { sharedStructuresKey: Symbol.for("structures") }
        : {};
    const options = { path: `${directory}/data.mdb`, noMemInit: true, ...shared };
    let db;
    return {
      async load(batches) {
        db = open({ ...options, noSync: true });
        let count = 0;
        // One transaction: with several, pages are copied again and again, 460 bytes a record instead of 213.
        db.transactionSync(() => {
          for (const batch of batches) {
            for (const [key, value] of batch) db.putSync(key, value);
            count += batch.length;
          }
        });
        await db.flushed;
        await db.close();
        syncFile(options.path);
        return count;
      },
      open({ write = false } = {}) {
        db = open(write ? options : { ...options, readOnly: true });
      },
      get: (key) => (isBinary ? db.getBinaryFast(key) : db.get(key)),
      getMany(keys) {
        const values = new Array(keys.length);
        for (let i = 0; i < keys.length; i++) values[i] = db.get(keys[i]);
        return values;
      },
      async scan(visit) {
        for (const { key, value } of db.getRange()) if (typeof key !== "symbol") visit(key, value);
      },
      async remove(keys) {
        db.transactionSync(() => {
          for (const key of keys) db.removeSync(key);
        });
        await db.flushed;
      },
      async putDurable(key, value) {
        await db.put(key, value);
        await db.flushed;
      },
      close: () => db.close(),
    };
  },
};
