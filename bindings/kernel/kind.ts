/** Numbers of the bucket kinds (`assembly/table/format.ts`). */

export const Kind = {
  plain: 0,
  timestamped: 1,
  offsetShort: 2,
  offset: 3,
} as const;
