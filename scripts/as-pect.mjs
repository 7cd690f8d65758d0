// `npm run test:kernel [-- part of a path…]`: runs the kernel's tests and does not take as-pect's word for it, because as-pect
// ends with 0 and "Pass!" when it ran nothing. Each spec file on disk must have reported, with at least one test.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { bins } from "./tools.mjs";

const specRoot = "test/assembly";

/** Runs the spec files whose path contains one of `parts` (all, without parts). */
export async function runAsPect(parts = []) {
  const specs = findSpecs().filter((spec) => parts.length === 0 || parts.some((part) => spec.includes(part)));
  console.log(`as-pect found ${specs.length} spec files`);
  if (specs.length === 0) return { passed: 0, failed: 1 };

  const { status, text } = await run(specs);
  const reports = parseReports(text);
  const silent = specs.filter((spec) => (reports.get(spec)?.total ?? 0) === 0);
  for (const spec of silent) console.error(`as-pect ran no test of ${spec}`);

  const [passed, total] = [...reports.values()].reduce(
    (sum, file) => [sum[0] + file.passed, sum[1] + file.total],
    [0, 0],
  );
  const failed = total - passed + silent.length;
  // A crash or a trap fails no test that as-pect counted.
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}

function findSpecs() {
  return readdirSync(specRoot, { recursive: true })
    .map((name) => `${specRoot}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".spec.ts"))
    .sort();
}

// Not as-pect's bin: it exits with its child and can lose the last of the output.
async function run(specs) {
  const asp = spawn(process.execPath, ["--enable-source-maps", bins.asp, ...specs, "--summary"], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let text = "";
  asp.stderr.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    process.stderr.write(chunk);
  });
  const status = await new Promise((resolve, reject) => asp.on("close", resolve).on("error", reject));
  return { status, text: stripVTControlCharacters(text) };
}

// The summary reporter writes one line a file, to stderr: "✔ test/assembly/hash/mix64.spec.ts Pass: 4 / 4 Todo: 0 Time: 0.5ms".
function parseReports(text) {
  const lines = text.matchAll(/(\S+\.spec\.ts) +Pass: (\d+) \/ (\d+) /g);
  return new Map([...lines].map(([, spec, passed, total]) => [spec, { passed: Number(passed), total: Number(total) }]));
}

if (process.argv[1]?.endsWith("as-pect.mjs")) {
  const { failed } = await runAsPect(process.argv.slice(2));
  process.exitCode = failed === 0 ? 0 : 1;
}
