/** `npm run check`: types, format, lint, layers, dead code. Two at a time; prints what a step says only where it fails. */
import { join } from "node:path";
import { ROOT, requireNode, tool, toolEnv } from "./lib/paths.mjs";
import { capture } from "./lib/run.mjs";

const LANES = 2;
const CACHE = join(ROOT, "node_modules", ".cache", "tsc");

function typeCheck(part) {
  const incremental = ["--incremental", "--tsBuildInfoFile", join(CACHE, `${part}.tsbuildinfo`)];
  return {
    name: `types: ${part}`,
    args: [tool("tsc"), "-p", `tsconfig.${part}.json`, ...incremental],
  };
}

/** Longest first, so that the two lanes end together. */
const STEPS = [
  { name: "lint: ESLint", args: [tool("eslint"), "."] },
  typeCheck("core"),
  typeCheck("main"),
  typeCheck("renderer"),
  typeCheck("tests"),
  typeCheck("host"),
  {
    name: "layers: dependency-cruiser",
    args: [tool("depcruise"), "shared", "main", "renderer", "host"],
  },
  { name: "dead code: knip", args: [tool("knip"), "--no-progress"] },
  { name: "format: Biome", args: [tool("biome"), "ci", "--colors=off", "."] },
];

async function check({ name, args }) {
  const began = performance.now();
  const { code, output } = await capture(requireNode(), args, { env: toolEnv() });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output.trim());
  return code === 0;
}

const waiting = [...STEPS];
let failed = 0;
async function lane() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    if (!(await check(step))) failed += 1;
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
if (failed > 0) {
  console.error(`check: ${failed} of ${STEPS.length} steps failed`);
  process.exitCode = 1;
}
