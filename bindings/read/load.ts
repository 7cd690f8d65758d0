/**
 * Loading a segment: its files are read into regions of the space, checked against the checksums while they are still in
 * cache, and mounted where they lie. Nothing a file says is believed before it is checked, with checksums or without.
 */

import { corruption, isIndexError } from "../errors.js";
import { Segment, type TableShape } from "../kernel/segment.js";
import type { Space } from "../kernel/space.js";
import { checksumsBytesMax, formatOptionBytesMax, regionInfoBytesMax, segmentMetricsBytesMax } from "../limits.js";
import { compressedValues } from "../schema/table-variant.js";
import type { Variant } from "../schema/variant.js";
import { blockCountOf, blockSeed, blockShiftLoaded, type Checksums, parseChecksums } from "../segment/checksums.js";
import { checksumsName, compressInfoSuffix, indexFileName, segmentMetricsName } from "../segment/file-names.js";
import { parseFormatOption } from "../segment/format-option.js";
import { hex64 } from "../segment/json.js";
import { parseMetrics } from "../segment/metrics.js";
import { parseRegionInfo } from "../segment/region-info.js";
import type { SegmentFiles } from "../segment/stored-segment.js";
import { readWhole, type Storage } from "../storage/storage.js";

/**
 * `open`: every file is hashed once when it is loaded, so that any changed byte is CORRUPTION. `none`: only the
 * structure is checked, on loading and at each lookup; a changed value may then be returned.
 */
export type Verify = "open" | "none";

/** Bytes read, and then hashed, at a time: they fit into a second-level cache. */
const transferBytes: number = 512 * 1024;
const hashesBytes: number = (transferBytes / 2 ** blockShiftLoaded) * 8;

/** A search that does not know a segment's newest timestamp may not stop before it. */
const timestampUnknown = 0x7fff_ffff;

/** Loads and mounts one segment. CORRUPTION, FORMAT_UNSUPPORTED, MEMORY_LIMIT, LIMIT, NOT_FOUND, IO. */
export async function loadSegment(
  storage: Storage,
  space: Space,
  form: number,
  variant: Variant,
  listed: SegmentFiles,
  verify: Verify,
): Promise<Segment> {
  const loader = new Loader(storage, space, listed);
  try {
    if (verify === "open") await loader.readChecksums(variant);
    const { name } = variant.schema;
    const table = await loader.tableOf(indexFileName(name, "format_option"), variant);
    const { regionCount } = variant.form;
    if (regionCount > 0) await loader.checkRegions(indexFileName(name, "region_info"), regionCount);
    const timestampMax = variant.schema.timestamps ? await loader.timestampMax(name) : 0;
    if (!table.inline) loader.checkRaw(indexFileName(name, "value"), variant);
    const key = await loader.load(indexFileName(name, "key"));
    const value = table.inline ? undefined : await loader.load(indexFileName(name, "value"));
    loader.keep();
    return Segment.mount(
      space,
      form,
      table,
      {
        keyFile: key.ptr,
        keyFileBytes: key.byteLength,
        valueFile: value?.ptr ?? 0,
        valueFileBytes: value?.byteLength ?? 0,
        timestampMax,
      },
      loader.place,
    );
  } finally {
    loader.close();
  }
}

class Loader {
  readonly #storage: Storage;
  readonly #space: Space;
  readonly #listed: SegmentFiles;
  readonly #hashes: number;
  #regions: number[] = [];
  #checksums: Checksums | undefined;

  constructor(storage: Storage, space: Space, listed: SegmentFiles) {
    this.#storage = storage;
    this.#space = space;
    this.#listed = listed;
    this.#hashes = space.allocate(hashesBytes, `loading ${this.place}`);
  }

  /** For messages. */
  get place(): string {
    return this.#listed.directory || this.#storage.location;
  }

  /** The mounted segment owns the loaded regions from here on. */
  keep(): void {
    this.#regions = [];
  }

  close(): void {
    this.#space.free(this.#hashes);
    for (const ptr of this.#regions) this.#space.free(ptr);
  }

  async readChecksums(variant: Variant): Promise<void> {
    const file = this.#path(checksumsName);
    const xxh64 = this.#space.xxh64.bind(this.#space);
    const bytes = await readWhole(this.#storage, file, checksumsBytesMax);
    const root = hex64(xxh64(bytes, 0n));
    const expected = this.#listed.checksums ?? "none: the version lists no checksums";
    if (root !== expected) throw corruption({ what: "Checksums of another segment", file, expected, got: root });
    this.#checksums = parseChecksums(bytes, xxh64, file);
    const { typeId } = this.#checksums;
    if (typeId !== variant.typeId) {
      throw corruption({ what: "Files of another schema", file, expected: `type ${variant.typeId}`, got: typeId });
    }
  }

  /** The table that the segment's `format_option` says. FORMAT_UNSUPPORTED. */
  async tableOf(name: string, variant: Variant): Promise<TableShape> {
    const file = this.#path(name);
    return variant.tableOf(parseFormatOption(await this.#readSmall(name, formatOptionBytesMax), file), file);
  }

  /** Refuses a segment that does not know the index's regions. */
  async checkRegions(name: string, regionCount: number): Promise<void> {
    parseRegionInfo(await this.#readSmall(name, regionInfoBytesMax), regionCount, this.#path(name));
  }

  async timestampMax(indexName: string): Promise<number> {
    const file = this.#path(segmentMetricsName);
    // A segment of Havenask's may have none.
    if (!this.#listed.files.some(({ name }) => name === segmentMetricsName)) return timestampUnknown;
    try {
      const metrics = parseMetrics(await this.#readSmall(segmentMetricsName, segmentMetricsBytesMax), indexName, file);
      return metrics?.timestampMax ?? timestampUnknown;
    } catch (cause) {
      // With checksums a damaged file is an error; without them its facts only save time.
      if (this.#checksums === undefined && isIndexError(cause, "CORRUPTION")) return timestampUnknown;
      throw cause;
    }
  }

  /** FORMAT_UNSUPPORTED for a file that lies there compressed. */
  checkRaw(name: string, variant: Variant): void {
    if (!this.#listed.files.some((file) => file.name === name + compressInfoSuffix)) return;
    throw compressedValues(this.#path(name), variant.schema.havenask?.value.fileCompressor);
  }

  /** Reads a file into a region of its own and checks it. */
  async load(name: string): Promise<{ ptr: number; byteLength: number }> {
    const path = this.#path(name);
    const file = await this.#storage.open(path);
    try {
      const { byteLength } = file;
      this.#checkSize(name, byteLength);
      const ptr = this.#space.allocate(byteLength, `loading ${path}, ${byteLength} bytes,`);
      this.#regions.push(ptr);
      for (let at = 0; at < byteLength; at += transferBytes) {
        const length = Math.min(transferBytes, byteLength - at);
        await file.read(at, this.#space.bytes.subarray(ptr + at, ptr + at + length));
        this.#checkBlocks(name, ptr + at, at, length);
      }
      return { ptr, byteLength };
    } finally {
      await file.close();
    }
  }

  /** Path of a file of the segment in the storage. */
  #path(name: string): string {
    const { directory } = this.#listed;
    return directory === "" ? name : `${directory}/${name}`;
  }

  async #readSmall(name: string, bytesMax: number): Promise<Uint8Array> {
    const bytes = await readWhole(this.#storage, this.#path(name), bytesMax);
    this.#checkSize(name, bytes.byteLength);
    if (this.#checksums !== undefined) {
      const ptr = this.#space.allocate(bytes.byteLength, `checking ${name}`);
      this.#space.bytes.set(bytes, ptr);
      try {
        for (let at = 0; at < bytes.byteLength; at += transferBytes) {
          this.#checkBlocks(name, ptr + at, at, Math.min(transferBytes, bytes.byteLength - at));
        }
      } finally {
        this.#space.free(ptr);
      }
    }
    return bytes;
  }

  /** The version has been checked against the disk; a file that changed since is damage all the same. */
  #checkSize(name: string, byteLength: number): void {
    const listed = this.#listed.files.find((file) => file.name === name);
    const checked = this.#checksums?.files.find((file) => file.name === name);
    const expected = this.#checksums === undefined ? listed?.byteLength : checked?.byteLength;
    if (expected === byteLength && listed?.byteLength === byteLength) return;
    throw corruption({
      what: "Wrong size",
      file: this.#path(name),
      expected: `${expected ?? listed?.byteLength ?? 0} bytes`,
      got: byteLength,
    });
  }

  #checkBlocks(name: string, ptr: number, at: number, byteLength: number): void {
    if (this.#checksums === undefined) return;
    const fileIndex = this.#checksums.files.findIndex((file) => file.name === name);
    const expected = (this.#checksums.files[fileIndex] as Checksums["files"][number]).blockHashes;
    const first = at / 2 ** blockShiftLoaded;
    this.#space.kernel.checksumBlocks(ptr, byteLength, blockSeed(fileIndex, first), this.#hashes);
    const { longs } = this.#space;
    for (let i = 0; i < blockCountOf(byteLength, blockShiftLoaded); i++) {
      const got = longs[(this.#hashes >>> 3) + i] as bigint;
      if (got === expected[first + i]) continue;
      throw corruption({
        what: "Damaged block",
        file: this.#path(name),
        offset: (first + i) * 2 ** blockShiftLoaded,
        expected: `hash ${hex64(expected[first + i] as bigint)}`,
        got: hex64(got),
      });
    }
  }
}
