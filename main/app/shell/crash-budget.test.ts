import { describe, expect, it } from "vitest";
import { CrashBudget } from "./crash-budget.ts";

describe("a page that ends", () => {
  it("is loaded again five times a minute, then given up", () => {
    const budget = new CrashBudget();
    expect([0, 1, 2, 3, 4, 5].map((ms) => budget.spend(ms))).toEqual([
      ...[true, true, true, true, true, false],
    ]);
  });

  it("is forgiven after a minute", () => {
    const budget = new CrashBudget();
    for (let i = 0; i < 6; i += 1) budget.spend(i);
    expect(budget.spend(70_000)).toBe(true);
  });
});
