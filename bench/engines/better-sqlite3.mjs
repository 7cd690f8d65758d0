/** better-sqlite3: SQLite, a B-tree, called synchronously. */

import { mkdirSync } from "node:fs";
import { loadRival } from "../rivals/load.mjs";

const cacheKiB = 512 * 1024;
const mappedBytes = 64 * 2 ** 30;
const types = { string: "TEXT", u53: "INTEGER", u32: "INTEGER", bytes: "BLOB", json: "TEXT" };

export default {
  name: "better-sqlite3",
  title: "better-sqlite3",
  about:
    "Text keys in a WITHOUT ROWID table, integers as INTEGER PRIMARY KEY; WAL, synchronous NORMAL (FULL for durable puts), 512 MiB cache, mmap_size; prepared statements with pluck; bulk load as one transaction, then a TRUNCATE checkpoint.",
  package: "better-sqlite3",
  notYet: {},
  cannot: { "update-merge": "nothing to merge: it updates in place" },

  connect: async () => loadRival("better-sqlite3"),

  store(Database, dataset, directory) {
    const isText = dataset.key === "string";
    const encode = dataset.value === "json" ? JSON.stringify : (value) => value;
    const decode = dataset.value === "json" ? (text) => text && JSON.parse(text) : (value) => value;
    let db;
    let select;
    let insert;
    const openIt = () => {
      db = new Database(`${directory}/data.sqlite`);
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = NORMAL");
      db.pragma(`cache_size = -${cacheKiB}`);
      db.pragma(`mmap_size = ${mappedBytes}`);
      db.pragma("temp_store = MEMORY");
    };
    const prepare = () => {
      select = db.prepare("SELECT v FROM kv WHERE k = ?").pluck();
      insert = db.prepare("INSERT OR REPLACE INTO kv VALUES (?, ?)");
    };
    return {
      async load(batches) {
        mkdirSync(directory, { recursive: true });
        openIt();
        const rowid = isText ? " WITHOUT ROWID" : "";
        db.exec(`CREATE TABLE kv (k ${types[dataset.key]} PRIMARY KEY, v ${types[dataset.value]})${rowid}`);
        prepare();
        let count = 0;
        db.transaction(() => {
          for (const batch of batches) {
            for (const [key, value] of batch) insert.run(key, encode(value));
            count += batch.length;
          }
        })();
        db.pragma("wal_checkpoint(TRUNCATE)");
        db.close();
        return count;
      },
      open() {
        openIt();
        prepare();
      },
      get: (key) => decode(select.get(key)),
      getMany(keys) {
        const values = new Array(keys.length);
        for (let i = 0; i < keys.length; i++) values[i] = decode(select.get(keys[i]));
        return values;
      },
      async scan(visit) {
        for (const [key, value] of db.prepare("SELECT k, v FROM kv").raw().iterate()) visit(key, decode(value));
      },
      async remove(keys) {
        const remove = db.prepare("DELETE FROM kv WHERE k = ?");
        db.transaction(() => {
          for (const key of keys) remove.run(key);
        })();
        db.pragma("wal_checkpoint(FULL)");
      },
      async putDurable(key, value) {
        db.pragma("synchronous = FULL");
        insert.run(key, encode(value));
      },
      close() {
        db.close();
      },
    };
  },
};
