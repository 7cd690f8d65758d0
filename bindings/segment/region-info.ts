/**
 * `index/<name>/region_info`: how many keys each region of a shared index has in a segment. Indexlib's file and field names.
 *
 *     {"region_infos":[{"region_id":0,"item_count":7},{"region_id":1,"item_count":0}]}
 *
 * Every region once, in order of its id; deletions count as keys do.
 */

import { overLimit } from "../errors.js";
import { regionInfoBytesMax } from "../limits.js";
import { encodeJson, parseFields } from "./json.js";

/** @param counts of region 0, 1, … */
export function encodeRegionInfo(counts: readonly number[]): Uint8Array {
  return encodeJson({ region_infos: counts.map((count, regionId) => ({ region_id: regionId, item_count: count })) });
}

/**
 * The counts in a file of an index with `regionCount` regions. CORRUPTION when it does not list each of them once, or LIMIT
 * past 256 KiB; `file` is named in failures.
 */
export function parseRegionInfo(bytes: Uint8Array, regionCount: number, file = "region_info"): number[] {
  if (bytes.length > regionInfoBytesMax) {
    throw overLimit({ what: "Too many bytes", file, limit: regionInfoBytesMax, got: bytes.length });
  }
  const fields = parseFields(bytes, file);
  const infos = fields.objects("region_infos", regionCount);
  if (infos.length !== regionCount) throw fields.fault("region_infos", `${regionCount} regions`, infos.length);
  return infos.map((info, regionId) => {
    info.integer("region_id", regionId, regionId);
    return info.integer("item_count");
  });
}
