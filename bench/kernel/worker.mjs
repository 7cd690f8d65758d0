/** One contender of one kernel case, in a process of its own. Called by `lab.mjs`; answers over the IPC channel. */

import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample } from "../measures.mjs";
import { Missing } from "../missing.mjs";
import { buildNative } from "../native/build.mjs";
import { random32 } from "../tools.mjs";
import { loadKernel, Table } from "./table.mjs";

/** Operations in one sample: as many keys as the library gives to the kernel in one call. */
const batchCount = 4_096;
const lineBytes = 64;
const blockBytes = 1_048_576;

const task = JSON.parse(process.argv[2]);
try {
  process.send({ result: await run(task) });
} catch (cause) {
  process.send(cause instanceof Missing ? { missing: cause.message } : { failed: String(cause.stack ?? cause) });
}
process.disconnect();

function run({ measure, engine: contender, records, args = {} }) {
  if (contender.startsWith("C++")) return runNative(contender, measure, records, args);
  if (contender.endsWith("reads")) return runReads(contender, records, args);
  if (measure === "hash") return runHash(contender, args);
  if (measure === "checksum") return runBlocks(contender);
  const kind = contender.startsWith("cuckoo") ? "cuckoo" : (args.kind ?? contender);
  if (measure === "insert") return runInsert(contender, records, { ...args, kind });
  return runFind(contender, measure, records, { ...args, kind });
}

function runNative(contender, measure, records, { occupancyPct }) {
  const how = contender.endsWith("prefetch") ? "prefetch" : "plain";
  const given = [records, occupancyPct, measure, how, task.seconds];
  return { value: Number(execFileSync(buildNative(), given.map(String), { encoding: "utf8" })) };
}

function runFind(contender, measure, records, { kind, occupancyPct }) {
  const table = new Table(kind, records, occupancyPct);
  for (let id = 0; id < records; id++) table.insert(id);
  const absent = measure === "find-miss";
  const prepare = (round) => {
    const ids = new Uint32Array(batchCount);
    for (let i = 0; i < batchCount; i++) ids[i] = random32(i + round * batchCount) % records;
    const expected = absent ? 0 : ids.reduce((sum, id) => sum + id, 0);
    return { keys: table.stage(absent ? ids.map((id) => id + records) : ids), expected };
  };
  const isBatch = !contender.endsWith("a call a key");
  return sample(
    task,
    prepare,
    isBatch ? () => table.findStaged(batchCount) : ({ keys }) => table.findEach(keys),
    batchCount,
  );
}

/** The table is filled from empty again and again; a sample is one stretch of it. */
function runInsert(contender, records, { kind, occupancyPct }) {
  let table = new Table(kind, records, occupancyPct);
  let next = 0;
  const prepare = () => {
    if (next + batchCount > records) {
      table.checkSize(next);
      table = new Table(kind, records, occupancyPct, table);
      next = 0;
    }
    const ids = Uint32Array.from({ length: batchCount }, (_, i) => next + i);
    next += batchCount;
    return { keys: table.stage(ids), ids, expected: batchCount };
  };
  const isBatch = !contender.endsWith("a call a key");
  return sample(
    task,
    prepare,
    isBatch ? ({ ids }) => table.insertStaged(ids) : ({ keys, ids }) => table.insertEach(keys, ids),
    batchCount,
  );
}

/** Reads of one cache line each, at random, from as much memory as the table has: each after the other, or all at once. */
function runReads(contender, records, { occupancyPct }) {
  const lineCount = Math.ceil((((records * 100) / occupancyPct) * 16) / lineBytes);
  const words = new Uint32Array((lineCount * lineBytes) / 4);
  const wordsOfLine = lineBytes / 4;
  // Sattolo's shuffle: one cycle through all lines.
  const order = Uint32Array.from({ length: lineCount }, (_, i) => i);
  for (let i = lineCount - 1; i > 0; i--) {
    const other = random32(i) % i;
    [order[i], order[other]] = [order[other], order[i]];
  }
  for (let i = 0; i < lineCount; i++) words[order[i] * wordsOfLine] = order[(i + 1) % lineCount] * wordsOfLine;
  let at = 0;
  const prepare = (round) => {
    const lines = new Uint32Array(batchCount);
    for (let i = 0; i < batchCount; i++) lines[i] = (random32(i + round * batchCount) % lineCount) * wordsOfLine;
    return { lines, expected: 0 };
  };
  let sink = 0;
  const dependent = () => {
    let line = at;
    for (let i = 0; i < batchCount; i++) line = words[line];
    at = line;
    return 0;
  };
  const independent = ({ lines }) => {
    let sum = 0;
    for (let i = 0; i < batchCount; i++) sum += words[lines[i]];
    sink += sum;
    return 0;
  };
  return sample(task, prepare, contender === "dependent reads" ? dependent : independent, batchCount).then(
    (result) => ({
      ...result,
      sink: sink % 1,
    }),
  );
}

function runHash(contender, { bytes }) {
  const kernel = loadKernel();
  const ptr = kernel.regionAllocate(bytes * batchCount) >>> 0;
  new Uint8Array(kernel.memory.buffer, ptr, bytes * batchCount).forEach((_, i, all) => {
    all[i] = random32(i);
  });
  const hash = contender === "xxh64" ? kernel.hashXx : kernel.hashMurmur;
  const all = () => {
    let differing = 0;
    for (let i = 0; i < batchCount; i++) if (hash(ptr + i * bytes, bytes, 1n) !== 0n) differing++;
    return differing;
  };
  return sample(task, () => ({ expected: batchCount }), all, batchCount);
}

function runBlocks(contender) {
  const kernel = loadKernel();
  const ptr = kernel.regionAllocate(blockBytes) >>> 0;
  const hashes = kernel.regionAllocate(blockBytes) >>> 0;
  const target = new Uint8Array(kernel.memory.buffer, ptr, blockBytes);
  const source = Buffer.allocUnsafeSlow(blockBytes);
  for (let i = 0; i < blockBytes; i += 4) source.writeUInt32LE(random32(i), i);
  target.set(source);
  const check = () => ({ expected: source[blockBytes - 1] });
  const count = blockBytes / 1024;
  if (contender === "checksum blocks") {
    return sample(
      task,
      () => ({ expected: 0 }),
      () => {
        kernel.checksumBlocks(ptr, blockBytes, 1n, hashes);
        return 0;
      },
      count,
    );
  }
  if (contender === "memcpy") {
    return sample(
      task,
      check,
      () => {
        target.set(source);
        return target[blockBytes - 1];
      },
      count,
    );
  }
  const directory = mkdtempSync(join(tmpdir(), "indexlib-kv-bench-"));
  const path = join(directory, "block");
  writeFileSync(path, source);
  const file = openSync(path);
  return sample(
    task,
    check,
    () => {
      readSync(file, target, 0, blockBytes, 0);
      return target[blockBytes - 1];
    },
    count,
  ).finally(() => {
    closeSync(file);
    rmSync(directory, { recursive: true });
  });
}
