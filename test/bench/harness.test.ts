// The benchmark's harness bites: a wrong answer, a slower case and a case that cannot run each show.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Engine {
  readonly median?: number;
  readonly missing?: string;
  readonly failed?: string;
}
interface Results {
  readonly cases: readonly { readonly id: string; readonly engines: Record<string, Engine> }[];
}

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "indexlib-kv-harness-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function bench(...options: string[]): { status: number | null; output: string; results: Results } {
  const out = join(directory, "results.json");
  const small = ["--records", "2000", "--rounds", "1", "--seconds", "0.02", "--out", out];
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bench/run.mjs", ...small, ...options], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr, results: JSON.parse(readFileSync(out, "utf8")) as Results };
}

describe("a run of the benchmark", () => {
  it("passes with engines that answer right, ours and Map, on every kind of data", () => {
    const { status, output, results } = bench("read", "--engines", "indexlib-kv,map,cdb");
    expect(output).not.toContain("FAILED");
    expect(status).toBe(0);
    expect(results.cases.length).toBeGreaterThan(10);
    for (const { id, engines } of results.cases) expect(engines["indexlib-kv"]?.median, id).toBeGreaterThan(0);
  });

  for (const [name, cases] of [
    ["canary-changed", ["get-hit", "get-many", "get-zipf"]],
    ["canary-mistaken", ["get-hit", "get-many", "get-miss"]],
    ["canary-lost", ["get-hit", "get-many"]],
  ] as const) {
    it(`fails with ${name}, one answer of some thousands being wrong`, () => {
      for (const one of cases) {
        const { status, results } = bench(`strings/${one}`, "--engines", `map,${name}`);
        const engines = results.cases[0]?.engines;
        expect(engines?.[name]?.failed, one).toMatch(/wrong|absent/);
        expect(engines?.map?.median, one).toBeGreaterThan(0);
        expect(status, one).toBe(1);
      }
    });
  }

  it("counts a case that an engine cannot run as missing, with the reason, and not as zero", () => {
    const { status, results } = bench("strings/disk", "--engines", "map,cdb");
    expect(status).toBe(0);
    expect(results.cases[0]?.engines.map).toEqual({ missing: "a Map dies with its process" });
    expect(results.cases[0]?.engines.cdb?.median).toBeGreaterThan(0);
  });

  it("compared with older results flags what got slower by more than the spread, and ends with 1", () => {
    const { results } = bench("strings/disk", "--engines", "indexlib-kv,cdb");
    const old = join(directory, "old.json");
    const bytes = results.cases[0]?.engines["indexlib-kv"]?.median as number;
    writeFileSync(old, JSON.stringify(results));
    const same = bench("strings/disk", "--engines", "indexlib-kv,cdb", "--compare", old);
    expect(same.output).not.toContain("SLOWER");
    expect(same.status).toBe(0);
    writeFileSync(old, JSON.stringify(results).replaceAll(String(bytes), String(bytes / 2)));
    const grown = bench("strings/disk", "--engines", "indexlib-kv,cdb", "--compare", old);
    expect(grown.output).toContain("SLOWER");
    expect(grown.status).toBe(1);
  });
});
