/**
 * Value files and whole indexes read as FORMAT.md puts them, without the library; key files in `decode-table.ts`. It trusts
 * its bytes and is slow; what it says of a file is what any other reader would say.
 */

import { decodeTable } from "./decode-table.js";
import { murmur64a, unmix64, xxh64 } from "./hashes.js";

export { decodeTable } from "./decode-table.js";

/** Clause 4.1: the prefix of `count`, also of Indexlib's null. */
export function lengthPrefix(count: number): Uint8Array {
  if (count <= 0x3f) return Uint8Array.of(count);
  if (count <= 0x3fff) return Uint8Array.of(0x40 | (count >> 8), count & 0xff);
  if (count <= 0x3f_ffff) return Uint8Array.of(0x80 | (count >> 16), (count >> 8) & 0xff, count & 0xff);
  return Uint8Array.of(0xc0 | (count >> 24), (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff);
}

/** What stands at `offset` of a value file, without its prefix. */
export function decodeStored(file: Uint8Array, offset: number): Uint8Array {
  const first = file[offset] as number;
  const prefixLen = (first >> 6) + 1;
  let count = first & 0x3f;
  for (let i = 1; i < prefixLen; i++) count = count * 256 + (file[offset + i] as number);
  const end = offset + prefixLen + count;
  if (end > file.length) throw new Error(`a record of ${count} bytes at ${offset} ends behind the file`);
  return file.subarray(offset + prefixLen, end);
}

export interface DecodedRecord {
  /** Raw bytes of a string or bytes key; an integer. */
  readonly key: Uint8Array | bigint;
  readonly deleted: boolean;
  /** Raw bytes; empty when deleted. */
  readonly value: Uint8Array;
  readonly timestamp: number;
}

export interface DecodedIndex {
  readonly version: number;
  readonly schema: Readonly<Record<string, unknown>>;
  /** Records of each segment, oldest segment first. */
  readonly segments: readonly (readonly DecodedRecord[])[];
}

const numberBytes: Readonly<Record<string, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
};
const signedKeys = new Set(["i32", "i64"]);

/** The newest version of an index among its files, by path. */
export function decodeIndex(files: ReadonlyMap<string, Uint8Array>): DecodedIndex {
  const versions = [...files.keys()].flatMap((path) => /^version\.(\d+)$/.exec(path)?.[1] ?? []).map(Number);
  const version = Math.max(...versions);
  const manifest = JSON.parse(new TextDecoder().decode(files.get(`version.${version}`)));
  const { schema, index, segments } = manifest;
  return {
    version,
    schema,
    segments: segments.map(({ name }: { name: string }) => {
      const file = (leaf: string): Uint8Array => {
        const bytes = files.get(`${name}/index/${index}/${leaf}`);
        if (bytes === undefined) throw new Error(`${name} has no ${leaf}`);
        return bytes;
      };
      return decodeSegment(schema, file);
    }),
  };
}

function decodeSegment(
  schema: { key: string; value: string; exact: boolean; timestamps: boolean; hashSeed: string },
  file: (leaf: string) => Uint8Array,
): DecodedRecord[] {
  const width = schema.exact ? 0 : (numberBytes[schema.value] ?? 0);
  const bucket = schema.timestamps ? "timestamped" : width > 0 ? "plain" : "offset";
  const { used } = decodeTable(file("key"), { bucket, valueBytes: width || 4 });
  return used.map((found) => {
    const { timestamp } = found;
    const at = new DataView(found.value.buffer);
    if (schema.exact) {
      if (found.deleted) throw new Error("a tombstone among exact keys");
      return {
        ...decodeExact(decodeStored(file("value"), at.getUint32(0, true)), found.key, schema.hashSeed),
        timestamp,
      };
    }
    const key = unmix64(found.key);
    const value = found.deleted
      ? new Uint8Array(0)
      : width > 0
        ? found.value
        : decodeStored(file("value"), at.getUint32(0, true));
    return { key: signedKeys.has(schema.key) ? BigInt.asIntN(64, key) : key, deleted: found.deleted, value, timestamp };
  });
}

/** Clause 4.2; and 2.3: the bucket's hash is the key's under one of eight salts. */
function decodeExact(body: Uint8Array, hash: bigint, hashSeed: string): Omit<DecodedRecord, "timestamp"> {
  const head = body[0] as number;
  if ((head & 0x40) !== 0) throw new Error("the reserved bit is set");
  const isLong = (head & 0x3f) === 63;
  const keyAt = isLong ? 3 : 1;
  const keyLen = isLong ? (body[1] as number) | ((body[2] as number) << 8) : head & 0x3f;
  const key = body.slice(keyAt, keyAt + keyLen);
  if (key.length !== keyLen) throw new Error(`a key of ${keyLen} bytes in a record of ${body.length}`);
  const seed = BigInt(hashSeed);
  const hashes = [murmur64a(key, seed)];
  for (let salt = 1n; salt < 8n; salt++) hashes.push(xxh64(key, BigInt.asUintN(64, seed + salt)));
  if (!hashes.includes(hash)) throw new Error("a bucket's hash is not its record's key's");
  return { key, deleted: (head & 0x80) !== 0, value: body.slice(keyAt + keyLen) };
}
