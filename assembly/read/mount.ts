// Loading a segment: bytes a binding has read into regions become a segment that lookups can use in place.

import { regionAllocate, regionFree } from "../memory";
import { Status } from "../status";
import { probeCountMax } from "../table/format";
import { tableTag } from "../table/table";
import { arenaMount, arenaOpen } from "../value/arena";
import { Form } from "./form";
import { Segment, segmentBytes } from "./segment";

/** The segment the newest successful mount made. */
let mounted: usize = 0;

export function mountedSegment(): usize {
  return mounted;
}

/**
 * Mounts untrusted bytes: a key file of exactly `keyFileBytes` in region `keyFile`, and a value file likewise (0 and 0
 * when values lie in the buckets). On OK the segment owns both regions; otherwise they stay the caller's.
 */
export function segmentMount(
  form: Form,
  kind: u32,
  valueBytes: u32,
  keyFile: usize,
  keyFileBytes: u64,
  valueFile: usize,
  valueFileBytes: u64,
  timestampMax: u32,
): u32 {
  const ptr = regionAllocate(segmentBytes);
  if (ptr == 0) return Status.NO_MEMORY;
  const segment = changetype<Segment>(ptr);
  segment.form = form;
  segment.timestampMax = timestampMax;
  segment.deletedRecords = 0;
  segment.budgetBytes = 0;
  segment.table.describe(keyFile, kind, valueBytes, 0, probeCountMax);
  let status = segment.table.mount(keyFileBytes, true);
  if (status == Status.OK) {
    if (valueFile == 0) arenaOpen(segment.arena);
    else status = arenaMount(segment.arena, valueFile, valueFileBytes);
  }
  if (status != Status.OK) {
    regionFree(ptr);
    return status;
  }
  tableTag(segment.table);
  mounted = ptr;
  return Status.OK;
}
