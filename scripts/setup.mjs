/** Installs what a fresh clone lacks. `--test`: also the Debian packages that tests use. Runs on Node 20 and later, with nothing installed. */
import { report, setup } from "./lib/setup.mjs";

const missing = await setup({ forTests: process.argv.includes("--test") });
if (!report(missing)) process.exitCode = 1;
