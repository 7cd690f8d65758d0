/** `build` without `--append`: the whole index, or none and no directory that was not there. */

import { isIndexError } from "../errors.js";
import { type BuildOptions, buildIndex, type Source } from "../index/build.js";
import { createSchema } from "../schema/schema.js";
import { nodeStorage } from "../storage/node.js";
import type { BuildJob } from "./build.js";
import { rememberAbsent } from "./directory.js";
import { reword } from "./failure.js";
import { openInput } from "./input.js";
import { readRecords } from "./reading.js";

/** Builds and returns how many records were read. */
export async function buildNew(job: BuildJob): Promise<number> {
  const { location, havenask, segmentBytes, signal } = job;
  const schema = havenask === undefined ? undefined : createSchema(havenask);
  const { keyType = "string", valueType = "json" } = schema ? { keyType: schema.key, valueType: schema.value } : job;
  const input = await openInput(job.path, job.format, signal);
  const removeMade = rememberAbsent(location);
  try {
    return await readRecords(input, { ...job.fields, keyType, valueType }, async (records) => {
      const types = havenask ?? { key: keyType, value: valueType };
      const options = { ...types, signal, ...(segmentBytes ? { segmentBytes } : {}) } as BuildOptions;
      return (await buildIndex(nodeStorage(location), records as Source<never, never>, options)).recordCount;
    });
  } catch (cause) {
    removeMade();
    throw explainExists(cause, location);
  }
}

function explainExists(cause: unknown, location: string): unknown {
  // Of a single file that is there it says which.
  if (!isIndexError(cause, "EXISTS") || cause.file !== undefined) return cause;
  return reword(cause, `${location} already holds an index. Add to it with --append, or choose another -o.`, {
    directory: location,
  });
}
