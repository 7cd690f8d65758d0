/** `data`, `offset` and `data_info` of columns whose values differ in length (`assembly/attribute/item/`). */

import { Status, statusError } from "../kernel/status.js";
import type { BufferedFile } from "./buffered-file.js";
import {
  type ColumnFigures,
  type ColumnPlace,
  type ColumnSink,
  eachChunk,
  type Later,
  openFile,
  openSpool,
  writeEqual,
} from "./column-sink.js";
import { encodeDataInfo } from "./data-info.js";
import { Frames } from "./frames.js";
import { ItemCodec } from "./item-codec.js";
import { bytesOf, numericShape } from "./numeric.js";
import type { ColumnPlan } from "./options.js";
import type { Spool } from "./spool.js";

const longBytes = 8;
/** Items may take twice their frames. */
const targetRatio = 2;

export class ItemSink implements ColumnSink {
  readonly #plan: ColumnPlan;
  readonly #place: ColumnPlace;
  readonly #codec: ItemCodec;
  readonly #frames = new Frames();
  readonly #data: BufferedFile;
  readonly #offset: BufferedFile;
  /** Offsets as u64: how wide they are to be is known when the last has come. */
  readonly #offsets: Spool;
  #writer: number;
  #count = 0;
  textErrorCount = 0;

  /** @param isExact whether bytes are compared before two items are stored as one. MEMORY_LIMIT */
  constructor(plan: ColumnPlan, place: ColumnPlace, isExact: boolean) {
    this.#plan = plan;
    this.#place = place;
    this.#codec = new ItemCodec(plan, place.space);
    this.#data = openFile(place, "data");
    this.#offset = openFile(place, "offset");
    this.#offsets = openSpool(place, "offset");
    this.#writer = place.space.attempt((codec) => codec.itemsOpen(+plan.isUnique, +(plan.isUnique && isExact))) >>> 0;
    place.space.refresh();
    if (this.#writer === 0) throw statusError(Status.noMemory, place.directory);
  }

  value(value: unknown): Later {
    this.#codec.value(this.#frames, value);
    return this.#added();
  }

  text(text: string | Uint8Array): Later {
    if (!this.#codec.text(this.#frames, text)) this.textErrorCount++;
    return this.#added();
  }

  nothing(): Later {
    this.#codec.nothing(this.#frames);
    return this.#added();
  }

  encoded(bytes: Uint8Array): Later {
    this.#codec.encoded(this.#frames, bytes);
    return this.#added();
  }

  async close(): Promise<ColumnFigures> {
    await this.#flush();
    const { space } = this.#place;
    const dataBytes = space.attempt((codec) => codec.itemsDataBytes(this.#writer));
    const itemCount = space.attempt((codec) => codec.itemsCount(this.#writer));
    const itemBytesMax = space.attempt((codec) => codec.itemsBytesMax(this.#writer)) >>> 0;
    this.#free();
    await this.#data.finish();
    await this.#offsets.append(bytesOf(BigUint64Array.of(BigInt(dataBytes))));
    await this.#offsets.finish();
    await this.#writeOffsets(dataBytes);
    await this.#offsets.close();
    await this.#offset.finish();
    // Last: without it the column is not there.
    const info = openFile(this.#place, "data_info");
    await info.append(encodeDataInfo({ itemBytesMax, itemCount }));
    await info.finish();
    return { itemCount, itemBytesMax };
  }

  async abandon(): Promise<void> {
    this.#free();
    await this.#offsets.close();
    await this.#data.abandon();
    await this.#offset.abandon();
  }

  #added(): Later {
    this.#count++;
    return this.#frames.isFull ? this.#flush() : undefined;
  }

  /** Gives the frames to the codec, and what it makes of them to the files. */
  #flush(): Later {
    const frames = this.#frames;
    if (frames.count === 0) return undefined;
    const { space, directory } = this.#place;
    const source = space.allocate(frames.end + frames.count * longBytes + frames.end * targetRatio, directory);
    try {
      const offsets = source + frames.end;
      const target = offsets + frames.count * longBytes;
      space.bytes.set(frames.bytes.subarray(0, frames.end), source);
      const before = space.attempt((codec) => codec.itemsDataBytes(this.#writer));
      const status = space.attempt((codec) => codec.itemsAddMany(this.#writer, source, offsets, offsets, target));
      space.refresh();
      if (status !== Status.ok) throw statusError(status, directory);
      const added = space.attempt((codec) => codec.itemsDataBytes(this.#writer)) - before;
      const later = [
        this.#offsets.append(space.bytes.subarray(offsets, target)),
        this.#data.append(space.bytes.subarray(target, target + added)),
      ].filter((one) => one !== undefined);
      frames.clear();
      return later.length === 0 ? undefined : Promise.all(later).then(() => undefined);
    } finally {
      space.free(source);
    }
  }

  /** The offsets and the guard, which is the largest of them, in 4 bytes if that fits and is wanted. */
  async #writeOffsets(dataBytes: number): Promise<void> {
    const { isAdaptive, isEqual, offsetThreshold } = this.#plan;
    const isNarrow = isAdaptive && dataBytes <= offsetThreshold;
    const shape = numericShape(isNarrow ? "u32" : "u64");
    const longs = numericShape("u64");
    const count = this.#count + 1;
    const read = isNarrow
      ? async (from: number, target: Uint8Array): Promise<void> => {
          const wide = new Uint8Array(target.length * 2);
          await this.#offsets.read(from * longBytes, wide);
          narrow(new Uint32Array(wide.buffer), new Uint32Array(target.buffer, target.byteOffset, target.length / 4));
        }
      : (from: number, target: Uint8Array): Later => this.#offsets.read(from * longs.valueBytes, target);
    if (isEqual) await writeEqual(this.#offset, this.#place.space, shape, count, read, true);
    else await eachChunk(shape, count, read, (values) => this.#offset.append(values));
  }

  #free(): void {
    const { space } = this.#place;
    if (this.#writer !== 0 && !space.unusable) space.attempt((codec) => codec.itemsClose(this.#writer));
    this.#writer = 0;
  }
}

/** The low halves of 64-bit numbers. */
function narrow(halves: Uint32Array, target: Uint32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = halves[2 * i] as number;
}
