/** The README's table: the main cases on string keys, every engine, losses as they are. */

import { engines } from "../engines/index.mjs";
import { number } from "../results.mjs";

const shown = {
  "get-hit": "get, hit",
  "get-miss": "get, miss",
  "get-many": "getMany(100), a key",
  scan: "scan, a record",
  load: "bulk load, a record, durable",
  "open-warm": "open to first get",
  memory: "memory, a record",
  disk: "on disk, a record",
};

export function smallTable({ cases, machine, date, commit, versions }) {
  const rows = Object.entries(shown).flatMap(([key, title]) => {
    const found = cases.find(({ id }) => id === `strings/${key}`);
    return found === undefined ? [] : [[title, found]];
  });
  const measured = engines.filter(({ name }) => rows.some(([, { engines: all }]) => all[name]?.median !== undefined));
  if (rows.length === 0 || measured.length === 0) return "No case on string keys in these results.\n";
  const head = measured.map(({ name, title }) => (versions[name] === undefined ? title : `${title} ${versions[name]}`));
  const lines = rows.map(([title, { engines: all, unit }]) => {
    const best = Math.min(...measured.flatMap(({ name }) => all[name]?.median ?? []));
    const cells = measured.map(({ name }) => {
      const { median, notYet } = all[name] ?? {};
      if (median === undefined) return notYet === undefined ? "–" : "not yet";
      const text = `${number(median)} ${unit.split(" ")[0].replace("bytes", "B")}`;
      return median === best ? `**${text}**` : text;
    });
    return `| ${title} | ${cells.join(" | ")} |`;
  });
  const [[, { records }]] = rows;
  return [
    `| ${records.toLocaleString("en")} string keys → 20 … 200 bytes | ${head.join(" | ")} |`,
    `|---|${head.map(() => "---:|").join("")}`,
    ...lines,
    "",
    `${machine.cpu}, ${machine.cores} cores, ${machine.system.split(" ")[0]}, Node ${machine.node}; ${date.slice(0, 10)}, commit ${commit ?? "unknown"}. The best of each row is bold. \`npm run bench\`, [how to read it](bench/README.md).`,
    "",
  ].join("\n");
}
