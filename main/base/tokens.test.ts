import { describe, expect, it } from "vitest";
import type { Random } from "./ports.ts";
import { randomToken, randomUuid } from "./tokens.ts";

function counting(start: number): Random {
  let next = start;
  return {
    bytes: (length) => Buffer.from(Array.from({ length }, () => (next++ * 37) & 0xff)),
  };
}

describe("random identifiers", () => {
  it("MUST have the asked length and use letters and digits only", () => {
    const token = randomToken(counting(1), 40);
    expect(token).toMatch(/^[A-Za-z0-9]{40}$/);
  });

  it("MUST skip octets that would favour some letters", () => {
    const random: Random = {
      bytes: (length) => Buffer.from(Array.from({ length }, (_, i) => (i % 2 === 0 ? 255 : 0))),
    };
    expect(randomToken(random, 4)).toBe("AAAA");
  });

  it("MUST mark UUIDs as version 4, variant 1 (RFC 9562 §5.4)", () => {
    expect(randomUuid(counting(7))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
