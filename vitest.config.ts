import { defineConfig } from "vitest/config";

/** Unit tests lie beside their source; everything that wires several elements together lies under tests/. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    passWithNoTests: false,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["main/**/*.test.ts", "shared/**/*.test.ts", "host/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "renderer",
          include: ["renderer/**/*.test.{ts,tsx}"],
          environment: "jsdom",
          setupFiles: ["tests/renderer/patience.ts", "tests/renderer/window-width.ts"],
          // Styles are left out but for the one that a test reads.
          css: { include: [/tokens\.css/] },
        },
      },
      {
        extends: true,
        test: {
          name: "architecture",
          include: ["tests/architecture/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "flows", include: ["tests/flows/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: "sim", include: ["tests/{sim,fuzz}/**/*.test.ts"], testTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: "interop",
          include: ["tests/{interop,faults}/**/*.test.ts"],
          testTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: ["tests/package/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["main/**/*.ts", "shared/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.d.ts"],
    },
  },
});
