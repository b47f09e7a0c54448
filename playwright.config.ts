import { defineConfig } from "@playwright/test";

/** Windows are driven one test at a time: several instances share two cores as it is. */
export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "out/e2e",
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env["CI"] === "true",
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "out/e2e-results.json" }]],
});
