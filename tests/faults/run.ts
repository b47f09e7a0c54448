import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CASES } from "./cases.ts";
import type { CaseContext, FaultCase } from "./fault-case.ts";
import { stopNetworks } from "./kill-cases.ts";

/**
 * `npm run faults [-- --only NAME --seed S --lanes N --show]`: real processes, networks and disks with real faults. One line a case; a
 * case that fails says all that was said. What cannot run here says so, and fails where CI=true.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "3" },
    show: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

let passed = 0;
let failed = 0;
let notRun = 0;

async function tryCase(each: FaultCase, context: CaseContext): Promise<void> {
  const missing = each.missing?.();
  if (missing !== undefined) {
    const isFatal = process.env["CI"] === "true";
    if (isFatal) failed += 1;
    else notRun += 1;
    say(`${isFatal ? "FAILED " : "not run"} ${each.name}: needs ${missing}`);
    return;
  }
  const begin = performance.now();
  const { figures, wrong, story } = await each.run(context).catch((error: unknown) => ({
    figures: "",
    wrong: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    story: undefined,
  }));
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  if (wrong.length === 0) passed += 1;
  else failed += 1;
  const state = wrong.length === 0 ? "ok     " : "FAILED ";
  say(`${state} ${each.name}: ${[figures, `${seconds} s`, ...wrong].join(", ")}`);
  if (story !== undefined && (values.show || wrong.length > 0)) say(story);
}

let isBrokenOff = false;

async function lane(waiting: FaultCase[], context: CaseContext): Promise<void> {
  for (let each = waiting.shift(); each !== undefined && !isBrokenOff; each = waiting.shift())
    await tryCase(each, context);
}

/** The cases that run are brought to their end first: disks are mounted, processes stopped. A second signal ends at once. */
function breakOff(): void {
  if (isBrokenOff) process.exit(1);
  isBrokenOff = true;
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const wanted = CASES.filter(({ name }) => name.includes(values.only));
  if (values.list) {
    for (const { name } of wanted) say(name);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "cpm-faults-"));
  const context = { folder, seed: Number(values.seed) };
  try {
    const together = wanted.filter(({ isParallel }) => isParallel);
    const lanes = Array.from({ length: Number(values.lanes) }, () => lane(together, context));
    await Promise.all(lanes);
    await lane(
      wanted.filter(({ isParallel }) => !isParallel),
      context,
    );
  } finally {
    await stopNetworks();
    await rm(folder, { recursive: true, force: true });
  }
  say(
    `${String(passed)} passed, ${String(failed)} failed, ${String(notRun)} not run (seed ${values.seed})`,
  );
  if (failed > 0 || passed + notRun === 0) process.exitCode = 1;
}

process.on("SIGINT", breakOff);
process.on("SIGTERM", breakOff);
await main();
