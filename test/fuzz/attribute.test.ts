/**
 * Hostile columns: files that Indexlib wrote, changed by someone who knows the format. Whatever they say, a reader answers or
 * fails with a typed error, at once; the spaces it works in are never poisoned.
 */

import { describe, expect, it } from "vitest";
import {
  encodeEqual,
  isIndexError,
  memoryStorage,
  mountEqual,
  type Numeric,
  openAttribute,
  type PatchOptions,
  patchWriter,
} from "../../bindings/attribute.js";
import { arrayOf, distribution } from "../support/attribute.js";
import { openGolden } from "../support/golden.js";
import { type Rng, rngOf, seedFrom } from "../support/rng.js";
import { readStorage } from "./hostile.js";

const mutationCount = 100_000;
const itemMutationCount = 20_000;
const callMillisecondsMax = 1_000;
const seed = seedFrom("FUZZ_SEED");

interface Base {
  readonly file: Uint8Array;
  readonly type: Numeric;
}

/** Golden outputs where they are there, else files of our own of the same kinds. */
function bases(): Base[] {
  const golden = openGolden("attribute");
  const kinds: Base[] = [];
  if (golden !== undefined) {
    const outputs = golden.bytes("outputs.bin");
    interface Case {
      readonly kind: string;
      readonly type: string;
      readonly out?: { off: number; len: number };
      readonly n: number;
    }
    for (const { kind, type, out, n } of golden.json<Case[]>("manifest.json")) {
      if ((kind !== "writer" && kind !== "dumper") || out === undefined || n === 0 || out.len > 4_096) continue;
      kinds.push({ file: outputs.subarray(out.off, out.off + out.len), type: arrayOf(type).type });
    }
  }
  for (const type of ["uint8", "int16", "uint32", "float", "int64", "double"]) {
    for (const dist of ["const", "bit1", "bit4", "u8r", "outlier", "random", "runs"]) {
      kinds.push({ file: encodeEqual(distribution({ type, dist, n: 300 })), type: arrayOf(type).type });
    }
  }
  return kinds;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Offsets and codes that lie: at the ends, past them, wrapping in 32 and in 64 bits. */
function hostileWord(rng: Rng, honest: bigint, length: number): bigint {
  const tag = honest & 7n;
  const offset = rng.pick([
    0n,
    1n,
    BigInt(length),
    BigInt(length - 1),
    BigInt(length + 16),
    BigInt(rng.int(length + 40)),
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 61n - 1n,
    2n ** 63n - 1n,
  ]);
  return BigInt.asUintN(
    64,
    rng.pick([(offset << 3n) | tag, (offset << 3n) | BigInt(rng.int(8)), offset << 1n, honest ^ 7n, rng.u64()]),
  );
}

const mutations: Readonly<Record<string, (bytes: Uint8Array, rng: Rng) => Uint8Array>> = {
  count(bytes, rng) {
    const view = viewOf(bytes);
    const honest = view.getUint32(0, true);
    view.setUint32(
      0,
      rng.pick([0, 1, honest - 1, honest + 1, honest + 64, honest * 2, 2 ** 31, 2 ** 32 - 1]) >>> 0,
      true,
    );
    return bytes;
  },
  power(bytes, rng) {
    viewOf(bytes).setUint32(4, rng.pick([0, 5, 6, 7, 10, 11, 16, 30, 31, 32, 63, 64, 2 ** 31]), true);
    return bytes;
  },
  slot(bytes, rng) {
    const view = viewOf(bytes);
    const slots = Math.max(1, Math.ceil(view.getUint32(0, true) / 2 ** Math.min(view.getUint32(4, true), 31)));
    for (let count = 1 + rng.int(3); count > 0; count--) {
      const at = 8 + rng.int(Math.min(slots, (bytes.length - 8) >> 3)) * 8;
      if (at + 8 <= bytes.length)
        view.setBigUint64(at, hostileWord(rng, view.getBigUint64(at, true), bytes.length), true);
    }
    return bytes;
  },
  block(bytes, rng) {
    const view = viewOf(bytes);
    for (let count = 1 + rng.int(4); count > 0; count--) {
      const at = rng.int(Math.max(1, bytes.length - 8));
      if (at + 8 <= bytes.length) view.setBigUint64(at, rng.pick([0n, 1n, 6n, 7n, 2n ** 32n, 2n ** 64n - 1n]), true);
    }
    return bytes;
  },
  bytes(bytes, rng) {
    for (let count = 1 + rng.int(20); count > 0; count--) bytes[rng.int(bytes.length)] = rng.int(256);
    return bytes;
  },
  cut: (bytes, rng) => bytes.slice(0, rng.int(bytes.length + 1)),
  grown: (bytes, rng) => Uint8Array.of(...bytes, ...rng.bytes(rng.int(40))),
};

class Tally {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

/** An answer or a typed error, soon; what is counted is which. */
async function attempt(tally: Tally, call: () => unknown): Promise<void> {
  const started = performance.now();
  try {
    await call();
    tally.add("answered");
  } catch (error) {
    if (!isIndexError(error) || error.code === "POISONED") throw error;
    tally.add(error.code);
  }
  const took = performance.now() - started;
  if (took > callMillisecondsMax) throw new Error(`a call took ${took} ms`);
}

describe("hostile equal-value files", () => {
  it(`answer or fail with a typed error, ${mutationCount} times`, async () => {
    const all = bases();
    const tally = new Tally();
    for (let i = 0; i < mutationCount; i++) {
      const rng = rngOf((seed + i) >>> 0);
      const { file, type } = rng.pick(all);
      let bytes: Uint8Array = file.slice();
      const done: string[] = [];
      for (let count = 1 + rng.int(2); count > 0 && bytes.length >= 16; count--) {
        const name = rng.pick(Object.keys(mutations));
        done.push(name);
        bytes = (mutations[name] as (bytes: Uint8Array, rng: Rng) => Uint8Array)(bytes, rng);
      }
      const expanded = rng.once(4) ? rng.bytes(rng.pick([16, 40, 100, 3_000])) : new Uint8Array(0);
      try {
        await attempt(tally, () => {
          const column = mountEqual(bytes, type, { expanded });
          try {
            const { length } = column;
            for (const at of [0, length - 1, length >> 1, rng.int(length + 1)]) column.get(at);
            if (length < 100_000) column.decode();
            if (length > 0) {
              column.getMany(Uint32Array.of(0, length - 1));
              const value = type === "u64" || type === "i64" ? 7n : 7;
              // A block for slots of millions of values is right, and slow.
              if (column.slots().slotItemCount <= 65_536) column.update(rng.int(length), value);
              column.get(length - 1);
            }
            void [column.metrics, column.slots(), column.expanded];
          } finally {
            column.close();
          }
        });
      } catch (cause) {
        throw new Error(`${cause}\n  mutation ${i}: ${type}, ${done.join(", ")}; repeat with FUZZ_SEED=${seed}`, {
          cause,
        });
      }
    }
    console.log(`outcome: ${[...tally.counts].map(([what, n]) => `${what} ${n}`).join(", ")}`);
    expect(tally.counts.get("answered")).toBeGreaterThan(mutationCount / 20);
    expect(tally.counts.get("CORRUPTION")).toBeGreaterThan(mutationCount / 4);
  });
});

describe("hostile columns of items", () => {
  const layouts: readonly { options: PatchOptions; value: (i: number) => unknown }[] = [
    { options: { type: "string", documentCount: 40, updatable: true }, value: (i) => "é".repeat(i * 3) },
    {
      options: { type: "string", multi: true, nullable: true, compress: "equal", documentCount: 40 },
      value: (i) => Array.from({ length: i % 7 }, (_, k) => "x".repeat(k * i)),
    },
    {
      options: { type: "i32", multi: true, compress: "uniq|equal", updatable: true, documentCount: 40 },
      value: (i) => Int32Array.from({ length: i % 9 }, (_, k) => k - i),
    },
    {
      options: { type: "f32", multi: true, compress: "fp16", fixedCount: 3, documentCount: 40 },
      value: (i) => [i, 0.5, -i],
    },
  ];

  it.each(layouts)(
    "of $options.type, compressed by $options.compress, answer or fail with a typed error",
    async (layout) => {
      const { options, value } = layout;
      const storage = memoryStorage();
      const writer = patchWriter(storage, "a", options);
      for (let i = 0; i < options.documentCount; i++) {
        if (options.nullable && i % 11 === 3) writer.appendNull();
        else writer.appendValue(value(i) as never);
      }
      await writer.close();
      const tally = new Tally();
      for (let i = 0; i < itemMutationCount / layouts.length; i++) {
        const rng = rngOf((seed + i) >>> 0);
        const files = new Map<string, Uint8Array>([...storage.files()].map(([path, bytes]) => [path, bytes.slice()]));
        for (let count = 1 + rng.int(2); count > 0; count--) {
          const [path, bytes] = rng.pick([...files]);
          if (bytes.length >= 16)
            files.set(
              path,
              (mutations[rng.pick(Object.keys(mutations))] as (b: Uint8Array, r: Rng) => Uint8Array)(bytes, rng),
            );
        }
        try {
          await attempt(tally, async () => {
            const column = await openAttribute(readStorage(files), "a", options);
            try {
              for (let doc = 0; doc < column.length; doc++) {
                await attempt(tally, () => column.get(doc));
                if (options.updatable) await attempt(tally, () => column.update(doc, value(7) as never));
              }
            } finally {
              column.close();
            }
          });
        } catch (cause) {
          throw new Error(`${cause}\n  mutation ${i}; repeat with FUZZ_SEED=${seed}`, { cause });
        }
      }
      console.log(`outcome: ${[...tally.counts].map(([what, n]) => `${what} ${n}`).join(", ")}`);
      expect(tally.counts.get("answered")).toBeGreaterThan(itemMutationCount / 2);
      expect(tally.counts.get("CORRUPTION")).toBeGreaterThan(itemMutationCount / 40);
    },
  );
});
