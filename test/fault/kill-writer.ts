/**
 * The child of `kill.test.ts`: opens the index in the directory it is given and writes batches from the number it is
 * given on, telling each one before and after it is saved. It never ends by itself.
 */

import { writeSync } from "node:fs";
import { type KVIndex, open } from "../../bindings/node.js";
import { deathKey, deathOptions, deathRecordCount, deathValue } from "./kill-records.js";

const [, , directory, first] = process.argv as [string, string, string, string];

/** At once, so that what was told before the kill has arrived. */
const tell = (line: string): unknown => writeSync(1, `${line}\n`);

const db: KVIndex<number, Uint8Array> = await open(directory, deathOptions);
tell("open");
for (let batch = Number(first); ; batch++) {
  tell(`attempt ${batch}`);
  for (let i = 0; i < deathRecordCount; i++) await db.put(deathKey(i), deathValue(i, batch));
  await db.flush();
  tell(`acknowledge ${batch}`);
}
