/** What an index says of itself. */

import type { Segment } from "../kernel/segment.js";
import type { Schema } from "../schema/schema.js";

/** Figures of an open index; sizes in bytes. */
export interface IndexStats {
  readonly schema: Schema;
  /** Number of the version last published; 0 for a segment of Havenask's, which has none. */
  readonly version: number;
  readonly segmentCount: number;
  /** Keys with a record in each segment, deletions among them, summed: a key in two segments counts twice. */
  readonly recordCount: number;
  /** Records that are not in the version yet. */
  readonly unsavedCount: number;
  readonly keyFileBytes: number;
  readonly valueFileBytes: number;
  /** Linear memory in use by this index. */
  readonly memoryBytes: number;
}

/** Sums over all segments of an index, oldest first; the version lists the first `savedCount` of them. */
export function figuresOf(
  segments: readonly Segment[],
  savedCount: number,
): Omit<IndexStats, "schema" | "version" | "memoryBytes"> {
  const sum = (list: readonly Segment[], pick: (segment: Segment) => number): number =>
    list.reduce((total, segment) => total + pick(segment), 0);
  return {
    segmentCount: segments.length,
    recordCount: sum(segments, (segment) => segment.keyCount),
    unsavedCount: sum(segments.slice(savedCount), (segment) => segment.keyCount),
    keyFileBytes: sum(segments, (segment) => segment.keyFileBytes),
    valueFileBytes: sum(segments, (segment) => segment.valueFileBytes),
  };
}
