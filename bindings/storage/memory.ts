/**
 * A storage in a Map: for tests, for indexes that need no disk, and to compare two builds byte by byte. It keeps what
 * the others promise (exclusive files, one writer, files whole after `finish`); nothing in it survives the process.
 */

import { corruption, indexError } from "../errors.js";
import {
  alreadyExists,
  checkDirectory,
  checkPath,
  checkRange,
  notFound,
  notOpen,
  type ReadFile,
  type Storage,
  storageFailure,
  type WriteFile,
} from "./storage.js";

export interface MemoryStorage extends Storage {
  /** The files as they are now, by path, in order of their paths; a file not finished yet has no bytes. */
  files(): ReadonlyMap<string, Uint8Array>;
}

/** An empty storage in memory. Any number of indexes can be opened on it one after another, and many readers at once. */
export function memoryStorage(): MemoryStorage {
  return new MapStorage();
}

class MapStorage implements MemoryStorage {
  readonly location: string = "memory";
  readonly #files = new Map<string, Uint8Array>();
  #isLocked = false;

  files(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async list(directory: string): Promise<string[]> {
    checkDirectory(directory);
    const prefix = directory === "" ? "" : `${directory}/`;
    const names = new Set<string>();
    for (const path of this.#files.keys()) {
      if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split("/", 1)[0] as string);
    }
    return [...names].sort();
  }

  async open(path: string): Promise<ReadFile> {
    const bytes = this.#files.get(checkPath(path));
    if (bytes !== undefined) return new MemoryReadFile(path, bytes);
    if (!this.#isDirectory(path)) throw notFound(path);
    throw corruption({ what: "Not a file", file: path, expected: "a regular file", got: "a directory" });
  }

  async create(path: string): Promise<WriteFile> {
    checkPath(path);
    if (this.#files.has(path) || this.#isDirectory(path)) throw alreadyExists(path);
    this.#checkParents(path);
    return new MemoryWriteFile(path, this.#files);
  }

  async remove(path: string): Promise<void> {
    const prefix = `${checkPath(path)}/`;
    for (const name of [...this.#files.keys()]) {
      if (name === path || name.startsWith(prefix)) this.#files.delete(name);
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    checkDirectory(directory);
  }

  async publish(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.create(path);
    await file.write(bytes);
    await file.finish();
  }

  async lock(): Promise<() => Promise<void>> {
    if (this.#isLocked) {
      throw indexError("LOCKED", {
        what: "Another writer has this storage open",
        file: this.location,
        advice: "Close it first, or open with readOnly: true.",
      });
    }
    this.#isLocked = true;
    let isHeld = true;
    return async () => {
      if (isHeld) this.#isLocked = false;
      isHeld = false;
    };
  }

  #isDirectory(path: string): boolean {
    const prefix = `${path}/`;
    for (const name of this.#files.keys()) if (name.startsWith(prefix)) return true;
    return false;
  }

  #checkParents(path: string): void {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      const parent = path.slice(0, end);
      if (this.#files.has(parent)) throw storageFailure("create a directory", parent, new Error("it is a file"));
    }
  }
}

class MemoryReadFile implements ReadFile {
  readonly byteLength: number;
  readonly #path: string;
  #bytes: Uint8Array | undefined;

  constructor(path: string, bytes: Uint8Array) {
    this.byteLength = bytes.length;
    this.#path = path;
    this.#bytes = bytes;
  }

  read(position: number, target: Uint8Array): void {
    if (this.#bytes === undefined) throw notOpen(this.#path);
    checkRange(this.#path, this.byteLength, position, target.length);
    target.set(this.#bytes.subarray(position, position + target.length));
  }

  async close(): Promise<void> {
    this.#bytes = undefined;
  }
}

class MemoryWriteFile implements WriteFile {
  readonly #path: string;
  readonly #files: Map<string, Uint8Array>;
  /** Holds the name until `finish`; another file made there after a removal is not this one. */
  readonly #unfinished = new Uint8Array(0);
  #parts: Uint8Array[] | undefined = [];

  constructor(path: string, files: Map<string, Uint8Array>) {
    this.#path = path;
    this.#files = files;
    files.set(path, this.#unfinished);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#parts === undefined) throw notOpen(this.#path);
    this.#parts.push(bytes.slice());
  }

  async finish(): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) throw notOpen(this.#path);
    this.#parts = undefined;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    // Removed meanwhile: as in a file system, the bytes go nowhere.
    if (this.#files.get(this.#path) === this.#unfinished) this.#files.set(this.#path, whole);
  }

  async abandon(): Promise<void> {
    if (this.#parts === undefined) return;
    this.#parts = undefined;
    if (this.#files.get(this.#path) === this.#unfinished) this.#files.delete(this.#path);
  }
}
