/** The public API changes on purpose only: `vitest run --project node -u` writes the new one, and a review sees it. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeApi } from "../support/public-api.js";

describe("the public API", () => {
  it("is what it was", async () => {
    const api = describeApi(["bindings/node.ts", "bindings/browser.ts", "bindings/table.ts", "bindings/attribute.ts"]);
    expect(api).toContain("function open:");
    await expect(api).toMatchFileSnapshot("public-api.txt");
  });

  it.each(["browser", "table", "attribute"])("reaches nothing outside the package from the built %s entry", (entry) => {
    expect(importsOf(entry)).toEqual([]);
  });

  it("reaches Node's modules and nothing else from the built Node entry", () => {
    const imports = importsOf("node");
    expect(imports).toContain("node:fs/promises");
    expect(imports.filter((from) => !from.startsWith("node:"))).toEqual([]);
  });
});

/** What the built entry and the chunks it reaches import from outside of `dist`. */
function importsOf(entry: string): string[] {
  const seen = new Set<string>();
  const imports = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, from = ""] of readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)) {
      if (from.startsWith(".")) visit(join(dirname(path), from));
      else imports.add(from);
    }
  };
  visit(`dist/${entry}.js`);
  expect(seen.size, `${entry} has no chunks: is this a parser's mistake?`).toBeGreaterThan(1);
  return [...imports];
}
