/**
 * A storage whose unpublished changes can be taken back: what `--append` writes through, because closing an index saves
 * what was put, and half of an input must not be saved.
 */

import type { ReadFile, Storage, WriteFile } from "../storage/storage.js";

export class Withdrawal implements Storage {
  readonly #inner: Storage;
  /** First names of paths created and not named by a version yet. */
  readonly #made = new Set<string>();
  #cause: unknown;
  #isWithdrawn = false;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  /** From now on nothing can be written; what was is removed when the lock is given back. */
  withdraw(cause: unknown): void {
    this.#isWithdrawn = true;
    this.#cause = cause;
  }

  get location(): string {
    return this.#inner.location;
  }

  list(directory: string): Promise<string[]> {
    return this.#inner.list(directory);
  }

  open(path: string): Promise<ReadFile> {
    return this.#inner.open(path);
  }

  async create(path: string): Promise<WriteFile> {
    this.#check();
    this.#made.add(path.split("/")[0] as string);
    return this.#inner.create(path);
  }

  remove(path: string): Promise<void> {
    return this.#inner.remove(path);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#check();
    return this.#inner.syncDirectory(directory);
  }

  async publish(path: string, bytes: Uint8Array): Promise<void> {
    this.#check();
    // Before, since after a failure nobody may be able to say whether a version names them: then they stay.
    this.#made.clear();
    return this.#inner.publish(path, bytes);
  }

  async lock(): Promise<() => Promise<void>> {
    const unlock = await this.#inner.lock();
    return async () => {
      if (this.#isWithdrawn) {
        // What cannot be removed is an orphan, which the next writer's cleaning removes.
        for (const name of this.#made) await this.#inner.remove(name).catch(() => undefined);
      }
      await unlock();
    };
  }

  #check(): void {
    if (this.#isWithdrawn) throw this.#cause;
  }
}
