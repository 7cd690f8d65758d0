/**
 * Copies of bytes for a caller. V8 keeps up to 64 bytes of a typed array in its own heap; beyond, each array gets memory
 * from the system, which costs four times a lookup. So longer copies share buffers of 16 KiB, as Node's small Buffers do:
 * a copy's `buffer` may hold other copies too, and lives as long as any of them.
 */

const heapBytesMax = 64;
const poolBytes: number = 16 * 1024;
/** Longer copies get a buffer of their own, so that little is wasted and little is kept alive. */
const pooledBytesMax: number = poolBytes / 8;

let pool = new ArrayBuffer(poolBytes);
let used = 0;

/** A copy of `byteLength` bytes at `at`. */
export function copyBytes(bytes: Uint8Array, at: number, byteLength: number): Uint8Array {
  if (byteLength <= heapBytesMax || byteLength > pooledBytesMax) return bytes.slice(at, at + byteLength);
  if (used + byteLength > poolBytes) {
    pool = new ArrayBuffer(poolBytes);
    used = 0;
  }
  const copy = new Uint8Array(pool, used, byteLength);
  copy.set(bytes.subarray(at, at + byteLength));
  // Aligned, so that a caller may lay a view of wider elements over it.
  used += Math.ceil(byteLength / 8) * 8;
  return copy;
}
