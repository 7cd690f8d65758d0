/** What TypeScript infers from a schema; `tsc` is the test, running it only shows that the calls exist. */

import { expect, expectTypeOf, it } from "vitest";
import { build, type HavenaskIndex, type HavenaskKey, memoryStorage, open } from "../../bindings/node.js";

it("infers keys and values from the schema", async () => {
  const counts = await open(memoryStorage(), { key: "u64", value: "f32" });
  expectTypeOf<Parameters<typeof counts.getSync>>().toEqualTypeOf<[key: bigint]>();
  expectTypeOf(counts.getSync(1n)).toEqualTypeOf<number | undefined>();
  expectTypeOf(counts.getMany([1n])).resolves.toEqualTypeOf<(number | undefined)[]>();
  // @ts-expect-error numbers have no fields
  expect(() => counts.getSync(1n, { select: ["toFixed"] })).toThrow();
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

it("infers rows from their fields", async () => {
  const fields = {
    price: "f32",
    id: "u64",
    name: "string",
    note: "string?",
    code: "char[4]",
    tags: "string[]",
    vec: "f32[8]",
    counts: "u16[]",
    keys: "i64[]?",
    half: "f16",
    halves: "f16[2]",
    small: "q8#1.5",
    smalls: "q8#127[]",
  } as const;
  const rows = await open(memoryStorage(), { key: "string", value: { fields, format: "impact" } }).catch(
    () => undefined,
  );
  type Got = NonNullable<Awaited<ReturnType<NonNullable<typeof rows>["get"]>>>;
  expectTypeOf<Got>().toEqualTypeOf<{
    price: number;
    id: bigint;
    name: string;
    note: string | null;
    code: string;
    tags: string[];
    vec: Float32Array;
    counts: Uint16Array;
    keys: BigInt64Array | null;
    half: number;
    halves: Float32Array;
    small: number;
    smalls: Float32Array;
  }>();

  const inferred = await open(memoryStorage(), { key: "u32", value: { fields: { price: "f32", name: "string" } } });
  expectTypeOf(inferred.getSync(1)).toEqualTypeOf<{ price: number; name: string } | undefined>();
  // @ts-expect-error the name is missing
  await inferred.put(1, { price: 2 }).catch(() => undefined);
  await inferred.close();
  // @ts-expect-error no such type
  await open(memoryStorage(), { key: "u32", value: { fields: { price: "f33" } } }).catch(() => undefined);
  // @ts-expect-error a fixed width cannot be null
  await open(memoryStorage(), { key: "u32", value: { fields: { price: "f32?" } } }).catch(() => undefined);
});

it("infers the fields that are selected", async () => {
  const db = await open(memoryStorage(), { key: "u32", value: { fields: { price: "f32", name: "string" } } });
  expectTypeOf(db.getSync(1, { select: ["price"] })).toEqualTypeOf<{ price: number } | undefined>();
  expectTypeOf(db.get(1, { select: ["name"] })).resolves.toEqualTypeOf<{ name: string } | undefined>();
  expectTypeOf(db.getMany([1], { select: ["name", "price"] })).resolves.toEqualTypeOf<
    ({ name: string; price: number } | undefined)[]
  >();
  // @ts-expect-error no such field
  expect(() => db.getSync(1, { select: ["size"] })).toThrow();
  await db.close();
});

it("takes keys and rows of any kind with a Havenask configuration", async () => {
  const options = { compat: "havenask", schema: "{}" } as const;
  const opened = (): Promise<HavenaskIndex> => open(memoryStorage(), options);
  expectTypeOf<Parameters<HavenaskIndex["getSync"]>>().toEqualTypeOf<[key: HavenaskKey]>();
  expectTypeOf<ReturnType<HavenaskIndex["getSync"]>>().toEqualTypeOf<Record<string, unknown> | undefined>();
  await expect(opened()).rejects.toMatchObject({ code: "INVALID_OPTION" });
  const records: [string | bigint, object][] = [[1n, { price: 2 }]];
  // @ts-expect-error a configuration says what keys are
  await expect(build(memoryStorage(), records, { ...options, key: "string" })).rejects.toThrow();
});
