/**
 * `npm run faults [-- --only NAME --seed S --lanes N --show --list]`: installs and builds what is missing, then tries real
 * faults on real processes: tests/faults/run.ts.
 */
import { join } from "node:path";
import { ensureBuilt } from "./lib/fresh.mjs";
import { ROOT, requireNode, toolEnv } from "./lib/paths.mjs";
import { endLike, run } from "./lib/run.mjs";
import { report, setup } from "./lib/setup.mjs";

if (report(await setup({ forFaults: true }))) {
  await ensureBuilt();
  const args = [join(ROOT, "tests", "faults", "run.ts"), ...process.argv.slice(2)];
  endLike(await run(requireNode(), args, { env: toolEnv() }));
} else process.exitCode = 1;
