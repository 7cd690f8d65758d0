/**
 * What a disk may hold after a power loss: a replay of what was done to the file system, in which a file's bytes count
 * only once they were synced, and a directory's entries only once the directory was.
 */

import type { Rng } from "../support/rng.js";

export type DiskEvent =
  | { readonly do: "mkdir" | "create" | "sync" | "syncDirectory" | "remove"; readonly path: string }
  | { readonly do: "write"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly do: "rename"; readonly path: string; readonly to: string }
  /** Told by the writer: what it asked to be saved, and what was acknowledged. */
  | { readonly do: "attempt" | "acknowledge"; readonly batch: number };

interface File {
  readonly kind: "file";
  bytes: Uint8Array;
  durable: Uint8Array;
}

interface Directory {
  readonly kind: "directory";
  readonly entries: Map<string, File | Directory>;
  durable: Map<string, File | Directory>;
}

const directory = (): Directory => ({ kind: "directory", entries: new Map(), durable: new Map() });

/** What of the unsynced survives: nothing, all entries but no bytes, everything, or anything by chance. */
export type Survival = "synced" | "entries" | "all" | Rng;

/** A disk under one root, whose own entry is durable. Paths are relative to it; "" is the root. */
export class Disk {
  readonly #root = directory();

  apply(event: DiskEvent): void {
    switch (event.do) {
      case "mkdir":
        this.#parent(event.path).entries.set(nameOf(event.path), directory());
        return;
      case "create": {
        const file: File = { kind: "file", bytes: new Uint8Array(0), durable: new Uint8Array(0) };
        this.#parent(event.path).entries.set(nameOf(event.path), file);
        return;
      }
      case "write": {
        const file = this.#file(event.path);
        file.bytes = new Uint8Array([...file.bytes, ...event.bytes]);
        return;
      }
      case "sync": {
        const file = this.#file(event.path);
        file.durable = file.bytes;
        return;
      }
      case "syncDirectory": {
        const at = this.#directory(event.path);
        at.durable = new Map(at.entries);
        return;
      }
      case "remove":
        this.#parent(event.path).entries.delete(nameOf(event.path));
        return;
      case "rename": {
        const moved = this.#parent(event.path).entries.get(nameOf(event.path));
        if (moved === undefined) throw new Error(`${event.path} was renamed and is not there`);
        this.#parent(event.path).entries.delete(nameOf(event.path));
        this.#parent(event.to).entries.set(nameOf(event.to), moved);
      }
    }
  }

  /** The files that are there after a power loss now. */
  after(survival: Survival): Map<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    const visit = (at: Directory, prefix: string): void => {
      for (const [name, node] of survivingEntries(at, survival)) {
        if (node.kind === "directory") visit(node, `${prefix}${name}/`);
        else files.set(prefix + name, survivingBytes(node, survival));
      }
    };
    visit(this.#root, "");
    return files;
  }

  #parent(path: string): Directory {
    return this.#directory(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
  }

  #directory(path: string): Directory {
    let at = this.#root;
    for (const name of path === "" ? [] : path.split("/")) {
      const next = at.entries.get(name);
      if (next?.kind !== "directory") throw new Error(`${path} is no directory`);
      at = next;
    }
    return at;
  }

  #file(path: string): File {
    const node = this.#parent(path).entries.get(nameOf(path));
    if (node?.kind !== "file") throw new Error(`${path} is no file`);
    return node;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function survivingEntries(at: Directory, survival: Survival): Map<string, File | Directory> {
  if (survival === "synced") return at.durable;
  if (survival === "entries" || survival === "all") return at.entries;
  // Each change since the last sync is there or not.
  const entries = new Map<string, File | Directory>();
  for (const name of new Set([...at.durable.keys(), ...at.entries.keys()])) {
    const node = (survival.once(2) ? at.durable : at.entries).get(name);
    if (node !== undefined) entries.set(name, node);
  }
  return entries;
}

function survivingBytes(file: File, survival: Survival): Uint8Array {
  if (survival === "all") return file.bytes;
  if (survival === "synced" || survival === "entries" || file.bytes === file.durable) return file.durable;
  return file.bytes.subarray(0, file.durable.length + survival.int(file.bytes.length - file.durable.length + 1));
}
