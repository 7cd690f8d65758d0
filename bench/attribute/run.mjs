/**
 * Columns:   npm run bench:columns -- [part of a column's name …] [--rounds N]
 *
 * For each distribution of 1 Mi values: what encoding with the advisor, sequential decoding and random gets cost, in the codec and
 * through the library, beside a copy of the same bytes and a read of an Apache Arrow column, all in turns in one process; and
 * the size beside Arrow's IPC file and a Parquet file. Medians over the rounds, ns a value; every answer is checked first.
 */

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { encodeEqual, mountEqual } from "indexlib-kv/attribute";
import { loadRival } from "../rivals/load.mjs";
import { median, random32, table } from "../tools.mjs";
import { batchCount, Codec } from "./codec.mjs";
import { columns, valueCount } from "./data.mjs";

const { values: given, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "21" } },
});
const rounds = Number(given.rounds);

const arrow = rivalOrReason(() => loadRival("apache-arrow"));
const parquet = await rivalOrReason(() => import("../rivals/node_modules/hyparquet-writer/src/index.js"));

const places = Uint32Array.from({ length: valueCount }, (_, i) => random32(i) % valueCount);
const timeRows = [
  [
    "column",
    "encode",
    "encodeEqual",
    "C++",
    "decode",
    "decode()",
    "memcpy",
    "Arrow",
    "C++",
    "getMany",
    "get(i)",
    "Arrow",
    "C++",
  ],
];
const sizeRows = [["column", "slot", "ours", "Arrow", "Parquet"]];
console.log(`${valueCount} values, ${rounds} rounds, load ${loadavg()[0].toFixed(1)} at the start\n`);
for (const [name, make, native] of columns) {
  if (filters.length > 0 && !filters.some((part) => name.includes(part))) continue;
  const values = make();
  const contenders = contendersOf(values);
  const times = measure(contenders);
  const cell = (key) => times.get(key)?.toFixed(2) ?? "missing";
  const reference = native.map((ns) => `(${ns})`);
  timeRows.push([
    name,
    ...["encode", "encodeEqual"].map(cell),
    reference[0],
    ...["decode", "decode()", "memcpy", "Arrow read"].map(cell),
    reference[1],
    ...["getMany", "get(i)", "Arrow get"].map(cell),
    reference[2],
  ]);
  sizeRows.push([name, String(contenders.codec.slotItemCount), ...sizesOf(values, contenders.codec)]);
}
console.log(table(timeRows));
console.log(table(sizeRows));
for (const [name, rival] of Object.entries({ "apache-arrow": arrow, "hyparquet-writer": parquet })) {
  if (typeof rival === "string") console.log(`${name}: missing, ${rival}`);
}

/** Each a function of the whole column; what it gives is checked here once. */
function contendersOf(values) {
  const codec = new Codec(values, places);
  codec.decode();
  codec.check(values, "decode");
  codec.getMany();
  codec.check(
    values.map((_, i) => values[places[i]]),
    "getMany",
  );
  const file = encodeEqual(values);
  if (file.length !== codec.byteLength) throw new Error("library and codec differ");
  const column = mountEqual(file, typeOf(values));
  const some = places.subarray(0, batchCount);
  // One sum for each kind of value; a bigint's own cost is the same for both.
  const sumOf = (get) => {
    let sum = values instanceof BigUint64Array ? 0n : 0;
    for (let i = 0; i < some.length; i++) sum += get(some[i]);
    return sum;
  };
  const vector = typeof arrow === "string" ? undefined : arrow.makeVector(values);
  const functions = new Map([
    ["encode", [() => codec.encode(), valueCount]],
    ["encodeEqual", [() => encodeEqual(values), valueCount]],
    ["decode", [() => codec.decode(), valueCount]],
    ["decode()", [() => column.decode(), valueCount]],
    ["memcpy", [() => codec.copy(), valueCount]],
    ["getMany", [() => codec.getMany(), valueCount]],
    ["get(i)", [() => sumOf((i) => column.get(i)), batchCount]],
  ]);
  if (vector !== undefined) {
    if (
      !Object.is(
        sumOf((i) => vector.get(i)),
        sumOf((i) => column.get(i)),
      )
    )
      throw new Error("Arrow differs");
    functions.set("Arrow read", [
      () => {
        let sum = values instanceof BigUint64Array ? 0n : 0;
        for (const value of vector) sum += value;
        return sum;
      },
      valueCount,
    ]);
    functions.set("Arrow get", [() => sumOf((i) => vector.get(i)), batchCount]);
  }
  return { codec, functions };
}

/** Medians in ns a value. The contenders take turns, so that what slows the machine slows all. */
function measure({ functions }) {
  const samples = new Map([...functions.keys()].map((key) => [key, []]));
  for (let round = -3; round < rounds; round++) {
    for (const [key, [run, count]] of functions) {
      const started = performance.now();
      run();
      const ns = ((performance.now() - started) * 1e6) / count;
      if (round >= 0) samples.get(key).push(ns);
    }
  }
  return new Map([...samples].map(([key, all]) => [key, median(all)]));
}

/** Sizes as parts of the values' own. */
function sizesOf(values, codec) {
  const part = (bytes) => (bytes / values.byteLength).toFixed(3);
  const arrowBytes =
    typeof arrow === "string"
      ? undefined
      : arrow.tableToIPC(new arrow.Table({ v: arrow.makeVector(values) }), "file").length;
  const parquetBytes =
    typeof parquet === "string"
      ? undefined
      : parquet.parquetWriteBuffer({ columnData: [{ name: "v", ...parquetColumn(values) }] }).byteLength;
  return [
    part(codec.byteLength),
    ...[arrowBytes, parquetBytes].map((bytes) => (bytes === undefined ? "missing" : part(bytes))),
  ];
}

/** Parquet has signed integers; their bits are the same. */
function parquetColumn(values) {
  const { buffer } = values;
  if (values instanceof Float32Array) return { data: values, type: "FLOAT" };
  if (values instanceof Float64Array) return { data: values, type: "DOUBLE" };
  if (values instanceof BigUint64Array) return { data: new BigInt64Array(buffer), type: "INT64" };
  return { data: new Int32Array(buffer), type: "INT32" };
}

function typeOf(values) {
  const types = {
    Uint32Array: "u32",
    Int32Array: "i32",
    BigUint64Array: "u64",
    Float32Array: "f32",
    Float64Array: "f64",
  };
  return types[values.constructor.name];
}

/** The rival, or why it is missing. */
function rivalOrReason(load) {
  const reason = (cause) => String(cause.message).split("\n")[0];
  try {
    const loaded = load();
    return loaded instanceof Promise ? loaded.catch(reason) : loaded;
  } catch (cause) {
    return reason(cause);
  }
}
