/**
 * What changed between two runs: the ratio of medians a case, and whether it is more than both spreads together. The
 * other engines are the control: when they moved as far, it was the machine, and nothing is flagged.
 */

import { number, percent } from "./results.mjs";
import { table } from "./tools.mjs";

const ours = "indexlib-kv";

/** @returns {{ text: string, slower: number }} */
export function compare(before, after) {
  const rows = [["case", "unit", "before", "after", "ratio", "noise", "others", ""]];
  let slower = 0;
  for (const one of after.cases) {
    const old = before.cases.find(({ id, records }) => id === one.id && records === one.records);
    if (old === undefined) continue;
    for (const [name, now] of Object.entries(one.engines)) {
      const then = old.engines[name];
      if (now.median === undefined || then?.median === undefined) continue;
      const isOurs = name.startsWith(ours) || one.group === "kernel";
      if (!isOurs) continue;
      const ratio = now.median / then.median;
      const noise = now.spread + then.spread;
      const others = control(one, old, name);
      // Both, as they are and beside the others: a machine that is busier today is no finding.
      const lower = Math.min(ratio, ratio / (others ?? 1));
      const upper = Math.max(ratio, ratio / (others ?? 1));
      const isSlower = lower > 1 + noise;
      if (isSlower) slower++;
      const verdict = isSlower ? "SLOWER" : upper < 1 - noise ? "faster" : "";
      rows.push([
        one.group === "kernel" ? `${one.id}: ${name}` : one.id,
        one.unit,
        number(then.median),
        number(now.median),
        ratio.toFixed(2),
        percent(noise),
        others === undefined ? "" : others.toFixed(2),
        verdict,
      ]);
    }
  }
  const head = `Against ${before.commit ?? "an unknown commit"} of ${before.date.slice(0, 10)}`;
  if (rows.length === 1) return { text: `${head}: no case in common.`, slower };
  return { text: `${head}; "others" is how the other engines moved (geometric mean).\n\n${table(rows)}`, slower };
}

function control(one, old, self) {
  const logs = Object.entries(one.engines).flatMap(([name, { median }]) => {
    const then = old.engines[name]?.median;
    return name === self || median === undefined || then === undefined ? [] : [Math.log(median / then)];
  });
  return logs.length === 0 ? undefined : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}
