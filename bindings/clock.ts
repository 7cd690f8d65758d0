/**
 * The only place that asks the system for the time. Everything that needs it takes a `Clock`, so that tests set the
 * time by hand and the same input gives the same bytes.
 */

/** Seconds since 1970, an integer in 0 … 2^31 - 1, as record timestamps are stored. */
export type Clock = () => number;

/** Invariant: bit 31 of a stored timestamp marks a tombstone, so a time never uses it. */
const timestampMax = 2 ** 31 - 1;

/** The system's wall clock. It can go backwards; nothing but TTL and default timestamps may rely on it. */
export const systemClock: Clock = () => Math.min(Math.max(Math.floor(Date.now() / 1000), 0), timestampMax);
