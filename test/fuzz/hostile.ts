/**
 * Small indexes of every layout, their bytes to be damaged, and the one judgement of what may come of it: the right
 * value, absent, or an IndexError, each within a second; never another exception, never a wrong value under hashes.
 */

import {
  isIndexError,
  type KVIndex,
  memoryStorage,
  type OpenOptions,
  open,
  type ReadFile,
  type Storage,
  type Verify,
} from "../../bindings/node.js";
import { notFound } from "../../bindings/storage/storage.js";
import { Oracle, shown, textOf } from "../support/oracle.js";

// A hostile index fails a million times in a run: without traces that is ten times faster.
Error.stackTraceLimit = 0;

export type Files = ReadonlyMap<string, Uint8Array>;

/** An index of two segments: version 2 lists the first, version 3 both. */
export interface Base {
  readonly name: string;
  readonly options: OpenOptions;
  readonly files: Files;
  /** Keys of the index, deleted ones among them, and keys it never had. */
  readonly keys: readonly unknown[];
  readonly absent: readonly unknown[];
  /** What each version must answer. */
  readonly oracles: ReadonlyMap<number, Oracle<unknown>>;
}

const recordCount = 300;
const firstCount = 200;

interface Layout {
  readonly options: OpenOptions;
  key(i: number): unknown;
  value(i: number): unknown;
}

const layouts: readonly Layout[] = [
  {
    options: { key: "string", value: "json" },
    key: (i) => (i % 50 === 7 ? "long key ".repeat(20) + i : `key ${i}`),
    value: (i) => ({ id: i, name: "é".repeat(i % 80) }),
  },
  { options: { key: "u64", value: "u64" }, key: (i) => BigInt(i) * 977n, value: (i) => BigInt(i) << 40n },
  {
    options: { key: "u32", value: "f32", timestamps: true },
    key: (i) => i * 3,
    value: (i) => Math.fround(i / 7),
  },
  {
    options: { key: "u64", value: "bytes" },
    key: (i) => BigInt(i) * 31n,
    value: (i) => Uint8Array.from({ length: i % 100 }, (_, at) => i + at),
  },
  {
    options: { key: "string", value: { fields: { id: "u32", name: "string", tags: "u16[]" } }, preference: "store" },
    key: (i) => `key ${i}`,
    value: (i) => ({ id: i, name: "é".repeat(i % 80), tags: Uint16Array.of(i, i + 1) }),
  },
  {
    options: { key: "u32", value: "u16", hash: "identity", preference: "store" },
    key: (i) => i * 1_048_573,
    value: (i) => i,
  },
  {
    options: { key: "i64", value: "string", timestamps: true, regions: ["default", "users", "items"] },
    key: (i) => BigInt(i - 100) * 977n,
    value: (i) => `value ${i} `.repeat(i % 9),
  },
];

export const layoutNames: readonly string[] = layouts.map(
  ({ options: { key, value, preference = "perf" } }) =>
    `${key} to ${typeof value === "object" ? "rows" : value}, ${preference}`,
);

/** The index of a layout. The second segment holds new keys, overwrites every third old one and deletes every tenth. */
export async function makeBase(layoutIndex: number): Promise<Base> {
  const { options, key, value } = layouts[layoutIndex] as Layout;
  const storage = memoryStorage();
  const db = (await open(storage, options)) as KVIndex<unknown, unknown>;
  const oracle = (): Oracle<unknown> => new Oracle(options.timestamps ? "newest" : undefined);
  const oracles = new Map([
    [2, oracle()],
    [3, oracle()],
  ]);
  const write = async (i: number, versions: readonly number[], at: unknown): Promise<void> => {
    const timestamp = options.timestamps ? 1_000 + i : 0;
    const writeOptions = options.timestamps ? { timestamp } : {};
    await (at === undefined ? db.del(key(i), writeOptions) : db.put(key(i), at, writeOptions));
    const text = at === undefined ? undefined : textOf(at);
    for (const version of versions) oracles.get(version)?.write(key(i), text, timestamp);
  };
  for (let i = 0; i < firstCount; i++) await write(i, [2, 3], value(i));
  await db.flush();
  for (let i = 0; i < recordCount; i++) {
    if (i % 10 === 0 && i < firstCount) await write(i, [3], undefined);
    else if (i % 3 === 0 || i >= firstCount) await write(i, [3], value(i + 1_000));
  }
  await db.close();
  return {
    name: layoutNames[layoutIndex] as string,
    options,
    files: storage.files(),
    keys: Array.from({ length: recordCount }, (_, i) => key(i)),
    absent: Array.from({ length: 40 }, (_, i) => key(recordCount + 1_000 + i)),
    oracles,
  };
}

/** A storage of given files for readers. Nothing can be written. */
export function readStorage(files: Files): Storage {
  const refuse = (): never => {
    throw new Error("a reader wrote");
  };
  return {
    location: "hostile",
    async list(directory) {
      const start = directory === "" ? "" : `${directory}/`;
      const below = [...files.keys()].filter((path) => path.startsWith(start));
      return [...new Set(below.map((path) => path.slice(start.length).split("/", 1)[0] as string))].sort();
    },
    async open(path): Promise<ReadFile> {
      const bytes = files.get(path);
      if (bytes === undefined) throw notFound(path);
      return {
        byteLength: bytes.length,
        read: (position, target) => target.set(bytes.subarray(position, position + target.length)),
        close: async () => {},
      };
    },
    create: refuse,
    remove: refuse,
    syncDirectory: refuse,
    publish: refuse,
    lock: refuse,
  };
}

/** How often each thing came of hostile bytes, over a test file. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  toString(): string {
    return [...this.counts].map(([what, count]) => `${what} ${count}`).join(", ");
  }
}

/** Each mount is asked for all keys at once, and for every so many one by one, others the next time. */
const getStep = 7;
/** Most milliseconds of one call. */
const callMillisecondsMax = 1_000;

/**
 * Opens the files, asks for everything, and counts what came of it in `tally`: "opened", "right", "wrong", "absent"
 * and error codes. Throws at what must never happen; `trusted` says that hashes vouch for every answer.
 */
export async function probe(base: Base, files: Files, verify: Verify, trusted: boolean, tally: Tally): Promise<void> {
  tally.add("mounts");
  let db: KVIndex<unknown, unknown>;
  try {
    db = (await timed(() => open(readStorage(files), { readOnly: true, verify }))) as KVIndex<unknown, unknown>;
  } catch (error) {
    tally.add(codeOf(error));
    return;
  }
  try {
    tally.add("opened");
    const { version } = db.stats();
    tally.add(`version ${version}`);
    const oracle = base.oracles.get(version);
    const judge = (key: unknown, value: unknown): void => {
      const [got, expected] = [textOf(value), oracle?.get(key) ?? "absent"];
      tally.add(got !== expected ? "wrong" : got === "absent" ? "absent" : "right");
      if (trusted && got !== expected)
        throw new WrongValue(`${shown(textOf(key))} is ${shown(got)}, not ${shown(expected)}`);
    };
    const first = tally.of("mounts") % getStep;
    for (const keys of [base.keys, base.absent]) {
      for (let i = first; i < keys.length; i += getStep)
        await attempt(tally, () => judge(keys[i], db.getSync(keys[i])));
      await attempt(tally, async () => {
        const values = await db.getMany(keys);
        keys.forEach((key, i) => {
          judge(key, values[i]);
        });
      });
    }
    await attempt(tally, async () => {
      let count = 0;
      for await (const [key, value] of db.iterator()) {
        judge(key, value);
        count++;
      }
      if (trusted && count !== oracle?.size) throw new WrongValue(`${count} records, not ${oracle?.size}`);
    });
  } finally {
    await db.close();
  }
}

/** Not an IndexError, so that it fails the run. */
class WrongValue extends Error {}

/** Runs one call; an IndexError is an outcome like any other. */
async function attempt(tally: Tally, call: () => void | Promise<void>): Promise<void> {
  try {
    await timed(call);
  } catch (error) {
    tally.add(codeOf(error));
  }
}

async function timed<T>(call: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await call();
  const took = performance.now() - started;
  if (took > callMillisecondsMax) throw new Error(`a call took ${Math.round(took)} ms`);
  return result;
}

/** The code of a typed failure; anything else is a failure of the library. POISONED is the trace of a trap. */
function codeOf(error: unknown): string {
  if (!isIndexError(error)) throw error;
  if (error.code === "POISONED" || error.code === "NOT_OPEN") throw error;
  return error.code;
}
