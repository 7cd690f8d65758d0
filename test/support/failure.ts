/** What a call fails with, for tests of errors. */

import { type IndexError, isIndexError } from "../../bindings/errors.js";

/** The IndexError of a call; anything else it does fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<IndexError> {
  const error = await call.then(
    () => new Error("nothing failed"),
    (cause: unknown) => cause,
  );
  if (isIndexError(error)) return error;
  throw error;
}
