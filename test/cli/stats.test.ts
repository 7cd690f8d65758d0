import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { open } from "../../bindings/node.js";
import { Desk } from "./run.js";

describe("stats", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = new Desk();
    const db = await open(desk.path("db"), { key: "string", value: "json", hashSeed: 2n ** 64n - 1n });
    await db.put("a", 1);
    await db.put("b", 2);
    await db.flush();
    await db.del("a");
    await db.close();
  });
  afterAll(() => desk.remove());

  test("shows the types, the version and the segments", async () => {
    const stdout = await desk.succeed(["stats", "db"]);
    expect(stdout).toMatch(
      /^db\n {2}string keys, json values\n {2}version 3, 2 segments\n {2}3 keys, 1 of them deletions\n/,
    );
    expect(stdout).toMatch(
      /\n {2}segment_0_level_0 +2 +0 +\d+ +\d+ +\d+\n {2}segment_1_level_0 +1 +1 +\d+ +\d+ +\d+\n$/,
    );
  });

  test("shows the same in JSON, the seed as a string", async () => {
    const stats = JSON.parse(await desk.succeed(["stats", "db", "--json"]));
    expect(stats).toMatchObject({
      directory: "db",
      version: 3,
      schema: { key: "string", value: "json", hashSeed: "18446744073709551615" },
      keys: 3,
      deletedKeys: 1,
      segments: [
        { name: "segment_0_level_0", keys: 2 },
        { name: "segment_1_level_0", keys: 1, deletedKeys: 1 },
      ],
    });
    expect(stats.bytes).toBe(stats.segments[0].bytes + stats.segments[1].bytes);
  });

  test("tells where there is no index", async () => {
    expect(await desk.fail(3, ["stats", "."])).toMatch(/^No index in \./);
  });
});
