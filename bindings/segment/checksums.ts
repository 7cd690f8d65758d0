/**
 * `checksums`: the sidecar of a segment. One XXH64 for each block of each file, so that a reader can check what it
 * reads and nothing else: 8 bytes for 64 KiB. Little-endian.
 *
 *         0        1        2        3        4        5        6        7
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *   0 |   89       Z        K        S        0D       0A       1A       0A   |  catches text-mode damage
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *   8 |          format version = 1       |            blockShift             |  16 = 64 KiB, 12 = 4 KiB
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *  16 |             fileCount             |       algorithm: 1 = XXH64        |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *  24 |                        blockCount of all files                        |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *  32 |                                typeId                                 |  what kind of key and value files
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *  40 |                                 size                                  |  first file
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |                               fileHash                                |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |            firstBlock             |    nameLen      |    flags = 0    |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |                       name, zeros up to 8 bytes                       |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |                               next file                               |
 *     :                                                                       :
 *     |                              blockHash[]                              |  all files, in their order
 *     :                                                                       :
 *     |                         XXH64 of all before, seed 0                   |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |   0A       1A       0A       0D       S        K        Z        89   |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *
 * Block b of a file is its bytes from b << blockShift on, the last one what is left; a file of no bytes has no blocks.
 * blockHash = XXH64(block, seed = fileIndex << 32 | blockIndex), both counted from 0, the block within its file. The
 * seed binds a hash to its place: a block that was swapped, moved or read from elsewhere fails.
 * fileHash = XXH64(blockHash[] of the file, then its size as u64, seed = fileIndex): it is the file's root, and needs
 * no second pass over the data.
 */

import { corruption, formatUnsupported, type IndexError, indexError, overLimit } from "../errors.js";
import { checksumsBytesMax, segmentFileCountMax } from "../limits.js";
import { pathFault } from "../storage/storage.js";
import { hex64 } from "./json.js";

/** XXH64 of `bytes`; the kernel supplies it. */
export type Xxh64 = (bytes: Uint8Array, seed: bigint) => bigint;

/** The hashes of one file, by its path in the segment. */
export interface FileChecksums {
  readonly name: string;
  readonly byteLength: number;
  /** One for each block; see {@link blockCountOf}. */
  readonly blockHashes: BigUint64Array;
}

export interface Checksums {
  /** log2 of the bytes in a block: 16 or 12. */
  readonly blockShift: number;
  /** What kind of key and value files these are; the schema's business. */
  readonly typeId: bigint;
  /** At most 64. */
  readonly files: readonly FileChecksums[];
}

/** Blocks for reading whole files, and for reading single records. */
export const blockShiftLoaded = 16;
export const blockShiftPaged = 12;

const magic = 0x0a1a0a0d534b5a89n;
const magicReversed = 0x895a4b530d0a1a0an;
const formatVersion = 1;
const algorithmXxh64 = 1;

const formatVersionAt: number = 0 + 8;
const blockShiftAt: number = formatVersionAt + 4;
const fileCountAt: number = blockShiftAt + 4;
const algorithmAt: number = fileCountAt + 4;
const blockCountAt: number = algorithmAt + 4;
const typeIdAt: number = blockCountAt + 8;
const headerBytes: number = typeIdAt + 8;

const fileHashAt: number = 0 + 8;
const firstBlockAt: number = fileHashAt + 8;
const nameLenAt: number = firstBlockAt + 4;
const flagsAt: number = nameLenAt + 2;
const fileEntryBytes: number = flagsAt + 2;

const blockHashBytes = 8;
const trailerBytes: number = 8 + 8;

const utf8 = new TextEncoder();

/** Number of blocks in a file of `byteLength` bytes. */
export function blockCountOf(byteLength: number, blockShift: number): number {
  return Math.ceil(byteLength / 2 ** blockShift);
}

/** Seed for the hash of block `blockIndex` (within its file) of file `fileIndex` (within the sidecar). */
export function blockSeed(fileIndex: number, blockIndex: number): bigint {
  return (BigInt(fileIndex) << 32n) | BigInt(blockIndex);
}

/** The root of a file: XXH64 of its block hashes and its size in bytes. */
export function fileHash(blockHashes: BigUint64Array, byteLength: number, fileIndex: number, xxh64: Xxh64): bigint {
  const bytes = new Uint8Array((blockHashes.length + 1) * blockHashBytes);
  const view = new DataView(bytes.buffer);
  blockHashes.forEach((hash, index) => {
    view.setBigUint64(index * blockHashBytes, hash, true);
  });
  view.setBigUint64(blockHashes.length * blockHashBytes, BigInt(byteLength), true);
  return xxh64(bytes, BigInt(fileIndex));
}

/** The sidecar's bytes. LIMIT, or INVALID_VALUE for what {@link parseChecksums} would refuse. */
export function encodeChecksums(checksums: Checksums, xxh64: Xxh64): Uint8Array {
  const { files, blockShift, typeId } = checksums;
  const names = files.map(({ name }) => utf8.encode(name));
  checkEncodable(checksums);
  const blockCount = files.reduce((sum, { blockHashes }) => sum + blockHashes.length, 0);
  const entriesBytes = names.reduce((sum, name) => sum + fileEntryBytes + paddedBytes(name.length), 0);
  const byteLength = headerBytes + entriesBytes + blockCount * blockHashBytes + trailerBytes;
  if (byteLength > checksumsBytesMax) throw tooLong("checksums", byteLength);

  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, magic, true);
  view.setUint32(formatVersionAt, formatVersion, true);
  view.setUint32(blockShiftAt, blockShift, true);
  view.setUint32(fileCountAt, files.length, true);
  view.setUint32(algorithmAt, algorithmXxh64, true);
  view.setBigUint64(blockCountAt, BigInt(blockCount), true);
  view.setBigUint64(typeIdAt, typeId, true);
  let at = headerBytes;
  let firstBlock = 0;
  files.forEach((file, fileIndex) => {
    const name = names[fileIndex] as Uint8Array;
    view.setBigUint64(at, BigInt(file.byteLength), true);
    view.setBigUint64(at + fileHashAt, fileHash(file.blockHashes, file.byteLength, fileIndex, xxh64), true);
    view.setUint32(at + firstBlockAt, firstBlock, true);
    view.setUint16(at + nameLenAt, name.length, true);
    bytes.set(name, at + fileEntryBytes);
    at += fileEntryBytes + paddedBytes(name.length);
    firstBlock += file.blockHashes.length;
  });
  for (const { blockHashes } of files) {
    for (const hash of blockHashes) {
      view.setBigUint64(at, hash, true);
      at += blockHashBytes;
    }
  }
  view.setBigUint64(at, xxh64(bytes.subarray(0, at), 0n), true);
  view.setBigUint64(at + 8, magicReversed, true);
  return bytes;
}

/**
 * The hashes in a sidecar, all counts and lengths checked; `file` is named in failures.
 *
 * Fails with CORRUPTION, FORMAT_UNSUPPORTED (whole, but of a later format) or LIMIT.
 */
export function parseChecksums(bytes: Uint8Array, xxh64: Xxh64, file = "checksums"): Checksums {
  const view = checkFrame(bytes, xxh64, file);
  const blockShift = view.getUint32(blockShiftAt, true);
  const fileCount = view.getUint32(fileCountAt, true);
  if (fileCount > segmentFileCountMax) {
    throw overLimit({ what: "Too many files", file, offset: fileCountAt, limit: segmentFileCountMax, got: fileCount });
  }
  const entries: FileEntry[] = [];
  const seen = new Set<string>();
  const end = bytes.length - trailerBytes;
  let at = headerBytes;
  let blockCount = 0;
  for (let fileIndex = 0; fileIndex < fileCount; fileIndex++) {
    const entry = parseEntry(bytes, view, at, end, file);
    // Protects: a reader that finds hashes by name, on file systems where `Key` and `key` are one.
    if (seen.has(entry.name.toLowerCase())) throw wrong(file, at, "another file name", entry.name);
    seen.add(entry.name.toLowerCase());
    if (entry.firstBlock !== blockCount) throw wrong(file, at + firstBlockAt, blockCount, entry.firstBlock);
    blockCount += blockCountOf(entry.byteLength, blockShift);
    entries.push(entry);
    at = entry.end;
  }
  const declared = view.getBigUint64(blockCountAt, true);
  if (declared !== BigInt(blockCount)) throw wrong(file, blockCountAt, `${blockCount} blocks`, declared);
  // Protects: the allocation of the hashes. blockCount is at most 64 files of 2^53 bytes, exact in a number.
  if (blockCount * blockHashBytes !== end - at)
    throw wrong(file, at, `${blockCount} block hashes`, `${end - at} bytes`);
  const files = entries.map((entry, fileIndex) => {
    const blockHashes = new BigUint64Array(blockCountOf(entry.byteLength, blockShift));
    const start = at;
    for (let block = 0; block < blockHashes.length; block++) {
      blockHashes[block] = view.getBigUint64(at, true);
      at += blockHashBytes;
    }
    const root = fileHash(blockHashes, entry.byteLength, fileIndex, xxh64);
    if (root !== entry.root) throw wrong(file, start, `hash ${hex64(entry.root)} of ${entry.name}`, hex64(root));
    return { name: entry.name, byteLength: entry.byteLength, blockHashes };
  });
  return { blockShift, typeId: view.getBigUint64(typeIdAt, true), files };
}

interface FileEntry {
  readonly name: string;
  readonly byteLength: number;
  readonly root: bigint;
  readonly firstBlock: number;
  /** Where the next entry begins. */
  readonly end: number;
}

/** Checks all that can be said before the entries are read: magic, own hash, format. */
function checkFrame(bytes: Uint8Array, xxh64: Xxh64, file: string): DataView {
  if (bytes.length > checksumsBytesMax) throw tooLong(file, bytes.length);
  // Protects: every fixed offset below.
  if (bytes.length < headerBytes + trailerBytes) {
    throw wrong(file, 0, `at least ${headerBytes + trailerBytes} bytes`, bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getBigUint64(0, true);
  if (first !== magic) throw wrong(file, 0, `the magic ${hex64(magic)}`, hex64(first));
  const last = view.getBigUint64(bytes.length - 8, true);
  if (last !== magicReversed) throw wrong(file, bytes.length - 8, `the magic ${hex64(magicReversed)}`, hex64(last));
  const hashAt = bytes.length - trailerBytes;
  const hash = xxh64(bytes.subarray(0, hashAt), 0n);
  const stored = view.getBigUint64(hashAt, true);
  if (hash !== stored) throw wrong(file, hashAt, `the hash ${hex64(hash)}`, hex64(stored));

  // From here on the bytes are what somebody wrote; only their meaning can be wrong.
  const version = view.getUint32(formatVersionAt, true);
  if (version !== formatVersion) throw unknown(file, formatVersionAt, `format version ${formatVersion}`, version);
  const algorithm = view.getUint32(algorithmAt, true);
  if (algorithm !== algorithmXxh64) throw unknown(file, algorithmAt, `algorithm ${algorithmXxh64}`, algorithm);
  const shift = view.getUint32(blockShiftAt, true);
  if (!isBlockShift(shift)) throw unknown(file, blockShiftAt, "block shift 12 or 16", shift);
  return view;
}

function parseEntry(bytes: Uint8Array, view: DataView, at: number, end: number, file: string): FileEntry {
  if (at + fileEntryBytes > end) throw wrong(file, at, `${fileEntryBytes} bytes of a file entry`, `${end - at} bytes`);
  const size = view.getBigUint64(at, true);
  // Protects: block counts and sums, which are numbers.
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong(file, at, "a size below 2^53", size);
  const nameLen = view.getUint16(at + nameLenAt, true);
  const flags = view.getUint16(at + flagsAt, true);
  if (flags !== 0) throw unknown(file, at + flagsAt, "no flags", flags);
  const nameAt = at + fileEntryBytes;
  const entryEnd = nameAt + paddedBytes(nameLen);
  if (entryEnd > end) throw wrong(file, nameAt, `a name of ${nameLen} bytes`, `${end - nameAt} bytes`);
  if (bytes.subarray(nameAt + nameLen, entryEnd).some((byte) => byte !== 0)) {
    throw wrong(file, nameAt + nameLen, "zeros after the name", "other bytes");
  }
  // Latin-1 keeps every byte, so a name that is not plain ASCII fails the rule for names instead of being repaired.
  const name = String.fromCharCode(...bytes.subarray(nameAt, Math.min(nameAt + nameLen, nameAt + nameShownBytesMax)));
  const fault = nameLen > nameShownBytesMax ? `a path of at most ${nameShownBytesMax} bytes` : pathFault(name);
  if (fault !== undefined) throw wrong(file, nameAt, fault, JSON.stringify(name));
  return {
    name,
    byteLength: Number(size),
    root: view.getBigUint64(at + fileHashAt, true),
    firstBlock: view.getUint32(at + firstBlockAt, true),
    end: entryEnd,
  };
}

/** Longest path in a sidecar. */
const nameShownBytesMax = 1_024;

function checkEncodable({ files, blockShift, typeId }: Checksums): void {
  if (files.length > segmentFileCountMax) {
    throw overLimit({ what: "Too many files in a segment", limit: segmentFileCountMax, got: files.length });
  }
  if (!isBlockShift(blockShift)) throw unusable("block shift", "12 or 16", blockShift);
  if (BigInt.asUintN(64, typeId) !== typeId) throw unusable("type id", "a u64", typeId);
  const seen = new Set<string>();
  for (const { name, byteLength, blockHashes } of files) {
    const fault = name.length > nameShownBytesMax ? "a shorter path" : pathFault(name);
    if (fault !== undefined) throw unusable("file name", fault, JSON.stringify(name));
    if (seen.has(name.toLowerCase())) throw unusable("file name", "each name once", name);
    seen.add(name.toLowerCase());
    if (!Number.isSafeInteger(byteLength) || byteLength < 0) throw unusable("file size", "a byte count", byteLength);
    const blockCount = blockCountOf(byteLength, blockShift);
    if (blockHashes.length !== blockCount) throw unusable("block hashes", `${blockCount} of them`, blockHashes.length);
  }
}

const isBlockShift = (shift: number): boolean => shift === blockShiftLoaded || shift === blockShiftPaged;
const paddedBytes = (nameLen: number): number => Math.ceil(nameLen / 8) * 8;

type Fact = string | number | bigint;

function wrong(file: string, offset: number, expected: Fact, got: Fact): IndexError {
  return corruption({ what: "Damaged checksums", file, offset, expected, got });
}

function unknown(file: string, offset: number, expected: Fact, got: Fact): IndexError {
  return formatUnsupported({ what: "Checksums of an unknown format", file, offset, expected, got });
}

function unusable(what: string, expected: Fact, got: Fact): IndexError {
  return indexError("INVALID_VALUE", { what: `Unusable ${what}`, expected, got });
}

function tooLong(file: string, got: number): IndexError {
  return overLimit({ what: "Too many bytes of checksums", file, limit: checksumsBytesMax, got });
}
