/** What TypeScript infers from a schema; `tsc` is the test, running it only shows that the calls exist. */

import { expectTypeOf, it } from "vitest";
import { build, memoryStorage, open } from "../../bindings/node.js";

it("infers keys and values from the schema", async () => {
  const counts = await open(memoryStorage(), { key: "u64", value: "f32" });
  expectTypeOf(counts.getSync).parameters.toEqualTypeOf<[key: bigint]>();
  expectTypeOf(counts.getSync(1n)).toEqualTypeOf<number | undefined>();
  expectTypeOf(counts.getMany).returns.resolves.toEqualTypeOf<(number | undefined)[]>();
  // @ts-expect-error a number is no u64 key
  await counts.put(1, 2).catch(() => undefined);
  await counts.close();

  const blobs = await open(memoryStorage(), { key: "string", value: "bytes" });
  expectTypeOf(blobs.getSync("a")).toEqualTypeOf<Uint8Array | undefined>();
  for await (const record of blobs) expectTypeOf(record).toEqualTypeOf<[string, Uint8Array]>();
  await blobs.close();

  const words: [string, number][] = [["pear", 2]];
  expectTypeOf(await build(memoryStorage(), words, { key: "string", value: "u32" })).toHaveProperty("keyCount");
  // @ts-expect-error the source's values are no strings
  await build(memoryStorage(), words, { key: "string", value: "string" }).catch(() => undefined);
});
