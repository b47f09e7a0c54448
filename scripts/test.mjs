/**
 * `npm test`: installs what is missing, checks the sources, runs every test. Arguments go to the runner and
 * then only the tests run: `npm test -- main/sip`. The last line is `N passed, N failed, N skipped`.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leftovers, MARK } from "./lib/leftovers.mjs";
import { ROOT, requireNode, tool, toolEnv } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { report, setup } from "./lib/setup.mjs";

const RESULTS = join(ROOT, "out", "test-results.json");
const filters = process.argv.slice(2);
const mark = randomUUID();
const env = toolEnv({ [MARK]: mark });

async function isCheckClean() {
  if (filters.length > 0) return true;
  const { code } = await run(requireNode(), [join(ROOT, "scripts", "check.mjs")], { env });
  return code === 0;
}

async function runTests() {
  rmSync(RESULTS, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const { code } = await run(requireNode(), [tool("vitest"), "run", ...reporters, ...filters], {
    env,
  });
  if (!existsSync(RESULTS)) return { isGreen: false, passed: 0, failed: 0, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(RESULTS, "utf8"),
  );
  const skipped = numPendingTests + numTodoTests;
  return { isGreen: code === 0, passed: numPassedTests, failed: numFailedTests, skipped };
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
  const { isGreen, passed, failed, skipped } = await runTests();
  const tidy = await isTidy();
  if (!isClean) console.error("test: the check of the sources failed, see above");
  if (passed + failed === 0) console.error("test: no test ran");
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return isClean && isGreen && tidy && passed > 0 && failed === 0;
}

if (!(await main())) process.exitCode = 1;
