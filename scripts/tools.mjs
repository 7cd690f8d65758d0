// What the other scripts share: running a tool of node_modules, and telling whether an output is older than its sources.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

export const bins = {
  asc: "node_modules/assemblyscript/bin/asc.js",
  asp: "node_modules/@as-pect/cli/lib/test.js",
  tsc: "node_modules/typescript/bin/tsc",
  rollup: "node_modules/rollup/dist/bin/rollup",
  vitest: "node_modules/vitest/vitest.mjs",
};

/** Runs a script under this Node with our output; ends the process with its exit code when it fails. */
export function runOrExit(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

/** True when each output exists and none of the sources (files, or folders with all below) changed after it was made. */
export function isFresh(outputs, sources) {
  const made = Math.min(...outputs.map(changedMs));
  return made > 0 && sources.every((source) => newestMs(source) < made);
}

const changedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// A folder's own time counts too: that is where a deleted file shows.
function newestMs(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return changedMs(path);
  return Math.max(changedMs(path), ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
