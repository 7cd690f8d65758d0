/** Builds `dense.cpp` into `build/bench` when it is not there or older than its source. */

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Missing } from "../missing.mjs";

const source = fileURLToPath(new URL("dense.cpp", import.meta.url));
const directory = fileURLToPath(new URL("../../build/bench", import.meta.url));
const program = `${directory}/dense`;

/** Path of the program. `Missing` without a compiler. */
export function buildNative() {
  if (timeOf(program) > timeOf(source)) return program;
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync("g++", ["-O2", "-std=c++17", "-o", program, source], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (cause) {
    throw new Missing(cause.code === "ENOENT" ? "no g++ here" : `g++ refused it: ${cause.stderr}`, { cause });
  }
  return program;
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
