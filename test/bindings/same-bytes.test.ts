/**
 * Node's half of "the same bytes everywhere": the digests that `test/browser/index.test.ts` compares Chromium's files with
 * are what Node writes now, to memory and to a directory.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { build, memoryStorage } from "../../bindings/node.js";
import { catalogue, catalogueSchema, digests } from "../support/catalogue.js";

it("writes the catalogue's bytes to memory and to a directory alike", async () => {
  const storage = memoryStorage();
  await build(storage, catalogue(), catalogueSchema);
  // A change of the format is meant: `vitest run --project node -u` writes the new digests.
  const found = `${JSON.stringify(await digests(storage), null, 2)}\n`;
  await expect(found).toMatchFileSnapshot("../support/catalogue.digests.json");

  const directory = mkdtempSync(join(tmpdir(), "indexlib-kv-bytes-"));
  try {
    await build(directory, catalogue(), catalogueSchema);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => relative(directory, join(entry.parentPath, entry.name)));
    expect(paths.sort()).toEqual([...storage.files().keys()].sort());
    for (const path of paths) {
      const same = Buffer.compare(readFileSync(join(directory, path)), storage.files().get(path) as Uint8Array) === 0;
      expect(same, path).toBe(true);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
