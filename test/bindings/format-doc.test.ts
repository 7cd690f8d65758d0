/** FORMAT.md's worked example is what the library writes. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { memoryStorage, open } from "../../bindings/node.js";

/** Bytes of a ```hex block: the hex pairs at the beginning of each line, up to the first word. */
function hexBlock(name: string): string {
  const [, block] = new RegExp(`\`\`\`hex ${name}\n([\\s\\S]*?)\`\`\``).exec(readFileSync("FORMAT.md", "utf8")) ?? [];
  if (block === undefined) throw new Error(`FORMAT.md has no hex block ${name}`);
  return block
    .split("\n")
    .map((line) => (/^((?:[0-9a-f]{2} ?)+)(?: {2}|$)/.exec(line)?.[1] ?? "").replaceAll(" ", ""))
    .join("");
}

it("writes the bytes of FORMAT.md's worked example (clause 9)", async () => {
  const storage = memoryStorage();
  const db = await open(storage, { key: "string", value: "string" });
  await db.put("a", "one");
  await db.put("b", "two");
  await db.del("b");
  await db.close();
  const hex = (file: string): string =>
    Buffer.from(storage.files().get(`segment_0_level_0/index/kv/${file}`) ?? []).toString("hex");
  expect(hexBlock("key")).toHaveLength(128);
  expect(hex("key")).toBe(hexBlock("key"));
  expect(hex("value")).toBe(hexBlock("value"));
});
