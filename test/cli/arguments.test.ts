import { describe, expect, test } from "vitest";
import { parseArguments } from "../../bindings/cli/arguments.js";
import { build } from "../../bindings/cli/build.js";
import type { Command } from "../../bindings/cli/command.js";
import { get } from "../../bindings/cli/get.js";
import { scan } from "../../bindings/cli/scan.js";
import { stats } from "../../bindings/cli/stats.js";
import { runHere } from "./run.js";

const parse = (command: Command, words: string) => parseArguments(command, words.split(" "));

test("options may stand anywhere, long or short, with or without an equals sign", () => {
  for (const words of ["a.csv --key id -o out", "--key=id -oout a.csv", "-o out a.csv --key x --key id"]) {
    const given = parse(build, words);
    expect([given.words, given.text("key"), given.text("output")]).toEqual([["a.csv"], "id", "out"]);
  }
});

test("a negative number is a word, and so is everything after two dashes", () => {
  expect(parse(get, "d -5 --json -17 -- --json -x").words).toEqual(["d", "-5", "-17", "--json", "-x"]);
  expect(parse(scan, "d --limit -5").text("limit")).toBe("-5");
});

test("stdin is a word, help needs no others", () => {
  expect(parse(build, "- --key k").words).toEqual(["-"]);
  expect(parse(build, "--help").has("help")).toBe(true);
});

test.each([
  ["1", 1],
  ["64MiB", 64 * 1024 * 1024],
  ["2gib", 2 * 1024 ** 3],
])("%s is a size", (text, bytes) => {
  expect(parse(build, `a --segment-bytes ${text}`).bytes("segment-bytes", 1)).toBe(bytes);
});

// biome-ignore format: one case a line
const bad: [name: string, command: Command, words: string, message: RegExp][] = [
  ["an unknown option", build, "--kye id", /^Unknown option --kye of build\. Did you mean --key\?$/],
  ["an option of another command", stats, "d --limit 3", /^Unknown option --limit of stats\. See indexlib-kv stats --help; after -- nothing is an option\.$/],
  ["an unknown letter", get, "d -x", /^Unknown option -x of get\./],
  ["an option without its value", build, "a.csv --key", /^--key needs a value \(FIELD\), got nothing\.$/],
  ["an option in place of a value", build, "a.csv --key -o d", /^--key needs a value \(FIELD\), got -o\. If that is the value, write --key=-o\.$/],
  ["a value of a switch", stats, "d --json=yes", /^--json takes no value, got "yes"\.$/],
  ["too few words", get, "d", /^Too few arguments: expected indexlib-kv get DIR KEY…\. See indexlib-kv get --help\.$/],
  ["too many words", stats, "d e", /^Too many arguments, from "e" on: expected indexlib-kv stats DIR\./],
  ["no key", build, "a.csv -o d", /^--key is missing: which field of a record is its key\./],
  ["no directory", build, "a.csv --key id", /^--output is missing: .*\(-o DIR\)/],
  ["an unknown type", build, "a.csv --key i -o d --key-type u23", /^Unusable --key-type: expected one of .*, got "u23"\. Did you mean u/],
  ["a type that a record cannot have", build, "a.csv --key i -o d --value-type u8", /^--value is missing: a whole record can be json only/],
  ["a size that is none", build, "a.csv --key i -o d --segment-bytes much", /^Unusable --segment-bytes: expected a size such as 64MiB .* got "much"/],
  ["a size that is too small", build, "a.csv --key i -o d --segment-bytes 1", /^Unusable --segment-bytes: .* at least 1048576 bytes/],
  ["stdin of no format", build, "- --key i -o d", /^The format of stdin is not known\. Give --format ndjson/],
  ["an unknown format", build, "a.csv --key i -o d --format cvs", /^Unusable --format: .* Did you mean csv\?$/],
  ["a file of no known format", build, "a.xml --key i -o d", /^The format of a\.xml cannot be told by its ending \.xml\. Give --format/],
  ["a file of one JSON value", build, "a.json --key i -o d", /jq -c '\.\[\]'/],
  ["a packed file", build, "a.ndjson.gz --key i -o d", /gunzip -c a\.ndjson\.gz \|/],
];

describe("the command line is refused for", () => {
  test.each(bad)("%s", async (_name, command, words, message) => {
    await expect(runHere(command, words.split(" "))).rejects.toMatchObject({
      code: "USAGE",
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });
});
