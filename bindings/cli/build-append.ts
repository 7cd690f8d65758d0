/** `build --append`: all records in one new version of an index that is there, or none and the index as it was. */

import { isIndexError } from "../errors.js";
import type { KVIndex } from "../index/kv-index.js";
import { type OpenOptions, openIndex } from "../index/open.js";
import { nodeStorage } from "../storage/node.js";
import type { BuildJob } from "./build.js";
import { lookAt } from "./directory.js";
import { reword, usageError } from "./failure.js";
import { type Input, openInput } from "./input.js";
import { readRecords } from "./reading.js";
import type { RecordShape } from "./records.js";
import { Withdrawal } from "./withdrawal.js";

type Index = KVIndex<unknown, unknown>;

/** Adds the records and returns how many there were. */
export async function buildAppend(job: BuildJob): Promise<number> {
  const input = await openInput(job.path, job.format, job.signal);
  const storage = new Withdrawal(nodeStorage(job.location));
  let index: Index | undefined;
  try {
    index = await openForAppend(storage, job);
    const count = await putAll(index, input, shapeFor(index, job), job.signal);
    await index.close();
    return count;
  } catch (cause) {
    input.close();
    // Closing saves what was put: so it must not be able to.
    storage.withdraw(cause);
    await index?.close().catch(() => undefined);
    throw cause;
  }
}

/** One version at the end: until then nobody sees any of it. */
async function putAll(index: Index, input: Input, shape: RecordShape, signal: AbortSignal): Promise<number> {
  return readRecords(input, shape, async (records) => {
    for await (const [key, value] of records) await index.put(key, value);
    signal.throwIfAborted();
    await index.flush();
    return records.count;
  });
}

async function openForAppend(storage: Withdrawal, job: BuildJob): Promise<Index> {
  const { keyType, valueType, havenask, segmentBytes, location } = job;
  const types = havenask ?? { ...(keyType ? { key: keyType } : {}), ...(valueType ? { value: valueType } : {}) };
  try {
    const options = { ...types, createIfMissing: false, ...(segmentBytes ? { writeBufferBytes: segmentBytes } : {}) };
    return (await openIndex(storage, options as OpenOptions)) as Index;
  } catch (cause) {
    if (isIndexError(cause, "NOT_FOUND")) {
      const what = lookAt(location) === "absent" ? `No directory ${location}` : `No index in ${location}`;
      throw reword(cause, `${what}, so there is nothing to add to. Leave out --append to make it.`, {
        directory: location,
      });
    }
    if (isIndexError(cause, "SCHEMA_MISMATCH") && (cause.field === "key" || cause.field === "value")) {
      const { field, expected, got } = cause;
      const option = field === "value" && typeof valueType === "object" ? "--fields" : `--${field}-type`;
      throw reword(
        cause,
        `${option} ${expected} does not fit: ${location} is an index of ${got} ${field}s. Leave ${option} out, or build a new index elsewhere.`,
        { directory: location },
      );
    }
    throw cause;
  }
}

/** An index says itself what its keys and values are. */
function shapeFor({ schema }: Index, { fields, location }: BuildJob): RecordShape {
  if (typeof schema.value !== "string") {
    if (fields.valueField === undefined) return { ...fields, keyType: schema.key, valueType: schema.value };
    throw usageError(`--value is of no use: ${location} is an index of rows, which are made of a record's fields.`, {
      option: "--value",
      directory: location,
    });
  }
  if (schema.value !== "json" && fields.valueField === undefined) {
    throw usageError(
      `--value is missing: ${location} is an index of ${schema.value} values. Name the field they are in.`,
      { option: "--value", directory: location },
    );
  }
  return { ...fields, keyType: schema.key, valueType: schema.value };
}
