/**
 * One million string keys with 100-byte records, through the public API, in two processes:
 *
 *   proof   builds, reopens, reads every key back, asks for a million absent ones, deletes one, flushes, reopens; holds
 *           no record in JavaScript, so that its peak memory is the library's
 *   speed   the same data beside Map in one process: build, getSync hit and miss, getMany(100); keys are fresh strings in
 *           shuffled order, values are read; medians of rounds in which both take turns
 *
 * `npm run bench:million` runs both and fails when a promise of the proof is broken. `-- --records N` for another size.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, open } from "indexlib-kv";
import { median, random32, table } from "./tools.mjs";

const { values: options } = parseArgs({
  options: { records: { type: "string", default: "1000000" }, phase: { type: "string" } },
});
const recordCount = Number(options.records);
const valueBytes = 100;
const schema = { key: "string", value: "bytes" };

/** Key `i`: 20 characters, spread over the whole range; keys of `absent` are never put. */
function keyOf(i, kind = "record") {
  const spread = random32(i).toString(16).padStart(8, "0");
  return `${kind === "record" ? "r" : "x"}${spread}:${String(i).padStart(10, "0")}`;
}

/** The record of key `i`, written into `bytes`. */
function fillValue(bytes, i) {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, valueBytes >>> 2);
  words.fill(random32(i ^ 0x5bd1e995));
  words[0] = i;
  return bytes;
}

async function proof(directory) {
  const scratch = new Uint8Array(valueBytes);
  const started = performance.now();
  function* source() {
    for (let i = 0; i < recordCount; i++) yield [keyOf(i), fillValue(scratch, i)];
  }
  const summary = await build(directory, source(), schema);
  const builtSeconds = (performance.now() - started) / 1000;

  const reopened = performance.now();
  let db = await open(directory, { ...schema, readOnly: true });
  const openSeconds = (performance.now() - reopened) / 1000;
  const expected = new Uint8Array(valueBytes);
  for (let i = 0; i < recordCount; i++) {
    const value = db.getSync(keyOf(i));
    fillValue(expected, i);
    if (value === undefined || Buffer.compare(value, expected) !== 0) throw new Error(`${keyOf(i)} came back wrong`);
    if (db.getSync(keyOf(i, "absent")) !== undefined) throw new Error(`${keyOf(i, "absent")} is not absent`);
  }
  await db.close();

  const gone = keyOf(recordCount >>> 1);
  db = await open(directory);
  await db.del(gone);
  if (db.getSync(gone) !== undefined) throw new Error(`${gone} is there after del`);
  await db.flush();
  await db.close();
  db = await open(directory, { readOnly: true });
  if (db.getSync(gone) !== undefined) throw new Error(`${gone} is there after del, flush and reopen`);
  if (db.getSync(keyOf(0)) === undefined) throw new Error("a neighbour went with it");
  await db.close();

  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const boundBytes = 2 * summary.byteLength + 150e6;
  const MB = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    table([
      ["proof", ""],
      ["records read back, absent keys absent", `${recordCount}, ${recordCount}`],
      ["index on disk", `${MB(summary.byteLength)} (${(summary.byteLength / recordCount).toFixed(1)} bytes a record)`],
      ["built and durable in", `${builtSeconds.toFixed(2)} s, keys and values made in it`],
      ["opened in", `${(openSeconds * 1000).toFixed(0)} ms, every block checked`],
      ["peak memory", `${MB(peakBytes)}, bound ${MB(boundBytes)} (2 x index + 150 MB)`],
    ]),
  );
  if (peakBytes > boundBytes) throw new Error(`peak memory ${MB(peakBytes)} is over ${MB(boundBytes)}`);
}

const roundCount = 9;
const lookupCount = 100_000;

async function speed(directory) {
  const keys = Array.from({ length: recordCount }, (_, i) => keyOf(i));
  const values = keys.map((_, i) => fillValue(new Uint8Array(valueBytes), i));
  const rows = [["case", "indexlib-kv", "Map", "Map / indexlib-kv"]];
  const report = (name, ours, theirs, unit) =>
    rows.push([name, `${ours.toFixed(0)} ${unit}`, `${theirs.toFixed(0)} ${unit}`, (theirs / ours).toFixed(2)]);

  let map;
  let db;
  const buildTimes = { ours: [], durable: [], map: [] };
  for (let round = 0; round < 3; round++) {
    // Fresh copies: Map must hash each key once, as it would keys that have just been read.
    const fresh = keys.map((key) => Buffer.from(key).toString("latin1"));
    let started = performance.now();
    map = new Map();
    for (let i = 0; i < recordCount; i++) map.set(fresh[i], values[i]);
    buildTimes.map.push(((performance.now() - started) * 1e6) / recordCount);

    const target = join(directory, `speed-${round}`);
    started = performance.now();
    await build(
      target,
      (function* () {
        for (let i = 0; i < recordCount; i++) yield [keys[i], values[i]];
      })(),
      schema,
    );
    buildTimes.durable.push(((performance.now() - started) * 1e6) / recordCount);
  }
  db = await open(join(directory, "speed-0"), { readOnly: true });
  report("build, durable on disk", median(buildTimes.durable), median(buildTimes.map), "ns a record");

  const cases = {
    "getSync hit": { key: (i) => keyOf(i), ours: (key) => db.getSync(key), map: (key) => map.get(key) },
    "getSync miss": { key: (i) => keyOf(i, "absent"), ours: (key) => db.getSync(key), map: (key) => map.get(key) },
  };
  for (const [name, { key, ours, map: theirs }] of Object.entries(cases)) {
    const times = { ours: [], map: [] };
    for (let round = 0; round < roundCount; round++) {
      for (const [engine, get] of [
        ["ours", ours],
        ["map", theirs],
      ]) {
        const asked = sample(round, key);
        let sum = 0;
        const started = performance.now();
        for (const one of asked) sum += get(one)?.[7] ?? 0;
        times[engine].push(((performance.now() - started) * 1e6) / lookupCount);
        check(sum, asked, values, map);
      }
    }
    report(name, median(times.ours), median(times.map), "ns");
  }

  const times = { ours: [], map: [] };
  for (let round = 0; round < roundCount; round++) {
    const asked = sample(round, keyOf);
    let sum = 0;
    let started = performance.now();
    for (let at = 0; at < lookupCount; at += 100) {
      for (const value of db.getManySync(asked.slice(at, at + 100))) sum += value[7];
    }
    times.ours.push(((performance.now() - started) * 1e6) / lookupCount);
    check(sum, asked, values, map);
    const again = sample(round, keyOf);
    sum = 0;
    started = performance.now();
    for (let at = 0; at < lookupCount; at += 100) {
      for (const value of again.slice(at, at + 100).map((key) => map.get(key))) sum += value[7];
    }
    times.map.push(((performance.now() - started) * 1e6) / lookupCount);
    check(sum, again, values, map);
  }
  report("getMany(100), a key", median(times.ours), median(times.map), "ns");
  await db.close();
  console.log(table(rows));
}

/** Fresh strings of keys drawn for a round: flat, and never hashed before. */
function sample(round, key) {
  const asked = [];
  for (let i = 0; i < lookupCount; i++) {
    const drawn = random32(i + round * lookupCount) % recordCount;
    asked.push(Buffer.from(key(drawn)).toString("latin1"));
  }
  return asked;
}

/** The sum of what was read must be what Map has: a lookup whose answer nobody looks at proves nothing. */
function check(sum, asked, _values, map) {
  const expected = asked.reduce((total, key) => total + (map.get(key)?.[7] ?? 0), 0);
  if (sum !== expected) throw new Error(`read ${sum}, expected ${expected}`);
}

if (options.phase === undefined) {
  const directory = mkdtempSync(join(tmpdir(), "indexlib-kv-bench-"));
  try {
    for (const phase of ["proof", "speed"]) {
      const child = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), "--phase", phase, "--records", options.records],
        {
          stdio: "inherit",
          env: { ...process.env, BENCH_DIRECTORY: join(directory, phase) },
        },
      );
      if (child.status !== 0) process.exitCode = 1;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
} else {
  await (options.phase === "proof" ? proof : speed)(process.env.BENCH_DIRECTORY);
}
