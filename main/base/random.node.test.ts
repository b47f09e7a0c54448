import { describe, expect, it } from "vitest";
import { systemRandom } from "./random.node.ts";

describe("the machine's random source", () => {
  it.each([0, 1, 16, 31, 1024, 1025, 5000])("gives %s octets when asked for them", (length) => {
    const random = systemRandom();
    for (let i = 0; i < 300; i += 1) expect(random.bytes(length)).toHaveLength(length);
  });

  it("never gives the same octets twice", () => {
    const random = systemRandom();
    const seen = new Set<string>();
    for (let i = 0; i < 10_000; i += 1) seen.add(random.bytes(16).toString("hex"));
    expect(seen.size).toBe(10_000);
  });

  it("gives octets that later ones do not change", () => {
    const random = systemRandom();
    const first = random.bytes(39);
    const text = first.toString("hex");
    for (let i = 0; i < 1000; i += 1) random.bytes(39).fill(0);
    expect(first.toString("hex")).toBe(text);
  });
});
