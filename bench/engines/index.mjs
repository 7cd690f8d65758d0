/**
 * The engines side by side, in the order in which tables show them; the first is ours. Each file's default export:
 *
 *   name, title, about     as shown; `about` says how it is set up
 *   package                npm package whose size and import time count; absent for what is not installed
 *   isVariant              true for ours with other options: left out of --quick
 *   inMemory               true when nothing outlives the process, so that each process loads the data again
 *   connect()              imports the library; what it throws is the reason why the engine is missing
 *   store(library, dataset, directory) → {
 *     load(batches)        everything into an empty directory; durable when it resolves, and closed
 *     open({ write })      opens what was loaded; may be async
 *     get(key)             the value, undefined when there is none; synchronous
 *     getMany(keys)        values in order; may be async
 *     scan(visit)          visit(key, value) for every record
 *     remove(keys)         deletes; durable when it resolves
 *     putDurable(key, v)   one record; durable when it resolves
 *     close() }
 *   cannot                 { case: why } of what it has no counterpart for, and `notYet` of what is still to be built
 */

import betterSqlite from "./better-sqlite3.mjs";
import { canaries } from "./canary.mjs";
import cdb from "./cdb.mjs";
import classicLevel from "./classic-level.mjs";
import indexlib, { variants } from "./indexlib-kv.mjs";
import lmdb from "./lmdb.mjs";
import map from "./map.mjs";

export const engines = [indexlib, ...variants, map, cdb, lmdb, classicLevel, betterSqlite];

/** Variants of ours that stand in the list until they exist. */
export const enginesNotYet = {
  "indexlib-kv paged": "paged reads are not there yet",
  "indexlib-kv compressed": "value compression is not there yet",
};

export function engineNamed(name) {
  const engine = [...engines, ...canaries].find((one) => one.name === name);
  if (engine !== undefined) return engine;
  throw new Error(`No engine ${name}: there are ${engines.map((one) => one.name).join(", ")}`);
}
