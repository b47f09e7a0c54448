import type { FuzzTarget } from "./target.ts";

export interface FuzzResult {
  readonly name: string;
  readonly runs: number;
  readonly failures: readonly string[];
}

/** A target's runs with one seed: about a tenth of a second. */
const PER_ROUND = 8;

/** Rounds through all targets, from one seed to the next, for as long as `goesOn` says. */
export async function fuzz(
  targets: readonly FuzzTarget[],
  firstSeed: number,
  goesOn: () => boolean,
): Promise<readonly FuzzResult[]> {
  const results = targets.map(({ name }) => ({ name, runs: 0, failures: [] as string[] }));
  for (let seed = firstSeed; goesOn(); seed += 1) {
    for (const [index, target] of targets.entries()) {
      const { runs, failure } = await target.check(seed, Math.ceil(target.sliceRuns / PER_ROUND));
      const result = results[index];
      if (result === undefined) continue;
      result.runs += runs;
      if (failure !== undefined) result.failures.push(failure);
    }
  }
  return results;
}
