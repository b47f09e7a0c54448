import { spawn } from "node:child_process";
import { join } from "node:path";
import type { CaseResult, FaultCase } from "./fault-case.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const KILLS = 50;

export const PAGE_CASES: readonly FaultCase[] = [
  {
    name: `renderer/killed ${String(KILLS)} times while a file runs`,
    isParallel: false,
    run: killPages,
  },
];

/** The test of the windows that does it a few times in `npm test`. */
async function killPages(): Promise<CaseResult> {
  const spec = join("tests", "e2e", "flows", "page-kills.spec.ts");
  const child = spawn(process.execPath, [join("scripts", "e2e.mjs"), spec], {
    cwd: ROOT,
    env: { ...process.env, CPM_PAGE_KILLS: String(KILLS) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let story = "";
  child.stdout.setEncoding("utf8");
  for await (const text of child.stdout) story += String(text);
  const figures = /^back within .*$/m.exec(story)?.[0] ?? "";
  const isGood = /^1 passed, 0 failed, 0 skipped$/m.test(story);
  return { figures, wrong: isGood ? [] : ["the test of the windows failed"], story };
}
