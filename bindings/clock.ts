/**
 * The only place that asks the system for the time. Everything that needs it takes a `Clock`, so that tests set the
 * time by hand and the same input gives the same bytes.
 */

import { invalidOption } from "./errors.js";

/** Seconds since 1970, an integer in 0 … 2^31 - 2, as record timestamps are stored. */
export type Clock = () => number;

/** Invariant: bit 31 of a stored timestamp marks a tombstone, and all others set an empty bucket. */
const timestampMax: number = 2 ** 31 - 2;

/** The system's wall clock. It can go backwards; nothing but TTL and default timestamps may rely on it. */
export const systemClock: Clock = () => Math.min(Math.max(Math.floor(Date.now() / 1000), 0), timestampMax);

/** A timestamp a caller or a clock gave, as it can be stored. INVALID_OPTION. */
export function checkTimestamp(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= timestampMax) return seconds;
  throw invalidOption({
    what: "Unusable timestamp",
    expected: `whole seconds of 0 … ${timestampMax}`,
    got: String(seconds),
  });
}
