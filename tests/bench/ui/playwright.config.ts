import { defineConfig } from "@playwright/test";
import base from "../../../playwright.config.ts";

/** `npm run bench:ui`: the figures of the windows, and the flow that times "accepted on another device". */
export default defineConfig(base, {
  testDir: "../..",
  testMatch: ["bench/ui/*.bench.ts", "e2e/flows/elsewhere.spec.ts"],
  outputDir: "../../../out/bench-ui",
  timeout: 300_000,
  reporter: [["list"], ["json", { outputFile: "../../../out/e2e-results.json" }]],
});
