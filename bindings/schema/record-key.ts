/**
 * Integer keys of an index with regions: 8 bytes in the record, low byte first, negative ones as two's complement. Hashes of
 * two regions may meet, so the key is compared as one of bytes is; the bijection of other indexes would not be enough.
 */

import { IndexError } from "../errors.js";
import type { Space } from "../kernel/space.js";
import type { KeyCodec } from "./key-type.js";

const keyBytes = 8;
const wordRange: number = 2 ** 32;

/** An integer codec's keys, written into the record. */
export function recordKeys(codec: KeyCodec): KeyCodec {
  const write = (space: Space, at: number, key: unknown): number => {
    const word = at >>> 2;
    if (typeof key === "bigint") {
      space.longs[at >>> 3] = key;
    } else {
      space.words[word] = key as number;
      space.words[word + 1] = Math.floor((key as number) / wordRange);
    }
    return keyBytes;
  };
  return {
    type: codec.type,
    form: "exact",
    bound: (key) => codec.bound(key),
    write,
    find: (space, directory, scratch, key) =>
      space.kernel.readFindBytes(directory, scratch, write(space, scratch, key)),
    read(space, at) {
      const ptr = space.words[at >>> 2] as number;
      const byteLength = space.words[(at >>> 2) + 1] as number;
      if (byteLength !== keyBytes) throw damaged(`of ${byteLength} bytes`);
      const view = new DataView(space.bytes.buffer, ptr, keyBytes);
      const isBigInt = codec.type === "u64" || codec.type === "i64";
      const key = isBigInt
        ? codec.type === "u64"
          ? view.getBigUint64(0, true)
          : view.getBigInt64(0, true)
        : view.getInt32(4, true) * wordRange + view.getUint32(0, true);
      if (!fits(codec, key)) throw damaged(String(key));
      return key;
    },
  };
}

/** Protects: the caller, from a number that is none of the schema's type. */
function fits(codec: KeyCodec, key: unknown): boolean {
  try {
    return codec.bound(key) >= 0;
  } catch {
    return false;
  }
}

function damaged(what: string): IndexError {
  return new IndexError(
    "CORRUPTION",
    `A stored key is no integer of the index's type but ${what}. The files are damaged, or the index holds another type of keys: restore them from a copy.`,
  );
}
