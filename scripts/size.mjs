// `npm run size`: fails when the kernel outgrows its budget, and prints what each bundle of dist costs on the wire.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import "./tools.mjs";

const kernelBytesMax = 44 * 1024;

for (const name of readdirSync("dist").filter((file) => /\.(js|wasm)$/.test(file))) {
  const bytes = readFileSync(`dist/${name}`);
  console.log(
    `${name.padEnd(24)} ${String(bytes.length).padStart(8)} bytes ${String(gzipSync(bytes).length).padStart(8)} gz`,
  );
}
const kernelBytes = statSync("dist/kernel.wasm").size;
console.log(`kernel: ${kernelBytes} of ${kernelBytesMax} bytes`);
if (kernelBytes > kernelBytesMax) process.exitCode = 1;
