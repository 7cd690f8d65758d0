import { describe, expect, it } from "vitest";
import { encodeFormatOption, parseFormatOption } from "../../../bindings/segment/format-option.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("format_option", () => {
  it("is written as Indexlib names its fields", () => {
    expect(encodeFormatOption({ isShortOffset: true, usesCompactBucket: false })).toEqual(
      bytesOf('{"is_short_offset":true,"use_compact_bucket":false}'),
    );
  });

  it.each([
    { isShortOffset: true, usesCompactBucket: true },
    { isShortOffset: false, usesCompactBucket: false },
  ])("comes back as it was: %j", (option) => {
    expect(parseFormatOption(encodeFormatOption(option))).toEqual(option);
  });

  it("is read with blanks and unknown fields, and without use_compact_bucket", () => {
    expect(parseFormatOption(bytesOf('{\n"is_short_offset":\n  true,\n"other": 1\n}\n'))).toEqual({
      isShortOffset: true,
      usesCompactBucket: false,
    });
  });

  it.each([
    ['{"is_short_offset":false}', false, false],
    ['{"is_short_offset":true,"use_compact_bucket":true}', true, true],
    ['{\n    "is_short_offset": false,\n    "use_compact_bucket": true\n}', false, true],
    ['{\n"is_short_offset":\n  true,\n"use_compact_bucket":\n  false\n}\n', true, false],
    ['{"use_compact_bucket":false,\t"is_short_offset":true}\r\n', true, false],
  ])("is read on one line or on many: %j", (text, isShortOffset, usesCompactBucket) => {
    expect(parseFormatOption(bytesOf(text))).toEqual({ isShortOffset, usesCompactBucket });
  });

  it.each(["{}", '{"is_short_offset":1}', '{"is_short_offset":true,"use_compact_bucket":null}', "garbage", ""])(
    "that is %j is corrupt",
    (text) => {
      expect(() => parseFormatOption(bytesOf(text), "s/format_option")).toThrow(
        expect.objectContaining({ code: "CORRUPTION", file: "s/format_option" }),
      );
    },
  );

  it("is refused past 4 KiB before it is parsed", () => {
    expect(() => parseFormatOption(new Uint8Array(4_097))).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });
});
