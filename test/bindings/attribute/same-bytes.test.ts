/** The digests that the browser's test compares with: what Node writes today is what it wrote. */

import { expect, it } from "vitest";
import { encodeEqual, memoryStorage, patchWriter } from "../../../bindings/attribute.js";
import expected from "../../support/column.digests.json" with { type: "json" };
import { columnDigests } from "../../support/column.js";

it("writes a column's bytes as ever", async () => {
  expect(await columnDigests({ encodeEqual, memoryStorage, patchWriter })).toEqual(expected);
});
