/**
 * Key files read as FORMAT.md puts them, bucket by bucket, without the library: every kind of table. It trusts its bytes and
 * is slow; what it says of a file is what any other reader would say.
 */

import { murmur64a } from "./hashes.js";

export interface Layout {
  /** Dense if not given. */
  readonly kind?: "dense" | "cuckoo";
  /** 8 if not given. */
  readonly keyBytes?: 8 | 4;
  readonly bucket: "plain" | "compact" | "timestamped" | "offset";
  readonly valueBytes: number;
}

export interface DecodedBucket {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly key: bigint;
  readonly deleted: boolean;
  /** `valueBytes` of them, of a deleted key too. */
  readonly value: Uint8Array;
  /** Seconds; 0 in a kind without. */
  readonly timestamp: number;
}

export interface DecodedTable {
  readonly bucketCount: number;
  readonly keyCount: number;
  /** Of a cuckoo table; else 0. */
  readonly hashCount: number;
  readonly stretchBytes: number;
  /** Used buckets and slots, as they lie. */
  readonly used: readonly DecodedBucket[];
}

const emptyMark = 0xffff_ffff_ffff_feffn;
const deletedMark = 0xffff_ffff_ffff_fdffn;
const seedStep = 816_922_183n;
const blockBuckets = 4;

function roundUp4(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** Bytes of a bucket, clause 3.2. */
export function bucketBytesOf({ keyBytes = 8, bucket, valueBytes }: Layout): number {
  if (bucket === "plain") return keyBytes + roundUp4(Math.max(keyBytes, valueBytes));
  return keyBytes + (bucket === "timestamped" ? roundUp4(4 + valueBytes) : valueBytes);
}

export function headerBytesOf({ kind }: Layout): number {
  return kind === "cuckoo" ? 64 : 16;
}

/** Clauses 3.1 – 3.6. Also checks what they promise: the size, the number of keys, that each key can be found. */
export function decodeTable(bytes: Uint8Array, layout: Layout): DecodedTable {
  const { kind = "dense", keyBytes = 8, bucket, valueBytes } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isCuckoo = kind === "cuckoo";
  const headerBytes = headerBytesOf(layout);
  const bucketCount = Number(view.getBigUint64(isCuckoo ? 8 : 0, true));
  const keyCount = Number(view.getBigUint64(isCuckoo ? 16 : 8, true));
  const hashCount = isCuckoo ? view.getUint8(1) : 0;
  const stretchBytes = isCuckoo ? Number(view.getBigUint64(24, true)) : 0;
  const stride = bucketBytesOf(layout);
  const slotCount = bucket === "plain" || bucket === "compact" ? 2 : 0;
  const size = headerBytes + (bucketCount + slotCount) * stride;
  if (size !== bytes.length) throw new Error(`${bytes.length} bytes, expected ${size}`);

  const states = Array.from({ length: bucketCount }, (_, i) => decodeBucket(view, headerBytes + i * stride, layout));
  const used = states.filter((state) => state !== undefined);
  for (let slot = 0; slot < slotCount; slot++) {
    const offset = headerBytes + (bucketCount + slot) * stride;
    const word = keyAt(view, offset, keyBytes);
    if (word === 0n) continue;
    const value = bytes.slice(offset + keyBytes, offset + keyBytes + valueBytes);
    const key = cut(slot === 0 ? emptyMark : deletedMark, keyBytes);
    used.push({ offset, key, deleted: word === 1n, value, timestamp: 0 });
  }

  if (used.length !== keyCount) throw new Error(`${used.length} used buckets, the header says ${keyCount}`);
  const seen = new Set<bigint>();
  states.forEach((state, index) => {
    if (state === undefined) return;
    if (seen.has(state.key)) throw new Error(`key ${state.key} lies there twice`);
    seen.add(state.key);
    for (const at of isCuckoo
      ? blocksWay(state.key, keyBytes, bucketCount, hashCount)
      : denseWay(state.key, bucketCount)) {
      if (at === index) return;
      if (states[at] === undefined) break;
    }
    throw new Error(`no probe reaches key ${state.key} in bucket ${index}`);
  });
  return { bucketCount, keyCount, hashCount, stretchBytes, used };
}

function* denseWay(key: bigint, bucketCount: number): Iterable<number> {
  const home = Number(key % BigInt(bucketCount));
  for (let i = 0; i < bucketCount; i++) yield (home + i) % bucketCount;
}

function* blocksWay(key: bigint, keyBytes: 8 | 4, bucketCount: number, hashCount: number): Iterable<number> {
  for (let f = 0; f < hashCount; f++) {
    const block = Number((cuckooHash(key, keyBytes, f) & 0xffff_ffffn) % BigInt(bucketCount / blockBuckets));
    for (let i = 0; i < blockBuckets; i++) yield block * blockBuckets + i;
  }
}

/** Clause 3.6: the hash of function `f`, cut to the key's width. */
export function cuckooHash(key: bigint, keyBytes: 8 | 4, f: number): bigint {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, key, true);
  return cut(murmur64a(bytes.subarray(0, keyBytes), seedStep * BigInt(f)), keyBytes);
}

function cut(key: bigint, keyBytes: 8 | 4): bigint {
  return BigInt.asUintN(keyBytes * 8, key);
}

function keyAt(view: DataView, offset: number, keyBytes: 8 | 4): bigint {
  return keyBytes === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}

function decodeBucket(
  view: DataView,
  offset: number,
  { keyBytes = 8, bucket, valueBytes }: Layout,
): DecodedBucket | undefined {
  const restAt = offset + keyBytes;
  const valueAt = bucket === "timestamped" ? restAt + 4 : restAt;
  const value = new Uint8Array(view.buffer, view.byteOffset + valueAt, valueBytes).slice();
  const key = keyAt(view, offset, keyBytes);
  if (bucket === "plain" || bucket === "compact") {
    if (key === cut(emptyMark, keyBytes)) return undefined;
    if (bucket === "plain" && key === cut(deletedMark, keyBytes)) {
      return { offset, key: keyAt(view, restAt, keyBytes), deleted: true, value, timestamp: 0 };
    }
    return { offset, key, deleted: false, value, timestamp: 0 };
  }
  if (bucket === "timestamped") {
    const state = view.getUint32(restAt, true);
    if (state === 0x7fff_ffff) return undefined;
    return { offset, key, deleted: state >= 0x8000_0000, value, timestamp: state & 0x7fff_ffff };
  }
  const short = valueBytes === 4;
  const at = short ? BigInt(view.getUint32(restAt, true)) : view.getBigUint64(restAt, true);
  const top = short ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
  return at === top ? undefined : { offset, key, deleted: at === top - 1n, value, timestamp: 0 };
}
