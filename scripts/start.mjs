/** `npm start [-- FILE…]`: installs what is missing, builds if needed, runs the demonstration. */
import { join } from "node:path";
import { ROOT } from "./lib/paths.mjs";
import { endLike, run } from "./lib/run.mjs";
import { report, setup } from "./lib/setup.mjs";

if (report(await setup())) {
  const demo = [join(ROOT, "bin", "cpm"), "demo", ...process.argv.slice(2)];
  endLike(await run(process.execPath, demo));
} else {
  process.exitCode = 1;
}
