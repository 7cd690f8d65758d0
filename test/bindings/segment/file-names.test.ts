import { describe, expect, it } from "vitest";
import {
  indexFileName,
  parseSegmentName,
  parseVersionName,
  segmentName,
  versionName,
} from "../../../bindings/segment/file-names.js";

describe("a segment's name", () => {
  it.each([
    [0, 0, "segment_0_level_0"],
    [3, 1, "segment_3_level_1"],
    [2_147_483_647, 255, "segment_2147483647_level_255"],
  ])("of id %d on level %d is %s, and back", (id, level, name) => {
    expect(segmentName(id, level)).toBe(name);
    expect(parseSegmentName(name)).toEqual({ id, level });
  });

  it.each([
    "segment_03_level_1",
    "segment_3_level_01",
    "segment_2147483648_level_0",
    "segment_3_level_256",
    "segment_-1_level_0",
    "segment_3_level_1.tmp",
    "segment_3_level_1\n",
    "Segment_3_level_1",
    "segment_3",
    "",
  ])("is not %j", (name) => {
    expect(parseSegmentName(name)).toBeUndefined();
  });

  it.each([
    [-1, 0],
    [1.5, 0],
    [2 ** 31, 0],
    [0, 256],
    [Number.NaN, 0],
  ])("cannot be made of id %d on level %d", (id, level) => {
    expect(() => segmentName(id, level)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("a version's name", () => {
  it("is printed and parsed", () => {
    expect(versionName(12)).toBe("version.12");
    expect(parseVersionName("version.12")).toBe(12);
    expect(parseVersionName("version.2147483647")).toBe(2 ** 31 - 1);
  });

  it.each([
    "version.0",
    "version.012",
    "version.12.tmp",
    "version.",
    "version.1e3",
    "version.2147483648",
    "xversion.1",
  ])("is not %s", (name) => {
    expect(parseVersionName(name)).toBeUndefined();
  });

  it.each([0, -1, 0.5, 2 ** 31])("cannot be made of %d", (version) => {
    expect(() => versionName(version)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("a file of an index", () => {
  it("lies under the index's name", () => {
    expect(indexFileName("kv", "format_option")).toBe("index/kv/format_option");
  });

  it.each(["", "..", "a/b", "nul"])("cannot lie under %j", (name) => {
    expect(() => indexFileName(name, "key")).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
