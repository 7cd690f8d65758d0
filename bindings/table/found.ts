/** What a lookup found. */

import type { Found } from "./table.js";

/**
 * Holds the value as two numbers and makes the bytes when asked: to allocate them costs more than the lookup, and many
 * callers only want to know the status.
 */
export class FoundValue implements Found {
  readonly status: "ok" | "deleted";
  readonly timestamp: number;
  // Not `#`: a class's hidden fields take longer to fill than the lookup may cost.
  private readonly low: number;
  private readonly high: number;
  private readonly byteLength: number;

  constructor(status: "ok" | "deleted", timestamp: number, low: number, high: number, byteLength: number) {
    this.status = status;
    this.timestamp = timestamp;
    this.low = low;
    this.high = high;
    this.byteLength = byteLength;
  }

  get value(): Uint8Array {
    return bytesOf(this.low, this.high, this.byteLength);
  }
}

/** `byteLength` 1 – 8 little-endian bytes of two 32-bit numbers. */
export function bytesOf(low: number, high: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = i < 4 ? low >>> (i * 8) : high >>> ((i - 4) * 8);
  return bytes;
}
