/** `n` rounded up to a multiple of `step`, a power of two; for sizes and addresses below 2^31. */
export function alignUp(n: number, step: number): number {
  return (n + step - 1) & -step;
}
