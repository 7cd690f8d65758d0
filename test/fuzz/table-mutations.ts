/** Hostile changes of one key file by someone who knows the format of every kind of table. */

import { bucketBytesOf, headerBytesOf } from "../support/decode-table.js";
import type { Rng } from "../support/rng.js";
import type { TableFile } from "./table-files.js";

interface Target {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly rng: Rng;
  readonly file: TableFile;
  readonly headerBytes: number;
  readonly stride: number;
}

const marks = [0xffff_ffff_ffff_feffn, 0xffff_ffff_ffff_fdffn, 0n, 1n, 2n ** 64n - 1n, 2n ** 64n - 2n];

/** Counts that lie, wrap when multiplied by a bucket's bytes, divide by zero, or make half a block. */
function hostileCount(rng: Rng, honest: bigint, stride: bigint): bigint {
  const wraps = 2n ** 64n / stride;
  return BigInt.asUintN(
    64,
    rng.pick([0n, 1n, 2n, 4n, honest - 4n, honest - 1n, honest + 1n, honest + 4n, honest * 2n, wraps, wraps + honest]) +
      rng.pick([0n, 0n, 0n, 2n ** 32n, 2n ** 63n, rng.u64()]),
  );
}

const bucketAt = ({ bytes, rng, headerBytes, stride }: Target): number =>
  headerBytes + rng.int(Math.max(1, Math.floor((bytes.length - headerBytes) / stride))) * stride;

/** Does `change` to up to `countMax` random buckets that are whole. */
function buckets(target: Target, countMax: number, change: (at: number) => void): void {
  for (let count = 1 + target.rng.int(countMax); count > 0; count--) {
    const at = bucketAt(target);
    if (at + target.stride <= target.bytes.length) change(at);
  }
}

const mutations: Readonly<Record<string, (target: Target) => Uint8Array | undefined>> = {
  "bucket count": ({ view, rng, file, stride }) => {
    const at = file.variant.kind === "cuckoo" ? 8 : 0;
    view.setBigUint64(at, hostileCount(rng, view.getBigUint64(at, true), BigInt(stride)), true);
    return undefined;
  },
  "key count": ({ view, rng, file, stride }) => {
    const at = file.variant.kind === "cuckoo" ? 16 : 8;
    view.setBigUint64(at, hostileCount(rng, view.getBigUint64(at, true), BigInt(stride)), true);
    return undefined;
  },
  "a header byte": ({ bytes, rng, headerBytes }) => {
    bytes[rng.int(headerBytes)] = rng.pick([0, 1, 2, 3, 7, 8, 9, 127, 255]);
    return undefined;
  },
  "hash functions": ({ bytes, rng }) => {
    bytes[1] = rng.pick([0, 1, 3, 8, 9, 255]);
    bytes[2] = rng.pick([0, 1, 2, 8, 255]);
    return undefined;
  },
  "room to stretch": ({ view, rng, file }) => {
    if (file.variant.kind === "cuckoo") {
      view.setBigUint64(24, rng.pick([0n, 1n, 80n, 500n, 2n ** 20n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]), true);
    }
    return undefined;
  },
  length: ({ bytes, rng, stride }) =>
    bytes.slice(0, rng.pick([rng.int(bytes.length), bytes.length - stride, rng.int(80)])),
  "a longer file": ({ bytes, rng }) => {
    const longer = new Uint8Array(bytes.length + 1 + rng.int(2_000)).fill(rng.pick([0, 0xff]));
    longer.set(bytes);
    return longer;
  },
  "counts that fit the size": ({ bytes, view, rng, file, headerBytes, stride }) => {
    const at = file.variant.kind === "cuckoo" ? 8 : 0;
    const count = BigInt(Math.floor((bytes.length - headerBytes) / stride));
    view.setBigUint64(at, rng.pick([count, count - 2n, count & ~3n]), true);
    view.setBigUint64(at + 8, rng.pick([0n, 1n, count / 2n, count]), true);
    return undefined;
  },
  "keys and marks": (target) => {
    const { view, rng } = target;
    buckets(target, 100, (at) => {
      const key = rng.once(3) ? rng.u64() : rng.pick(marks);
      if (target.file.variant.keyBytes === 8) view.setBigUint64(at, key, true);
      else view.setUint32(at, Number(key & 0xffff_ffffn), true);
    });
    return undefined;
  },
  "values and states": (target) => {
    const { view, rng, file, stride } = target;
    buckets(target, 100, (at) => {
      for (let i = at + file.variant.keyBytes; i + 4 <= at + stride; i += 4) {
        view.setUint32(i, rng.pick([0, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, rng.int(2 ** 32)]), true);
      }
    });
    return undefined;
  },
  "bucket copies": (target) => {
    buckets(target, 200, (at) => target.bytes.copyWithin(at, bucketAt(target), bucketAt(target) + target.stride));
    return undefined;
  },
  "one bucket everywhere": (target) => {
    const { bytes, headerBytes, stride } = target;
    const one = bytes.slice(bucketAt(target)).subarray(0, stride);
    for (let at = headerBytes; at + one.length <= bytes.length; at += stride) bytes.set(one, at);
    return undefined;
  },
  slots: ({ bytes, view, rng, stride }) => {
    for (const back of [1, 2]) {
      const at = bytes.length - back * stride;
      view.setUint32(at, rng.pick([0, 1, 2, 0xffff_feff, 0xffff_fdff]), true);
    }
    return undefined;
  },
  "no empty bucket": ({ bytes, rng, headerBytes }) => {
    for (let at = headerBytes; at < bytes.length; at++) bytes[at] = rng.int(256);
    return undefined;
  },
  "random bytes": ({ bytes, rng }) => {
    for (let count = 1 + rng.int(50); count > 0; count--) bytes[rng.int(bytes.length)] = rng.int(256);
    return undefined;
  },
};

export const mutationNames: readonly string[] = Object.keys(mutations);

/** A copy of the file's bytes with one to three changes, and what was done. */
export function mutateTable(file: TableFile, rng: Rng): { bytes: Uint8Array; done: string } {
  let bytes: Uint8Array = file.bytes.slice();
  const done: string[] = [];
  for (let count = 1 + rng.int(3); count > 0; count--) {
    const stride = bucketBytesOf(file.variant);
    const headerBytes = headerBytesOf(file.variant);
    // What an earlier change has cut shorter than this has no structure left.
    if (bytes.length < headerBytes + 2 * stride) break;
    const name = rng.pick(mutationNames);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    bytes = mutations[name]?.({ bytes, view, rng, file, headerBytes, stride }) ?? bytes;
    done.push(name);
  }
  return { bytes, done: done.join("; ") };
}
