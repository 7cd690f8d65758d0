/**
 * Dumping a sealed segment: its table and records, which already lie in memory as they will in the files, go out block
 * by block, each hashed on its way; then the small files, then the checksums of all.
 */

import type { FilePiece, Segment } from "../kernel/segment.js";
import type { Space } from "../kernel/space.js";
import type { Variant } from "../schema/schema.js";
import {
  blockCountOf,
  blockSeed,
  blockShiftLoaded,
  encodeChecksums,
  type FileChecksums,
} from "../segment/checksums.js";
import { checksumsName, indexFileName, segmentMetricsName, segmentName } from "../segment/file-names.js";
import { encodeFormatOption } from "../segment/format-option.js";
import { hex64 } from "../segment/json.js";
import { encodeMetrics, type SegmentMetrics } from "../segment/metrics.js";
import type { Storage } from "../storage/storage.js";

/** Bytes copied out of the space and written at a time: sixteen blocks. */
const transferBytes: number = 1024 * 1024;
const hashesBytes: number = (transferBytes / 2 ** blockShiftLoaded) * 8;

/** What a version file says of a segment. */
export interface DumpedSegment {
  readonly id: number;
  readonly level: number;
  /** XXH64 of the sidecar, 16 hex digits. */
  readonly checksums: string;
  readonly files: readonly { readonly name: string; readonly byteLength: number }[];
}

/**
 * Writes segment `id` of level 0. Durable when it returns; after a failure (IO, QUOTA_EXCEEDED …) its files are gone
 * again and the segment can be dumped under another id.
 */
export async function dumpSegment(
  storage: Storage,
  segment: Segment,
  variant: Variant,
  id: number,
): Promise<DumpedSegment> {
  const directory = segmentName(id, 0);
  const dump = new Dump(storage, segment.space, directory);
  try {
    const { name } = variant.schema;
    await dump.write(indexFileName(name, "key"), segment.keyFilePieces());
    if (!variant.table.inline) await dump.write(indexFileName(name, "value"), segment.valueFilePieces());
    const formatOption = encodeFormatOption({ isShortOffset: !variant.table.inline, usesCompactBucket: false });
    await dump.writeBytes(indexFileName(name, "format_option"), formatOption);
    await dump.writeBytes(segmentMetricsName, encodeMetrics(measureSegment(segment, variant), name));
    const checksums = await dump.writeChecksums(variant.typeId);
    await storage.syncDirectory(directory);
    return { id, level: 0, checksums, files: dump.files };
  } catch (cause) {
    // What is left behind is an orphan, which the next writer's cleaning removes.
    await storage.remove(directory).catch(() => undefined);
    throw cause;
  } finally {
    dump.close();
  }
}

/** The metrics of a sealed segment. */
export function measureSegment(segment: Segment, variant: Variant): SegmentMetrics {
  const { table } = variant;
  const { kernel } = segment.space;
  const { keyCount, valueFileBytes } = segment;
  const needed = kernel.tableBytes(table.kind, table.valueBytes, kernel.tableBucketCount(keyCount, table.occupancyPct));
  const memoryUse = needed + valueFileBytes;
  return {
    memoryUse,
    keyValueRatio: table.inline ? 1 : needed / memoryUse,
    keyMemoryUse: needed,
    occupancyPct: table.occupancyPct,
    keyCount,
    deletedKeyCount: segment.deletedKeyCount,
    valueMemoryUse: valueFileBytes,
    valueCompressRatio: 1,
    timestampMax: segment.timestampMax,
    recordCount: keyCount,
  };
}

class Dump {
  readonly #storage: Storage;
  readonly #space: Space;
  readonly #directory: string;
  readonly #checksums: FileChecksums[] = [];
  readonly #buffer = new Uint8Array(transferBytes);
  readonly #hashes: number;
  readonly files: { name: string; byteLength: number }[] = [];

  constructor(storage: Storage, space: Space, directory: string) {
    this.#storage = storage;
    this.#space = space;
    this.#directory = directory;
    this.#hashes = space.allocate(hashesBytes, `dumping ${directory}`);
  }

  /** Writes one file of pieces in the space, and notes its checksums. */
  async write(name: string, pieces: readonly FilePiece[]): Promise<void> {
    const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const fileIndex = this.#checksums.length;
    const blockHashes = new BigUint64Array(blockCountOf(byteLength, blockShiftLoaded));
    let block = 0;
    await this.#create(name, async (write) => {
      for (const piece of pieces) {
        for (let at = 0; at < piece.byteLength; at += transferBytes) {
          const ptr = piece.ptr + at;
          const length = Math.min(transferBytes, piece.byteLength - at);
          this.#hash(ptr, length, blockSeed(fileIndex, block), blockHashes, block);
          block += blockCountOf(length, blockShiftLoaded);
          // Out of the space first: it may grow while they are written, which would pull them away.
          this.#buffer.set(this.#space.bytes.subarray(ptr, ptr + length));
          await write(this.#buffer.subarray(0, length));
        }
      }
    });
    this.#checksums.push({ name, byteLength, blockHashes });
    this.files.push({ name, byteLength });
  }

  /** Writes one file of JavaScript's bytes, likewise. */
  async writeBytes(name: string, bytes: Uint8Array): Promise<void> {
    const ptr = this.#space.allocate(bytes.byteLength, `dumping ${this.#directory}`);
    try {
      this.#space.bytes.set(bytes, ptr);
      await this.write(name, [{ ptr, byteLength: bytes.byteLength }]);
    } finally {
      this.#space.free(ptr);
    }
  }

  /** Writes the sidecar and returns its hash. */
  async writeChecksums(typeId: bigint): Promise<string> {
    const xxh64 = this.#space.xxh64.bind(this.#space);
    const bytes = encodeChecksums({ blockShift: blockShiftLoaded, typeId, files: this.#checksums }, xxh64);
    await this.#create(checksumsName, (write) => write(bytes));
    this.files.push({ name: checksumsName, byteLength: bytes.byteLength });
    return hex64(xxh64(bytes, 0n));
  }

  close(): void {
    this.#space.free(this.#hashes);
  }

  async #create(name: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
    const file = await this.#storage.create(`${this.#directory}/${name}`);
    try {
      await fill((bytes) => file.write(bytes));
      await file.finish();
    } catch (cause) {
      await file.abandon();
      throw cause;
    }
  }

  #hash(ptr: number, byteLength: number, seed: bigint, into: BigUint64Array, block: number): void {
    this.#space.kernel.checksumBlocks(ptr, byteLength, seed, this.#hashes);
    const first = this.#hashes >>> 3;
    into.set(this.#space.longs.subarray(first, first + blockCountOf(byteLength, blockShiftLoaded)), block);
  }
}
