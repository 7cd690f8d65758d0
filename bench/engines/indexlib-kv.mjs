/**
 * Ours, through the public API, with each kind of table there is: string keys exact or known by their hash, integer keys
 * mixed or as they are, dense or cuckoo tables.
 */

import { readFileSync, statSync } from "node:fs";
import { probesOf } from "../kernel/table.mjs";
import { filesIn } from "./files.mjs";

const lineBytes = 64;

const notYet = {
  "put-durable": "the log is not there yet: a put is durable after flush",
  "update-merge": "merge is not there yet",
};

const asPackage = { package: "the same package as indexlib-kv", import: "the same package as indexlib-kv" };

const defaultName = "indexlib-kv";

/** @param optionsFor schema options for a data set, beside its types */
function ours(name, about, optionsFor, cannot) {
  return {
    isVariant: name !== defaultName,
    name,
    title: name,
    about,
    notYet,
    cannot,
    connect,
    figures: (task, absent) => (name === defaultName ? figuresOf(task, absent) : undefined),
    store: (library, dataset, directory) => storeOf(library, dataset, directory, optionsFor(dataset)),
  };
}

const connect = () => import("indexlib-kv");

/** Probes and bytes that a lookup touches, so that growth with the number of records can be explained. */
function figuresOf({ dataset, directory }, absent) {
  const keyFiles = filesIn(directory).filter((path) => path.endsWith("/key"));
  const inline = dataset.value === "u32" && dataset.key !== "string";
  const { hit, miss } = probesOf(readFileSync(keyFiles[0]), inline ? "u32" : "offset short");
  const { probes, tableBytes } = absent ? miss : hit;
  const valueFiles = filesIn(directory).filter((path) => path.endsWith("/value"));
  const recordBytes = valueFiles.reduce((sum, path) => sum + statSync(path).size, 0) / dataset.recordCount;
  const valueBytes = absent || inline ? 0 : lineBytes * (1 + (recordBytes - 1) / lineBytes);
  // A miss asks every segment, a hit half of them.
  const asked = absent ? keyFiles.length : (keyFiles.length + 1) / 2;
  return { probes: probes * asked, touchedBytes: tableBytes * asked + valueBytes, segments: keyFiles.length };
}

function storeOf({ build, open }, dataset, directory, options) {
  const schema = { key: dataset.key, value: dataset.value, ...options };
  let db;
  return {
    async load(batches) {
      const { recordCount } = await build(directory, flatten(batches), schema);
      return recordCount;
    },
    async open({ write = false } = {}) {
      db = await open(directory, { readOnly: !write });
    },
    get: (key) => db.getSync(key),
    getMany: (keys) => db.getManySync(keys),
    async scan(visit) {
      for (const [key, value] of db.iterator()) visit(key, value);
    },
    async remove(keys) {
      for (const key of keys) await db.del(key);
      await db.flush();
    },
    close: () => db.close(),
  };
}

export default ours(
  defaultName,
  "Dense tables at 50 % occupancy, exact keys, every block's checksum verified on open; defaults throughout.",
  () => ({}),
  {},
);

export const variants = [
  ours(
    "indexlib-kv-store",
    "preference: store, cuckoo tables filled to 80 %.",
    () => ({ preference: "store" }),
    asPackage,
  ),
  ours(
    "indexlib-kv-hashed",
    "Indexlib's own forms: text known by its hash alone (exact: false), integers unmixed.",
    ({ key }) => (key === "string" ? { exact: false } : { hash: "identity" }),
    asPackage,
  ),
];

function* flatten(batches) {
  for (const batch of batches) yield* batch;
}
