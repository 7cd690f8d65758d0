/** Numbers and names that both languages must have alike: the sources of one side are read as text. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isIndexError } from "../../../bindings/errors.js";
import { ColumnSpace } from "../../../bindings/kernel/column-space.js";
import { Kind } from "../../../bindings/kernel/kind.js";
import { Space } from "../../../bindings/kernel/space.js";
import { Status, statusError } from "../../../bindings/kernel/status.js";
import { probeCountMax } from "../../../bindings/limits.js";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** `NAME: u32 = 3` of a class of constants, as `name: 3`. */
function constantsOf(path: string, className: string): Record<string, number> {
  const [body = ""] = read(path).split(`abstract class ${className} {`)[1]?.split("\n}") ?? [];
  const found = [...body.matchAll(/static readonly ([A-Z_]+): u32 = (\d+);/g)];
  return Object.fromEntries(
    found.map(([, name = "", value]) => [
      name.toLowerCase().replace(/_(.)/g, (_, c) => c.toUpperCase()),
      Number(value),
    ]),
  );
}

describe("the kernel and its bindings agree", () => {
  it("on every status", () => {
    expect({ ...Status }).toEqual(constantsOf("assembly/status.ts", "Status"));
  });

  it("on every kind of bucket", () => {
    expect({ ...Kind }).toEqual(constantsOf("assembly/table/format.ts", "Kind"));
  });

  it("on the bound of probes", () => {
    expect(read("assembly/table/format.ts")).toContain(`probeCountMax: u32 = ${probeCountMax};`);
  });

  it.each([
    ["kernel", () => new Space().kernel, "assembly/index.ts", "bindings/kernel/exports.ts"],
    [
      "columns' codec",
      () => new ColumnSpace().kernel,
      "assembly/attribute/index.ts",
      "bindings/kernel/attribute-exports.ts",
    ],
  ])(
    "on the exported functions of the %s: the module's, the ABI page's and the interface's are the same",
    (_, make, pagePath, declarationPath) => {
      const exported = Object.keys(make()).filter((name) => name !== "memory");
      const page = [...read(pagePath).matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
      const declared = [...read(declarationPath).matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
      expect(exported.sort()).toEqual([...page].sort());
      expect(declared).toEqual(page);
    },
  );
});

describe("the error of a status", () => {
  const faults = Object.entries(Status).filter(([, status]) => status >= 16);

  it.each(faults)("%s is typed, and names what it was about", (_, status) => {
    const error = statusError(status, "segment_3_level_0");
    expect(isIndexError(error)).toBe(true);
    expect(error.message).toMatch(/^segment_3_level_0: /);
  });

  it("has the code that a program can go by", () => {
    const codes = Object.fromEntries(faults.map(([name, status]) => [name, statusError(status, "x").code]));
    expect(codes).toEqual({
      noMemory: "MEMORY_LIMIT",
      probeLimit: "LIMIT",
      saltsTaken: "LIMIT",
      valueBounds: "CORRUPTION",
      recordShape: "CORRUPTION",
      tableSize: "CORRUPTION",
      tableHeader: "CORRUPTION",
      valueLength: "INVALID_VALUE",
      valueReserved: "INVALID_VALUE",
      regionWord: "CORRUPTION",
      columnHeader: "CORRUPTION",
      columnBlock: "CORRUPTION",
      itemBounds: "CORRUPTION",
      itemLength: "INVALID_VALUE",
    });
  });

  it("is not made of an expected condition, nor of a number nobody knows", () => {
    for (const status of [
      Status.ok,
      Status.absent,
      Status.deleted,
      Status.full,
      Status.stale,
      Status.regionTaken,
      99,
    ]) {
      expect(() => statusError(status, "x")).toThrow("unknown status");
    }
  });
});
