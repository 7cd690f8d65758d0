/**
 * What is measured of an engine, each in a process of its own (`worker.mjs`). A measure takes a task, checks what the
 * engine answers, and returns { value, … }; details beside the value go into the results as they are.
 */

import { execFileSync } from "node:child_process";
import { closeSync, cpSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "mitata";
import { openDataset } from "./data.mjs";
import { bytesIn, filesIn } from "./engines/files.mjs";
import { Missing } from "./missing.mjs";

/** Keys asked between two looks at the clock: long enough that a collection falls into most samples of an allocating engine. */
const sampleCount = 5_000;
const manyCount = 100;
const verifiedCount = 500;
const durablePutCount = 50;
const root = fileURLToPath(new URL("..", import.meta.url));

/** All records into an empty directory. Making them is not counted. */
export async function load({ engine, dataset, directory }) {
  const store = engine.store(await connect(engine), dataset, directory);
  const clock = { seconds: 0, cpuMicros: 0 };
  const cpu = process.cpuUsage();
  const started = performance.now();
  const count = await store.load(dataset.batches(clock));
  const seconds = (performance.now() - started) / 1000 - clock.seconds;
  const { user, system } = process.cpuUsage(cpu);
  if (count !== dataset.recordCount) throw new Error(`loaded ${count} of ${dataset.recordCount} records`);
  await openStore(engine, store);
  verify(dataset, store);
  await store.close();
  return {
    value: (seconds * 1e9) / count,
    cpu: ((user + system - clock.cpuMicros) * 1000) / count,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** One key after the other. `mode`: keys that are there, absent ones, or few keys often. */
export async function get(task) {
  const { dataset, mode } = task;
  const store = await opened(task);
  const absent = mode === "miss";
  const draw = mode === "zipf" ? "drawZipf" : "draw";
  const result = await sample(
    task,
    (round) => {
      const ids = dataset[draw](sampleCount, round);
      return { keys: dataset.keys(ids, absent), expected: absent ? 0 : dataset.expectedSum(ids) };
    },
    ({ keys }) => {
      let sum = 0;
      for (let i = 0; i < keys.length; i++) {
        const value = store.get(keys[i]);
        if (value !== undefined) sum += dataset.touch(value);
      }
      return sum;
    },
  );
  await store.close();
  return { ...result, ...task.engine.figures?.(task, absent) };
}

/** A hundred keys at a time, nine of ten of them there. */
export async function getMany(task) {
  const { dataset } = task;
  const store = await opened(task);
  const read = (values) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) if (values[i] !== undefined) sum += dataset.touch(values[i]);
    return sum;
  };
  const prepare = (round) => {
    const ids = dataset.draw(sampleCount, round);
    const absentCount = sampleCount / 10;
    const hits = dataset.keys(ids.subarray(absentCount));
    const misses = dataset.keys(ids.subarray(0, absentCount), true);
    const batches = [];
    for (let at = 0, h = 0, m = 0; at < sampleCount; at += manyCount) {
      const batch = [];
      for (let i = 0; i < manyCount; i++) batch.push(i % 10 === 3 ? misses[m++] : hits[h++]);
      batches.push(batch);
    }
    return { batches, expected: dataset.expectedSum(ids.subarray(absentCount)) };
  };
  const isAsync = store.getMany(dataset.keys(dataset.draw(2, 0))) instanceof Promise;
  const result = await sample(
    task,
    prepare,
    isAsync
      ? async ({ batches }) => {
          let sum = 0;
          for (const batch of batches) sum += read(await store.getMany(batch));
          return sum;
        }
      : ({ batches }) => {
          let sum = 0;
          for (const batch of batches) sum += read(store.getMany(batch));
          return sum;
        },
  );
  await store.close();
  return result;
}

/** Every record once, in whatever order the engine has. */
export async function scan(task) {
  const { dataset } = task;
  const store = await opened(task);
  const ids = Uint32Array.from({ length: dataset.recordCount }, (_, i) => i);
  const expected = dataset.expectedSum(ids);
  const result = await sample(
    task,
    () => ({ expected }),
    async () => {
      let sum = 0;
      await store.scan((_key, value) => {
        sum += dataset.touch(value);
      });
      return sum;
    },
    dataset.recordCount,
    1,
  );
  await store.close();
  return result;
}

/** A tenth of the records deleted in one go, in a copy of the loaded directory. */
export async function remove(task) {
  const { engine, dataset, directory } = task;
  const copy = `${directory}-copy`;
  try {
    if (!engine.inMemory) cpSync(directory, copy, { recursive: true });
    const store = await opened({ ...task, directory: copy, write: true });
    const ids = Uint32Array.from({ length: Math.floor(dataset.recordCount / 10) }, (_, i) => i * 10 + (i % 10));
    const keys = dataset.keys(ids);
    const cpu = process.cpuUsage();
    const started = performance.now();
    await store.remove(keys);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    for (const key of dataset.keys(ids.subarray(0, verifiedCount))) {
      if (store.get(key) !== undefined) throw new Error(`${key} is there after it was deleted`);
    }
    const [kept] = dataset.keys(Uint32Array.of(5));
    if (dataset.recordCount > 5 && ids[0] !== 5 && store.get(kept) === undefined)
      throw new Error(`${kept} was deleted too`);
    await store.close();
    return { value: (seconds * 1e9) / ids.length, cpu: ((user + system) * 1000) / ids.length };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Single records, each durable before the next, in a copy of the loaded directory. */
export async function putDurable(task) {
  const { engine, dataset, directory } = task;
  const copy = `${directory}-copy`;
  try {
    if (!engine.inMemory) cpSync(directory, copy, { recursive: true });
    const store = await opened({ ...task, directory: copy, write: true });
    const records = dataset.batch(0, durablePutCount);
    const fresh = dataset.keys(
      Uint32Array.from({ length: durablePutCount }, (_, i) => i),
      true,
    );
    const started = performance.now();
    for (let i = 0; i < durablePutCount; i++) await store.putDurable(fresh[i], records[i][1]);
    const milliseconds = performance.now() - started;
    const again = dataset.keys(
      Uint32Array.from({ length: durablePutCount }, (_, i) => i),
      true,
    );
    again.forEach((key, i) => {
      if (!dataset.isEqual(store.get(key), i)) throw new Error(`${key} came back wrong after a durable put`);
    });
    await store.close();
    return { value: (milliseconds * 1000) / durablePutCount };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

export const openWarm = (task) => openOnce(task);

/** The same with the files pushed out of the page cache first. */
export async function openCold(task) {
  dropCaches(task.directory);
  return openOnce(task);
}

/** Library imported; from the call to open to the first value in hand. Once a process. */
async function openOnce({ engine, dataset, directory, round }) {
  const store = engine.store(await connect(engine), dataset, directory);
  const ids = dataset.draw(1, round);
  const [key] = dataset.keys(ids);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await store.open();
  const value = store.get(key);
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  if (!dataset.isEqual(value, ids[0])) throw new Error(`${key} came back wrong`);
  await store.close();
  return { value: milliseconds, cpu: (user + system) / 1000 };
}

/** All files of an engine into fresh buffers: what opening can at best take when it loads everything. */
export async function readFiles({ engine, directory }) {
  await connect(engine);
  const paths = filesIn(directory);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let sum = 0;
  for (const path of paths) {
    const { size } = statSync(path);
    const bytes = Buffer.allocUnsafeSlow(size);
    const file = openSync(path);
    for (let at = 0; at < size; ) at += readSync(file, bytes, at, Math.min(2 ** 20, size - at), at);
    closeSync(file);
    sum += size === 0 ? 0 : bytes[size - 1];
  }
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { value: milliseconds, cpu: (user + system) / 1000, sum };
}

/** What the process grew by: opened, 100,000 records read at random, garbage collected. */
export async function memory(task) {
  const { dataset } = task;
  await connect(task.engine);
  dataset.keys(dataset.draw(sampleCount, 0));
  const before = resident();
  const store = await opened(task);
  for (let round = 1; round <= 20; round++) {
    const ids = dataset.draw(sampleCount, round);
    let sum = 0;
    for (const key of dataset.keys(ids)) sum += dataset.touch(store.get(key));
    if (sum !== dataset.expectedSum(ids)) throw new Error("wrong values");
  }
  const after = resident();
  await store.close();
  const perRecord = (bytes) => bytes / dataset.recordCount;
  return {
    value: perRecord(after.anonymous + after.file - before.anonymous - before.file),
    anonymous: perRecord(after.anonymous - before.anonymous),
    fileCache: perRecord(after.file - before.file),
    fileBytes: perRecord(bytesIn(task.directory)),
    rawBytes: perRecord(dataset.rawBytes),
  };
}

export async function disk({ engine, dataset, directory }) {
  await connect(engine);
  const bytes = bytesIn(directory);
  if (bytes === 0) throw new Error(`no files in ${directory}`);
  return { value: bytes / dataset.recordCount, bytes, rawBytes: dataset.rawBytes / dataset.recordCount };
}

/** Bytes of the package and of everything it depends on, as they lie in node_modules. */
export async function packageSize({ engine }) {
  await connect(engine);
  if (engine.package !== undefined)
    return { value: sizeWithDependencies(engine.package, join(root, "bench/rivals/node_modules")) / 1000 };
  const published = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ unpackedSize, size }] = JSON.parse(published);
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const modules = join(root, "node_modules");
  const needed = Object.keys(dependencies).reduce((sum, name) => sum + sizeWithDependencies(name, modules), 0);
  return { value: (unpackedSize + needed) / 1000, packedKB: size / 1000 };
}

export async function importTime({ engine }) {
  const started = performance.now();
  await connect(engine);
  return { value: performance.now() - started };
}

async function connect(engine) {
  try {
    return await engine.connect();
  } catch (cause) {
    throw new Missing(cause.message, { cause });
  }
}

/** A store that is open, holds everything, and has answered right. */
async function opened({ engine, dataset, directory, write = false }) {
  const store = engine.store(await connect(engine), dataset, directory);
  await openStore(engine, store, dataset, write);
  verify(dataset, store);
  return store;
}

async function openStore(engine, store, dataset, write = false) {
  if (engine.inMemory && dataset !== undefined) await store.load(dataset.batches());
  await store.open({ write });
}

/** Every byte of some records, and absent keys. */
function verify(dataset, store) {
  const ids = dataset.draw(verifiedCount, 1);
  dataset.keys(ids).forEach((key, i) => {
    const value = store.get(key);
    if (value === undefined || !dataset.isEqual(value, ids[i])) throw new Error(`${key} came back wrong: ${value}`);
  });
  for (const key of dataset.keys(ids, true)) {
    if (store.get(key) !== undefined) throw new Error(`${key} is not absent`);
  }
}

/**
 * Mean nanoseconds an operation, over samples of at least `seconds` together; mitata measures, keeping `prepare` out of
 * the time. The mean, not the median: what an engine makes the collector do falls into few samples.
 */
export async function sample({ seconds, round }, prepare, run, count = sampleCount, samplesMin = 12) {
  let number = round * 1_000;
  let cpuMicros = 0;
  let runs = 0;
  const begin = () => process.cpuUsage();
  const end = (before, { expected }, sum) => {
    const { user, system } = process.cpuUsage(before);
    cpuMicros += user + system;
    runs++;
    if (sum !== expected) throw new Error(`wrong values: they sum to ${sum}, expected ${expected}`);
  };
  const isAsync = run.constructor.name === "AsyncFunction";
  const timed = isAsync
    ? async (one) => {
        const before = begin();
        end(before, one, await run(one));
      }
    : (one) => {
        const before = begin();
        end(before, one, run(one));
      };
  // Compiled before it counts.
  const warm = performance.now();
  do await timed(prepare(number++));
  while (performance.now() - warm < seconds * 400);
  cpuMicros = 0;
  runs = 0;
  const stats = await measure(
    function* () {
      yield { 0: () => prepare(number++), bench: timed };
    },
    { min_cpu_time: seconds * 1e9, min_samples: samplesMin, batch_threshold: -1, warmup_samples: 0 },
  );
  return {
    value: stats.avg / count,
    cpu: (cpuMicros * 1000) / runs / count,
    median: stats.p50 / count,
    fastest: stats.min / count,
    samples: stats.samples.length,
  };
}

/** Anonymous and file-backed bytes of this process. */
function resident() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  let text;
  try {
    text = readFileSync("/proc/self/status", "utf8");
  } catch {
    return { anonymous: process.memoryUsage.rss(), file: 0 };
  }
  const field = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) * 1024;
  return { anonymous: field("RssAnon"), file: field("RssFile") + field("RssShmem") };
}

function dropCaches(directory) {
  for (const path of filesIn(directory)) {
    try {
      execFileSync("dd", [`of=${path}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"]);
    } catch (cause) {
      throw new Missing("the page cache cannot be dropped here: it takes GNU dd", { cause });
    }
  }
}

function sizeWithDependencies(name, modules) {
  const seen = new Set();
  let sum = 0;
  const add = (one) => {
    if (seen.has(one)) return;
    seen.add(one);
    const directory = join(modules, one);
    let manifest;
    try {
      manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    } catch {
      return;
    }
    sum += packageBytes(directory);
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      add(dependency);
  };
  add(name);
  return sum;
}

/** Without what a compiler left behind. */
function packageBytes(directory) {
  let sum = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== "obj.target" && entry.name !== ".deps") sum += packageBytes(path);
    else if (entry.isFile()) sum += statSync(path).size;
  }
  return sum;
}

/** For a task as it comes over from `run.mjs`. */
export function datasetOf({ dataset, records, seed }) {
  return dataset === undefined ? undefined : openDataset(dataset, records, seed);
}
