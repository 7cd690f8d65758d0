/**
 * The versions of an index in its storage: which is the newest usable one, publishing the next, cleaning away what no
 * kept one needs. What a version file says is `manifest.ts`'s.
 */

import { corruption, type IndexError, indexError, isIndexError, overLimit } from "../errors.js";
import {
  sizeCheckCountMax,
  versionBytesMax,
  versionMax,
  versionRelistCountMax,
  versionsKeptMin,
  versionWalkCountMax,
} from "../limits.js";
import type { Xxh64 } from "../segment/checksums.js";
import {
  parseSegmentName,
  parseVersionName,
  segmentName,
  temporarySuffix,
  versionName,
} from "../segment/file-names.js";
import { readWhole, type Storage } from "../storage/storage.js";
import { encodeVersion, parseVersion, type StoredVersion } from "./manifest.js";

/** A version that was passed over, and why. */
export interface RefusedVersion {
  readonly version: number;
  readonly reason: IndexError;
}

/** What the cleaner must not touch besides the newest versions. */
export interface Kept {
  /** Versions that snapshots hold. */
  readonly versions?: Iterable<number>;
  /** Names of segment directories that no version names yet, those being written among them; read once the rest is known. */
  readonly segments?: Iterable<string>;
}

/** The versions in one storage. Reading needs nothing; `publish` and `clean` are for the holder of the lock. */
export class VersionStore {
  readonly #storage: Storage;
  readonly #xxh64: Xxh64;
  #refused: readonly RefusedVersion[] = [];
  /** Highest number ever seen or tried: the next one is above it. */
  #highest = 0;
  #poison: IndexError | undefined;

  constructor(storage: Storage, xxh64: Xxh64) {
    this.#storage = storage;
    this.#xxh64 = xxh64;
  }

  /** Versions newer than the one that `newest` returned last, newest first, and why each cannot be used. */
  get refused(): readonly RefusedVersion[] {
    return this.#refused;
  }

  /**
   * The newest version whose own hash is right and whose every file has the listed size; undefined if there is none.
   *
   * CORRUPTION, naming each, if there are versions and none can be used. IO, and FORMAT_UNSUPPORTED for a version of a
   * newer release, fail at once: an older version would hide what was acknowledged.
   */
  async newest(): Promise<StoredVersion | undefined> {
    for (let attempt = 0; attempt < versionRelistCountMax; attempt++) {
      const numbers = await this.#numbers();
      const { good, refused } = await this.#findGood(numbers, 1);
      this.#refused = refused;
      if (refused.length === 0) return good[0];
      // A writer may have cleaned versions away between the listing and the reading: then there is a newer one.
      if ((await this.#numbers())[0] !== numbers[0]) continue;
      if (good[0] === undefined) throw allRefused(this.#storage.location, refused);
      return good[0];
    }
    throw indexError("IO", {
      what: "Versions change faster than they can be read",
      file: this.#storage.location,
      advice: "Open it again.",
    });
  }

  /** The version `version`, its files not looked at. NOT_FOUND, CORRUPTION, LIMIT, FORMAT_UNSUPPORTED or IO. */
  async read(version: number): Promise<StoredVersion> {
    return parseVersion(await readWhole(this.#storage, versionName(version), versionBytesMax), version, this.#xxh64);
  }

  /**
   * Publishes `content` under the number after the highest ever seen, and returns it with that number.
   *
   * After POISONED it is unknown whether the version is there; this store then publishes nothing more. After any other
   * failure nothing has changed.
   */
  async publish(content: Omit<StoredVersion, "version">): Promise<StoredVersion> {
    if (this.#poison !== undefined) throw this.#poison;
    await this.#numbers();
    const version = this.#highest + 1;
    if (version > versionMax) throw overLimit({ what: "Too many versions", limit: versionMax, got: version });
    const stored: StoredVersion = { ...content, version };
    const bytes = encodeVersion(stored, this.#xxh64);
    this.#highest = version;
    try {
      await this.#storage.publish(versionName(version), bytes);
    } catch (error) {
      if (isIndexError(error, "POISONED")) this.#poison = error;
      throw error;
    }
    return stored;
  }

  /**
   * Removes what no kept version needs: unfinished publications, versions older than the two newest that can be used,
   * and segments that no kept version names. Returns the removed names.
   *
   * CORRUPTION, and nothing removed, if no version can be used: what is there may still be saved by hand.
   */
  async clean(keep: Kept = {}): Promise<string[]> {
    const numbers = await this.#numbers();
    const pinned = new Set(keep.versions);
    const { good, refused } = await this.#findGood(numbers, versionsKeptMin);
    if (good.length === 0 && refused.length > 0) throw allRefused(this.#storage.location, refused);
    const oldest = good.length < versionsKeptMin ? 0 : (good.at(-1)?.version ?? 0);
    const segments = new Set<string>();
    for (const { segments: named } of good) for (const { id, level } of named) segments.add(segmentName(id, level));
    for (const version of pinned) {
      // Fails if a pinned version cannot be read: then nobody knows which segments it needs.
      for (const { id, level } of (await this.read(version)).segments) segments.add(segmentName(id, level));
    }
    const isRemoved = (name: string): boolean => {
      if (name.endsWith(temporarySuffix)) return true;
      const version = parseVersionName(name);
      if (version !== undefined) return version < oldest && !pinned.has(version);
      return parseSegmentName(name) !== undefined && !segments.has(name);
    };
    const listed = await this.#storage.list("");
    // Protects: a segment begun since the call. Asked for only now, its name is kept; begun later, it is not in the list.
    for (const name of keep.segments ?? []) segments.add(name);
    // Versions before segments, so that a crash in between leaves no version without its files.
    const names = listed.filter(isRemoved);
    const removed = [
      ...names.filter((name) => !parseSegmentName(name)),
      ...names.filter((name) => parseSegmentName(name)),
    ];
    for (const name of removed) await this.#storage.remove(name);
    return removed;
  }

  /** Numbers of the versions in the storage, newest first. */
  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    for (const name of await this.#storage.list("")) {
      const version = parseVersionName(name);
      if (version !== undefined) numbers.push(version);
    }
    numbers.sort((a, b) => b - a);
    this.#highest = Math.max(this.#highest, numbers[0] ?? 0);
    return numbers;
  }

  /** The first `count` usable versions of `numbers`, and those refused before the last of them. */
  async #findGood(
    numbers: readonly number[],
    count: number,
  ): Promise<{ good: StoredVersion[]; refused: RefusedVersion[] }> {
    const good: StoredVersion[] = [];
    const refused: RefusedVersion[] = [];
    for (const version of numbers) {
      if (good.length === count || refused.length === versionWalkCountMax) break;
      try {
        const stored = await this.read(version);
        await this.#checkSizes(stored);
        good.push(stored);
      } catch (error) {
        const isOurs =
          isIndexError(error, "CORRUPTION") || isIndexError(error, "NOT_FOUND") || isIndexError(error, "LIMIT");
        if (!isOurs) throw error;
        refused.push({ version, reason: error });
      }
    }
    return { good, refused };
  }

  async #checkSizes({ segments }: StoredVersion): Promise<void> {
    const files = segments.flatMap(({ id, level, files }) =>
      files.map(({ name, byteLength }) => ({ path: `${segmentName(id, level)}/${name}`, byteLength })),
    );
    for (let at = 0; at < files.length; at += sizeCheckCountMax) {
      const batch = files.slice(at, at + sizeCheckCountMax);
      // Settled, so that no file of the batch is still open when the first failure is reported.
      const sizes = await Promise.allSettled(batch.map(({ path }) => this.#sizeOf(path)));
      sizes.forEach((size, index) => {
        const { path, byteLength } = batch[index] as (typeof batch)[number];
        if (size.status === "rejected") throw size.reason;
        if (size.value === byteLength) return;
        throw corruption({
          what: "Wrong size",
          file: path,
          expected: `${byteLength} bytes`,
          got: `${size.value} bytes`,
        });
      });
    }
  }

  async #sizeOf(path: string): Promise<number> {
    const file = await this.#storage.open(path);
    const { byteLength } = file;
    await file.close();
    return byteLength;
  }
}

function allRefused(location: string, refused: readonly RefusedVersion[]): IndexError {
  const reasons = refused.map(({ version, reason }) => `${versionName(version)}: ${reason.message}`);
  const shown = reasons.slice(0, 8).join(" ");
  return corruption({
    what: "No version can be used",
    file: location,
    expected: "one whole version",
    got: reasons.length > 8 ? `${reasons.length} refused, the newest of them ${shown}` : shown,
    advice: "Restore the missing files, or build the index again.",
    cause: new AggregateError(refused.map(({ reason }) => reason)),
  });
}
