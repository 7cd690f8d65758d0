/** Imports a rival from `bench/rivals/node_modules`: they are installed apart, by `npm run bench:setup`. */

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The package, or an Error that says why it is missing. */
export function loadRival(name) {
  try {
    return require(name);
  } catch (cause) {
    if (cause.code === "MODULE_NOT_FOUND" && cause.message.includes(`'${name}'`)) {
      throw new Error("not installed: npm run bench:setup", { cause });
    }
    throw new Error(`cannot be loaded: ${String(cause.message).split("\n")[0]}`, { cause });
  }
}
