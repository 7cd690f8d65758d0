/** Numbers of the table kinds (`assembly/table/format.ts`): a bucket, plus `keyShort` and `cuckoo` where they hold. */

export const Kind = {
  plain: 0,
  timestamped: 1,
  offsetShort: 2,
  offset: 3,
  compact: 4,
  region: 5,
  regionTimestamped: 6,
  keyShort: 8,
  cuckoo: 16,
} as const;

/** The table of one of Indexlib's variants, in the words of the design. */
export interface TableWords {
  readonly kind: "dense" | "cuckoo";
  readonly keyBytes: 8 | 4;
  readonly bucket: "plain" | "compact" | "timestamped" | "offset" | "region" | "regionTimestamped";
  /** Bytes of a value 1 … 8, of an offset 4 or 8, of a region word 8. */
  readonly valueBytes: number;
}

export function kindOf({ kind, keyBytes, bucket, valueBytes }: TableWords): number {
  const offset = valueBytes === 4 ? Kind.offsetShort : Kind.offset;
  return (
    (bucket === "offset" ? offset : Kind[bucket]) +
    (keyBytes === 4 ? Kind.keyShort : 0) +
    (kind === "cuckoo" ? Kind.cuckoo : 0)
  );
}

/** How the kernel knows keys (`assembly/read/form.ts`): integers mixed or as they are, bytes compared or by their hash alone. */
export const KeyForm = { integer: 0, exact: 1, hashed: 2, identity: 3 } as const;
