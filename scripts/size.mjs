// `npm run size`: fails when a module outgrows its budget, and prints what each bundle of dist costs on the wire.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import "./tools.mjs";

const moduleBytesMax = { kernel: 44 * 1024, attribute: 64 * 1024 };

for (const name of readdirSync("dist").filter((file) => /\.(js|wasm)$/.test(file))) {
  const bytes = readFileSync(`dist/${name}`);
  console.log(
    `${name.padEnd(24)} ${String(bytes.length).padStart(8)} bytes ${String(gzipSync(bytes).length).padStart(8)} gz`,
  );
}
for (const [name, bytesMax] of Object.entries(moduleBytesMax)) {
  const bytes = statSync(`dist/${name}.wasm`).size;
  console.log(`${name}: ${bytes} of ${bytesMax} bytes`);
  if (bytes > bytesMax) process.exitCode = 1;
}
