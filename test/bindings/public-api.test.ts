/** The public API changes on purpose only: `vitest run --project node -u` writes the new one, and a review sees it. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeApi } from "../support/public-api.js";

describe("the public API", () => {
  it("is what it was", async () => {
    const api = describeApi(["bindings/node.ts", "bindings/browser.ts", "bindings/table.ts"]);
    expect(api).toContain("function open:");
    await expect(api).toMatchFileSnapshot("public-api.txt");
  });

  it.each(["browser", "table"])("reaches nothing of Node from the built %s entry", (entry) => {
    const seen = new Set<string>();
    const imports: string[] = [];
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, from] of readFileSync(path, "utf8").matchAll(/(?:\bfrom|\bimport\(?)\s*["']([^"']+)["']/g)) {
        imports.push(from as string);
        if ((from as string).startsWith(".")) visit(join(dirname(path), from as string));
      }
    };
    visit(`dist/${entry}.js`);
    expect(seen.size).toBeGreaterThan(1);
    expect(imports.filter((from) => !from.startsWith("."))).toEqual([]);
  });

  it("imports Node's modules and nothing else from the built Node entry", () => {
    const text = readFileSync("dist/node.js", "utf8");
    const bare = [...text.matchAll(/\bfrom\s*["']([^."'][^"']*)["']/g)].map(([, from]) => from as string);
    expect(bare.length).toBeGreaterThan(0);
    expect(bare.filter((from) => !from.startsWith("node:"))).toEqual([]);
  });
});
