/** What the table's tests share: every kind, values of numbers, keys by number. */

import type { Table, Variant } from "../../../bindings/table.js";
import { rngOf } from "../../support/rng.js";

export const emptyMark = 0xffff_ffff_ffff_feffn;
export const deletedMark = 0xffff_ffff_ffff_fdffn;

/** Every kind of table, by name; its values of 4 bytes, or 8 where offsets are that long. */
export function kindsOf(kind: Variant["kind"]): readonly (readonly [string, Variant])[] {
  const buckets = [
    ["plain", 4],
    ["compact", 4],
    ["timestamped", 4],
    ["offset", 4],
    ["offset", 8],
  ] as const;
  return ([8, 4] as const).flatMap((keyBytes) =>
    buckets.map(([bucket, valueBytes]) => {
      const name = `${kind}, ${keyBytes}-byte keys, ${bucket} of ${valueBytes} bytes`;
      return [name, { kind, keyBytes, bucket, valueBytes }] as const;
    }),
  );
}

/** A value's bytes in a table of this variant. */
export function bytesOf({ valueBytes }: Variant, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes.subarray(0, valueBytes);
}

/** The number stored under a key, or its state. */
export function valueIn(table: Table, key: bigint): number | string {
  const { status, value } = table.find(key);
  return status === "ok"
    ? Buffer.from(value as Uint8Array).readUIntLE(0, Math.min(4, table.variant.valueBytes))
    : status;
}

/** `count` different keys, different in their low halves too. */
export function keysOf(count: number, seed: number): bigint[] {
  const rng = rngOf(seed);
  const keys = new Map<bigint, bigint>();
  while (keys.size < count) {
    const key = rng.u64();
    keys.set(key & 0xffff_ffffn, key);
  }
  return [...keys.values()];
}

/** A u64 of a table's key file. */
export function headerNumber(table: Table, at: number): number {
  const bytes = table.bytes();
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));
}
