import { describe, expect, it } from "vitest";
import { encodeVersion, parseVersion } from "../../bindings/index/manifest.js";
import { isIndexError, type KVIndex, memoryStorage, type OpenOptions, open } from "../../bindings/node.js";
import { segmentName, versionName } from "../../bindings/segment/file-names.js";
import { xxh64 } from "./forge.js";
import { readStorage } from "./hostile.js";

type Files = Map<string, Uint8Array>;

const keyPath = "segment_0_level_0/index/kv/key";
const valuePath = "segment_0_level_0/index/kv/value";

/** An index of one segment: `values` under 0n, 1n, 2n … or "0", "1", "2" …, in the value file one after the other. */
async function filesOf(options: OpenOptions, values: readonly unknown[]): Promise<Files> {
  const storage = memoryStorage();
  const db = (await open(storage, options)) as KVIndex<unknown, unknown>;
  for (const [i, value] of values.entries()) await db.put(options.key === "string" ? `${i}` : BigInt(i), value);
  await db.close();
  const files = new Map(storage.files());
  files.delete("version.1");
  return files;
}

/** The manifest says whatever sizes the files have, and nothing is hashed. */
async function openBare(files: Files): Promise<KVIndex<unknown, unknown>> {
  const stored = parseVersion(files.get(versionName(2)) as Uint8Array, 2, xxh64);
  const segments = stored.segments.map((segment) => ({
    ...segment,
    files: segment.files.map(({ name }) => {
      const bytes = files.get(`${segmentName(segment.id, segment.level)}/${name}`) as Uint8Array;
      return { name, byteLength: bytes.length };
    }),
  }));
  const relisted = new Map(files).set(versionName(2), encodeVersion({ ...stored, segments }, xxh64));
  return (await open(readStorage(relisted), { readOnly: true, verify: "none" })) as KVIndex<unknown, unknown>;
}

const codeOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
  } catch (error) {
    if (isIndexError(error)) return error.code;
    throw error;
  }
  return "no failure";
};

const bytes = Array.from({ length: 20 }, (_, i) => new Uint8Array(30).fill(i + 1));
const layouts: readonly [string, OpenOptions, readonly unknown[]][] = [
  ["string to bytes", { key: "string", value: "bytes" }, bytes],
  ["u64 to bytes", { key: "u64", value: "bytes" }, bytes],
  ["u64 to u64", { key: "u64", value: "u64" }, bytes.map((_, i) => BigInt(i))],
  ["u64 to f32 with timestamps", { key: "u64", value: "f32", timestamps: true }, bytes.map((_, i) => i)],
];
const keyOf = (options: OpenOptions, i: number): unknown => (options.key === "string" ? `${i}` : BigInt(i));

describe.each(layouts)("a key file of %s", (_name, options, values) => {
  const change = async (edit: (key: Uint8Array, view: DataView) => Uint8Array): Promise<string> => {
    const files = await filesOf(options, values);
    const key = (files.get(keyPath) as Uint8Array).slice();
    files.set(keyPath, edit(key, new DataView(key.buffer)));
    return codeOf(async () => (await openBare(files)).close());
  };
  const setCounts = (buckets: bigint, keys?: bigint) => (key: Uint8Array, view: DataView) => {
    view.setBigUint64(0, buckets, true);
    if (keys !== undefined) view.setBigUint64(8, keys, true);
    return key;
  };

  it("opens as it is, and not with a byte more or less", async () => {
    expect(await change((key) => key)).toBe("no failure");
    expect(await change((key) => key.slice(0, -1))).toBe("CORRUPTION");
    expect(await change((key) => new Uint8Array([...key, 0]))).toBe("CORRUPTION");
  });

  it("never opens with a count of buckets that it does not have", async () => {
    const wrong = [0n, 1n, 39n, 41n, 42n, 43n, 2n ** 32n, 2n ** 32n + 40n, 2n ** 60n + 40n, 2n ** 63n, 2n ** 64n - 1n];
    for (const buckets of wrong) expect(await change(setCounts(buckets)), `${buckets} buckets`).toBe("CORRUPTION");
    expect(await change(setCounts(40n))).toBe("no failure");
  });

  it("never opens without a bucket, or without the slots behind them", async () => {
    expect(await change((key, view) => setCounts(0n, 0n)(key, view).slice(0, 16))).toBe("CORRUPTION");
    const stride = options.value === "bytes" ? 12 : 16;
    const slots = options.value === "u64" ? 2 : 0;
    const bare = await change((key, view) => setCounts(1n, 0n)(key, view).slice(0, 16 + stride));
    expect(bare).toBe(slots > 0 ? "CORRUPTION" : "no failure");
    expect(await change((key, view) => setCounts(0n, 0n)(key, view).slice(0, 16 + slots * stride))).toBe("CORRUPTION");
    for (const length of [0, 1, 7, 8, 15]) expect(await change((key) => key.slice(0, length))).toBe("CORRUPTION");
  });

  it("never opens with more keys than buckets and slots", async () => {
    const most = options.value === "u64" ? 42n : 40n;
    expect(await change(setCounts(40n, most))).toBe("no failure");
    for (const keys of [most + 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await change(setCounts(40n, keys)), `${keys} keys`).toBe("CORRUPTION");
    }
  });
});

describe.each(layouts.slice(0, 2))("a value file of %s", (_name, options, values) => {
  const last = values.length - 1;
  const checkOthers = (db: KVIndex<unknown, unknown>): void => {
    for (let i = 0; i < last; i++) expect(db.getSync(keyOf(options, i))).toEqual(values[i]);
  };

  it("gives no byte of a record that is cut, however little, and all of the others", async () => {
    const files = await filesOf(options, values);
    const value = files.get(valuePath) as Uint8Array;
    const recordBytes = value.length / values.length > 31 ? 30 + 1 + 1 + 2 : 31;
    for (let cut = 1; cut <= recordBytes; cut++) {
      const db = await openBare(new Map(files).set(valuePath, value.subarray(0, value.length - cut)));
      const key = keyOf(options, last);
      expect(await codeOf(() => db.getSync(key)), `${cut} bytes cut`).toBe("CORRUPTION");
      expect(await codeOf(() => db.getMany([key]))).toBe("CORRUPTION");
      expect(await codeOf(() => db.has(key))).toBe("CORRUPTION");
      expect(
        await codeOf(async () => {
          for await (const _ of db) {
            // Somewhere the damaged record comes.
          }
        }),
      ).toBe("CORRUPTION");
      checkOthers(db);
      await db.close();
    }
  });

  it("refuses a length that reaches past the end by one, and takes one that ends there", async () => {
    const files = await filesOf(options, values);
    const value = files.get(valuePath) as Uint8Array;
    // The last record's prefix: one byte, since the record is shorter than 64.
    const recordBytes = options.key === "string" ? 1 + 2 + 30 : 30;
    const prefixAt = value.length - recordBytes - 1;
    expect(value[prefixAt]).toBe(recordBytes);
    const withPrefix = async (prefix: readonly number[]): Promise<string> => {
      const changed = value.slice();
      changed.set(prefix, prefixAt);
      const db = await openBare(new Map(files).set(valuePath, changed));
      const code = await codeOf(() => db.getSync(keyOf(options, last)));
      checkOthers(db);
      await db.close();
      return code;
    };
    expect(await withPrefix([recordBytes])).toBe("no failure");
    for (const prefix of [
      [recordBytes + 1],
      [0x3f],
      [0x40, recordBytes],
      [0x80, 0, recordBytes],
      [0xc0],
      [0xff, 255, 255, 255],
    ]) {
      expect(await withPrefix(prefix), `${prefix}`).toBe("CORRUPTION");
    }
  });

  it("refuses offsets at and past its end", async () => {
    const files = await filesOf(options, values);
    const value = files.get(valuePath) as Uint8Array;
    const key = files.get(keyPath) as Uint8Array;
    for (const offset of [value.length, value.length + 1, 2 ** 31, 2 ** 32 - 3]) {
      const changed = key.slice();
      const view = new DataView(changed.buffer);
      // Every used bucket: an empty one's offset is the mark of being empty.
      for (let at = 16; at < changed.length; at += 12) {
        if (view.getUint32(at + 8, true) !== 0xffff_ffff) view.setUint32(at + 8, offset, true);
      }
      const db = await openBare(new Map(files).set(keyPath, changed));
      for (let i = 0; i <= last; i++) expect(await codeOf(() => db.getSync(keyOf(options, i)))).toBe("CORRUPTION");
      await db.close();
    }
  });
});

describe("a record with its key", () => {
  it("is refused when the key is longer than the record, reserved bits are set, or nothing is left", async () => {
    const [, options, values] = layouts[0] as (typeof layouts)[number];
    const files = await filesOf(options, values);
    const value = files.get(valuePath) as Uint8Array;
    const recordBytes = 1 + 2 + 30;
    const headAt = value.length - recordBytes;
    for (const head of [33, 40, 62, 63, 0x40, 0x42, 0xc2]) {
      const changed = value.slice();
      changed[headAt] = head;
      const db = await openBare(new Map(files).set(valuePath, changed));
      expect(await codeOf(() => db.getSync("19")), `head ${head}`).toBe("CORRUPTION");
      await db.close();
    }
    // An empty record has no head.
    const empty = value.slice();
    empty[headAt - 1] = 0;
    const db = await openBare(new Map(files).set(valuePath, empty));
    expect(await codeOf(() => db.getSync("19"))).toBe("CORRUPTION");
    // A key that just fits is another key, and an own deletion is one.
    await db.close();
    const deleted = value.slice();
    deleted[headAt] = 0x82;
    const without = await openBare(new Map(files).set(valuePath, deleted));
    expect(without.getSync("19")).toBeUndefined();
    await without.close();
  });
});
