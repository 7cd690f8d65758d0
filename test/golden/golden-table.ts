/** What the golden tests share: a table of the manifest, its variant, and values as Indexlib packs them. */

import type { Table, Variant } from "../../bindings/table.js";
import { hexOf } from "../support/golden.js";

export interface GoldenTable {
  readonly name: string;
  readonly table: "dense" | "cuckoo";
  readonly key_bytes: 8 | 4;
  readonly value_type: string;
  readonly compact_bucket: boolean;
  readonly bucket_bytes: number;
  readonly occupancy_pct: number;
  readonly may_stretch: boolean;
  readonly capacity_request: number;
  readonly ops: string;
  readonly deletes_applied: boolean;
  readonly CapacityToTableMemory: number;
  readonly CapacityToBuildMemory: number;
  readonly bucket_count: number;
  readonly Capacity: number;
  readonly Size: number;
  readonly DeleteCount: number;
  readonly IsFull: 0 | 1;
  readonly MemoryUse: number;
  readonly shrink_ok: 0 | 1;
  readonly shrink_bucket_count: number;
  readonly shrink_MemoryUse: number;
  readonly nu_hash_func: number;
  readonly files: {
    readonly build: string;
    readonly shrink: string;
    readonly find: string;
    readonly iter: string;
    readonly short_offset?: string;
    /** There where upstream's shrinking revived deletions: what its shrunk file answers. */
    readonly shrink_find?: string;
  };
}

/** The variant of a table of the manifest. */
export function variantOf(golden: GoldenTable): Variant {
  const [, name, bytes] = /^(ts0_|ts_off|ts_|off)(\d)B$/.exec(golden.value_type) ?? [];
  const plain = golden.compact_bucket ? "compact" : "plain";
  const bucket = { ts0_: plain, ts_: "timestamped", ts_off: "timestamped", off: "offset" }[name ?? ""];
  if (bucket === undefined) throw new Error(`${golden.name}: value type ${golden.value_type}`);
  return {
    kind: golden.table,
    keyBytes: golden.key_bytes,
    bucket: bucket as Variant["bucket"],
    valueBytes: Number(bytes),
    occupancyPct: golden.occupancy_pct,
    mayStretch: golden.may_stretch,
  };
}

/** Low bytes of a payload. */
export function lowBytes({ valueBytes }: Variant, payload: string | number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(payload), true);
  return bytes.subarray(0, valueBytes);
}

/** A record's value as Indexlib packs it into a bucket. */
export function packed(
  { bucket }: Variant,
  { value, timestamp, deleted }: { value: Uint8Array; timestamp: number; deleted: boolean },
): string {
  if (bucket !== "timestamped") return hexOf(value);
  const state = new Uint8Array(4);
  new DataView(state.buffer).setUint32(0, (deleted ? 0x8000_0000 : 0) + timestamp, true);
  return hexOf(state) + hexOf(value);
}

/** A u64 of a key file's header. */
export function headerNumber(table: Table, at: number): number {
  const bytes = table.bytes();
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));
}
