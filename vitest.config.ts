import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findChromium } from "./scripts/chromium.mjs";

const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };
const executablePath = findChromium();

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          environment: "node",
          include: ["bindings", "golden", "model", "fault", "fuzz", "cli", "bench"].map(
            (room) => `test/${room}/**/*.test.ts`,
          ),
          maxWorkers: 2,
          ...timeouts,
        },
      },
      {
        // Found while a test runs, a dependency is bundled then and the page reloads under the test.
        optimizeDeps: { include: ["@assemblyscript/loader", "fast-check"] },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          fileParallelism: false,
          // After the node project, so that timings and timeouts see a free core.
          sequence: { groupOrder: 1 },
          ...timeouts,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: [
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
