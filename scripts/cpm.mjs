/**
 * What `bin/cpm` does: runs the built program with the Node that package.json pins. In a checkout it first installs and builds
 * what is missing or old. Needs only Node 20, and no package, to start.
 */
import { existsSync } from "node:fs";
import { ENTRY, ROOT, requireNode } from "./lib/paths.mjs";
import { endLike, run } from "./lib/run.mjs";

/** A checkout has the sources; an installed package has only what was built from them. */
async function prepare() {
  if (!existsSync(`${ROOT}/main/entry.ts`)) return;
  const { report, setup } = await import("./lib/setup.mjs");
  if (!report(await setup())) throw new Error("not everything it needs could be installed");
  const { ensureBuilt } = await import("./lib/fresh.mjs");
  await ensureBuilt();
}

try {
  await prepare();
  const args = [ENTRY, "--role=cli", ...process.argv.slice(2)];
  endLike(await run(requireNode(), args, { cwd: process.cwd() }));
} catch (error) {
  console.error(`cpm: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
