/**
 * `npm run bench:setup`: installs the rivals into `bench/rivals`, apart from the library, and builds the C++ reference
 * when g++ is there. What cannot be had is named; the benchmark then shows it as missing.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { engines } from "./engines/index.mjs";
import { buildNative } from "./native/build.mjs";

const rivals = fileURLToPath(new URL("rivals", import.meta.url));
// npm itself falls back to compiling where a package has no binary for this platform.
const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
  cwd: rivals,
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (installed.status !== 0) console.error("npm install failed; what is there is used all the same.");

for (const engine of engines) {
  if (engine.package === undefined) continue;
  try {
    await engine.connect();
    console.log(`${engine.name}: there`);
  } catch (cause) {
    console.log(`${engine.name}: missing, ${cause.message}`);
  }
}
try {
  buildNative();
  console.log("C++ reference: built");
} catch (cause) {
  console.log(`C++ reference: missing, ${cause.message}`);
}
