/**
 * A region of an index: a namespace of its own in the same files. It reads and writes as the index does; what is one key there
 * and here are two. Everything that is of the files is the index's: a flush saves all regions, a close closes all.
 */

import type { Directory } from "../kernel/directory.js";
import type { Reader, SelectOptions } from "../read/reader.js";
import type { Cursor } from "./cursor.js";
import type { FieldName, KVIndex, Selected, WriteOptions } from "./kv-index.js";
import type { IndexStats } from "./stats.js";

/** What an index gives its regions. */
export interface RegionAccess<K, V> {
  readonly reader: Reader<K, V>;
  /** Turns lookups to the region, and says what they are to ask. NOT_OPEN. */
  enter(): Directory;
  write(key: K, value: V | undefined, deleted: boolean, options: WriteOptions): Promise<void>;
  cursor<T>(pick: (record: [K, V]) => T): Cursor<T>;
}

/** A region of keys `K` and values `V`. Made by `KVIndex.region`; each method is as the index's of that name. */
export class KVRegion<K, V> {
  readonly name: string;
  readonly #index: KVIndex<K, V>;
  readonly #access: RegionAccess<K, V>;

  /** @internal */
  constructor(index: KVIndex<K, V>, name: string, access: RegionAccess<K, V>) {
    this.name = name;
    this.#index = index;
    this.#access = access;
  }

  getSync<N extends FieldName<V>>(key: K, options: SelectOptions<N>): Selected<V, N> | undefined;
  getSync(key: K): V | undefined;
  getSync(key: K, options?: SelectOptions): V | undefined {
    return this.#access.reader.get(this.#access.enter(), key, options);
  }

  get<N extends FieldName<V>>(key: K, options: SelectOptions<N>): Promise<Selected<V, N> | undefined>;
  get(key: K): Promise<V | undefined>;
  async get(key: K, options?: SelectOptions): Promise<V | undefined> {
    return this.#access.reader.get(this.#access.enter(), key, options);
  }

  getMany<N extends FieldName<V>>(
    keys: readonly K[],
    options: SelectOptions<N>,
  ): Promise<(Selected<V, N> | undefined)[]>;
  getMany(keys: readonly K[]): Promise<(V | undefined)[]>;
  async getMany(keys: readonly K[], options?: SelectOptions): Promise<(V | undefined)[]> {
    return this.#access.reader.getMany(this.#access.enter(), keys, options);
  }

  getManySync<N extends FieldName<V>>(keys: readonly K[], options: SelectOptions<N>): (Selected<V, N> | undefined)[];
  getManySync(keys: readonly K[]): (V | undefined)[];
  getManySync(keys: readonly K[], options?: SelectOptions): (V | undefined)[] {
    return this.#access.reader.getMany(this.#access.enter(), keys, options);
  }

  async has(key: K): Promise<boolean> {
    return this.#access.reader.has(this.#access.enter(), key);
  }

  async put(key: K, value: V, options: WriteOptions = {}): Promise<void> {
    await this.#access.write(key, value, false, options);
  }

  async del(key: K, options: WriteOptions = {}): Promise<void> {
    await this.#access.write(key, undefined, true, options);
  }

  /** All records of the region as of now. The tables are walked whole, whatever part of them is the region's. */
  iterator(): Cursor<[K, V]> {
    return this.#access.cursor((record) => record);
  }

  keys(): Cursor<K> {
    return this.#access.cursor(([key]) => key);
  }

  values(): Cursor<V> {
    return this.#access.cursor(([, value]) => value);
  }

  [Symbol.asyncIterator](): Cursor<[K, V]> {
    return this.iterator();
  }

  /** The index's `flush`: all regions. */
  flush(): Promise<number> {
    return this.#index.flush();
  }

  /** The index's figures, of all regions together. */
  stats(): IndexStats {
    return this.#index.stats();
  }

  /** Closes the index, and with it every region. */
  close(): Promise<void> {
    return this.#index.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
