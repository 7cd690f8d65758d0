/**
 * Writing one column beside a segment: values in the order of the documents, as many as there are documents, then `close`.
 * Nothing can be opened before that, and after a failure nothing is left.
 */

import { IndexError, indexError, invalidOption, isIndexError, overLimit } from "../errors.js";
import { columnSpace } from "../kernel/column-space.js";
import { checkPath, type Storage } from "../storage/storage.js";
import type { ColumnFigures, ColumnPlace, ColumnSink, Later } from "./column-sink.js";
import { ItemSink } from "./item-sink.js";
import { type ColumnOptions, type ColumnPlan, planColumn } from "./options.js";
import { SingleSink } from "./single-sink.js";

export interface PatchOptions extends ColumnOptions {
  /** What every document gets when nothing at all is appended: a value or its text. If not given null, else 0 or nothing. */
  readonly defaultValue?: ColumnValue;
  /** Bytes collected before a write; 2 MiB if not given. The files are the same. */
  readonly writeBufferBytes?: number;
  /** Whether writes go on while more is appended: a second buffer. */
  readonly asyncWrite?: boolean;
  /**
   * With `uniq`: whether the bytes of items are compared before two are stored as one; true if not given. Then the distinct items
   * stay in memory. False is Indexlib's way: two texts with one hash of 64 bits become one.
   */
  readonly exact?: boolean;
}

/** A document's value: a number, a text, or many of either in an array. */
export type ColumnValue =
  | number
  | bigint
  | string
  | Uint8Array
  | ArrayLike<number>
  | ArrayLike<bigint>
  | readonly string[];

export interface ColumnSummary extends ColumnFigures {
  /** Documents whose text could not be read in full: what could not is 0. */
  readonly textErrorCount: number;
}

/**
 * Methods that append return a promise when a write is to be waited for; without awaiting it memory grows, and nothing else.
 * They refuse a value with INVALID_VALUE and a document too many with LIMIT; then nothing is stored, and all goes on.
 */
export interface PatchWriter {
  /** A value of the column's type; of many values an array. */
  appendValue(value: ColumnValue): void | Promise<void>;
  /** A document's text: many values are separated by U+001D. What is no number becomes 0, as in Indexlib, and is counted. */
  appendText(text: string | Uint8Array): void | Promise<void>;
  /** Indexlib's encoded form: a number's bytes; of other columns 8 bytes of hash and the item. */
  appendEncoded(bytes: Uint8Array): void | Promise<void>;
  appendNull(): void | Promise<void>;
  /** Ends the column. INVALID_VALUE when documents are missing, and what a storage may fail with: then nothing is left. */
  close(): Promise<ColumnSummary>;
  /** Leaves nothing of it. After `close` it does nothing. */
  abandon(): Promise<void>;
  /** ABORTED when it was not closed: a column that was forgotten is told of, and leaves nothing. */
  [Symbol.asyncDispose](): Promise<void>;
}

const writeBufferBytesDefault: number = 2 * 1024 * 1024;
const writeBufferBytesMax: number = 1024 * 1024 * 1024;

/**
 * A writer of the column in `directory`, which may not be the storage's root; a column that was there goes when the first bytes are
 * written. INVALID_OPTION.
 */
export function patchWriter(storage: Storage, directory: string, options: PatchOptions): PatchWriter {
  checkPath(directory);
  const plan = planColumn(options);
  const { writeBufferBytes = writeBufferBytesDefault, asyncWrite = false, exact = true } = options;
  if (!Number.isInteger(writeBufferBytes) || writeBufferBytes < 1 || writeBufferBytes > writeBufferBytesMax) {
    throw invalidOption({
      what: "Unusable option writeBufferBytes",
      expected: `a whole number of 1 … ${writeBufferBytesMax}`,
      got: String(writeBufferBytes),
    });
  }
  let prepared: Promise<void> | undefined;
  const place: ColumnPlace = {
    storage,
    directory,
    buffer: { bufferBytes: writeBufferBytes, isAsync: asyncWrite },
    space: columnSpace(),
    prepare: () => {
      prepared ??= storage.remove(directory);
      return prepared;
    },
  };
  const sink = plan.isItems ? new ItemSink(plan, place, exact) : new SingleSink(plan, place);
  return new SinkWriter(plan, place, sink, options.defaultValue);
}

class SinkWriter implements PatchWriter {
  readonly #plan: ColumnPlan;
  readonly #place: ColumnPlace;
  readonly #sink: ColumnSink;
  readonly #defaultValue: ColumnValue | undefined;
  #count = 0;
  #failure: { readonly cause: unknown } | undefined;
  #closing: Promise<ColumnSummary> | undefined;
  #isAbandoned = false;

  constructor(plan: ColumnPlan, place: ColumnPlace, sink: ColumnSink, defaultValue: ColumnValue | undefined) {
    this.#plan = plan;
    this.#place = place;
    this.#sink = sink;
    this.#defaultValue = defaultValue;
  }

  appendValue(value: ColumnValue): Later {
    return this.#append(() => this.#sink.value(value));
  }

  appendText(text: string | Uint8Array): Later {
    return this.#append(() => this.#sink.text(text));
  }

  appendEncoded(bytes: Uint8Array): Later {
    return this.#append(() => this.#sink.encoded(bytes));
  }

  appendNull(): Later {
    if (!this.#plan.isNullable) {
      // Differs: Indexlib stores 0, or a null that its readers take for an item.
      throw indexError("INVALID_VALUE", {
        what: "Null in a column that has none",
        file: this.#place.directory,
        expected: "a value",
        got: "null",
        advice: "Make the column with nullable: true.",
      });
    }
    return this.#append(() => this.#sink.nothing());
  }

  close(): Promise<ColumnSummary> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async abandon(): Promise<void> {
    if (this.#closing !== undefined) {
      await this.#closing.catch(() => undefined);
      return;
    }
    this.#closing = Promise.reject(this.#notOpen());
    this.#closing.catch(() => undefined);
    await this.#leaveNothing();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing !== undefined) {
      await this.#closing.catch(() => undefined);
      return;
    }
    await this.abandon();
    throw indexError("ABORTED", {
      what: "The column was not closed, and nothing of it is left",
      file: this.#place.directory,
      expected: `close() after ${this.#plan.documentCount} documents`,
      got: `${this.#count} documents and no close()`,
    });
  }

  async #close(): Promise<ColumnSummary> {
    try {
      if (this.#failure !== undefined) throw this.#failure.cause;
      const { documentCount } = this.#plan;
      if (this.#count === 0) await this.#fill();
      if (this.#count < documentCount) {
        throw indexError("INVALID_VALUE", {
          what: "Documents are missing",
          file: this.#place.directory,
          expected: `${documentCount}, the column's documentCount`,
          got: this.#count,
          advice: "Append a value or null for each document, or nothing at all for the default.",
        });
      }
      const figures = await this.#sink.close();
      await this.#place.storage.syncDirectory(this.#place.directory);
      return { ...figures, textErrorCount: this.#sink.textErrorCount };
    } catch (cause) {
      await this.#leaveNothing();
      throw cause;
    }
  }

  /** The default for every document. */
  async #fill(): Promise<void> {
    const { documentCount, isNullable, shape, isMulti } = this.#plan;
    const given = this.#defaultValue;
    const isText = given === undefined || (typeof given === "string" && (shape !== undefined || isMulti));
    const text = given === undefined ? (shape === undefined || isMulti ? "" : "0") : String(given);
    for (; this.#count < documentCount; this.#count++) {
      const later =
        given === undefined && isNullable
          ? this.#sink.nothing()
          : isText
            ? this.#sink.text(text)
            : this.#sink.value(given);
      if (later !== undefined) await later;
    }
  }

  #append(action: () => Later): Later {
    if (this.#closing !== undefined) throw this.#notOpen();
    if (this.#failure !== undefined) throw this.#failure.cause;
    const { documentCount } = this.#plan;
    if (this.#count >= documentCount) {
      throw overLimit({
        what: "A document too many",
        file: this.#place.directory,
        limit: documentCount,
        got: this.#count + 1,
      });
    }
    try {
      const later = action();
      this.#count++;
      // Who does not wait for a write is told of its failure by the next call, or by close.
      later?.catch(() => undefined);
      return later;
    } catch (cause) {
      // Anything else than a value that is refused leaves the column half written.
      if (!isIndexError(cause, "INVALID_VALUE")) this.#failure = { cause };
      throw cause;
    }
  }

  #notOpen(): IndexError {
    return new IndexError("NOT_OPEN", `${this.#place.directory}: the column's writer was used after it was closed.`);
  }

  async #leaveNothing(): Promise<void> {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    await this.#sink.abandon();
    await this.#place.storage.remove(this.#place.directory).catch(() => undefined);
  }
}
