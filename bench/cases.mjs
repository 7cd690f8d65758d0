/**
 * The cases, in the order in which they run and are shown: what is measured (a function of `measures.mjs`), on which
 * data, in which unit. Less is better in all of them.
 *
 * `key` is the name under which an engine says that it cannot, or cannot yet, do a case. A case that nothing can do yet
 * says so itself in `notYet`, and only needs that word taken away.
 */

export const groups = {
  build: "Building",
  open: "Opening",
  read: "Reading",
  write: "Writing",
  size: "Size",
  scale: "Scaling",
  kernel: "Kernel",
};

const strings = [
  { key: "load", group: "build", title: "bulk load, durable", measure: "load", unit: "ns a record" },
  { key: "open-files", group: "open", title: "read the files (yardstick)", measure: "readFiles", unit: "ms" },
  { key: "open-warm", group: "open", title: "open to first get, warm", measure: "openWarm", unit: "ms" },
  { key: "open-cold", group: "open", title: "open to first get, cold", measure: "openCold", unit: "ms" },
  { key: "get-hit", group: "read", title: "get, hit", measure: "get", args: { mode: "hit" }, unit: "ns" },
  { key: "get-miss", group: "read", title: "get, miss", measure: "get", args: { mode: "miss" }, unit: "ns" },
  { key: "get-zipf", group: "read", title: "get, Zipf", measure: "get", args: { mode: "zipf" }, unit: "ns" },
  { key: "get-many", group: "read", title: "getMany(100), a key", measure: "getMany", unit: "ns" },
  { key: "scan", group: "read", title: "scan of all, a record", measure: "scan", unit: "ns" },
  { key: "delete", group: "write", title: "delete a tenth, durable", measure: "remove", unit: "ns a record" },
  { key: "put-durable", group: "write", title: "single put, durable", measure: "putDurable", unit: "µs" },
  {
    key: "update-merge",
    group: "write",
    title: "updates, then merge",
    unit: "ns a record",
    notYet: "merge is not there yet",
  },
  { key: "memory", group: "size", title: "memory after load", measure: "memory", unit: "bytes a record" },
  { key: "disk", group: "size", title: "on disk", measure: "disk", unit: "bytes a record" },
];

const others = ["load", "get-hit", "get-miss", "get-many", "disk"];

function on(dataset, keys) {
  return strings
    .filter(({ key }) => keys === undefined || keys.includes(key))
    .map((one) => ({ ...one, id: `${dataset}/${one.key}`, dataset }));
}

const packages = [
  { key: "package", id: "package/size", group: "size", title: "installed package", measure: "packageSize", unit: "KB" },
  {
    key: "import",
    id: "package/import",
    group: "open",
    title: "import, fresh process",
    measure: "importTime",
    unit: "ms",
  },
];

/** Sizes of the scaling curves; the last only with --full. */
export const scaleCounts = [10_000, 100_000, 1_000_000, 10_000_000];
const scaled = ["load", "get-hit", "get-miss", "get-many", "disk"];

/** @param full whether the largest size is among them */
export function scaleCases(full) {
  return scaleCounts
    .slice(0, full ? undefined : -1)
    .flatMap((records) =>
      on("strings", scaled).map((one) => ({ ...one, group: "scale", id: `scale/${one.key}@${records}`, records })),
    );
}

export const cases = [
  ...on("strings"),
  ...on("integers", [...others, "get-zipf", "memory"]),
  ...on("ids", ["get-hit", "get-miss", "get-many"]),
  ...on("cities", [...others, "scan"]),
  ...packages,
];
