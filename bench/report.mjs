/**
 * `npm run bench:report -- [RESULTS.json …]`: pictures and tables from results; build/bench/latest.json if none is named,
 * and of several files the later replace the earlier, case by case.
 *
 *   build/bench/report.html    one page without assets: bars as multiples of the best, curves, the table; light and dark
 *   build/bench/table.md       the small table of README.md
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { page } from "./report/page.mjs";
import { smallTable } from "./report/small-table.mjs";
import { readResults } from "./results.mjs";

const build = fileURLToPath(new URL("../build/bench", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    html: { type: "string", default: join(build, "report.html") },
    table: { type: "string", default: join(build, "table.md") },
  },
});
const files = positionals.length > 0 ? positionals : [join(build, "latest.json")];
const results = merge(files.map(readResults));
write(options.html, page(results));
write(options.table, smallTable(results));
console.log(smallTable(results));

/** Cases of the later files win; machine, commit and versions are the last one's. */
function merge(all) {
  const cases = new Map();
  for (const one of all) for (const found of one.cases) cases.set(found.id, found);
  const versions = Object.assign({}, ...all.map((one) => one.versions));
  return { ...all.at(-1), versions, cases: [...cases.values()] };
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`Written: ${path}`);
}
