/** The hottest functions of a `.cpuprofile`, by time spent in themselves; the file itself opens in Chrome's DevTools. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { table } from "./tools.mjs";

const shownCount = 18;

export function hottest(path) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, "utf8"));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  let total = 0;
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    const where = url === "" ? "" : ` ${basename(url)}:${lineNumber + 1}`;
    const name = `${functionName || "(anonymous)"}${where}`;
    if (name === "(idle)") return;
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]);
    total += timeDeltas[i];
  });
  const rows = [...times].sort((a, b) => b[1] - a[1]).slice(0, shownCount);
  return table([["self", "function"], ...rows.map(([name, time]) => [`${((time / total) * 100).toFixed(1)} %`, name])]);
}
