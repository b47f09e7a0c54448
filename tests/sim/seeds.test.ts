import { describe, expect, it } from "vitest";
import { simulate } from "./simulate.ts";

/** `npm run sim -- --seeds 10000` runs more of them. */
const SEEDS = 300;
const PER_TEST = 25;

describe("the whole system under faults (docs/flows.md, note N3)", () => {
  it.each(
    Array.from({ length: SEEDS / PER_TEST }, (_, index) => ({ first: index * PER_TEST + 1 })),
  )(
    "MUST keep every promise for the seeds from $first on",
    async ({ first }) => {
      const broken: unknown[] = [];
      for (let seed = first; seed < first + PER_TEST; seed += 1) {
        const result = await simulate(seed);
        if (result.broken.length > 0) broken.push(result);
      }
      expect(broken).toEqual([]);
    },
    120_000,
  );
});
