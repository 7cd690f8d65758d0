/** The segment directory of `assembly/read/directory.ts`: the list of segments, newest first, that one lookup asks. */

import type { Segment } from "./segment.js";
import type { Space } from "./space.js";

const headerBytes = 8;
const entryBytes = 8;

/** An immutable list; it holds its segments until it is closed. */
export class Directory {
  readonly space: Space;
  readonly segments: readonly Segment[];
  readonly ptr: number;

  /**
   * @param segments newest first
   * @param newestWins whether an older segment may hold a record that wins by its timestamp; else the first found ends
   * the search. MEMORY_LIMIT
   */
  constructor(space: Space, form: number, segments: readonly Segment[], newestWins: boolean, where: string) {
    this.space = space;
    this.ptr = space.allocate(headerBytes + entryBytes * segments.length, where);
    this.segments = segments.map((segment) => segment.hold());
    const { words } = space;
    let at = this.ptr >>> 2;
    words[at++] = form;
    words[at++] = segments.length;
    // From the oldest on, the newest timestamp so far.
    const older: number[] = [];
    for (let i = segments.length - 1, newest = 0; i >= 0; i--) {
      older[i] = newest;
      if (newestWins) newest = Math.max(newest, (segments[i] as Segment).timestampMax);
    }
    for (const [i, segment] of segments.entries()) {
      words[at++] = segment.ptr;
      words[at++] = older[i] as number;
    }
  }

  close(): void {
    this.space.free(this.ptr);
    for (const segment of this.segments) segment.release();
  }
}
