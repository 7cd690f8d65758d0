import { xxhash64 } from "hash-wasm";
import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import {
  blockCountOf,
  blockSeed,
  type Checksums,
  encodeChecksums,
  fileHash,
  parseChecksums,
} from "../../../bindings/segment/checksums.js";
import { xxh64 } from "./xxh64.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Hashes of `content` as file number `fileIndex` in blocks of 4 KiB. */
function hashBlocks(content: Uint8Array, fileIndex: number): BigUint64Array {
  const hashes = new BigUint64Array(blockCountOf(content.length, 12));
  return hashes.map((_, block) =>
    xxh64(content.subarray(block * 4_096, (block + 1) * 4_096), blockSeed(fileIndex, block)),
  );
}

const contents: readonly [name: string, content: Uint8Array][] = [
  ["index/kv/key", new Uint8Array(4_096 * 2 + 1).map((_, index) => index * 7)],
  ["index/kv/value", new Uint8Array(0)],
  ["segment_metrics", new Uint8Array([1, 2, 3])],
];

const sample: Checksums = {
  blockShift: 12,
  typeId: 0x0123456789abcdefn,
  files: contents.map(([name, content], index) => ({
    name,
    byteLength: content.length,
    blockHashes: hashBlocks(content, index),
  })),
};

/** `bytes` after `change`, with the own hash made right again: what only the checks of meaning can refuse. */
function forge(bytes: Uint8Array, change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const forged = bytes.slice();
  const view = new DataView(forged.buffer);
  change(view, forged);
  view.setBigUint64(forged.length - 16, xxh64(forged.subarray(0, -16), 0n), true);
  return forged;
}

describe("the hash of these tests", () => {
  it("is XXH64", async () => {
    for (const byteCount of [0, 1, 3, 4, 7, 8, 12, 31, 32, 33, 64, 100]) {
      const bytes = new Uint8Array(byteCount).map((_, index) => index * 31 + byteCount);
      for (const [high, low] of [
        [0, 0],
        [0, 1],
        [63, 0xffffffff],
      ] as const) {
        const seed = (BigInt(high) << 32n) | BigInt(low);
        expect(xxh64(bytes, seed).toString(16).padStart(16, "0")).toBe(await xxhash64(bytes, low, high));
      }
    }
  });
});

describe("blocks", () => {
  it.each([
    [0, 0],
    [1, 1],
    [65_536, 1],
    [65_537, 2],
    [Number.MAX_SAFE_INTEGER, 2 ** 37],
  ])("of %d bytes are %d", (byteLength, count) => {
    expect(blockCountOf(byteLength, 16)).toBe(count);
  });

  it("are seeded by file and place", () => {
    expect(blockSeed(0, 0)).toBe(0n);
    expect(blockSeed(2, 5)).toBe(0x2_0000_0005n);
    expect(blockSeed(63, 2 ** 32 - 1)).toBe(0x3f_ffff_ffffn);
  });

  it("make a file's hash with its size and number", async () => {
    const hashes = new BigUint64Array([1n, 0xff00000000000000n]);
    const bytes = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0x39, 0x30, 0, 0, 0, 0, 0, 0]);
    expect(fileHash(hashes, 12_345, 2, xxh64).toString(16).padStart(16, "0")).toBe(await xxhash64(bytes, 2, 0));
    expect(fileHash(hashes, 12_345, 3, xxh64)).not.toBe(fileHash(hashes, 12_345, 2, xxh64));
  });
});

describe("the sidecar", () => {
  const bytes = encodeChecksums(sample, xxh64);

  it("comes back as it was", () => {
    expect(parseChecksums(bytes, xxh64)).toEqual(sample);
  });

  it("comes back from the middle of a larger buffer", () => {
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 5);
    expect(parseChecksums(larger.subarray(5, 5 + bytes.length), xxh64)).toEqual(sample);
  });

  it("has the bytes of its picture", () => {
    const [key] = sample.files;
    const small = encodeChecksums(
      { blockShift: 16, typeId: 2n, files: [{ ...sample.files[1], name: "value" } as never] },
      xxh64,
    );
    expect(hexOf(small.subarray(0, 40))).toBe(
      `${"895a4b530d0a1a0a"}${"01000000"}${"10000000"}${"01000000"}${"01000000"}${"0000000000000000"}${"0200000000000000"}`,
    );
    expect(hexOf(small.subarray(40, 48))).toBe("0000000000000000");
    expect(hexOf(small.subarray(56, 72))).toBe(`${"00000000"}${"0500"}${"0000"}${"76616c7565000000"}`);
    expect(hexOf(small.subarray(80))).toBe("0a1a0a0d534b5a89");
    expect(small.length).toBe(40 + 24 + 8 + 0 + 16);
    expect(bytes.length).toBe(40 + (24 + 16) + (24 + 16) + (24 + 16) + 4 * 8 + 16);
    expect(new DataView(bytes.buffer).getBigUint64(160, true)).toBe(key?.blockHashes[0]);
  });

  it("can be of no files", () => {
    const none: Checksums = { blockShift: 16, typeId: 0n, files: [] };
    expect(parseChecksums(encodeChecksums(none, xxh64), xxh64)).toEqual(none);
  });

  it("fails typed, whichever byte is changed", () => {
    const mutant = bytes.slice();
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        mutant[at] = (bytes[at] as number) ^ change;
        expect(() => parseChecksums(mutant, xxh64, "s/checksums")).toThrow(
          expect.objectContaining({ code: "CORRUPTION", file: "s/checksums" }),
        );
      }
      mutant[at] = bytes[at] as number;
    }
  });

  it("fails typed, cut at any length or made longer", () => {
    for (let byteCount = 0; byteCount < bytes.length; byteCount++) {
      expect(() => parseChecksums(bytes.subarray(0, byteCount), xxh64)).toThrow(
        expect.objectContaining({ code: "CORRUPTION" }),
      );
    }
    expect(() => parseChecksums(new Uint8Array([...bytes, 0]), xxh64)).toThrow(
      expect.objectContaining({ code: "CORRUPTION" }),
    );
  });

  it("with a right hash over any other byte is read as it says, or fails typed", () => {
    const outcomes = new Map<string, number>();
    for (let at = 8; at < bytes.length - 16; at++) {
      for (const change of [0x01, 0x10, 0x80, 0xff]) {
        const forged = forge(bytes, (_, own) => {
          own[at] = (own[at] as number) ^ change;
        });
        let outcome = "read";
        try {
          parseChecksums(forged, xxh64);
        } catch (error) {
          outcome = isIndexError(error) ? error.code : String(error);
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    // Read are another typeId and other legal names.
    expect([...outcomes.keys()].sort()).toEqual(["CORRUPTION", "FORMAT_UNSUPPORTED", "LIMIT", "read"]);
    expect(outcomes.get("CORRUPTION")).toBeGreaterThan(300);
  });

  it.each<[string, string, (view: DataView, bytes: Uint8Array) => void]>([
    ["a later format version", "FORMAT_UNSUPPORTED", (view) => view.setUint32(8, 2, true)],
    ["another algorithm", "FORMAT_UNSUPPORTED", (view) => view.setUint32(20, 2, true)],
    ["another block size", "FORMAT_UNSUPPORTED", (view) => view.setUint32(12, 13, true)],
    ["flags", "FORMAT_UNSUPPORTED", (view) => view.setUint16(40 + 22, 1, true)],
    ["too many files", "LIMIT", (view) => view.setUint32(16, 65, true)],
    ["files that are not there", "CORRUPTION", (view) => view.setUint32(16, 64, true)],
    ["all block counts at their most", "CORRUPTION", (view) => view.setBigUint64(24, 2n ** 64n - 1n, true)],
    ["a size past 2^53", "CORRUPTION", (view) => view.setBigUint64(40, 2n ** 53n, true)],
    ["a size with more blocks than there are", "CORRUPTION", (view) => view.setBigUint64(40, 2n ** 53n - 1n, true)],
    ["another first block", "CORRUPTION", (view) => view.setUint32(40 + 16, 1, true)],
    ["a name to the end of all", "CORRUPTION", (view) => view.setUint16(40 + 20, 0xffff, true)],
    ["no name", "CORRUPTION", (view) => view.setUint16(40 + 20, 0, true)],
    ["a name that leaves the root", "CORRUPTION", (_, own) => own.set(Buffer.from("../../kv/key"), 64)],
    ["a name that is not ASCII", "CORRUPTION", (_, own) => own.set([0xc3, 0xa4], 64)],
    ["bytes after a name", "CORRUPTION", (_, own) => own.set([1], 64 + 15)],
  ])("that says %s fails with %s", (_, code, change) => {
    expect(() => parseChecksums(forge(bytes, change), xxh64)).toThrow(expect.objectContaining({ code }));
  });

  it("that gives one name twice fails, also if only the case differs", () => {
    const empty = { byteLength: 0, blockHashes: new BigUint64Array(0) };
    const two = encodeChecksums(
      {
        ...sample,
        files: [
          { name: "same", ...empty },
          { name: "othr", ...empty },
        ],
      },
      xxh64,
    );
    const forged = forge(two, (_, own) => own.set(Buffer.from("SAME"), 40 + (24 + 8) + 24));
    expect(() => parseChecksums(forged, xxh64)).toThrow(/expected another file name, got SAME/);
  });

  it("says what it wanted where", () => {
    const mutant = bytes.slice();
    mutant[3] = 0;
    expect(() => parseChecksums(mutant, xxh64, "s/checksums")).toThrow(
      /^Damaged checksums \(s\/checksums, byte 0\): expected the magic 0a1a0a0d534b5a89, got 0a1a0a0d004b5a89\./,
    );
  });

  it.each<[string, Checksums]>([
    [
      "a name that leaves the root",
      { ...sample, files: [{ name: "../x", byteLength: 0, blockHashes: new BigUint64Array(0) }] },
    ],
    [
      "one name twice",
      { ...sample, files: [sample.files[1], { ...sample.files[1], name: "INDEX/kv/value" }] as never },
    ],
    ["too few hashes", { ...sample, files: [{ name: "x", byteLength: 1, blockHashes: new BigUint64Array(0) }] }],
    ["a size that is none", { ...sample, files: [{ name: "x", byteLength: -1, blockHashes: new BigUint64Array(0) }] }],
    ["a block size it does not know", { ...sample, blockShift: 13, files: [] }],
    ["a type id that is no u64", { ...sample, typeId: -1n, files: [] }],
  ])("is not written with %s", (_, checksums) => {
    expect(() => encodeChecksums(checksums, xxh64)).toThrow(expect.objectContaining({ code: "INVALID_VALUE" }));
  });

  it("is not written for more than 64 files", () => {
    const files = Array.from({ length: 65 }, (_, index) => ({
      name: `f${index}`,
      byteLength: 0,
      blockHashes: new BigUint64Array(0),
    }));
    expect(() => encodeChecksums({ ...sample, files }, xxh64)).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(parseChecksums(encodeChecksums({ ...sample, files: files.slice(1) }, xxh64), xxh64).files).toHaveLength(64);
  });
});
