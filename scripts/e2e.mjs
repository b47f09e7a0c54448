/**
 * `npm run e2e [-- ARGS]`: builds, then Playwright drives the application's windows on the Chromium host; ARGS go to Playwright.
 * `--electron` (npm run e2e:electron) takes true Electron and fails loudly where there is none. Windows stay unseen unless
 * `--headed` is given. The last line is `N passed, N failed, N skipped`.
 */
import { ensureBuilt } from "./lib/fresh.mjs";
import { countsText, runPlaywright } from "./lib/playwright.mjs";
import { report, setup } from "./lib/setup.mjs";

const given = process.argv.slice(2);
const wants = given.includes("--electron") ? "electron" : "host";

async function main() {
  if (!report(await setup({ forTests: true }))) return false;
  await ensureBuilt();
  const counts = await runPlaywright({ wants, args: given.filter((arg) => arg !== "--electron") });
  console.log(countsText(counts));
  return counts.isGreen;
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(`e2e: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
