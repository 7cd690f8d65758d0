/** Scaling cases as curves: one picture a measure, one line an engine, both axes logarithmic. */

import { engines } from "../engines/index.mjs";
import { number } from "../results.mjs";
import { escapeHtml } from "./escape.mjs";

const width = 360;
const height = 220;
const left = 44;
const right = 96;
const top = 10;
const bottom = 24;

export function curves(cases) {
  return [...new Set(cases.map(({ key }) => key))].map((key) => curve(cases.filter((one) => one.key === key)));
}

function curve(cases) {
  const sizes = cases.map(({ records }) => records);
  const medians = cases.flatMap(({ engines: all }) =>
    Object.values(all).flatMap(({ median }) => (median > 0 ? [median] : [])),
  );
  const [xMin, xMax] = [Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes))];
  const lowest = Math.log10(Math.min(...medians));
  const highest = Math.log10(Math.max(...medians));
  // A flat line is shown flat: at least most of a decade.
  const padding = Math.max(0.05, (0.8 - (highest - lowest)) / 2);
  const [yMin, yMax] = [lowest - padding, highest + padding];
  const x = (records) => left + ((Math.log10(records) - xMin) / (xMax - xMin || 1)) * (width - left - right);
  const y = (median) => top + (1 - (Math.log10(median) - yMin) / (yMax - yMin)) * (height - top - bottom);

  const ticksY = [1, 2, 5].flatMap((step) => Array.from({ length: 12 }, (_, power) => step * 10 ** (power - 1)));
  const few = yMax - yMin > 2;
  const grid = ticksY
    .filter((tick) => Math.log10(tick) >= yMin && Math.log10(tick) <= yMax && (!few || /^1/.test(String(tick))))
    .map(
      (tick) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" stroke="var(--line)"/><text class="dim" x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${number(tick)}</text>`,
    );
  const axis = sizes.map(
    (records) =>
      `<text class="dim" x="${x(records)}" y="${height - 6}" text-anchor="middle">10<tspan dy="-5" font-size="9">${Math.round(Math.log10(records))}</tspan></text>`,
  );

  const lines = engines.flatMap(({ name, title }) => {
    const points = cases.flatMap(({ records, engines: all }) =>
      all[name]?.median > 0 ? [[x(records), y(all[name].median)]] : [],
    );
    return points.length === 0 ? [] : [{ name, title, points }];
  });
  // Names stand at the lines' ends, pushed apart where they would cover each other.
  let below = -Infinity;
  const labels = [...lines]
    .sort((a, b) => a.points.at(-1)[1] - b.points.at(-1)[1])
    .map(({ name, title, points }) => {
      below = Math.max(points.at(-1)[1], below + 14);
      return `<text x="${width - right + 6}" y="${below + 4}"${name === "indexlib-kv" ? ' font-weight="600"' : ""}>${escapeHtml(title)}</text>`;
    });
  const paths = lines.map(({ name, points }) => {
    const color = name === "indexlib-kv" ? "var(--ours)" : "var(--other)";
    const dots = points.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="2.5" fill="${color}"/>`,
    );
    return `<polyline points="${points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ")}" fill="none" stroke="${color}" stroke-width="${name === "indexlib-kv" ? 2.5 : 1.5}"/>${dots.join("")}`;
  });
  const [{ key, title, unit }] = cases;
  const figures = cases.flatMap(({ engines: all }) => {
    const { probes, touchedBytes } = all["indexlib-kv"]?.details ?? {};
    return probes === undefined ? [] : [`${number(probes)} / ${number(touchedBytes)}`];
  });
  const explained = figures.length === 0 ? "" : `. indexlib-kv, probes / bytes touched: ${figures.join(", ")}`;
  return `<figure><h3>${escapeHtml(key)}</h3><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title} by number of records`)}">${grid.join("")}${axis.join("")}${paths.join("")}${labels.join("")}</svg><figcaption>${escapeHtml(title)}, ${escapeHtml(unit)}, by number of records; both axes logarithmic${explained}</figcaption></figure>`;
}
