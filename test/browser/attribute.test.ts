/** Columns in a real browser: the bytes that Node writes, and the values back. */

import { expect, it } from "vitest";
import { encodeEqual, memoryStorage, mountEqual, openAttribute, patchWriter } from "../../bindings/attribute.js";
import expected from "../support/column.digests.json" with { type: "json" };
import { columnDigests, columnText, columnValues } from "../support/column.js";

it("encodes the bytes that Node does, decodes them and takes updates", async () => {
  expect(await columnDigests({ encodeEqual, memoryStorage, patchWriter })).toEqual(expected);

  const values = columnValues();
  const column = mountEqual(encodeEqual(values), "u32");
  expect(column.decode()).toEqual(values);
  expect(column.update(7, 4_000_000_000)).toBe(true);
  expect(column.get(7)).toBe(4_000_000_000);
  expect(column.get(8)).toBe(values[8]);
});

it("writes a column of texts and reads it", async () => {
  const options = { type: "string", compress: "uniq|equal", documentCount: 1_000 } as const;
  const storage = memoryStorage();
  const writer = patchWriter(storage, "attribute/text", options);
  for (let i = 0; i < 1_000; i++) await writer.appendValue(columnText(i));
  await writer.close();
  const column = await openAttribute(storage, "attribute/text", options);
  for (let i = 0; i < 1_000; i++) expect(column.get(i)).toBe(columnText(i));
});
