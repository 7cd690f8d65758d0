/** `n` rounded up to a multiple of `step`, a power of two; exact up to 2^53. */
export function alignUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}
