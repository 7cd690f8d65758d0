// XXH64 as its specification puts it, in BigInt: slow, and not the kernel's, so that tests of what is hashed do not
// rest on the code that hashes. checksums.test.ts compares it with another implementation.

const mask = (1n << 64n) - 1n;
const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;

const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask;
const round = (lane: bigint, input: bigint): bigint => (rotate((lane + input * prime2) & mask, 31n) * prime1) & mask;

export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    const lanes = [seed + prime1 + prime2, seed + prime2, seed, seed - prime1].map((lane) => lane & mask);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        lanes[lane] = round(lanes[lane] as bigint, view.getBigUint64(at + 8 * lane, true));
      }
    }
    hash = lanes.reduce((sum, lane, index) => sum + rotate(lane, [1n, 7n, 12n, 18n][index] as bigint), 0n) & mask;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * prime1 + prime4) & mask;
  } else {
    hash = (seed + prime5) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4) & mask;
  }
  if (at + 4 <= bytes.length) {
    const word = (BigInt(view.getUint32(at, true)) * prime1) & mask;
    hash = (rotate(hash ^ word, 23n) * prime2 + prime3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = (rotate(hash ^ ((BigInt(bytes[at] as number) * prime5) & mask), 11n) * prime1) & mask;
  }
  hash = ((hash ^ (hash >> 33n)) * prime2) & mask;
  hash = ((hash ^ (hash >> 29n)) * prime3) & mask;
  return hash ^ (hash >> 32n);
}
