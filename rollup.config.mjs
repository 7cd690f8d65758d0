// Bundles what tsc emitted (build/js) into dist, one file per entry of package.json and shared chunks between them.
// Called by scripts/build.mjs, after tsc.
import { chmodSync, copyFileSync, existsSync, readFileSync } from "node:fs";
import resolve from "@rollup/plugin-node-resolve";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const isExternal = (id) =>
  id.startsWith("node:") || Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));

// Gives rollup tsc's maps, so that the maps in dist lead to bindings/**.ts. The hashbang goes: the banner below writes it.
const emitted = {
  name: "emitted-by-tsc",
  load(id) {
    if (!existsSync(`${id}.map`) || !/[\\/]build[\\/]js[\\/]/.test(id)) return null;
    return { code: readFileSync(id, "utf8").replace(/^#!.*/, ""), map: readFileSync(`${id}.map`, "utf8") };
  },
};

const finish = {
  name: "finish-dist",
  writeBundle({ dir }) {
    for (const name of ["kernel", "attribute"]) copyFileSync(`build/${name}.wasm`, `${dir}/${name}.wasm`);
    chmodSync(`${dir}/cli.js`, 0o755);
  },
};

/** @type {import("rollup").RollupOptions} */
export default {
  input: {
    node: "build/js/node.js",
    browser: "build/js/browser.js",
    table: "build/js/table.js",
    attribute: "build/js/attribute.js",
    cli: "build/js/cli/index.js",
  },
  external: isExternal,
  plugins: [resolve(), emitted, finish],
  output: {
    dir: "dist",
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: "shared-[hash].js",
    sourcemap: true,
    generatedCode: "es2015",
    banner: (chunk) => (chunk.name === "cli" ? "#!/usr/bin/env node" : ""),
  },
};
