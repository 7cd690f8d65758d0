// The record of an exact key: what stands in the value file where Indexlib has only the value (FORMAT.md clause 4.2).
// It is framed by the same length prefix, so that Indexlib reads it as an opaque value.
//
//   │ length prefix │ head (1 or 3 bytes) │ key │ value │
//                   └────────── prefix counts these ─────┘
//   head byte:  d 0 nnnnnn    d = 1: the key is deleted and no value follows
//               n < 63: the key's bytes;   n = 63: a u16 of the key's bytes (63 … 65535) follows

import { Status } from "../status";

const deletedBit: u8 = 0x80;
const reservedBit: u8 = 0x40;
const longKey: u32 = 63;

export const keyBytesMax: u32 = 65535;

/** Bytes of the head for a key of `keyLen` ≤ keyBytesMax. */
export function headBytes(keyLen: u32): u32 {
  return keyLen < longKey ? 1 : 3;
}

/** Writes a head and says how many bytes it took. */
export function headStore(ptr: usize, keyLen: u32, deleted: bool): u32 {
  const flag = deleted ? deletedBit : 0;
  if (keyLen < longKey) {
    store<u8>(ptr, <u8>keyLen | flag);
    return 1;
  }
  store<u8>(ptr, <u8>longKey | flag);
  store<u16>(ptr + 1, <u16>keyLen);
  return 3;
}

@unmanaged
export class RecordView {
  keyPtr: usize;
  keyLen: u32;
  valuePtr: usize;
  valueLen: u32;
  deleted: u32;
}

const recordViewBytes: i32 = 20;

/** The record `recordRead` looked at last. */
export const record: RecordView = changetype<RecordView>(memory.data(recordViewBytes, 4));

/** Takes apart the `len` bytes behind the length prefix at `ptr`; RECORD_SHAPE when the key does not fit in. */
export function recordRead(ptr: usize, len: u32): u32 {
  if (len == 0) return Status.RECORD_SHAPE;
  const head = load<u8>(ptr);
  if ((head & reservedBit) != 0) return Status.RECORD_SHAPE;
  let keyLen: u32 = head & 0x3f;
  let taken: u32 = 1;
  if (keyLen == longKey) {
    if (len < 3) return Status.RECORD_SHAPE;
    keyLen = load<u16>(ptr, 1);
    taken = 3;
  }
  if (taken + keyLen > len) return Status.RECORD_SHAPE;
  record.keyPtr = ptr + taken;
  record.keyLen = keyLen;
  record.valuePtr = ptr + taken + keyLen;
  record.valueLen = len - taken - keyLen;
  record.deleted = (head & deletedBit) != 0 ? 1 : 0;
  return Status.OK;
}
