import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/**
 * `npm run fuzz -- --seconds 600 [--seed S] [--target NAME]`: throws changed and made-up input at everything that reads
 * what strangers send, and random events at the state machines. The same seed gives the same runs. What breaks is
 * printed with the smallest input that breaks it; put that beside the parser as a test.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    target: { type: "string" },
  },
});

const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);

if (targets.length === 0 || !Number.isInteger(seed) || !(Number(values.seconds) > 0)) {
  process.stderr.write(
    `fuzz: --target is one of ${TARGETS.map(({ name }) => name).join(", ")}; --seconds and --seed are numbers\n`,
  );
  process.exitCode = 2;
} else {
  process.stdout.write(`seed ${String(seed)}\n`);
  const endMs = performance.now() + Number(values.seconds) * 1000;
  const results = await fuzz(targets, seed, () => performance.now() < endMs);
  for (const { name, runs, failures } of results) {
    process.stdout.write(
      `${name.padEnd(18)} ${String(runs).padStart(9)} runs, ${String(failures.length)} failed\n`,
    );
    for (const failure of failures.slice(0, 3)) process.stdout.write(`${failure}\n`);
  }
  const runs = results.reduce((sum, result) => sum + result.runs, 0);
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
  process.stdout.write(
    `${String(runs)} runs, ${String(failed)} failed, ${String(Math.round(process.memoryUsage().rss / 2 ** 20))} MiB\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}
