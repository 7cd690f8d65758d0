/**
 * Dumping a segment: its table and records, which already lie in memory as they will in the files, go out block by
 * block, each hashed on its way; then the small files, then the checksums of all. The value file of a segment that is
 * still building may go ahead, slice by slice: what is in a full slice never changes.
 */

import type { FilePiece, Segment } from "../kernel/segment.js";
import type { Space } from "../kernel/space.js";
import type { Variant } from "../schema/variant.js";
import { blockSeed, blockShiftLoaded, encodeChecksums, type FileChecksums } from "../segment/checksums.js";
import { checksumsName, indexFileName, segmentMetricsName, segmentName } from "../segment/file-names.js";
import { encodeFormatOption } from "../segment/format-option.js";
import { hex64 } from "../segment/json.js";
import { encodeMetrics, type SegmentMetrics } from "../segment/metrics.js";
import { encodeRegionInfo } from "../segment/region-info.js";
import type { StoredSegment } from "../segment/stored-segment.js";
import type { Storage, WriteFile } from "../storage/storage.js";

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
  const dump = new SegmentDump(storage, segment.space, variant, id);
  try {
    return await dump.finish(segment);
  } catch (cause) {
    await dump.abandon();
    throw cause;
  }
}

/** Place of a file among the checksums. */
const keyFileIndex = 0;
const valueFileIndex = 1;

/**
 * One segment on its way to storage. Takes no memory of the space: a full one must still be dumped. After a failure only
 * `abandon` is of use.
 */
export class SegmentDump {
  readonly #storage: Storage;
  readonly #space: Space;
  readonly #variant: Variant;
  readonly #id: number;
  readonly #directory: string;
  readonly #files: FileDump[] = [];
  #value: FileDump | undefined;

  constructor(storage: Storage, space: Space, variant: Variant, id: number) {
    this.#storage = storage;
    this.#space = space;
    this.#variant = variant;
    this.#id = id;
    this.#directory = segmentName(id, 0);
  }

  /** Starts to write the value file's full slices, and waits for those before the last one. */
  async advance(building: Segment): Promise<void> {
    if (this.#variant.table.inline) return;
    // What is left of the last slice will hold more records.
    for (const piece of building.valueFilePieces(this.#value?.byteLength)) {
      if (piece.byteLength === building.sliceBytes) await (await this.#valueFile()).append(piece);
    }
  }

  /** Writes whatever is not written yet of the sealed segment, and makes all of it durable. */
  async finish(segment: Segment): Promise<StoredSegment> {
    const { name } = this.#variant.schema;
    const { inline } = this.#variant.table;
    const key = await this.#create(indexFileName(name, "key"), keyFileIndex);
    for (const piece of segment.keyFilePieces()) await key.append(piece);
    if (!inline) {
      const value = await this.#valueFile();
      for (const piece of segment.valueFilePieces(value.byteLength)) await value.append(piece);
    }
    const small = async (path: string, bytes: Uint8Array): Promise<void> => {
      const file = await this.#create(path, this.#files.length);
      await file.appendBytes(bytes);
    };
    await small(indexFileName(name, "format_option"), encodeFormatOption(this.#variant.formatOption));
    const { regionCount } = this.#variant.form;
    if (regionCount > 0) {
      await small(indexFileName(name, "region_info"), encodeRegionInfo(segment.regionKeyCounts(regionCount)));
    }
    await small(segmentMetricsName, encodeMetrics(measureSegment(segment, this.#variant), name));

    const inOrder = this.#files.sort((a, b) => a.index - b.index);
    const checksums: FileChecksums[] = [];
    for (const file of inOrder) checksums.push(await file.finish());
    const xxh64 = this.#space.xxh64.bind(this.#space);
    const { typeId } = this.#variant;
    const bytes = encodeChecksums({ blockShift: blockShiftLoaded, typeId, files: checksums }, xxh64);
    await small(checksumsName, bytes);
    await (this.#files.at(-1) as FileDump).finish();
    await this.#storage.syncDirectory(this.#directory);
    const files = this.#files.map(({ name: path, byteLength }) => ({ name: path, byteLength }));
    return { id: this.#id, level: 0, checksums: hex64(xxh64(bytes, 0n)), files };
  }

  /** Gives up; never throws. What cannot be removed is an orphan, which the next writer's cleaning removes. */
  async abandon(): Promise<void> {
    for (const file of this.#files) await file.abandon();
    await this.#storage.remove(this.#directory).catch(() => undefined);
  }

  async #valueFile(): Promise<FileDump> {
    this.#value ??= await this.#create(indexFileName(this.#variant.schema.name, "value"), valueFileIndex);
    return this.#value;
  }

  async #create(name: string, index: number): Promise<FileDump> {
    const file = new FileDump(this.#space, name, index, await this.#storage.create(`${this.#directory}/${name}`));
    this.#files.push(file);
    return file;
  }
}

/** One file on its way: one transfer is being written while the next is hashed and copied. */
class FileDump {
  readonly #space: Space;
  readonly name: string;
  readonly index: number;
  readonly #file: WriteFile;
  readonly #blockHashes: bigint[] = [];
  byteLength = 0;
  #finished = false;
  /** The transfer under way; what it fails with is thrown by whoever waits for it. */
  #writing: Promise<void> = Promise.resolve();
  /** Its bytes, and those of the one before, which may be filled again. */
  #buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  constructor(space: Space, name: string, index: number, file: WriteFile) {
    this.#space = space;
    this.name = name;
    this.index = index;
    this.#file = file;
  }

  /** Appends a piece of the space; all pieces before were whole blocks. Returns when its last transfer has begun. */
  async append(piece: FilePiece): Promise<void> {
    for (let at = 0; at < piece.byteLength; at += transferBytes) {
      const ptr = piece.ptr + at;
      const length = Math.min(transferBytes, piece.byteLength - at);
      for (let done = 0; done < length; done += blockBytes) {
        const bytes = Math.min(blockBytes, length - done);
        this.#hash((seed) => this.#space.attempt((kernel) => kernel.hashXx(ptr + done, bytes, seed)));
      }
      // Out of the space first: it may grow while they are written, which would pull them away.
      const [filled, free] = this.#buffers;
      const buffer = free.byteLength < length ? new Uint8Array(length) : free;
      buffer.set(this.#space.bytes.subarray(ptr, ptr + length));
      this.#buffers = [buffer, filled];
      await this.#write(buffer.subarray(0, length));
    }
  }

  /** Appends JavaScript's bytes, likewise. */
  async appendBytes(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += blockBytes) {
      this.#hash((seed) => this.#space.xxh64(bytes.subarray(at, at + blockBytes), seed));
    }
    await this.#write(bytes);
  }

  /** Makes the file durable and gives its checksums. */
  async finish(): Promise<FileChecksums> {
    await this.#writing;
    await this.#file.finish();
    this.#finished = true;
    return { name: this.name, byteLength: this.byteLength, blockHashes: BigUint64Array.from(this.#blockHashes) };
  }

  async abandon(): Promise<void> {
    await this.#writing.catch(() => undefined);
    if (!this.#finished) await this.#file.abandon();
  }

  #hash(hashOf: (seed: bigint) => bigint): void {
    this.#blockHashes.push(BigInt.asUintN(64, hashOf(blockSeed(this.index, this.#blockHashes.length))));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.byteLength += bytes.byteLength;
    await this.#writing;
    this.#writing = this.#file.write(bytes);
    this.#writing.catch(() => undefined);
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
