/**
 * A constant database in the layout of D. J. Bernstein's cdb (cr.yp.to/cdb/cdb.txt), in plain JavaScript over one Buffer:
 * the simplest thing that could compete. Written for this benchmark; no checksums, no deletion, 4 GiB at most.
 *
 *   0          256 × { u32 table position, u32 slot count }
 *   2048       records: u32 key length, u32 value length, key, value
 *   behind     256 tables of { u32 hash, u32 record position }, twice as many slots as keys; position 0 is free
 */

import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { keyWriter, valueReader, valueWriter } from "./codec.mjs";

const tableCount = 256;
const headerBytes = tableCount * 8;
const flushBytes = 1 << 20;
const keyBytesMax = 4_096;
const readBytes = 1 << 30;

const constant = "a constant database is written once";

export default {
  name: "cdb",
  title: "CDB reference",
  about: "The whole file in one Buffer, read with readSync; a hit is a view of it, no copy.",
  notYet: {},
  cannot: {
    delete: constant,
    "put-durable": constant,
    "update-merge": constant,
    package: "written for this benchmark",
    import: "written for this benchmark",
  },

  connect: async () => ({}),

  store(_library, dataset, directory) {
    const path = join(directory, "data.cdb");
    let db;
    return {
      async load(batches) {
        mkdirSync(directory, { recursive: true });
        return write(path, batches, dataset);
      },
      open() {
        db = new Reader(path, dataset);
      },
      get: (key) => db.get(key),
      getMany(keys) {
        const values = new Array(keys.length);
        for (let i = 0; i < keys.length; i++) values[i] = db.get(keys[i]);
        return values;
      },
      async scan(visit) {
        db.scan(visit);
      },
      close() {
        db = undefined;
      },
    };
  },
};

class Reader {
  constructor(path, dataset) {
    const file = openSync(path);
    const { size } = fstatSync(file);
    this.bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) at += readSync(file, this.bytes, at, Math.min(readBytes, size - at), at);
    closeSync(file);
    this.view = new DataView(this.bytes.buffer);
    this.key = Buffer.alloc(keyBytesMax);
    this.writeKey = keyWriter(dataset.key);
    this.readValue = valueReader(dataset.value);
  }

  get(key) {
    const { bytes, view, key: wanted } = this;
    const length = this.writeKey(wanted, 0, key);
    const hash = hashOf(wanted, 0, length);
    const head = (hash & 255) << 3;
    const slotCount = view.getUint32(head + 4, true);
    if (slotCount === 0) return undefined;
    const table = view.getUint32(head, true);
    let slot = (hash >>> 8) % slotCount;
    for (let i = 0; i < slotCount; i++) {
      const position = view.getUint32(table + slot * 8 + 4, true);
      if (position === 0) return undefined;
      if (view.getUint32(table + slot * 8, true) === hash && view.getUint32(position, true) === length) {
        const keyAt = position + 8;
        if (isEqual(bytes, keyAt, wanted, length)) {
          return this.readValue(bytes, keyAt + length, view.getUint32(position + 4, true));
        }
      }
      if (++slot === slotCount) slot = 0;
    }
    return undefined;
  }

  scan(visit) {
    const { bytes, view } = this;
    const end = view.getUint32(0, true);
    for (let at = headerBytes; at < end; ) {
      const keyBytes = view.getUint32(at, true);
      const valueAt = at + 8 + keyBytes;
      const valueBytes = view.getUint32(at + 4, true);
      visit(bytes.utf8Slice(at + 8, valueAt), this.readValue(bytes, valueAt, valueBytes));
      at = valueAt + valueBytes;
    }
  }
}

function isEqual(bytes, at, wanted, length) {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function hashOf(bytes, at, length) {
  let hash = 5381;
  for (let i = 0; i < length; i++) hash = (((hash << 5) + hash) ^ bytes[at + i]) | 0;
  return hash >>> 0;
}

function write(path, batches, dataset) {
  const writeKey = keyWriter(dataset.key);
  const writeValue = valueWriter(dataset.value);
  const file = openSync(path, "w");
  const buffer = Buffer.allocUnsafeSlow(flushBytes * 2);
  let used = headerBytes;
  let flushed = 0;
  const flush = () => {
    writeSync(file, buffer, 0, used, flushed);
    flushed += used;
    used = 0;
  };
  let pairs = new Uint32Array(1 << 16);
  let count = 0;
  const sizes = new Uint32Array(tableCount);
  for (const batch of batches) {
    for (const [key, value] of batch) {
      const at = used;
      const keyBytes = writeKey(buffer, at + 8, key);
      const valueBytes = writeValue(buffer, at + 8 + keyBytes, value);
      buffer.writeUInt32LE(keyBytes, at);
      buffer.writeUInt32LE(valueBytes, at + 4);
      const hash = hashOf(buffer, at + 8, keyBytes);
      if (count * 2 === pairs.length) {
        const larger = new Uint32Array(pairs.length * 2);
        larger.set(pairs);
        pairs = larger;
      }
      pairs[count * 2] = hash;
      pairs[count * 2 + 1] = flushed + at;
      count++;
      sizes[hash & 255]++;
      used = at + 8 + keyBytes + valueBytes;
      if (used >= flushBytes) flush();
    }
  }
  flush();
  const starts = new Uint32Array(tableCount);
  const header = new DataView(new ArrayBuffer(headerBytes));
  let slots = 0;
  for (let table = 0; table < tableCount; table++) {
    starts[table] = slots;
    header.setUint32(table * 8, flushed + slots * 8, true);
    header.setUint32(table * 8 + 4, sizes[table] * 2, true);
    slots += sizes[table] * 2;
  }
  const tables = new Uint32Array(slots * 2);
  for (let i = 0; i < count; i++) {
    const hash = pairs[i * 2];
    const table = hash & 255;
    const slotCount = sizes[table] * 2;
    let slot = (hash >>> 8) % slotCount;
    while (tables[(starts[table] + slot) * 2 + 1] !== 0) if (++slot === slotCount) slot = 0;
    tables[(starts[table] + slot) * 2] = hash;
    tables[(starts[table] + slot) * 2 + 1] = pairs[i * 2 + 1];
  }
  writeSync(file, new Uint8Array(tables.buffer), 0, tables.byteLength, flushed);
  writeSync(file, new Uint8Array(header.buffer), 0, headerBytes, 0);
  fsyncSync(file);
  closeSync(file);
  return count;
}
