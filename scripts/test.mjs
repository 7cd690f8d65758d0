// `npm test`: builds, then runs the kernel's tests (as-pect), the bindings' (vitest in Node) and the browser's (vitest in
// Chromium). The last line is "N passed, N failed" over all of them. A tool that crashes or finds no test counts as a failure.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { runAsPect } from "./as-pect.mjs";
import { ensureChromium } from "./chromium.mjs";
import { bins } from "./tools.mjs";

const runs = [];
try {
  ensureChromium();
  build();
  runs.push(await runAsPect(), runVitest("node"), runVitest("browser"));
} catch (error) {
  console.error(error.message);
  runs.push({ passed: 0, failed: 1 });
}
const passed = runs.reduce((sum, run) => sum + run.passed, 0);
const failed = runs.reduce((sum, run) => sum + run.failed, 0);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

function build() {
  const { status } = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("The build failed: no test ran.");
}

function runVitest(project) {
  const reportPath = `build/vitest-${project}.json`;
  rmSync(reportPath, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
  const { status } = spawnSync(process.execPath, [bins.vitest, "run", "--project", project, ...reporters], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!existsSync(reportPath)) return { passed: 0, failed: 1 };

  const report = JSON.parse(readFileSync(reportPath, "utf8"));
  // A file that could not be loaded, or an error outside of a test, fails no test that vitest counted.
  const isBroken = status !== 0 || !report.success || report.numPassedTests === 0;
  return { passed: report.numPassedTests, failed: Math.max(report.numFailedTests, isBroken ? 1 : 0) };
}
