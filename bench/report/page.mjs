/** The report as one HTML page: no script, no font, no image from anywhere. */

import { groups } from "../cases.mjs";
import { engines } from "../engines/index.mjs";
import { bestOf, number, percent } from "../results.mjs";
import { bars } from "./bars.mjs";
import { curves } from "./curves.mjs";
import { escapeHtml } from "./escape.mjs";

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #5c6570; --paper: #ffffff; --line: #d9dde2; --ours: #0b6e99; --other: #a9b4be; --mark: #b3541e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --dim: #9aa4af; --paper: #14181c; --line: #2d343b; --ours: #4db5e0; --other: #56616b; --mark: #e59866; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.2rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .4rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin: 0 0 .2rem; }
p { max-width: 46rem; } .dim, figcaption { color: var(--dim); font-size: .87rem; }
.grid { display: grid; gap: 1.4rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); margin-top: 1rem; }
figure { margin: 0; min-width: 0; } svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .dim { fill: var(--dim); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: top; } th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
td.best { font-weight: 600; } td small { color: var(--dim); display: block; } td.none { color: var(--dim); }
`;

export function page(results) {
  const { machine, commit, date, options, versions, cases } = results;
  const loaded =
    machine.load / machine.cores > 0.5
      ? `<p><strong>The machine was busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores): absolute figures are high, ratios hold better.</strong></p>`
      : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>indexlib-kv: benchmarks</title><style>${style}</style></head><body>
<h1>indexlib-kv beside what you would pick instead</h1>
<p>Shorter is better everywhere. Each bar is a multiple of the best engine of its case; the figure beside it is the median of ${options.rounds} processes. Every answer was checked. In the kernel's pictures brown is what the machine can do at best.</p>
<p class="dim">${escapeHtml(machine.cpu)}, ${machine.cores} cores, ${machine.memoryGB} GB, ${escapeHtml(machine.system)}, Node ${machine.node} (V8 ${machine.v8}); ${date.slice(0, 16).replace("T", " ")} UTC; commit ${escapeHtml(commit ?? "unknown")}; ${options.records.toLocaleString("en")} records, seed ${options.seed}; ${Object.entries(
    versions,
  )
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.</p>
${loaded}
${Object.entries(groups)
  .map(([group, title]) => section(title, group, cases))
  .join("\n")}
<h2>All figures</h2>
<p>Under each median its spread, half the range between the slowest and the fastest process, and how many times the best it is.</p>
<div class="scroll">${tableOf(cases)}</div>
<h2>Not yet</h2>
<p>${notYet(results)}</p>
<h2>How each is set up</h2>
${engines.map(({ title, about }) => `<p><strong>${escapeHtml(title)}.</strong> ${escapeHtml(about)}</p>`).join("\n")}
</body></html>
`;
}

function section(title, group, cases) {
  const found = cases.filter((one) => one.group === group && one.notYet === undefined && bestOf(one) !== undefined);
  if (found.length === 0) return "";
  const figures = group === "scale" ? curves(found) : found.map(bars);
  return `<h2>${title}</h2><div class="grid">${figures.join("\n")}</div>`;
}

function tableOf(cases) {
  const names = engines.map(({ name }) => name);
  const rows = cases
    .filter((one) => one.group !== "kernel" && one.notYet === undefined)
    .map((one) => {
      const best = bestOf(one);
      const cells = names.map((name) => {
        const { median, spread, missing, notYet, failed } = one.engines[name] ?? {};
        if (median === undefined)
          return `<td class="none">${escapeHtml(notYet ? "not yet" : failed ? "failed" : missing ? "missing" : "")}</td>`;
        const ratio = best > 0 && median !== best ? ` · ${(median / best).toFixed(2)} ×` : "";
        return `<td${median === best ? ' class="best"' : ""}>${number(median)}<small>${percent(spread)}${ratio}</small></td>`;
      });
      return `<tr><td>${escapeHtml(one.id)}<small>${escapeHtml(one.title)}, ${escapeHtml(one.unit)}</small></td>${cells.join("")}</tr>`;
    });
  return `<table><tr><th>case</th>${engines.map(({ title }) => `<th>${escapeHtml(title)}</th>`).join("")}</tr>${rows.join("\n")}</table>`;
}

/** What is missing, once for each reason. */
function notYet({ cases, enginesNotYet = {} }) {
  const lines = new Map(Object.entries(enginesNotYet).map(([name, reason]) => [`${name}: ${reason}`, []]));
  for (const { id, notYet: reason, engines: all } of cases) {
    if (reason !== undefined) lines.set(`${id}: ${reason}`, []);
    for (const [name, one] of Object.entries(all)) {
      const why = one.notYet ?? one.missing ?? (one.failed && "failed");
      if (!why) continue;
      const text = `${name}: ${why}`;
      lines.set(text, [...(lines.get(text) ?? []), id]);
    }
  }
  return [...lines]
    .map(
      ([text, ids]) =>
        `${escapeHtml(text)}${ids.length > 0 ? ` <span class="dim">(${escapeHtml(ids.join(", "))})</span>` : ""}`,
    )
    .join("<br>");
}
