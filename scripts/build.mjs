// `npm run build`: the kernel, then bindings/** -> build/js (tsc) -> dist (rollup), with declarations and source maps.
// Does nothing when dist is newer than its sources.
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { bins, isFresh, runOrExit } from "./tools.mjs";

const stampPath = "build/built";
const sources = [
  "bindings",
  "build/kernel.wasm",
  "build/attribute.wasm",
  "package.json",
  "package-lock.json",
  "rollup.config.mjs",
  "scripts/build.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
];

runOrExit("scripts/build-kernel.mjs");
if (!isFresh([stampPath, "dist/node.js"], sources)) {
  const started = new Date();
  // Without this a chunk or a declaration whose source is gone would still be published.
  for (const path of ["dist", "build/js"]) rmSync(path, { recursive: true, force: true });
  runOrExit(bins.tsc, "-p", "tsconfig.build.json");
  runOrExit(bins.rollup, "-c", "--silent");

  mkdirSync("build", { recursive: true });
  writeFileSync(stampPath, "");
  utimesSync(stampPath, started, started);
  console.log("built dist");
}
