/** A writer's life in numbered batches, told to storages that fail; and what must be true afterwards, whatever failed. */

import { isIndexError, type KVIndex, type OpenOptions, open, type Storage } from "../../bindings/node.js";

/** Records of a batch. With this write buffer the middle batches roll over to further segments. */
export const batchCount = 5;
const recordCount = 150;
export const options: OpenOptions<"string", "bytes"> = { key: "string", value: "bytes", writeBufferBytes: 19_000 };

export type Index = KVIndex<string, Uint8Array>;

/** Batch `b` puts its number under all keys that are a multiple of it, and deletes a few of the batch before. */
const keyOf = (i: number): string => `key ${i}`;

function bytesOf(i: number, batch: number): Uint8Array {
  return new Uint8Array(60 + (i % 50)).fill(batch);
}

/** What a key holds after batches 1 … `batch`: the number of the batch that put it last, 0 when it is absent. */
function stateOf(i: number, batch: number): number {
  for (let b = batch; b > 0; b--) {
    if (i % 11 === b) return 0;
    if (i % b === 0) return b;
  }
  return 0;
}

/** Puts and deletes a batch's records. */
export async function putBatch(db: Index, batch: number): Promise<void> {
  for (let i = 0; i < recordCount; i++) {
    if (i % 11 === batch) await db.del(keyOf(i));
    else if (i % batch === 0) await db.put(keyOf(i), bytesOf(i, batch));
  }
}

/** The batch whose state this is, all records of it; throws when it is that of none. */
export function batchOf(db: Index): number {
  // Batch b is seen where the state after b differs from that after b - 1.
  for (let batch = batchCount; batch >= 0; batch--) {
    if (differenceAt(db, batch) === undefined) return batch;
  }
  throw new Error(`the records are of no one batch: ${differenceAt(db, batchCount)}`);
}

function differenceAt(db: Index, batch: number): string | undefined {
  for (let i = 0; i < recordCount; i++) {
    const expected = stateOf(i, batch);
    const value = db.getSync(keyOf(i));
    const got = value === undefined ? 0 : value.length === 60 + (i % 50) ? value[0] : -1;
    if (got !== expected) return `${keyOf(i)} is of batch ${got}, not ${expected}`;
  }
  return undefined;
}

/** What a run has seen: batches asked to be saved, acknowledged, and whether its outcome became unknown. */
export interface Course {
  attempted: number;
  acknowledged: number;
  isPoisoned: boolean;
  /** Failures the caller was told of. */
  readonly codes: string[];
}

/** Codes a failing storage may bring to the surface. */
const expectedCodes = new Set(["IO", "QUOTA_EXCEEDED", "POISONED"]);

function note(course: Course, error: unknown): void {
  if (!isIndexError(error) || !expectedCodes.has(error.code)) throw error;
  course.codes.push(error.code);
  if (error.code === "POISONED") course.isPoisoned = true;
}

/**
 * Puts and flushes all batches on a storage that may fail, and closes; `heal` is called after the first failure of a
 * flush, and the flush tried again: then it must succeed and save everything.
 */
export async function live(storage: Storage, heal?: () => void): Promise<Course> {
  const course: Course = { attempted: 0, acknowledged: 0, isPoisoned: false, codes: [] };
  let db: Index;
  try {
    db = await open(storage, options);
  } catch (error) {
    note(course, error);
    return course;
  }
  let isClosed = false;
  try {
    for (let batch = 1; batch <= batchCount; batch++) {
      await putAll(db, batch, course);
      course.attempted = batch;
      try {
        await db.flush();
        course.acknowledged = batch;
      } catch (error) {
        note(course, error);
        // Nothing put is lost from sight, whatever failed.
        expectBatch(db, batch);
        if (heal === undefined || course.isPoisoned) continue;
        heal();
        await db.flush();
        course.acknowledged = batch;
      }
      expectBatch(db, batch);
    }
    isClosed = true;
    await db.close();
    course.acknowledged = course.attempted;
  } catch (error) {
    note(course, error);
  } finally {
    if (!isClosed) await db.close().catch((error: unknown) => note(course, error));
  }
  return course;
}

/** Puts a batch; a put that has to wait for a failing dump fails too, and is tried until it is in. */
async function putAll(db: Index, batch: number, course: Course): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await putBatch(db, batch);
      return;
    } catch (error) {
      note(course, error);
      // A storage that stays broken lets no more writes in than memory may hold: flush says so too.
      if (attempt === 3) throw error;
    }
  }
}

function expectBatch(db: Index, batch: number): void {
  const difference = differenceAt(db, batch);
  if (difference !== undefined) throw new Error(`in the open index ${difference}`);
}

/**
 * Opens the healthy storage again: the state is the last acknowledged one or the one in flight, nothing else is left on
 * the storage, and it can be written. Returns the batch found.
 */
export async function reopen(storage: Storage, course: Course): Promise<number> {
  const db = await open(storage, options);
  const batch = batchOf(db);
  if (batch < course.acknowledged || batch > course.attempted) {
    throw new Error(`batch ${batch} came back; ${course.acknowledged} was acknowledged, ${course.attempted} attempted`);
  }
  await db.put("after", new Uint8Array([1]));
  await db.flush();
  await db.close();
  await expectNoOrphans(storage);
  return batch;
}

/** No unfinished file is on the storage, and no segment that no version file lists. */
export async function expectNoOrphans(storage: Storage): Promise<void> {
  const names = await storage.list("");
  const listed = new Set<string>();
  for (const name of names.filter((other) => /^version\.\d+$/.test(other))) {
    const file = await storage.open(name);
    const bytes = new Uint8Array(file.byteLength);
    await file.read(0, bytes);
    await file.close();
    const { segments } = JSON.parse(new TextDecoder().decode(bytes)) as { segments: { name: string }[] };
    for (const segment of segments) listed.add(segment.name);
  }
  const orphans = names.filter((name) => name.endsWith(".tmp") || (name.startsWith("segment_") && !listed.has(name)));
  if (orphans.length > 0) throw new Error(`left behind: ${orphans.join(", ")}`);
}
