import { describe, expect, it } from "vitest";
import { attack } from "../../tests/faults/swap-attack.ts";

const ROUNDS = 1000;

describe("reliability §3: an attacker swaps folder, part and final name", () => {
  it(`MUST NOT get one octet outside in ${String(ROUNDS)} rounds`, {
    timeout: 60_000,
  }, async () => {
    const { published, refused, swaps, outside, damaged } = await attack({ rounds: ROUNDS });
    expect([outside, damaged]).toEqual([[], []]);
    // Both ends of a round were tried, and the attacker was awake.
    expect(published).toBeGreaterThan(ROUNDS / 100);
    expect(refused).toBeGreaterThan(ROUNDS / 100);
    expect(swaps).toBeGreaterThan(ROUNDS / 10);
  });
});
