import { describe, expect, test } from "vitest";
import { type RecordShape, Records } from "../../bindings/cli/records.js";
import { openRows } from "../../bindings/cli/rows.js";
import { buildIndex } from "../../bindings/index/build.js";
import { memoryStorage } from "../../bindings/index.js";

type Shape = Partial<RecordShape> & { readonly format?: "ndjson" | "csv" };

async function open(text: string, { format = "ndjson", ...shape }: Shape): Promise<Records> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const rows = await openRows({ name: `a.${format}`, format, chunks: chunks() });
  return new Records(rows, { keyField: "id", keyType: "string", valueType: "json", ...shape });
}

/** What a build of `text` fails with. */
async function failure(text: string, shape: Shape): Promise<unknown> {
  const records = await open(text, shape);
  const options = { key: shape.keyType ?? "string", value: shape.valueType ?? "json" };
  return buildIndex(memoryStorage(), records, options).then(
    () => undefined,
    (cause) => records.locate(cause),
  );
}

test("a record is its key and the whole row, or its key and one field", async () => {
  const text = '{"id":"5","n":{"a":1}}\n';
  expect((await (await open(text, {})).next()).value).toEqual(["5", { id: "5", n: { a: 1 } }]);
  expect((await (await open(text, { keyType: "u64", valueField: "n" })).next()).value).toEqual([5n, { a: 1 }]);
});

// biome-ignore format: one case a line
const bad: [name: string, shape: Shape, text: string, message: RegExp][] = [
  ["a missing key", {}, '{"id":1}\n\n{"ID":1,"n":2}\n', /^a\.ndjson, line 3: expected a field "id", got the fields "ID", "n"\. Name another one with --key/],
  ["no field at all", {}, "{}\n", /line 1: expected a field "id", got no fields at all\./],
  ["very many other fields", {}, JSON.stringify(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, i]))), /"f19" and 10 more\./],
  ["a key of the prototype", { keyField: "toString" }, '{"id":1}\n', /expected a field "toString"/],
  ["a missing value", { valueField: "v" }, '{"id":1}\n', /line 1: expected a field "v", got the fields "id"\. Name another one with --value/],
  ["a key that is null", {}, '{"id":null}\n', /line 1: unusable key in field "id": expected a string or a number \(string\), got null\./],
  ["a key that is no integer", { keyType: "u32" }, '{"id":1}\n{"id":1.5}\n', /line 2: unusable key .* 0 … 4294967295 \(u32\), got 1\.5\. .* --key-type/],
  ["a key that is too long", {}, `{"id":1}\n{"id":"${"k".repeat(65_536)}"}\n`, /^a\.ndjson, line 2: Key too long: at most 65535 bytes, got 65536/],
  ["a key that has no UTF-8", {}, '{"id":"\\ud800"}\n', /^a\.ndjson, line 1: .*well-formed/],
  ["a key that JSON has rounded", { keyType: "u64" }, '{"id":12345678901234567890}\n', /line 1: .*write it as a string/],
  ["a long key that is no integer", { keyType: "u32" }, `{"id":"${"k".repeat(1000)}"}`, /got "k{79}…/],
  ["a value of another type", { valueField: "id", valueType: "u8" }, '{"id":256}\n', /line 1: unusable value in field "id": expected a whole number of 0 … 255 \(u8\), got 256\. .* --value-type/],
  ["a column that is not there", { format: "csv" }, "ID,n\n", /^a\.csv, line 1: expected a field "id", got the fields "ID", "n"\./],
  ["a column of values that is not there", { format: "csv", valueField: "v" }, "id,n\n1,2\n", /^a\.csv, line 1: expected a field "v".*--value/],
  ["a cell that is no integer", { format: "csv", keyType: "u32" }, 'id,n\n1,"\n"\n,3\n', /^a\.csv, line 4: unusable key .* got ""\./],
];

describe("a record is refused with its line for", () => {
  test.each(bad)("%s", async (_name, shape, text, message) => {
    expect(await failure(text, shape)).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });
});
