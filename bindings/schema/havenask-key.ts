/**
 * Keys of an index of Havenask's: text, bytes or numbers, as they come out of a document, hashed as the key field's type says.
 * Nothing is left of a key but its hash, which is what iteration gives.
 */

import { Status } from "../kernel/status.js";
import { hashNumber, hashNumberChecked, type KeyHash, type NumberKey } from "./hash-key.js";
import { hashedKeys, type KeyCodec, keyCodec } from "./key-type.js";

/** What a lookup may be given. Numbers and their decimal text are the same key. */
export type HavenaskKey = NumberKey | Uint8Array;

export function havenaskKeys(hash: KeyHash, keyBytes: 8 | 4): KeyCodec {
  return (hash === "murmur" ? murmurKeys : numberKeys(hash, keyBytes)) as KeyCodec;
}

const textKeys = hashedKeys(keyCodec("string"));
const bytesKeys = hashedKeys(keyCodec("bytes"));

const murmurKeys: KeyCodec<HavenaskKey> = {
  type: "string",
  form: "hashed",
  bound: (key) => codecFor(key).bound(asText(key)),
  write: (space, at, key) => codecFor(key).write(space, at, asText(key)),
  find: (space, directory, scratch, key) => codecFor(key).find(space, directory, scratch, asText(key)),
  read: (space, at) => space.longs[at >>> 3] as bigint,
};

function codecFor(key: HavenaskKey): KeyCodec {
  return key instanceof Uint8Array ? bytesKeys : textKeys;
}

/** Indexlib hashes a number's text where it does not take the number itself. */
function asText(key: HavenaskKey): string | Uint8Array {
  return typeof key === "number" || typeof key === "bigint" ? String(key) : key;
}

const integerBytes = 8;

function numberKeys(hash: Exclude<KeyHash, "murmur">, keyBytes: 8 | 4): KeyCodec<NumberKey> {
  return {
    type: hash === "int64" ? "i64" : "u64",
    form: "integer",
    // What is no number is nobody's key: absent for a lookup, as in Indexlib.
    bound: (key) => (hashNumber(hash, key) === undefined ? -1 : integerBytes),
    write(space, at, key) {
      space.longs[at >>> 3] = hashNumberChecked(hash, key);
      return integerBytes;
    },
    find(space, directory, _scratch, key) {
      const hashed = hashNumber(hash, key);
      return hashed === undefined ? Status.absent : space.kernel.readFindInteger(directory, hashed);
    },
    read(space, at) {
      const key = space.longs[at >>> 3] as bigint;
      return hash === "int64" ? BigInt.asIntN(keyBytes * 8, key) : key;
    },
  };
}
