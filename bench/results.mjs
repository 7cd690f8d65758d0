/**
 * Results: medians over rounds with their spread, and what is said of them.
 *
 *   { benchVersion, date, commit, machine, options, versions,
 *     cases: [{ id, key, group, title, unit, dataset, records, notYet?,
 *               engines: { name: { median, spread, rounds: [], details } | { missing } | { notYet } | { failed } } }] }
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { median } from "./tools.mjs";

export const benchVersion = 1;

/** Median of the rounds; `spread` is half the range between the slowest and the fastest round, as a part of the median. */
export function summarize(rounds) {
  const values = rounds.map(({ value }) => value);
  const middle = median(values);
  const spread = middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / 2 / middle;
  const details = {};
  for (const name of Object.keys(rounds[0])) {
    if (name !== "value" && typeof rounds[0][name] === "number")
      details[name] = median(rounds.map((round) => round[name]));
  }
  return { median: middle, spread, rounds: values, details };
}

/** The best median of a case; undefined when nothing was measured. */
export function bestOf(one) {
  const medians = Object.values(one.engines).flatMap((engine) => engine.median ?? []);
  return medians.length === 0 ? undefined : Math.min(...medians);
}

/** A number with three digits that count, thousands apart. */
export function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
}

export function percent(part) {
  return `±${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}

export function describeMachine() {
  const [{ model = "unknown" } = {}] = cpus();
  return {
    cpu: model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    load: loadavg()[0],
  };
}

/** Commit of the tree, with a + when files differ from it; undefined outside a repository. */
export function commitOf(directory) {
  try {
    const git = (...args) =>
      execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const dirty = git("status", "--porcelain", "--", "assembly", "bindings", "bench") === "" ? "" : "+";
    return git("rev-parse", "--short", "HEAD") + dirty;
  } catch {
    return undefined;
  }
}

export function readResults(path) {
  const results = JSON.parse(readFileSync(path, "utf8"));
  if (results.benchVersion === benchVersion) return results;
  throw new Error(
    `${path} was written by another version of the benchmark: expected ${benchVersion}, got ${results.benchVersion}`,
  );
}
