/**
 * The second that Indexlib gives a document's record: the one of its TTL field where it has one, else that of the message
 * that brought it.
 *
 * Differs: Indexlib clamps to 32 bits, and wraps times before 1970; but tables hold 31, and the highest of them is a
 * mark. Here times after 2038 become the last second there is, and those before 1970 are refused.
 */

import { invalidOption } from "../errors.js";

const microsecondsInSecond = 1_000_000;
/** The highest second that marks neither an empty bucket nor a tombstone. */
const secondMax: number = 2 ** 31 - 2;

/**
 * @param microseconds of the document, since 1970
 * @param ownSeconds of its TTL field; 0 and less say nothing
 */
export function documentSecond(microseconds: number | bigint, ownSeconds = 0): number {
  if (ownSeconds > 0) return Math.min(Math.floor(ownSeconds), secondMax);
  const second = Math.floor(Number(microseconds) / microsecondsInSecond);
  if (second >= 0) return Math.min(second, secondMax);
  throw invalidOption({
    what: "Unusable time of a document",
    expected: "microseconds since 1970",
    got: String(microseconds),
  });
}
