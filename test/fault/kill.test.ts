import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as buildIndex, isIndexError, nodeStorage, open } from "../../bindings/node.js";
import { rngOf, seedFrom } from "../support/rng.js";
import { batchOfValue, deathKey, deathOptions, deathRecordCount } from "./kill-records.js";
import { expectNoOrphans } from "./scenario.js";

const killCount = 24;
/** A kill comes this long after the child has opened the index: a batch takes some ten milliseconds. */
const lifeMillisecondsMax = 250;
const seed = seedFrom("KILL_SEED");

interface Life {
  readonly attempted: number;
  readonly acknowledged: number;
}

describe("a killed process", () => {
  let script: string;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "kill-"));
    const outDir = join(directory, "script");
    await build({
      configFile: false,
      logLevel: "error",
      build: { ssr: join(import.meta.dirname, "kill-writer.ts"), outDir, target: "node20" },
      ssr: { noExternal: true },
    });
    script = join(outDir, readdirSync(outDir).find((name) => name.startsWith("kill-writer")) as string);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a writer, kills it after a while, and says how far it told to have come. */
  async function liveAndDie(root: string, first: number, milliseconds: number): Promise<Life> {
    const child = spawn(process.execPath, [script, root, String(first)], { stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    let failure = "";
    child.stderr.on("data", (chunk) => {
      failure += chunk;
    });
    const gone = new Promise<NodeJS.Signals | null>((settle) => child.on("close", (_code, signal) => settle(signal)));
    await new Promise<void>((settle) => {
      child.on("close", () => settle());
      child.stdout.on("data", (chunk) => {
        if (told === "") setTimeout(settle, milliseconds);
        told += chunk;
      });
    });
    child.kill("SIGKILL");
    expect(await gone, failure).toBe("SIGKILL");
    const last = (word: string): number =>
      Number(
        told
          .split("\n")
          .findLast((line) => line.startsWith(word))
          ?.split(" ")[1],
      );
    return { attempted: last("attempt") || first - 1, acknowledged: last("acknowledge") || first - 1 };
  }

  /** The one batch that all records are of; 0 when there are none. */
  async function batchIn(root: string): Promise<number> {
    const db = await open(root, { ...deathOptions, readOnly: true });
    const batches = new Set<number | undefined>();
    for (let i = 0; i < deathRecordCount; i++) {
      const value = db.getSync(deathKey(i));
      batches.add(value === undefined ? 0 : batchOfValue(i, value));
    }
    await db.close();
    expect([...batches], "batches in one version").toHaveLength(1);
    return [...batches][0] as number;
  }

  it("leaves the acknowledged batches or one more, and no orphans after the next writer's open", async () => {
    const root = join(directory, "index");
    const rng = rngOf(seed);
    const counts = { kills: 0, acknowledged: 0, inFlightLost: 0, inFlightSaved: 0, orphans: 0 };
    let batch = 0;
    for (let kill = 0; kill < killCount; kill++) {
      const life = await liveAndDie(root, batch + 1, rng.int(lifeMillisecondsMax));
      counts.kills++;
      const found = await batchIn(root);
      expect(found, `kill ${kill}, KILL_SEED=${seed}`).toBeGreaterThanOrEqual(life.acknowledged);
      expect(found, `kill ${kill}, KILL_SEED=${seed}`).toBeLessThanOrEqual(life.attempted);
      counts.acknowledged += life.acknowledged - batch;
      if (life.attempted > life.acknowledged) counts[found === life.attempted ? "inFlightSaved" : "inFlightLost"]++;
      batch = found;

      const storage = nodeStorage(root);
      const orphan = await expectNoOrphans(storage).catch((error: unknown) => error);
      if (orphan !== undefined) counts.orphans++;
      const db = await open(storage, deathOptions);
      await db.close();
      await expectNoOrphans(storage);
      expect(await batchIn(root)).toBe(found);
      if (batch > 5) {
        rmSync(root, { recursive: true });
        batch = 0;
      }
    }
    console.log(JSON.stringify(counts));
    expect(counts.kills).toBe(killCount);
    expect(counts.acknowledged).toBeGreaterThan(8);
    expect(counts.inFlightLost).toBeGreaterThan(4);
    expect(counts.orphans).toBeGreaterThan(3);
  });

  it("leaves no index when it was building one, and the next build goes through", async () => {
    const root = join(directory, "fresh");
    const storage = nodeStorage(root);
    // What a build that was killed leaves: segments, one of them cut off, and no version.
    for (const segment of ["segment_0_level_0", "segment_1_level_0"]) {
      const file = await storage.create(`${segment}/index/kv/key`);
      await file.write(new Uint8Array(100));
      await file.finish();
    }
    expect(isIndexError(await open(root, { readOnly: true }).catch((error) => error), "NOT_FOUND")).toBe(true);
    const records = Array.from({ length: 100 }, (_, i): [number, number] => [i, i]);
    const summary = await buildIndex(storage, records, { key: "u32", value: "u32" });
    expect(summary.keyCount).toBe(100);
    await expectNoOrphans(storage);
  });
});
