// A bijective 64-bit mix for integer keys, so that strided keys spread over `key % bucketCount` and iteration can
// get the key back (FORMAT.md clause 2.2). Two xor-shifts around two odd multiplications: each step is invertible.

const a: u64 = 0xbf58476d1ce4e5b9;
const b: u64 = 0x94d049bb133111eb;
const aInverse: u64 = 0x96de1b173f119089;
const bInverse: u64 = 0x319642b2d24d8ec3;

export function mix64(key: u64): u64 {
  key = (key ^ (key >> 30)) * a;
  key = (key ^ (key >> 27)) * b;
  return key ^ (key >> 31);
}

export function unmix64(hash: u64): u64 {
  hash = (hash ^ (hash >> 31) ^ (hash >> 62)) * bInverse;
  hash = (hash ^ (hash >> 27) ^ (hash >> 54)) * aInverse;
  return hash ^ (hash >> 30) ^ (hash >> 60);
}
