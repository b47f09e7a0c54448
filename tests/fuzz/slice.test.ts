import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** `npm run fuzz -- --seconds 600` goes on from other seeds. */
const SEED = 20_260_101;

describe("whatever strangers send, by a fixed seed (RFC 4475, RFC 4975 §14)", () => {
  it.each(TARGETS)("$name MUST keep its promises ($clause)", async (target) => {
    const { runs, failure } = await target.check(SEED, target.sliceRuns);
    expect(failure).toBeUndefined();
    expect(runs).toBe(target.sliceRuns);
  });

  it("shares its time among the targets, each run from a seed of its own", async () => {
    const seeds = new Map<string, number[]>();
    const names = ["one", "two"];
    const targets = names.map((name) => ({
      ...{ name, clause: "", sliceRuns: 1 },
      check: (seed: number) => {
        seeds.set(name, [...(seeds.get(name) ?? []), seed]);
        return Promise.resolve({ runs: 5, failure: seed === 12 ? "broken" : undefined });
      },
    }));
    let rounds = 0;
    const results = await fuzz(targets, 11, () => {
      rounds += 1;
      return rounds <= 3;
    });
    expect([...seeds]).toEqual([
      ["one", [11, 12, 13]],
      ["two", [11, 12, 13]],
    ]);
    expect(results).toEqual([
      { name: "one", runs: 15, failures: ["broken"] },
      { name: "two", runs: 15, failures: ["broken"] },
    ]);
  });
});
