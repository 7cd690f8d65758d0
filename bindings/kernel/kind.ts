/** Numbers of the table kinds (`assembly/table/format.ts`): a bucket, plus `keyShort` and `cuckoo` where they hold. */

export const Kind = {
  plain: 0,
  timestamped: 1,
  offsetShort: 2,
  offset: 3,
  compact: 4,
  keyShort: 8,
  cuckoo: 16,
} as const;
