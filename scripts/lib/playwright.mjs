import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasDisplay } from "./display.mjs";
import { findRuntime, runtimeEnv } from "./electron.mjs";
import { failedOfPlaywright } from "./failures.mjs";
import { ROOT, requireNode, tool, toolEnv } from "./paths.mjs";
import { isOnPath, run } from "./run.mjs";

const SPECS = join(ROOT, "tests", "e2e");
const RESULTS = join(ROOT, "out", "e2e-results.json");

export const NO_COUNTS = { isGreen: true, passed: 0, failed: 0, skipped: 0, names: [] };

/** The closing line of every test run. */
export function countsText({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Reads that line back; a run without one has failed. */
export function countsOf(output, code) {
  const line = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  if (line === null) return { ...NO_COUNTS, isGreen: false };
  const [passed, failed, skipped] = line.slice(1).map(Number);
  const names = output.split("\n").filter((text) => text.startsWith("FAIL "));
  return { isGreen: code === 0, passed, failed, skipped, names };
}

export function hasSpecs() {
  return existsSync(SPECS) && readdirSync(SPECS).some((name) => name.endsWith(".spec.ts"));
}

function readCounts(code) {
  if (!existsSync(RESULTS)) return { ...NO_COUNTS, isGreen: false };
  const report = JSON.parse(readFileSync(RESULTS, "utf8"));
  const { stats, errors } = report;
  return {
    isGreen: code === 0,
    passed: stats.expected + stats.flaky,
    // A file that does not load has no test to count, yet is a failure.
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    names: failedOfPlaywright(report),
  };
}

/** True Electron has no windowless mode on Linux: it gets a display of its own that nobody sees. */
function withDisplay(command, runtime, isHeaded) {
  if (runtime.kind !== "electron" || (isHeaded && hasDisplay())) return command;
  if (process.platform !== "linux" || !isOnPath("xvfb-run")) return command;
  return ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", ...command];
}

/**
 * Runs the specifications of tests/e2e.
 * @param wants `host` or `electron`
 * @param args for Playwright
 * @param env to lay over ours
 * @returns whether Playwright was content, and the counts
 */
export async function runPlaywright({ wants, args = [], env = {} }) {
  const runtime = findRuntime({ wants });
  if (runtime.kind === "none") throw new Error(`${runtime.reason}; ${runtime.action}`);
  console.log(`e2e: windows by ${runtime.label}`);
  rmSync(RESULTS, { force: true });
  const isHeaded = args.includes("--headed");
  const own = isHeaded ? {} : { EH_HEADLESS: "1" };
  const plain = [requireNode(), tool("playwright"), "test", ...args];
  const [command, ...rest] = withDisplay(plain, runtime, isHeaded);
  const { code } = await run(command, rest, {
    env: runtimeEnv(runtime, toolEnv({ ...own, ...env })),
  });
  return readCounts(code);
}
