import { describe, expect, it } from "vitest";
import { encodeMetrics, parseMetrics, type SegmentMetrics } from "../../../bindings/segment/metrics.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const metrics: SegmentMetrics = {
  memoryUse: 3_000,
  keyValueRatio: 0.25,
  keyMemoryUse: 750,
  occupancyPct: 50,
  keyCount: 20,
  deletedKeyCount: 3,
  valueMemoryUse: 2_250,
  valueCompressRatio: 1,
  timestampMax: 2_147_483_647,
  recordCount: 21,
};

const group = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  kv_segment_mem_use: 10,
  kv_key_value_mem_ratio: 1,
  kv_hash_mem_use: 10,
  kv_hash_occupancy_pct: 80,
  key_count: 1,
  kv_value_mem_use: 0,
  ...overrides,
});

describe("segment_metrics", () => {
  it("has Indexlib's group and ours, keys sorted", () => {
    expect(textOf(encodeMetrics(metrics, "kv"))).toBe(
      '{"kv":{"key_count":20,"kv_compress_ratio":1,"kv_hash_mem_use":750,"kv_hash_occupancy_pct":50,' +
        '"kv_key_delete_count":3,"kv_key_value_mem_ratio":0.25,"kv_segment_mem_use":3000,"kv_value_mem_use":2250},' +
        '"indexlib_kv":{"record_count":21,"timestamp_max":2147483647}}',
    );
  });

  it.each(["kv", "indexlib_kv", "__proto__", "123"])("comes back as it was for an index called %s", (name) => {
    expect(parseMetrics(encodeMetrics(metrics, name), name)).toEqual(metrics);
  });

  it("of Indexlib lacks what only we count, and may lack deletions and compression", () => {
    const { timestampMax: _, recordCount: __, ...theirs } = metrics;
    expect(parseMetrics(encodeMetrics(theirs, "kv"), "kv")).toEqual(theirs);
    expect(parseMetrics(bytesOf(JSON.stringify({ kv: group() })), "kv")).toEqual({
      memoryUse: 10,
      keyValueRatio: 1,
      keyMemoryUse: 10,
      occupancyPct: 80,
      keyCount: 1,
      deletedKeyCount: 0,
      valueMemoryUse: 0,
      valueCompressRatio: 1,
    });
  });

  it("of an older Indexlib is found by its group's name, the first of them", () => {
    const text = JSON.stringify({
      "__@__term_count": { KEY_COUNT: 9 },
      "segment_stat_metrics_@_0": group({ key_count: 7, kv_writer_typeid: "x" }),
      "segment_stat_metrics_@_1": group({ key_count: 8 }),
    });
    expect(parseMetrics(bytesOf(text), "kv")?.keyCount).toBe(7);
  });

  it("without the group, or without a required key, says nothing", () => {
    expect(parseMetrics(bytesOf('{"other":{}}'), "kv")).toBeUndefined();
    for (const key of Object.keys(group())) {
      const { [key]: _, ...rest } = group();
      expect(parseMetrics(bytesOf(JSON.stringify({ kv: rest })), "kv")).toBeUndefined();
    }
  });

  it.each([
    ["key_count", -1],
    ["key_count", 2 ** 53],
    ["kv_hash_occupancy_pct", 101],
    ["kv_key_value_mem_ratio", "1"],
    ["kv_key_value_mem_ratio", 2],
    ["kv_compress_ratio", null],
    ["kv_key_delete_count", 1.5],
  ])("with %s = %j is corrupt", (key, value) => {
    const bytes = bytesOf(JSON.stringify({ kv: group({ [key]: value }) }));
    expect(() => parseMetrics(bytes, "kv", "s/segment_metrics")).toThrow(
      expect.objectContaining({ code: "CORRUPTION", file: "s/segment_metrics", field: `kv.${key}` }),
    );
  });

  it("is refused past 256 KiB before it is parsed", () => {
    expect(() => parseMetrics(new Uint8Array(262_145), "kv")).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });
});
