/** The process's resident memory after a collection: what leaks show up in. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export async function residentBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((settle) => setTimeout(settle, 5));
  }
  return process.memoryUsage.rss();
}
