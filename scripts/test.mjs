/**
 * `npm test`: installs what is missing, checks the sources, runs every test: ours, drachtio-srf's own, last those that drive the
 * windows. Arguments go to the runners and then only these tests run: `npm test -- main/sip tests/e2e/offer`; what names tests/e2e is
 * for Playwright, tests/srf is drachtio-srf's suite. What failed is named again at the end; the last line is `N passed, N failed, N skipped`.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failedOfVitest } from "./lib/failures.mjs";
import { ensureBuilt } from "./lib/fresh.mjs";
import { leftovers, MARK } from "./lib/leftovers.mjs";
import { ROOT, requireNode, tool, toolEnv } from "./lib/paths.mjs";
import { countsOf, countsText, hasSpecs, NO_COUNTS, runPlaywright } from "./lib/playwright.mjs";
import { capture, run } from "./lib/run.mjs";
import { report, setup } from "./lib/setup.mjs";

const RESULTS = join(ROOT, "out", "test-results.json");
const filters = process.argv.slice(2);
const windowFilters = filters.filter((filter) => filter.includes("tests/e2e"));
const isSrfWanted = filters.length === 0 || filters.some((filter) => filter.includes("tests/srf"));
const otherFilters = filters.filter((filter) => !/tests\/(e2e|srf)/.test(filter));
const mark = randomUUID();
const env = toolEnv({ [MARK]: mark });

async function isCheckClean() {
  if (filters.length > 0) return true;
  const { code } = await run(requireNode(), [join(ROOT, "scripts", "check.mjs")], { env });
  return code === 0;
}

async function runUnits() {
  if (filters.length > 0 && otherFilters.length === 0) return NO_COUNTS;
  rmSync(RESULTS, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const args = [tool("vitest"), "run", ...reporters, ...otherFilters];
  const { code } = await run(requireNode(), args, { env });
  if (!existsSync(RESULTS)) return { ...NO_COUNTS, isGreen: false };
  const report = JSON.parse(readFileSync(RESULTS, "utf8"));
  return {
    isGreen: code === 0,
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    names: failedOfVitest(report),
  };
}

async function runSrf() {
  if (!isSrfWanted) return NO_COUNTS;
  const args = [join(ROOT, "scripts", "test-srf.mjs")];
  const { code, output } = await capture(requireNode(), args, { env });
  console.log(output.trimEnd());
  return countsOf(output, code);
}

async function runWindows() {
  const isWanted = filters.length === 0 ? hasSpecs() : windowFilters.length > 0;
  if (!isWanted) return NO_COUNTS;
  try {
    await ensureBuilt();
    return await runPlaywright({ wants: "host", args: windowFilters, env: { [MARK]: mark } });
  } catch (error) {
    console.error(`test: ${error instanceof Error ? error.message : String(error)}`);
    return { ...NO_COUNTS, isGreen: false };
  }
}

function sum(one, other) {
  return {
    isGreen: one.isGreen && other.isGreen,
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    names: [...one.names, ...other.names],
  };
}

/** A test that leaves a program behind is wrong, whatever it asserted. */
async function isTidy() {
  const left = await leftovers(mark);
  for (const { pid, command } of left) {
    console.error(`test: left behind, now ended: ${pid} ${command}`);
    process.kill(pid, "SIGKILL");
  }
  return left.length === 0;
}

async function main() {
  if (!report(await setup({ forTests: true }))) return false;
  const isClean = await isCheckClean();
  const counts = sum(sum(await runUnits(), await runSrf()), await runWindows());
  const { isGreen, passed, failed, names } = counts;
  const tidy = await isTidy();
  if (!isClean) console.error("test: the check of the sources failed, see above");
  if (passed + failed === 0) console.error("test: no test ran");
  for (const name of names) console.log(`failed: ${name}`);
  console.log(countsText(counts));
  return isClean && isGreen && tidy && passed > 0 && failed === 0;
}

if (!(await main())) process.exitCode = 1;
