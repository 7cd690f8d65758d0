// Keeps the layer rule of ARCHITECTURE.md; the first half proves that the check bites.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type LayerViolation, layerViolations } from "../support/layers.js";

const root = new URL("../../", import.meta.url);

const breaches: readonly { name: string; tree: Record<string, string>; violation: LayerViolation }[] = [
  {
    name: "a lower tier imports a higher one",
    tree: { "bindings/kernel/space.ts": 'import { find } from "../read/find.js";', "bindings/read/find.ts": "" },
    violation: { rule: "tier", file: "bindings/kernel/space.ts", what: "bindings/read/find.ts" },
  },
  {
    name: "tier 0 imports tier 1, by re-export",
    tree: { "bindings/errors.ts": 'export * from "./schema/keys.js";' },
    violation: { rule: "tier", file: "bindings/errors.ts", what: "bindings/schema/keys.ts" },
  },
  {
    name: "a higher tier hides in a dynamic import",
    tree: { "bindings/write/dump.ts": 'const merge = await import("../merge/run.js");' },
    violation: { rule: "tier", file: "bindings/write/dump.ts", what: "bindings/merge/run.ts" },
  },
  {
    name: "a higher tier hides in a type",
    tree: { "bindings/write/dump.ts": 'export type Plan = import("../merge/plan.js").Plan;' },
    violation: { rule: "tier", file: "bindings/write/dump.ts", what: "bindings/merge/plan.ts" },
  },
  {
    name: "rooms of one tier form a circle",
    tree: {
      "bindings/kernel/a.ts": 'import "../schema/a.js";',
      "bindings/schema/a.ts": 'import "../segment/a.js";',
      "bindings/segment/a.ts": 'import "../kernel/b.js";',
      "bindings/storage/a.ts": 'import "../kernel/a.js";',
    },
    violation: { rule: "circle", file: "kernel", what: "kernel -> schema -> segment -> kernel" },
  },
  {
    name: "bindings import assembly's sources",
    tree: { "bindings/kernel/space.ts": 'import { E_FULL } from "../../assembly/status";' },
    violation: { rule: "outside", file: "bindings/kernel/space.ts", what: "assembly/status.ts" },
  },
  {
    name: "assembly imports bindings",
    tree: { "assembly/hash/mix64.ts": 'import { a } from "../../bindings/limits";' },
    violation: { rule: "outside", file: "assembly/hash/mix64.ts", what: "bindings/limits.ts" },
  },
  {
    name: "assembly imports a package",
    tree: { "assembly/index.ts": 'import { a } from "some-package";' },
    violation: { rule: "outside", file: "assembly/index.ts", what: "some-package" },
  },
  {
    name: "a room without a tier",
    tree: { "bindings/utils/misc.ts": "" },
    violation: { rule: "unknown room", file: "bindings/utils/misc.ts", what: "utils" },
  },
  {
    name: "node: outside its rooms",
    tree: { "bindings/storage/memory.ts": 'import { open } from "node:fs";' },
    violation: { rule: "reserved word", file: "bindings/storage/memory.ts", what: "node:" },
  },
  {
    name: "the loader outside the kernel's room",
    tree: { "bindings/read/find.ts": 'import { instantiateSync } from "@assemblyscript/loader";' },
    violation: { rule: "reserved word", file: "bindings/read/find.ts", what: "@assemblyscript/loader" },
  },
  {
    name: "WebAssembly outside the kernel's room",
    tree: { "bindings/read/find.ts": "export const memory: WebAssembly.Memory | undefined = undefined;" },
    violation: { rule: "reserved word", file: "bindings/read/find.ts", what: "WebAssembly" },
  },
  {
    name: "fetch outside storage/http",
    tree: { "bindings/sync/copy.ts": "await globalThis.fetch(url);" },
    violation: { rule: "reserved word", file: "bindings/sync/copy.ts", what: "fetch" },
  },
  {
    name: "Date.now outside the clock",
    tree: { "bindings/write/log.ts": "const now = Date.now;" },
    violation: { rule: "reserved word", file: "bindings/write/log.ts", what: "Date.now" },
  },
  {
    name: "the browser's entry reaches node: over other files",
    tree: {
      "bindings/browser.ts": 'export * from "./index.js";',
      "bindings/index.ts": 'export * from "./storage/node-files.js";',
      "bindings/storage/node-files.ts": 'import { open } from "node:fs/promises";',
    },
    violation: {
      rule: "browser reaches node:",
      file: "bindings/browser.ts",
      what: "bindings/browser.ts -> bindings/index.ts -> bindings/storage/node-files.ts -> node:fs/promises",
    },
  },
  {
    name: "the table's entry reaches node:",
    tree: { "bindings/table.ts": 'import "./storage/node.js";', "bindings/storage/node.ts": 'import "node:fs";' },
    violation: {
      rule: "browser reaches node:",
      file: "bindings/table.ts",
      what: "bindings/table.ts -> bindings/storage/node.ts -> node:fs",
    },
  },
];

describe("the check finds", () => {
  test.each(breaches)("$name", ({ tree, violation }) => {
    expect(layerViolations(new Map(Object.entries(tree)))).toEqual([violation]);
  });

  test("nothing in a tree which keeps the rule", () => {
    const tree = {
      "assembly/index.ts": 'export { find } from "./read/find";',
      "assembly/read/find.ts": 'import { OK } from "../status";',
      "bindings/clock.ts": "export const now = (): number => Date.now();",
      "bindings/kernel/space.ts": 'import "@assemblyscript/loader"; new WebAssembly.Module(bytes);',
      "bindings/storage/http.ts": "await fetch(url);",
      "bindings/storage/node.ts": 'import "node:fs"; import "../clock.js";',
      "bindings/read/find.ts":
        '// WebAssembly, fetch and Date.now in a comment\nimport "../kernel/space.js"; cache.fetch(1);',
      "bindings/write/dump.ts": 'import "../read/find.js"; const text = "Date.now";',
      "bindings/browser.ts": 'import "./write/dump.js"; import "./storage/http.js";',
      "bindings/node.ts": 'import "node:os"; import "./storage/node.js";',
    };
    expect(layerViolations(new Map(Object.entries(tree)))).toEqual([]);
  });
});

test("the tree keeps the rule", () => {
  const files = new Map(["assembly", "bindings"].flatMap(readSources));
  const folders = new Set([...files.keys()].map((path) => path.split("/")[0]));

  expect([...folders]).toEqual(["assembly", "bindings"]);
  expect(layerViolations(files)).toEqual([]);
});

function readSources(folder: string): [path: string, source: string][] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => [path, readFileSync(new URL(path, root), "utf8")]);
}
