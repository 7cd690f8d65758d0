/**
 * Hostile key files of every kind of table: each call must answer or fail typed, and nobody's memory but the table's own
 * may change. In one space, call by call, since a space for each would take most of the time.
 */

import { describe, expect, it } from "vitest";
import { isIndexError } from "../../bindings/errors.js";
import { kindOf } from "../../bindings/kernel/kind.js";
import { Space } from "../../bindings/kernel/space.js";
import { Status } from "../../bindings/kernel/status.js";
import { mountTable } from "../../bindings/table.js";
import { type Rng, rngOf, seedFrom } from "../support/rng.js";
import { type TableFile, tableFiles } from "./table-files.js";
import { mutateTable, mutationNames } from "./table-mutations.js";

// Typed failures by the thousand: without traces.
Error.stackTraceLimit = 0;

const mutationCount = 100_000;
/** How many of them also go through the public functions. */
const publicStep = 50;
const guardBytes = 1_024;
const guardByte = 0xa5;
const intact = new Uint8Array(guardBytes).fill(guardByte);
const batchCount = 40;
const callMillisecondsMax = 1_000;
const seed = seedFrom("FUZZ_SEED");
const files = tableFiles();

/** What calls may answer; anything else is a failure of the kernel. */
const findAnswers = new Set<number>([Status.ok, Status.absent, Status.deleted, Status.full, Status.probeLimit]);
const writeAnswers = new Set<number>([Status.ok, Status.full, Status.probeLimit, Status.valueReserved]);
const compactAnswers = new Set<number>([Status.tableHeader]);
const shrinkAnswers = new Set<number>([Status.ok, Status.tableHeader]);
const stretchAnswers = new Set<number>([Status.ok, Status.full]);
const shortenAnswers = new Set<number>([Status.ok, Status.tableHeader, Status.valueReserved]);
const mountAnswers = new Set<number>([Status.ok, Status.tableSize, Status.tableHeader]);

const tally = new Map<string, number>();

function count(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

const statusNames = new Map(Object.entries(Status).map(([name, status]) => [status as number, name]));

function judge(call: string, status: number, allowed: ReadonlySet<number>): void {
  const name = statusNames.get(status) ?? String(status);
  if (!allowed.has(status)) throw new Error(`${call} answered ${name}`);
  count(`${call} ${name}`);
}

const space = new Space();

/** One hostile file in the space, between two guards. */
class Trial {
  readonly #kernel = space.kernel;
  readonly #guards: readonly number[];
  readonly #base: number;
  readonly #bytes: Uint8Array;
  readonly #area: number;
  readonly #file: TableFile;
  readonly #rng: Rng;
  #ptr = 0;

  constructor(file: TableFile, bytes: Uint8Array, rng: Rng) {
    this.#kernel.memoryReset();
    this.#file = file;
    this.#rng = rng;
    this.#bytes = bytes;
    const before = space.allocate(guardBytes, "a guard");
    this.#base = space.allocate(bytes.length, "a key file");
    this.#guards = [before, space.allocate(guardBytes, "a guard")];
    this.#area = space.allocate(batchCount * 32, "a batch");
    for (const guard of this.#guards) space.bytes.fill(guardByte, guard, guard + guardBytes);
    space.bytes.set(bytes, this.#base);
  }

  /** Whether it mounts. */
  mount(): boolean {
    const { valueBytes } = this.#file.variant;
    this.#ptr = this.#kernel.tableMount(kindOf(this.#file.variant), valueBytes, this.#base, this.#bytes.length) >>> 0;
    const status = this.#kernel.tableMountStatus();
    judge("mount", status, mountAnswers);
    return status === Status.ok;
  }

  /** A key that the file may hold, or any. */
  #key(): bigint {
    const at = this.#rng.int(Math.max(1, this.#bytes.length - 8));
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
    return this.#rng.once(4) || this.#bytes.length < 16 ? this.#rng.u64() : view.getBigUint64(at & ~3, true);
  }

  find(): void {
    for (let i = 0; i < 10; i++) {
      const status = this.#kernel.tableFind(this.#ptr, this.#key());
      judge("find", status, findAnswers);
      if (status === Status.ok || status === Status.deleted) this.#checkSeat();
    }
  }

  findMany(): void {
    const keys = BigUint64Array.from({ length: batchCount }, () => this.#key());
    space.longs.set(keys, this.#area >>> 3);
    const statusAt = this.#area + batchCount * 16;
    this.#kernel.tableFindMany(this.#ptr, this.#area, batchCount, statusAt, this.#area + batchCount * 8);
    const statuses = space.bytes.slice(statusAt, statusAt + batchCount);
    keys.forEach((key, i) => {
      const alone = this.#kernel.tableFind(this.#ptr, key);
      expect(statuses[i], `findMany of ${key}`).toBe(alone === Status.full ? Status.absent : alone);
    });
  }

  walk(): void {
    const end = this.#kernel.tablePositions(this.#ptr);
    let steps = 0;
    for (let at = this.#kernel.tableNext(this.#ptr, 0); at < end; at = this.#kernel.tableNext(this.#ptr, at + 1)) {
      this.#kernel.tableLook(this.#ptr, at);
      this.#kernel.tableKeyAt(this.#ptr, at);
      this.#checkSeat();
      steps++;
    }
    expect(steps).toBeLessThanOrEqual(this.#bytes.length);
  }

  write(): void {
    const isCompact = this.#file.variant.bucket === "compact";
    for (let i = 0; i < 10; i++) {
      space.longs[this.#area >>> 3] = this.#rng.u64() >> 33n;
      judge("insert", this.#kernel.tableInsert(this.#ptr, this.#key(), this.#area, 5), writeAnswers);
      const status = this.#kernel.tableDelete(this.#ptr, this.#key(), 6);
      judge("delete", status, isCompact ? compactAnswers : writeAnswers);
    }
  }

  resize(): void {
    judge("stretch", this.#kernel.tableStretch(this.#ptr), stretchAnswers);
    judge("shrink", this.#kernel.tableShrink(this.#ptr, this.#rng.pick([0, 1, 50, 95, 100])), shrinkAnswers);
    this.find();
  }

  shorten(): void {
    judge("shorten", this.#kernel.tableShortenOffsets(this.#ptr), shortenAnswers);
    this.find();
  }

  #checkSeat(): void {
    const at = space.words[(this.#kernel.tableSeat() >>> 2) + 1] as number;
    if (at < this.#base || at >= this.#base + this.#bytes.length) throw new Error(`a value at ${at - this.#base}`);
  }

  checkGuards(): void {
    space.refresh();
    for (const guard of this.#guards) {
      const bytes = space.bytes.subarray(guard, guard + guardBytes);
      if (Buffer.compare(bytes, intact) !== 0) throw new Error("memory of somebody else was changed");
    }
  }
}

function attempt(file: TableFile, bytes: Uint8Array, rng: Rng): void {
  const trial = new Trial(file, bytes, rng);
  if (trial.mount()) {
    trial.find();
    const calls = [
      () => trial.findMany(),
      () => trial.walk(),
      () => trial.write(),
      () => trial.resize(),
      () => trial.shorten(),
    ];
    for (let i = 1 + rng.int(3); i > 0; i--) rng.pick(calls)();
  }
  trial.checkGuards();
}

/** The same file through the public functions: an IndexError is an answer, anything else is not. */
function attemptPublic(file: TableFile, bytes: Uint8Array, rng: Rng): void {
  try {
    const table = mountTable(bytes, file.variant);
    const keys = BigUint64Array.from({ length: 20 }, () => rng.u64());
    table.findMany(keys);
    for (const order of ["table", "key", "value"] as const) count(`entries ${[...table.entries(order)].length > 0}`);
    table.insertMany(keys, new Uint8Array(keys.length * file.variant.valueBytes));
    if (file.variant.bucket !== "compact") table.delete(1n);
    table.stretch();
    table.shrink(100);
    table.bytes();
    count("public ok");
  } catch (error) {
    if (!isIndexError(error) || error.code === "POISONED") throw error;
    count(`public ${error.code}`);
  }
}

describe("hostile key files", () => {
  it(`answer or fail typed: ${mutationCount} of them, of every kind of table`, () => {
    const kinds = new Set(files.map(({ variant }) => kindOf(variant)));
    expect(kinds.size).toBe(20);
    let slowest = 0;
    for (let i = 0; i < mutationCount; i++) {
      const rng = rngOf((seed + i) >>> 0);
      const file = files[i % files.length] as TableFile;
      const { bytes, done } = mutateTable(file, rng);
      const started = performance.now();
      try {
        attempt(file, bytes, rng);
        if (i % publicStep === 0) attemptPublic(file, bytes, rng);
      } catch (cause) {
        throw new Error(`${cause}\n  ${file.name}, mutation ${i}: ${done}\n  repeat with FUZZ_SEED=${seed}`, { cause });
      }
      slowest = Math.max(slowest, performance.now() - started);
    }
    console.log(
      `outcome: ${[...tally]
        .sort()
        .map(([what, times]) => `${what} ${times}`)
        .join(", ")}`,
    );
    expect(mutationNames.length).toBeGreaterThan(12);
    expect(slowest).toBeLessThan(callMillisecondsMax);
    const seen = (what: string): number => tally.get(what) ?? 0;
    expect(seen("mount ok")).toBeGreaterThan(mutationCount / 3);
    for (const what of [
      "mount tableHeader",
      "mount tableSize",
      "find ok",
      "find absent",
      "find deleted",
      "find full",
    ]) {
      expect(seen(what), what).toBeGreaterThan(1_000);
    }
    for (const what of ["insert ok", "insert full", "delete tableHeader", "shrink ok", "shrink tableHeader"]) {
      expect(seen(what), what).toBeGreaterThan(500);
    }
    for (const what of ["shorten ok", "shorten valueReserved", "public ok", "public CORRUPTION"]) {
      expect(seen(what), what).toBeGreaterThan(50);
    }
  });
});
