// The Chromium of the browser tests: playwright's own is never downloaded. Called by vitest.config.ts and scripts/test.mjs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The executable's path, or undefined. */
export function findChromium() {
  const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return [process.env.CHROMIUM_PATH ?? "", ...candidates].find((path) => existsSync(path));
}

/** Finds Chromium, or installs Debian's where we may; throws with what to do where we may not. */
export function ensureChromium() {
  if (findChromium() !== undefined) return;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new Error(
      "The browser tests need Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to a Chromium or Chrome executable.",
    );
  }
  console.log("installing Chromium from Debian");
  apt("update");
  apt("install", "-y", "--no-install-recommends", "chromium");
}

const isDebian = () => existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status } = spawnSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "inherit", "inherit"], env });
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed; without Chromium the browser tests cannot run.`);
}
