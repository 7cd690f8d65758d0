/**
 * Kernel cases: the module's own exports, each beside what the machine can do at best, measured in the same run. Their
 * contenders are not engines: ways to call the kernel, the C++ reference, and yardsticks.
 */

const wasm = ["wasm, batch", "wasm, a call a key", "cuckoo, batch"];
const cpp = ["C++", "C++, prefetch"];
const memory = ["dependent reads", "independent reads"];

function table(what, occupancyPct, contenders) {
  return {
    key: what,
    id: `kernel/${what}@${occupancyPct}`,
    group: "kernel",
    title: `table of 8-byte values, dense where not said, ${occupancyPct} % used: ${what}`,
    measure: what,
    args: { kind: "plain", occupancyPct },
    unit: "ns a key",
    contenders,
  };
}

function later(key, notYet) {
  return { key, id: `kernel/${key}`, group: "kernel", title: key, unit: "ns", notYet };
}

export const kernelCases = [
  ...[50, 80].flatMap((pct) => [
    table("find-hit", pct, [...wasm, ...cpp, ...memory]),
    table("find-miss", pct, [...wasm, ...cpp, ...memory]),
    table("insert", pct, [...wasm, ...cpp, ...memory]),
  ]),
  {
    key: "find-kinds",
    id: "kernel/find-kinds@50",
    group: "kernel",
    title: "find hits in a batch, by bucket kind",
    measure: "find-hit",
    args: { occupancyPct: 50 },
    unit: "ns a key",
    contenders: ["plain", "timestamped", "offset short", "offset"],
  },
  ...[20, 100].map((bytes) => ({
    key: "hash",
    id: `kernel/hash-${bytes}`,
    group: "kernel",
    title: `hash of ${bytes} bytes, a call each`,
    measure: "hash",
    args: { bytes },
    unit: "ns",
    contenders: ["murmur64a", "xxh64"],
  })),
  {
    key: "checksum",
    id: "kernel/checksum",
    group: "kernel",
    title: "checksums of blocks, 1 MiB at a time",
    measure: "checksum",
    unit: "ns a KiB",
    contenders: ["checksum blocks", "memcpy", "file read"],
  },
  later("arena", "the kernel does not export its arena by itself"),
  later("merge", "merge is not there yet"),
];
