/**
 * Indexlib's own key files as the `key` of a segment whose values lie in the buckets, opened as an index: each answer of
 * its find files through `open`, with raw integers as keys.
 */

import { afterAll, describe, expect, test } from "vitest";
import { type HavenaskIndex, type HavenaskRow, open } from "../../bindings/node.js";
import { readStorage } from "../fuzz/hostile.js";
import { type Golden, openGolden } from "../support/golden.js";
import type { GoldenTable } from "./golden-table.js";

const golden = openGolden("kv");
const inlined = /^(ts0|ts)_(\d)B$/;
const fieldTypes: Readonly<Record<string, string>> = { 1: "UINT8", 2: "UINT16", 4: "UINT32", 8: "UINT64" };
let answerCount = 0;
let fileCount = 0;

function schemaOf({ table, key_bytes, value_type, compact_bucket }: GoldenTable): object {
  const [, kind, bytes = ""] = inlined.exec(value_type) ?? [];
  return {
    table_type: "kv",
    fields: [
      { field_name: "id", field_type: key_bytes === 4 ? "UINT32" : "UINT64" },
      { field_name: "n", field_type: fieldTypes[bytes] },
    ],
    indexes: {
      kv: [
        {
          index_name: "kv",
          key_field: "id",
          value_fields: ["n"],
          default_ttl: kind === "ts" ? 100 : -1,
          index_preference: {
            parameters: { hash_dict: { type: table }, value: { fix_len_auto_inline: compact_bucket } },
          },
        },
      ],
    },
  };
}

async function openKeyFile(table: GoldenTable, key: Uint8Array): Promise<HavenaskIndex> {
  const option = { is_short_offset: false, use_compact_bucket: table.compact_bucket };
  const files = new Map([
    ["index/kv/key", key],
    ["index/kv/format_option", new TextEncoder().encode(JSON.stringify(option))],
  ]);
  return open(readStorage(files), { compat: "havenask", schema: schemaOf(table), readOnly: true });
}

/** The row in a bucket's packed value: after 4 bytes of a second where there is a TTL. */
function rowOf({ value_type }: GoldenTable, value: string): HavenaskRow {
  const bytes = Buffer.from(value, "hex").subarray(value_type.startsWith("ts_") ? 4 : 0);
  const n = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return { n: bytes.length === 8 ? n : Number(n) };
}

async function checkAnswers(files: Golden, table: GoldenTable, keyFile: string, findFile: string): Promise<void> {
  const db = await openKeyFile(table, files.bytes(keyFile));
  const rows = files.rows(findFile);
  const keys = rows.map(([key = ""]) => BigInt(key));
  const answers = await db.getMany(keys);
  rows.forEach(([key, status, value = ""], i) => {
    const expected = status === "OK" ? rowOf(table, value) : undefined;
    expect(answers[i], `${keyFile}: ${key}`).toEqual(expected);
    expect(db.getSync(keys[i] as bigint), `${keyFile}: ${key}`).toEqual(expected);
    answerCount++;
  });
  const live = new Set(rows.filter(([, status]) => status === "OK").map(([key = ""]) => BigInt(key)));
  for (const key of db.keys()) live.delete(key as bigint);
  expect(live, `${keyFile}: not walked`).toEqual(new Set());
  fileCount++;
  await db.close();
}

describe.skipIf(golden === undefined)("a key file of Indexlib's", () => {
  const files = golden as Golden;
  const tables = golden?.json<{ tables: readonly GoldenTable[] }>("manifest.json").tables ?? [];
  test.each(tables.filter(({ value_type }) => inlined.test(value_type)).map((table) => [table.name, table] as const))(
    "gives each of its answers through an index: %s",
    async (_name, table) => {
      const { build, shrink, find, shrink_find = find } = table.files;
      await checkAnswers(files, table, build, find);
      await checkAnswers(files, table, shrink, shrink_find);
    },
  );

  afterAll(() => console.log(`golden/kv through open: ${fileCount} key files, ${answerCount} answers`));
});
