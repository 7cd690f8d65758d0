/**
 * Runs the benchmarks:   npm run bench -- [filter …] [options]
 *
 *   filter            groups (build open read write size scale kernel) or parts of case names; all but scale if none
 *   --engines a,b     only these; all that are installed if not given
 *   --records N       records of a data set: 1,000,000 if not given
 *   --rounds N        processes an engine and case: 5
 *   --seconds S       measuring time of a process: 0.5
 *   --quick           100,000 records, 3 rounds, short; only what needs no set-up (ours, Map, a CDB) unless --engines says more
 *   --full            scaling curves up to 10,000,000 records
 *   --seed N          other data
 *   --out FILE        where the results go: build/bench/latest.json
 *   --compare OLD     what changed since those results; exits with 1 when something of ours got slower
 *   --profile         one round under V8's CPU profiler; profiles and their hottest functions
 *   --list            the cases, and nothing is run
 *
 * Each engine and case is a process of its own. Engines take turns within a round, rounds within a case, so that what
 * slows the machine down for a while slows all of them.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases, groups, scaleCases } from "./cases.mjs";
import { compare } from "./compare.mjs";
import { engineNamed, engines, enginesNotYet } from "./engines/index.mjs";
import { kernelCases } from "./kernel/cases.mjs";
import { Lab } from "./lab.mjs";
import {
  benchVersion,
  bestOf,
  commitOf,
  describeMachine,
  number,
  percent,
  readResults,
  summarize,
} from "./results.mjs";
import { table } from "./tools.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

const { values: given, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    engines: { type: "string" },
    records: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    quick: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: join(root, "build/bench/latest.json") },
    compare: { type: "string" },
    profile: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const options = {
  records: numberOf("records", given.records ?? (given.quick ? 100_000 : 1_000_000)),
  rounds: numberOf("rounds", given.profile ? 1 : (given.rounds ?? (given.quick ? 3 : 5))),
  seconds: numberOf("seconds", given.seconds ?? (given.profile ? 3 : given.quick ? 0.1 : 0.5)),
  seed: numberOf("seed", given.seed),
  quick: given.quick,
};
const chosenEngines = chooseEngines();
const chosenCases = chooseCases();

if (given.list) {
  console.log(
    table([
      ["case", "", "data", "unit"],
      ...chosenCases.map((one) => [one.id, one.title, one.dataset ?? "", one.unit]),
    ]),
  );
} else {
  await main();
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), "indexlib-kv-bench-"));
  const results = {
    benchVersion,
    date: new Date().toISOString(),
    commit: commitOf(root),
    machine: describeMachine(),
    options,
    versions: versions(),
    enginesNotYet,
    cases: [],
  };
  const busy = loadavg()[0] / results.machine.cores;
  if (busy > 0.5)
    console.log(
      `The machine is busy (load ${loadavg()[0].toFixed(1)} on ${results.machine.cores} cores): expect wide spreads.\n`,
    );
  try {
    const lab = new Lab(directory, {
      ...options,
      profiles: given.profile ? join(root, "build/bench/profiles") : undefined,
    });
    for (const one of chosenCases) {
      const done = await runCase(lab, one);
      results.cases.push(done);
      console.log(line(done));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  if (given.profile) return;
  results.machine.loadAfter = loadavg()[0];
  console.log(`\n${overview(results)}`);
  mkdirSync(dirname(given.out), { recursive: true });
  writeFileSync(given.out, `${JSON.stringify(results, null, 1)}\n`);
  console.log(`Results: ${given.out}`);
  if (given.compare !== undefined) {
    const { text, slower } = compare(readResults(given.compare), results);
    console.log(`\n${text}`);
    if (slower > 0) process.exitCode = 1;
  }
  if (results.cases.some(({ engines }) => Object.values(engines).some(({ failed }) => failed))) process.exitCode = 1;
}

/** All rounds of a case, engines taking turns; an engine that cannot is left out of later rounds. */
async function runCase(lab, one) {
  const records = one.records ?? options.records;
  const { id, key, group, title, unit, dataset, notYet } = one;
  const done = { id, key, group, title, unit, dataset, records, notYet, engines: {} };
  if (notYet !== undefined) return done;
  const contenders = (one.contenders ?? chosenEngines.map(({ name }) => name)).filter((name) => {
    const reason = one.contenders === undefined ? excuse(engineNamed(name), one) : undefined;
    if (reason !== undefined) done.engines[name] = reason;
    return reason === undefined;
  });
  const rounds = new Map(contenders.map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const name = contenders[(turn + round) % contenders.length];
      if (done.engines[name] !== undefined) continue;
      const { result, ...reason } = await lab.measure(one, name, records, round);
      if (result === undefined) done.engines[name] = reason;
      else rounds.get(name).push(result);
    }
  }
  for (const name of contenders) done.engines[name] ??= summarize(rounds.get(name));
  return done;
}

function excuse(engine, { key }) {
  if (engine.notYet[key] !== undefined) return { notYet: engine.notYet[key] };
  if (engine.cannot[key] !== undefined) return { missing: engine.cannot[key] };
  return undefined;
}

function line({ id, unit, engines: measured, notYet }) {
  if (notYet !== undefined) return `${id.padEnd(24)} not yet: ${notYet}`;
  const cells = Object.entries(measured).map(([name, { median, spread, missing, notYet: later, failed }]) => {
    if (median !== undefined) return `${name} ${number(median)} ${percent(spread)}`;
    return `${name} ${failed ? "FAILED" : later ? "not yet" : missing ? "missing" : ""}`;
  });
  return `${id.padEnd(24)} ${cells.join(" · ")}   ${unit}`;
}

/** Engines in columns, medians as they are and as multiples of the best. */
function overview({ cases: measured }) {
  const names = chosenEngines.map(({ name }) => name);
  const rows = [["case", "unit", ...names]];
  for (const one of measured) {
    if (one.notYet !== undefined || one.group === "kernel") continue;
    const best = bestOf(one);
    const cells = names.map((name) => {
      const { median, notYet } = one.engines[name] ?? {};
      if (median === undefined) return notYet === undefined ? "missing" : "not yet";
      return `${number(median)} (${(median / best).toFixed(2)})`;
    });
    rows.push([one.id, one.unit, ...cells]);
  }
  return rows.length === 1 ? "" : `In brackets: times the best.\n\n${table(rows)}`;
}

function chooseEngines() {
  if (given.engines !== undefined) return given.engines.split(",").map((name) => engineNamed(name.trim()));
  if (given.profile) return [engines[0]];
  return given.quick ? engines.filter(({ package: needed, isVariant }) => needed === undefined && !isVariant) : engines;
}

function chooseCases() {
  const all = [...cases, ...scaleCases(given.full), ...kernelCases];
  if (filters.length === 0) {
    const isLong = ({ group, dataset, key }) =>
      group === "kernel" || key === "open-cold" || (dataset === "cities" && key !== "load" && key !== "get-hit");
    return all.filter((one) => (one.group !== "scale" || given.full) && !(given.quick && isLong(one)));
  }
  const chosen = all.filter(({ id, group }) =>
    filters.some((filter) => (filter in groups ? group === filter : id.includes(filter))),
  );
  if (chosen.length > 0) return chosen;
  throw new Error(`No case is named like ${filters.join(", ")}; --list shows them.`);
}

function versions() {
  const found = { "indexlib-kv": JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version };
  for (const { name, package: needed } of chosenEngines) {
    if (needed === undefined) continue;
    try {
      found[name] = JSON.parse(readFileSync(join(here, "rivals/node_modules", needed, "package.json"), "utf8")).version;
    } catch {}
  }
  return found;
}

function numberOf(name, text) {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} must be a number above 0, got ${text}`);
}
