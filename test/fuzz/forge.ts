/** Making hostile bytes look whole: sizes and hashes that match whatever the files hold. */

import { encodeVersion, parseVersion, type StoredVersion } from "../../bindings/index/manifest.js";
import { Space } from "../../bindings/kernel/space.js";
import {
  blockCountOf,
  blockSeed,
  blockShiftLoaded,
  encodeChecksums,
  parseChecksums,
} from "../../bindings/segment/checksums.js";
import { checksumsName, segmentName, versionName } from "../../bindings/segment/file-names.js";
import { hex64 } from "../../bindings/segment/json.js";
import type { Base, Files } from "./hostile.js";

const space = new Space();
export const xxh64 = (bytes: Uint8Array, seed: bigint): bigint => space.xxh64(bytes, seed);

/** Versions of a base index, oldest first. */
const versions = [2, 3];

/** `files` with one of them replaced. */
export function replaced(files: Files, path: string, bytes: Uint8Array): Map<string, Uint8Array> {
  return new Map(files).set(path, bytes);
}

/** Manifests that list the sizes `files` have, so that a reader goes on to what is in them. */
export function relisted(base: Base, files: Files): Files {
  return rewritten(base, files, (stored) => stored);
}

/** Sidecars and manifests that vouch for whatever `files` hold. */
export function resigned(base: Base, files: Files): Files {
  const signed = new Map(files);
  const roots = new Map<string, string>();
  for (const [path, original] of base.files) {
    const [directory, name] = path.split("/") as [string, string];
    if (name !== checksumsName) continue;
    const { typeId, files: listed } = parseChecksums(original, xxh64);
    const entries = listed.map((file, fileIndex) => hashesOf(files, `${directory}/${file.name}`, file.name, fileIndex));
    const bytes = encodeChecksums({ blockShift: blockShiftLoaded, typeId, files: entries }, xxh64);
    signed.set(path, bytes);
    roots.set(directory, hex64(xxh64(bytes, 0n)));
  }
  return rewritten(base, signed, (stored) => ({
    ...stored,
    segments: stored.segments.map((segment) => ({
      ...segment,
      checksums: roots.get(segmentName(segment.id, segment.level)) as string,
    })),
  }));
}

function hashesOf(files: Files, path: string, name: string, fileIndex: number) {
  const bytes = files.get(path) ?? new Uint8Array(0);
  const blockBytes = 2 ** blockShiftLoaded;
  const blockHashes = new BigUint64Array(blockCountOf(bytes.length, blockShiftLoaded));
  for (let block = 0; block < blockHashes.length; block++) {
    const part = bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
    blockHashes[block] = xxh64(part, blockSeed(fileIndex, block));
  }
  return { name, byteLength: bytes.length, blockHashes };
}

function rewritten(base: Base, files: Files, change: (stored: StoredVersion) => StoredVersion): Files {
  const result = new Map(files);
  for (const version of versions) {
    const name = versionName(version);
    if (!files.has(name)) continue;
    const stored = change(parseVersion(base.files.get(name) as Uint8Array, version, xxh64));
    const segments = stored.segments.map((segment) => ({
      ...segment,
      files: segment.files.map((file) => {
        const bytes = files.get(`${segmentName(segment.id, segment.level)}/${file.name}`);
        return { name: file.name, byteLength: bytes?.length ?? file.byteLength };
      }),
    }));
    result.set(name, encodeVersion({ ...stored, segments }, xxh64));
  }
  return result;
}

/** A version file whose own hash is right for whatever its text says. */
export function rehashed(version: Uint8Array): Uint8Array {
  const tailBytes = ',"xxh64":"0123456789abcdef"}\n'.length;
  const bytes = version.slice();
  const body = bytes.subarray(0, bytes.length - tailBytes);
  bytes.set(new TextEncoder().encode(`,"xxh64":"${hex64(xxh64(body, 0n))}"}\n`), body.length);
  return bytes;
}
