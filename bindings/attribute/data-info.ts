/** `data_info` of a column of items: two figures in Indexlib's JSON, blanks and all. */

import { parseFields } from "../segment/json.js";

export const dataInfoName = "data_info";
/** Indexlib writes two or three numbers. */
export const dataInfoBytesMax = 4_096;

export interface DataInfo {
  readonly itemBytesMax: number;
  /** Items written: fewer than documents where equal ones are stored once. */
  readonly itemCount: number;
}

export function encodeDataInfo({ itemBytesMax, itemCount }: DataInfo): Uint8Array {
  return new TextEncoder().encode(`{\n"max_item_length":\n  ${itemBytesMax},\n"uniq_item_count":\n  ${itemCount}\n}`);
}

/** CORRUPTION. */
export function parseDataInfo(bytes: Uint8Array, file: string): DataInfo {
  const fields = parseFields(bytes, file);
  const max = 2 ** 32 - 1;
  return {
    itemBytesMax: fields.integer("max_item_length", 0, max),
    itemCount: fields.integer("uniq_item_count", 0, max),
  };
}
