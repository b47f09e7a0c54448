import { describe, expect, it } from "vitest";
import { orderServices } from "./srv-order.ts";

const records = [
  { name: "late", priority: 2, weight: 9 },
  { name: "often", priority: 1, weight: 90 },
  { name: "seldom", priority: 1, weight: 10 },
  { name: "spare", priority: 1, weight: 0 },
];

function names(draw: () => number): readonly string[] {
  return orderServices(records, draw).map((one) => one.name);
}

describe("RFC 2782: the order of SRV records", () => {
  it("MUST try the lowest priority first", () => {
    for (const draw of [0, 0.3, 0.95]) expect(names(() => draw).at(-1)).toBe("late");
  });

  it("draws within one priority by weight; weight 0 comes first only by the smallest draw", () => {
    expect(names(() => 0)[0]).toBe("spare");
    expect(names(() => 0.5)[0]).toBe("often");
    expect(names(() => 0.95)[0]).toBe("seldom");
  });

  it("spreads many draws as the weights say, and loses no record", () => {
    let often = 0;
    for (let i = 0; i < 1000; i += 1) {
      const order = names(() => i / 1000);
      expect(order.toSorted()).toEqual(["late", "often", "seldom", "spare"]);
      if (order[0] === "often") often += 1;
    }
    expect(often).toBeGreaterThan(850);
    expect(often).toBeLessThan(950);
  });
});
