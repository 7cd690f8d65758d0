/**
 * A storage that fails when it is told to: a wrapper, as every double here. It numbers the calls of all operations, so
 * that a test can fail call 1, 2, 3 … until a whole run meets no failure.
 */

import { type IndexErrorCode, indexError } from "../../bindings/errors.js";
import type { ReadFile, Storage, WriteFile } from "../../bindings/storage/storage.js";

/**
 * What a failing call has done: `nothing`; `something`, half of a write or the whole of another operation, whose
 * acknowledgement is lost. A publication that may have happened is POISONED, as its contract says.
 */
export type Damage = "nothing" | "something";

export interface Plan {
  /** The failing call, counted from 1 over all operations. */
  readonly call: number;
  /** Whether all later calls fail too, until `heal`. */
  readonly sticky: boolean;
  readonly code: Extract<IndexErrorCode, "IO" | "QUOTA_EXCEEDED">;
  readonly damage: Damage;
}

export class FaultyStorage implements Storage {
  readonly #inner: Storage;
  /** One line a call: operation and path. */
  readonly log: string[] = [];
  /** Calls that failed, as in `log`. */
  readonly fired: string[] = [];
  /** Handles for reading and writing that are open now. */
  openFileCount = 0;
  plan: Plan | undefined;
  /** Waited for before each call, for tests of what goes on meanwhile. */
  delay: ((operation: string, path: string) => Promise<void> | undefined) | undefined;
  #isBroken = false;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get location(): string {
    return this.#inner.location;
  }

  /** From now on nothing fails. */
  heal(): void {
    this.plan = undefined;
    this.#isBroken = false;
  }

  list(directory: string): Promise<string[]> {
    return this.#call("list", directory, () => this.#inner.list(directory));
  }

  async open(path: string): Promise<ReadFile> {
    const file = await this.#call("open", path, () => this.#inner.open(path));
    this.openFileCount++;
    return {
      byteLength: file.byteLength,
      read: (position, target) => this.#call("read", path, async () => file.read(position, target)),
      close: async () => {
        this.openFileCount--;
        await file.close();
      },
    };
  }

  async create(path: string): Promise<WriteFile> {
    const file = await this.#call("create", path, () => this.#inner.create(path));
    this.openFileCount++;
    return {
      write: (bytes) =>
        this.#call(
          "write",
          path,
          () => file.write(bytes),
          () => file.write(bytes.subarray(0, bytes.length >> 1)),
        ),
      finish: async () => {
        await this.#call("finish", path, () => file.finish());
        this.openFileCount--;
      },
      abandon: async () => {
        this.log.push(`abandon ${path}`);
        this.openFileCount--;
        // On a broken storage nothing is removed either.
        if (!this.#isBroken) await file.abandon();
      },
    };
  }

  remove(path: string): Promise<void> {
    return this.#call("remove", path, () => this.#inner.remove(path));
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#call("syncDirectory", directory, () => this.#inner.syncDirectory(directory));
  }

  publish(path: string, bytes: Uint8Array): Promise<void> {
    return this.#call("publish", path, () => this.#inner.publish(path, bytes));
  }

  /** Given back without a call: an unlock that fails is the lock's own matter. */
  lock(): Promise<() => Promise<void>> {
    return this.#call("lock", "", () => this.#inner.lock());
  }

  async #call<T>(
    operation: string,
    path: string,
    action: () => Promise<T>,
    half: () => Promise<unknown> = action,
  ): Promise<T> {
    await this.delay?.(operation, path);
    this.log.push(`${operation} ${path}`);
    const { plan } = this;
    if (plan === undefined) return action();
    if (this.log.length === plan.call) this.#isBroken = plan.sticky;
    else if (!this.#isBroken) return action();
    this.fired.push(`${operation} ${path}`);
    const isDone = plan.damage === "something";
    if (isDone) await this.#settle(operation, half);
    const code = isDone && operation === "publish" ? "POISONED" : plan.code;
    throw indexError(code, { what: `Call ${this.log.length} is to fail`, file: path, operation });
  }

  /** Does what nobody will be told of. A lock so taken is given back, a file so opened is closed, as a system would. */
  async #settle(operation: string, half: () => Promise<unknown>): Promise<void> {
    const result = await half();
    if (operation === "lock") await (result as () => Promise<void>)();
    if (operation === "open") await (result as ReadFile).close();
  }
}
