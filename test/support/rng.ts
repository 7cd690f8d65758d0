/** Seeded random numbers for tests: the same seed gives the same run, and a failing run says its seed. */

export interface Rng {
  readonly seed: number;
  /** A whole number of 0 … `below` - 1. */
  int(below: number): number;
  /** Whether, with chance 1 of `of`. */
  once(of: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(count: number): Uint8Array<ArrayBuffer>;
  u64(): bigint;
}

/** mulberry32: 32 bits of state, good enough to choose test cases. */
export function rngOf(seed: number): Rng {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    seed,
    int: (below) => Math.floor((next() / 2 ** 32) * below),
    once: (of) => next() % of === 0,
    pick: (items) => items[Math.floor((next() / 2 ** 32) * items.length)] as (typeof items)[number],
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    u64: () => (BigInt(next()) << 32n) | BigInt(next()),
  };
}

/** The seed of environment variable `name`, else a fresh one; printed, so that any run can be repeated. */
export function seedFrom(name: string): number {
  const given = process.env[name];
  const seed = given === undefined ? (Math.random() * 2 ** 32) >>> 0 : Number(given) >>> 0;
  console.log(`${name}=${seed}`);
  return seed;
}

/** Runs `action`; what it throws gets the way to repeat it. */
export async function withSeed(name: string, seed: number, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n  repeat with ${name}=${seed}`, { cause });
  }
}
