/** A case as bars: one an engine, its length a multiple of the best's. */

import { engines } from "../engines/index.mjs";
import { bestOf, number, percent } from "../results.mjs";
import { escapeHtml } from "./escape.mjs";

const width = 360;
const rowHeight = 22;
const labelWidth = 122;
const barWidth = 128;
const ratioMax = 20;
const yardsticks = ["dependent reads", "independent reads", "memcpy", "file read"];
const isOurs = (name) => name.startsWith("indexlib-kv") || name.startsWith("wasm") || name === "checksum blocks";

export function bars(one) {
  const best = bestOf(one);
  const entries = Object.entries(one.engines);
  const rank = new Map(engines.map(({ name }, i) => [name, i]));
  entries.sort(([a], [b]) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  const medians = entries.flatMap(([, { median }]) => median ?? []);
  // A bar that would flatten all others is cut, and says so.
  const top = Math.min(Math.max(...medians) / best, ratioMax);
  const rows = entries.map(([name, { median, spread, notYet, failed }], i) => {
    const y = i * rowHeight;
    const title = engines.find((engine) => engine.name === name)?.title ?? name;
    const label = `<text x="0" y="${y + 15}">${escapeHtml(title)}</text>`;
    if (median === undefined) {
      return `${label}<text class="dim" x="${labelWidth}" y="${y + 15}">${notYet ? "not yet" : failed ? "failed" : "missing"}</text>`;
    }
    const ratio = median / best;
    const isCut = ratio > top;
    const length = Math.max(2, (Math.min(ratio, top) / top) * barWidth);
    const color = isOurs(name) ? "var(--ours)" : yardsticks.includes(name) ? "var(--mark)" : "var(--other)";
    const cut = isCut
      ? `<path d="M${labelWidth + length - 14} ${y + 20} l6 -18 h4 l-6 18 z" fill="var(--paper)"/>`
      : "";
    const figure = `${number(median)}${ratio > 1.005 ? ` · ${number(ratio)} ×` : ""}`;
    return `${label}<rect x="${labelWidth}" y="${y + 4}" width="${length.toFixed(1)}" height="14" rx="2" fill="${color}"><title>${escapeHtml(`${title}: ${number(median)} ${one.unit}, ${percent(spread)}`)}</title></rect>${cut}<text x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 15}">${figure}</text>`;
  });
  const height = Math.max(1, entries.length) * rowHeight;
  const text = entries
    .map(([name, { median }]) => `${name} ${median === undefined ? "missing" : number(median)}`)
    .join(", ");
  return `<figure><h3>${escapeHtml(one.id)}</h3><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${one.title}, ${one.unit}: ${text}`)}">${rows.join("")}</svg><figcaption>${escapeHtml(one.title)}, ${escapeHtml(one.unit)}</figcaption></figure>`;
}
