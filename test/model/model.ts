/**
 * One run of the model test: commands against an index and the oracle, which must agree after each. Commands are plain
 * data, so that fast-check can shrink a failing run.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import {
  type Conflict,
  type KeyType,
  type KVIndex,
  memoryStorage,
  nodeStorage,
  type OpenOptions,
  open,
  type Storage,
  type ValueType,
} from "../../bindings/node.js";
import { keyTypes } from "../../bindings/schema/key-type.js";
import { valueTypes } from "../../bindings/schema/value-type.js";
import { differenceOf, Oracle, shown, textOf } from "../support/oracle.js";
import { edgeKeyCount, keyAt, smallCount, storedKey, storedValue, valueAt } from "./pools.js";

export interface Shape {
  readonly key: KeyType;
  readonly value: ValueType;
  /** Undefined for an index without timestamps. */
  readonly conflict?: Conflict;
}

export type Command =
  | { readonly do: "put"; readonly key: number; readonly value: number; readonly timestamp: number }
  | { readonly do: "delete"; readonly key: number; readonly timestamp: number }
  | { readonly do: "burst"; readonly from: number; readonly count: number; readonly timestamp: number }
  | { readonly do: "get" | "has"; readonly key: number }
  | { readonly do: "getMany"; readonly keys: readonly number[] }
  | { readonly do: "iterate" | "keys" | "flush" | "reopen" };

export interface Setting {
  readonly writeBufferBytes: number;
  readonly onDisk: boolean;
}

/** What was done, and what was met: a model that meets nothing proves nothing. */
export const counts = {
  operations: 0,
  overwrites: 0,
  deletionsOfPresent: 0,
  putsOfDeleted: 0,
  staleWrites: 0,
  found: 0,
  absent: 0,
  iterated: 0,
  flushes: 0,
  reopens: 0,
  rolledOver: 0,
  runsOnDisk: 0,
};

// A draw from a small pool almost always, so that keys meet again.
const keyIndex = fc.oneof({ weight: 9, arbitrary: fc.nat(smallCount - 1) }, { weight: 1, arbitrary: fc.nat(900) });
const timestamp = fc.oneof(fc.nat(20), fc.constant(0x7fff_fffe));

export const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 138,
    arbitrary: fc.record({ do: fc.constant("put" as const), key: keyIndex, value: fc.nat(5_000), timestamp }),
  },
  { weight: 42, arbitrary: fc.record({ do: fc.constant("delete" as const), key: keyIndex, timestamp }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("burst" as const), from: fc.nat(900), count: fc.nat(1_500), timestamp }),
  },
  { weight: 48, arbitrary: fc.record({ do: fc.constant("get" as const), key: keyIndex }) },
  { weight: 18, arbitrary: fc.record({ do: fc.constant("has" as const), key: keyIndex }) },
  {
    weight: 24,
    arbitrary: fc.record({ do: fc.constant("getMany" as const), keys: fc.array(keyIndex, { maxLength: 40 }) }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "iterate" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "keys" as const }) },
  { weight: 7, arbitrary: fc.constant({ do: "flush" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "reopen" as const }) },
);

export const settingArbitrary: fc.Arbitrary<Setting> = fc.record({
  // One byte: every record of varying length is a segment of its own.
  writeBufferBytes: fc.oneof(
    { weight: 1, arbitrary: fc.constant(1) },
    { weight: 30, arbitrary: fc.constantFrom(24_000, 40_000, 100_000, 1 << 20) },
  ),
  onDisk: fc.integer({ min: 0, max: 19 }).map((n) => n === 7),
});

/** Bursts roll segments over; with one record a segment a few records do that already. */
const burstCountMax = (writeBufferBytes: number): number => (writeBufferBytes < 20_000 ? 20 : 1_500);

/** Runs the commands; throws at the first answer that differs from the oracle's. */
export async function runModel(shape: Shape, setting: Setting, commands: readonly Command[]): Promise<void> {
  const directory = setting.onDisk ? mkdtempSync(join(tmpdir(), "model-")) : undefined;
  try {
    const storage = directory === undefined ? memoryStorage() : nodeStorage(directory, { sync: false });
    if (directory !== undefined) counts.runsOnDisk++;
    const model = new Model(shape, setting, storage);
    await model.open();
    for (const command of commands) {
      counts.operations++;
      await model.apply(command);
    }
    await model.apply({ do: "reopen" });
    await model.apply({ do: "iterate" });
    await model.close();
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}

class Model {
  readonly #shape: Shape;
  readonly #setting: Setting;
  readonly #storage: Storage;
  readonly #oracle: Oracle<unknown>;
  #db!: KVIndex<unknown, unknown>;

  constructor(shape: Shape, setting: Setting, storage: Storage) {
    this.#shape = shape;
    this.#setting = setting;
    this.#storage = storage;
    this.#oracle = new Oracle(shape.conflict);
  }

  async open(): Promise<void> {
    const { key, value, conflict } = this.#shape;
    const options: OpenOptions = {
      key,
      value,
      writeBufferBytes: this.#setting.writeBufferBytes,
      ...(conflict === undefined ? {} : { timestamps: true, conflict }),
    };
    this.#db = (await open(this.#storage, options)) as KVIndex<unknown, unknown>;
  }

  async close(): Promise<void> {
    const { segmentCount } = this.#db.stats();
    if (segmentCount > 1) counts.rolledOver++;
    await this.#db.close();
  }

  async apply(command: Command): Promise<void> {
    switch (command.do) {
      case "put":
        return this.#put(command.key, command.value, command.timestamp);
      case "delete":
        return this.#delete(command.key, command.timestamp);
      case "burst": {
        const count = Math.min(command.count, burstCountMax(this.#setting.writeBufferBytes));
        const first = edgeKeyCount(this.#shape.key) + command.from;
        for (let i = 0; i < count; i++) await this.#put(first + i, first + i, command.timestamp);
        return;
      }
      case "get":
        return this.#expect(command.key, textOf(this.#db.getSync(this.#key(command.key))));
      case "has": {
        const key = storedKey(this.#key(command.key));
        const has = await this.#db.has(this.#key(command.key));
        if (has !== this.#oracle.has(key)) throw new Error(`has says ${has} of ${shown(textOf(key))}`);
        return;
      }
      case "getMany": {
        const values = await this.#db.getMany(command.keys.map((key) => this.#key(key)));
        command.keys.forEach((key, i) => {
          this.#expect(key, textOf(values[i]));
        });
        return;
      }
      case "iterate":
        return this.#iterate();
      case "keys":
        return this.#iterateKeys();
      case "flush":
        counts.flushes++;
        await this.#db.flush();
        return;
      case "reopen":
        counts.reopens++;
        await this.close();
        await this.open();
    }
  }

  #key(index: number): unknown {
    return keyAt(this.#shape.key, index);
  }

  async #put(index: number, valueIndex: number, seconds: number): Promise<void> {
    const key = this.#key(index);
    const stored = storedKey(key);
    const value = valueAt(this.#shape.value, valueIndex);
    if (this.#oracle.has(stored)) counts.overwrites++;
    else if (this.#oracle.isDeleted(stored)) counts.putsOfDeleted++;
    await this.#db.put(key, value, this.#writeOptions(seconds));
    const text = textOf(storedValue(this.#shape.value, value));
    this.#oracle.write(stored, text, seconds);
    if (this.#oracle.get(stored) !== text) counts.staleWrites++;
  }

  async #delete(index: number, seconds: number): Promise<void> {
    const key = this.#key(index);
    const stored = storedKey(key);
    if (this.#oracle.has(stored)) counts.deletionsOfPresent++;
    await this.#db.del(key, this.#writeOptions(seconds));
    this.#oracle.write(stored, undefined, seconds);
  }

  #writeOptions(timestamp: number): { timestamp?: number } {
    return this.#shape.conflict === undefined ? {} : { timestamp };
  }

  #expect(index: number, got: string): void {
    const key = storedKey(this.#key(index));
    const expected = this.#oracle.get(key);
    if (expected === "absent") counts.absent++;
    else counts.found++;
    if (got !== expected) throw new Error(`${shown(textOf(key))} is ${shown(got)}, expected ${shown(expected)}`);
  }

  async #iterate(): Promise<void> {
    const got = new Map<string, string>();
    for await (const [key, value] of this.#db.iterator()) {
      const name = textOf(key);
      if (got.has(name)) throw new Error(`${shown(name)} came twice`);
      got.set(name, textOf(value));
    }
    counts.iterated += got.size;
    const difference = differenceOf(got, this.#oracle.live());
    if (difference !== undefined) throw new Error(`iterator: ${difference}`);
  }

  async #iterateKeys(): Promise<void> {
    let count = 0;
    for await (const key of this.#db.keys()) {
      count++;
      if (!this.#oracle.has(key)) throw new Error(`keys gave ${shown(textOf(key))}, which is absent`);
    }
    if (count !== this.#oracle.size) throw new Error(`keys gave ${count} keys, expected ${this.#oracle.size}`);
  }
}

const conflicts: readonly (Conflict | undefined)[] = [undefined, "newest", "last-write"];
/** Most commands of a run. */
const commandCountMax = 700;

/**
 * Checks keys of one type with every type of values and every rule of conflicts, `runCount` random runs each.
 * A failure is shrunk, and says how to repeat it.
 */
export async function checkKeys(key: KeyType, runCount: number, seed: number): Promise<void> {
  const commands = fc.array(commandArbitrary, { minLength: 1, maxLength: commandCountMax, size: "max" });
  for (const [v, value] of valueTypes.entries()) {
    for (const [c, conflict] of conflicts.entries()) {
      const shape = conflict === undefined ? { key, value } : { key, value, conflict };
      const property = fc.asyncProperty(settingArbitrary, commands, (setting, list) => runModel(shape, setting, list));
      const ownSeed = seed + keyTypes.indexOf(key) * 1_000 + v * 10 + c;
      const outcome = await fc.check(property, { seed: ownSeed, numRuns: runCount, unbiased: true });
      if (!outcome.failed) continue;
      throw new Error(
        `${JSON.stringify(shape)}, repeat with MODEL_SEED=${seed}: ${outcome.errorInstance}\n` +
          `after ${outcome.numShrinks} shrinks: ${JSON.stringify(outcome.counterexample).slice(0, 2_000)}`,
        { cause: outcome.errorInstance },
      );
    }
  }
}

/** A run that met too little proves nothing, whatever it compared. Prints what it met. */
export function expectCoverage(operationsMin: number): void {
  console.log(JSON.stringify(counts));
  expect(counts.operations).toBeGreaterThanOrEqual(operationsMin);
  expect(counts.overwrites).toBeGreaterThan(20_000);
  expect(counts.deletionsOfPresent).toBeGreaterThan(5_000);
  expect(counts.putsOfDeleted).toBeGreaterThan(5_000);
  expect(counts.staleWrites).toBeGreaterThan(3_000);
  expect(counts.found).toBeGreaterThan(20_000);
  expect(counts.absent).toBeGreaterThan(20_000);
  expect(counts.iterated).toBeGreaterThan(20_000);
  expect(counts.flushes).toBeGreaterThan(2_000);
  expect(counts.reopens).toBeGreaterThan(1_000);
  expect(counts.rolledOver).toBeGreaterThan(1_000);
  expect(counts.runsOnDisk).toBeGreaterThan(5);
}
