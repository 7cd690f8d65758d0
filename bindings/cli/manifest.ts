/** What an index holds, from its version file and the metrics of its segments: nothing is loaded, so any size is at once. */

import { basename, resolve } from "node:path";
import { IndexError } from "../errors.js";
import { newestVersion, openIndex } from "../index/open.js";
import { VersionStore } from "../index/version.js";
import { Space } from "../kernel/space.js";
import { segmentMetricsBytesMax } from "../limits.js";
import { type HavenaskSchemaOptions, matchSchema, readSchema, type Schema } from "../schema/schema.js";
import { indexFileName, segmentMetricsName, segmentName, versionName } from "../segment/file-names.js";
import { parseMetrics } from "../segment/metrics.js";
import { nodeStorage } from "../storage/node.js";
import { readWhole, type Storage } from "../storage/storage.js";

export interface SegmentSummary {
  readonly name: string;
  /** Keys, deleted ones among them; 0 where a segment does not say. */
  readonly keyCount: number;
  readonly deletedKeyCount: number;
  readonly keyFileBytes: number;
  readonly valueFileBytes: number;
  /** Bytes of all its files. */
  readonly byteLength: number;
}

export interface IndexSummary {
  /** Absent for a segment of Havenask's. */
  readonly version?: number;
  readonly schema: Schema;
  /** Oldest first. */
  readonly segments: readonly SegmentSummary[];
}

/**
 * The newest whole version of the index in `location`; by a Havenask configuration also a segment of Havenask's, which is
 * loaded for it. NOT_FOUND, CORRUPTION, FORMAT_UNSUPPORTED, LIMIT, IO.
 */
export async function summarize(location: string, havenask?: HavenaskSchemaOptions): Promise<IndexSummary> {
  const storage = nodeStorage(location);
  const space = new Space();
  try {
    const stored = await newestVersion(storage, havenask ?? {}, new VersionStore(storage, space.xxh64.bind(space)));
    if (stored === undefined && havenask !== undefined) return await summarizeForeign(storage, havenask);
    if (stored === undefined) throw new IndexError("NOT_FOUND", `${location} holds no index.`);
    const schema = readSchema(stored.schema, stored.index, versionName(stored.version));
    if (havenask !== undefined) matchSchema(schema, havenask, location);
    const segments: SegmentSummary[] = [];
    for (const { id, level, files } of stored.segments) {
      const name = segmentName(id, level);
      const bytesOf = (file: string): number => files.find((at) => at.name === file)?.byteLength ?? 0;
      const metrics = await readMetrics(storage, name, schema.name);
      segments.push({
        name,
        keyCount: metrics?.keyCount ?? 0,
        deletedKeyCount: metrics?.deletedKeyCount ?? 0,
        keyFileBytes: bytesOf(indexFileName(schema.name, "key")),
        valueFileBytes: bytesOf(indexFileName(schema.name, "value")),
        byteLength: files.reduce((sum, file) => sum + file.byteLength, 0),
      });
    }
    return { version: stored.version, schema, segments };
  } finally {
    space.dispose();
  }
}

/** All shards of it as one. */
async function summarizeForeign(storage: Storage, havenask: HavenaskSchemaOptions): Promise<IndexSummary> {
  const index = await openIndex(storage, { ...havenask, readOnly: true });
  const { schema, recordCount: keyCount, keyFileBytes, valueFileBytes } = index.stats();
  await index.close();
  const name = basename(resolve(storage.location));
  const byteLength = keyFileBytes + valueFileBytes;
  return { schema, segments: [{ name, keyCount, deletedKeyCount: 0, keyFileBytes, valueFileBytes, byteLength }] };
}

/** The sum of a figure over all segments. */
export function total({ segments }: IndexSummary, figure: Exclude<keyof SegmentSummary, "name">): number {
  return segments.reduce((sum, segment) => sum + segment[figure], 0);
}

async function readMetrics(
  storage: Storage,
  segment: string,
  indexName: string,
): Promise<ReturnType<typeof parseMetrics>> {
  const path = `${segment}/${segmentMetricsName}`;
  return parseMetrics(await readWhole(storage, path, segmentMetricsBytesMax), indexName, path);
}
