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
import type { StoredSegment } from "../segment/stored-segment.js";
import type { Storage } from "../storage/storage.js";

/** Bytes copied out of the space and written at a time: sixteen blocks. */
const transferBytes: number = 1024 * 1024;
const blockBytes: number = 2 ** blockShiftLoaded;

/**
 * Writes segment `id` of level 0. Durable when it returns; after a failure (IO, QUOTA_EXCEEDED …) its files are gone
 * again and the segment can be dumped under another id.
 */
export async function dumpSegment(
  storage: Storage,
  segment: Segment,
  variant: Variant,
  id: number,
): Promise<StoredSegment> {
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
  }
}

/** The metrics of a sealed segment. */
export function measureSegment(segment: Segment, variant: Variant): SegmentMetrics {
  const { table } = variant;
  const { kernel } = segment.space;
  const { keyCount, valueFileBytes } = segment;
  const needed = kernel.tableMemory(table.kind, table.valueBytes, keyCount, table.occupancyPct, 0);
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

/** Takes no memory of the space: a full one must still be dumped. */
class Dump {
  readonly #storage: Storage;
  readonly #space: Space;
  readonly #directory: string;
  readonly #checksums: FileChecksums[] = [];
  readonly files: { name: string; byteLength: number }[] = [];

  constructor(storage: Storage, space: Space, directory: string) {
    this.#storage = storage;
    this.#space = space;
    this.#directory = directory;
  }

  /** Writes one file of pieces in the space, and notes its checksums. */
  async write(name: string, pieces: readonly FilePiece[]): Promise<void> {
    const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const fileIndex = this.#checksums.length;
    const blockHashes = new BigUint64Array(blockCountOf(byteLength, blockShiftLoaded));
    const buffer = new Uint8Array(Math.min(transferBytes, byteLength));
    let block = 0;
    await this.#create(name, async (write) => {
      for (const piece of pieces) {
        for (let at = 0; at < piece.byteLength; at += transferBytes) {
          const ptr = piece.ptr + at;
          const length = Math.min(transferBytes, piece.byteLength - at);
          for (let done = 0; done < length; done += blockBytes, block++) {
            blockHashes[block] = this.#hash(
              ptr + done,
              Math.min(blockBytes, length - done),
              blockSeed(fileIndex, block),
            );
          }
          // Out of the space first: it may grow while they are written, which would pull them away.
          buffer.set(this.#space.bytes.subarray(ptr, ptr + length));
          await write(buffer.subarray(0, length));
        }
      }
    });
    this.#checksums.push({ name, byteLength, blockHashes });
    this.files.push({ name, byteLength });
  }

  /** Writes one file of JavaScript's bytes, likewise. */
  async writeBytes(name: string, bytes: Uint8Array): Promise<void> {
    const { byteLength } = bytes;
    const fileIndex = this.#checksums.length;
    const blockHashes = new BigUint64Array(blockCountOf(byteLength, blockShiftLoaded));
    for (let block = 0; block < blockHashes.length; block++) {
      const part = bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
      blockHashes[block] = this.#space.xxh64(part, blockSeed(fileIndex, block));
    }
    await this.#create(name, (write) => write(bytes));
    this.#checksums.push({ name, byteLength, blockHashes });
    this.files.push({ name, byteLength });
  }

  /** Writes the sidecar and returns its hash. */
  async writeChecksums(typeId: bigint): Promise<string> {
    const xxh64 = this.#space.xxh64.bind(this.#space);
    const bytes = encodeChecksums({ blockShift: blockShiftLoaded, typeId, files: this.#checksums }, xxh64);
    await this.#create(checksumsName, (write) => write(bytes));
    this.files.push({ name: checksumsName, byteLength: bytes.byteLength });
    return hex64(xxh64(bytes, 0n));
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

  #hash(ptr: number, byteLength: number, seed: bigint): bigint {
    return this.#space.attempt((kernel) => kernel.hashXx(ptr, byteLength, seed));
  }
}
