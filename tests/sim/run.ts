import { parseArgs } from "node:util";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulate.ts";

/**
 * `npm run sim -- --seeds 10000 [--from 1] [--show]`: runs the system through the scenarios of many seeds. A seed that
 * fails is printed; `--from SEED --seeds 1 --show` replays it.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    show: { type: "boolean", default: false },
  },
});

const first = Number(values.from);
const last = first + Number(values.seeds) - 1;
let failed = 0;
const outcomes = new Map<string, number>();
for (let seed = first; seed <= last; seed += 1) {
  if (values.show) process.stdout.write(`${JSON.stringify(scenarioOf(seed), undefined, 2)}\n`);
  const { broken, outcome, happened, story } = await simulate(seed);
  const end = outcome.split(" ")[0] ?? "";
  outcomes.set(end, (outcomes.get(end) ?? 0) + 1);
  if (values.show) process.stdout.write(`${[...happened, ...story, outcome].join("\n")}\n`);
  if (broken.length === 0) continue;
  failed += 1;
  process.stdout.write(`seed ${String(seed)}: ${outcome}\n  ${broken.join("\n  ")}\n`);
}
for (const [end, count] of [...outcomes].sort()) process.stdout.write(`${end}: ${String(count)}\n`);
process.stdout.write(`${String(last - first + 1 - failed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
