/** Key files to be damaged: Indexlib's own where they are, else as many of ours. */

import type { Variant } from "../../bindings/table.js";
import { createTable } from "../../bindings/table.js";
import { type GoldenTable, variantOf } from "../golden/golden-table.js";
import { openGolden } from "../support/golden.js";
import { rngOf } from "../support/rng.js";
import { replayOps, tableOps, tableVariants } from "../support/vectors.js";

export interface TableFile {
  readonly name: string;
  readonly variant: Variant;
  readonly bytes: Uint8Array;
}

/** Every kind of table, built, shrunk and with short offsets. */
export function tableFiles(): TableFile[] {
  const golden = openGolden("kv");
  if (golden === undefined) return ownFiles();
  const { tables } = golden.json<{ tables: GoldenTable[] }>("manifest.json");
  return tables.flatMap((one) => {
    const variant = variantOf(one);
    const { build, shrink, short_offset: short } = one.files;
    const files = [build, shrink].map((name) => ({ name, variant, bytes: golden.bytes(name) }));
    if (short === undefined) return files;
    return [...files, { name: short, variant: { ...variant, valueBytes: 4 }, bytes: golden.bytes(short) }];
  });
}

function ownFiles(): TableFile[] {
  return [...tableVariants].flatMap(([name, variant]) => {
    const small = replayOps(variant, tableOps());
    const large = createTable({ ...variant, capacity: 500, mayStretch: variant.kind === "cuckoo" });
    const rng = rngOf(500);
    for (let i = 0; i < 500; i++) large.insert(rng.u64(), new Uint8Array(variant.valueBytes).fill(i & 0x7f));
    large.shrink();
    return [
      { name: `${name} of 25 keys`, variant, bytes: small.bytes() },
      { name: `${name} of 500 keys`, variant, bytes: large.bytes() },
    ];
  });
}
