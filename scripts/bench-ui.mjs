/**
 * `npm run bench:ui`: figures of the windows on the real application: start, input under load, messages, memory, and how soon a
 * device says "accepted on another device". Ends with 1 when one misses what is promised. Names the runtime.
 */
import { join } from "node:path";
import { ensureBuilt } from "./lib/fresh.mjs";
import { ROOT } from "./lib/paths.mjs";
import { countsText, runPlaywright } from "./lib/playwright.mjs";
import { report, setup } from "./lib/setup.mjs";

const given = process.argv.slice(2);
const wants = given.includes("--electron") ? "electron" : "host";
const config = join(ROOT, "tests", "bench", "ui", "playwright.config.ts");

async function main() {
  if (!report(await setup({ forTests: true }))) return false;
  await ensureBuilt();
  const rest = given.filter((arg) => arg !== "--electron");
  const counts = await runPlaywright({ wants, args: ["-c", config, ...rest] });
  console.log(countsText(counts));
  return counts.isGreen;
}

if (!(await main())) process.exitCode = 1;
