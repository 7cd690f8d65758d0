/**
 * Segments that Havenask wrote: no version of ours lists them, and no checksums vouch for them. What is in the directory is
 * what there is; `load.ts` believes none of it.
 *
 *     segment_3_level_1/  index/<name>/{ key, value, format_option }   segment_metrics
 *     segment_3_level_1/  shard_0/ …  shard_1/ …                       by the low bits of the hashed key, 2^n of them;
 *                                                                      column_0 … in segments of older releases
 *
 * Called by `index/open.ts`.
 */

import { corruption, formatUnsupported, type IndexError, indexError, invalidOption, overLimit } from "../errors.js";
import { shardCountMax, versionWalkCountMax } from "../limits.js";
import {
  compressInfoSuffix,
  indexFileName,
  parseSegmentName,
  parseShardName,
  parseVersionName,
  regionInfoName,
  segmentMetricsName,
} from "../segment/file-names.js";
import type { SegmentFiles, StoredFile } from "../segment/stored-segment.js";
import type { Storage } from "../storage/storage.js";

const indexDirectory = "index";
/** What is looked for in an index's directory, whatever else is there. */
const readNames: readonly string[] = ["key", "value", `value${compressInfoSuffix}`, "format_option", regionInfoName];

/**
 * The segment in a storage, a directory for each of its shards in their order, or undefined where there is none.
 *
 * NOT_FOUND when the segment has no such index, INVALID_OPTION for a whole partition, FORMAT_UNSUPPORTED for regions,
 * CORRUPTION when shards are missing, LIMIT, IO.
 */
export async function findForeign(storage: Storage, indexName: string): Promise<SegmentFiles[] | undefined> {
  const names = await storage.list("");
  const { location } = storage;
  if (names.includes(indexDirectory)) return [await findFiles(storage, "", indexName)];
  const shards = names.filter((name) => parseShardName(name) !== undefined);
  if (shards.length > 0) {
    const files: SegmentFiles[] = [];
    for (const shard of inOrder(shards, location)) files.push(await findFiles(storage, shard, indexName));
    return files;
  }
  const segments = names.filter((name) => parseSegmentName(name) !== undefined);
  if (segments.length > 0) throw severalSegments(location, segments);
  return undefined;
}

/** Whether the versions in a storage are Havenask's own: then none of ours is among them. */
export async function isPartition(storage: Storage): Promise<boolean> {
  const versions = (await storage.list("")).filter((name) => parseVersionName(name) !== undefined);
  for (const name of versions.slice(0, versionWalkCountMax)) {
    const beginning = await beginningOf(storage, name);
    // Theirs are JSON too; what is none is a damaged one, and may be ours.
    if (beginning === ourBeginning || !beginning.startsWith("{")) return false;
  }
  return versions.length > 0;
}

/** The first bytes of every version file of ours. */
const ourBeginning = '{"format":"indexlib-kv"';

async function beginningOf(storage: Storage, path: string): Promise<string> {
  const file = await storage.open(path);
  try {
    const bytes = new Uint8Array(Math.min(file.byteLength, ourBeginning.length));
    await file.read(0, bytes);
    return String.fromCharCode(...bytes);
  } finally {
    await file.close();
  }
}

/** Shard names by their numbers, which are to be 0 … 2^n - 1, each once. */
function inOrder(names: readonly string[], location: string): string[] {
  const count = names.length;
  if (count > shardCountMax) {
    throw overLimit({ what: "Too many shards", file: location, limit: shardCountMax, got: count });
  }
  const ordered = [...names].sort((a, b) => (parseShardName(a) as number) - (parseShardName(b) as number));
  // Protects: keys of a shard that is missing from being told absent.
  if ((count & (count - 1)) === 0 && ordered.every((name, i) => parseShardName(name) === i)) return ordered;
  throw corruption({
    what: "Shards that are no whole segment",
    file: location,
    expected: "directories 0 … 2^n - 1 of one segment",
    got: ordered.slice(0, 20).join(", "),
  });
}

async function findFiles(storage: Storage, directory: string, indexName: string): Promise<SegmentFiles> {
  const pathOf = (name: string): string => (directory === "" ? name : `${directory}/${name}`);
  const keyName = indexFileName(indexName, "key");
  const folder = keyName.slice(0, -"/key".length);
  const names = (await storage.list(pathOf(folder))).filter((name) => readNames.includes(name));
  if (!names.includes("key")) {
    const found = await storage.list(pathOf(indexDirectory));
    throw absentIndex(pathOf(keyName), indexName, found);
  }
  if (names.includes(regionInfoName)) {
    throw formatUnsupported({
      what: "Several regions in a segment",
      file: pathOf(`${folder}/${regionInfoName}`),
      expected: "one region",
      got: "a table of regions",
      advice: "Only indexes of one region can be read.",
    });
  }
  const listed = names.map((name) => `${folder}/${name}`);
  if ((await storage.list(directory)).includes(segmentMetricsName)) listed.push(segmentMetricsName);
  const files: StoredFile[] = [];
  for (const name of listed) {
    const file = await storage.open(pathOf(name));
    files.push({ name, byteLength: file.byteLength });
    await file.close();
  }
  return { directory, files };
}

function absentIndex(file: string, indexName: string, found: readonly string[]): IndexError {
  return indexError("NOT_FOUND", {
    what: `No index ${indexName} in the segment`,
    file,
    expected: `index/${indexName}/key`,
    got: found.length === 0 ? "no index at all" : `the indexes ${found.slice(0, 20).join(", ")}`,
    advice: "Name the index as the schema does.",
  });
}

function severalSegments(location: string, segments: readonly string[]): IndexError {
  return invalidOption({
    what: "A partition of Havenask's, which opens segment by segment",
    file: location,
    expected: "the directory of one segment",
    got: segments.slice(0, 20).join(", "),
    advice: `Open ${location}/${segments[0]}.`,
  });
}
