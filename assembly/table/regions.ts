// Counting a table's keys by region, for the `region_info` of a dump. Takes no memory of the space: a full one must still be
// dumped.

import { Status } from "../status";
import { regionIdMax, regionIdOf } from "../value/pack";
import { Table } from "./format";
import { seat } from "./seat";
import { tableLook } from "./walk";

const countsBytes: i32 = 16384;
/** A u32 for every region there can be. */
const counts: usize = memory.data(countsBytes, 8);

/** Address of the counts of used buckets, region 0 first; of a table with region words. */
export function countRegions(table: Table): usize {
  memory.fill(counts, 0, (<usize>regionIdMax + 1) << 2);
  for (let i: u64 = 0; i < table.bucketCount; ++i) {
    if (tableLook(table, i) == Status.ABSENT) continue;
    const at = counts + ((<usize>regionIdOf(load<u64>(seat.valuePtr))) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  return counts;
}
