// `node scripts/make-vectors.mjs`: writes test/vectors anew. For a change of the format, which names its clause of FORMAT.md;
// otherwise the bytes stay as they are, and test/golden/vectors.test.ts says so.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runnerImport } from "vite";
import { root, runOrExit } from "./tools.mjs";

runOrExit(join(root, "scripts/build-kernel.mjs"));
const { module } = await runnerImport(join(root, "test/support/vectors.ts"), { configFile: false, logLevel: "error" });
const files = await module.makeVectors();

const home = join(root, "test/vectors");
rmSync(home, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
// Bytes: a line ending more is another file.
writeFileSync(join(home, ".gitattributes"), "* -text\n");
let byteLength = 0;
for (const [path, bytes] of files) {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), bytes);
  byteLength += bytes.length;
}
console.log(`test/vectors: ${files.size} files, ${byteLength} bytes`);
