import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { acceptedBy, matchesGlob, parseAcceptRule } from "./accept-rule.ts";

const FILES = ["plan.pdf", "IMG_2044.JPG", "Grüße aus Köln.txt", "notes"].map((name, index) => ({
  index,
  name,
}));

function takes(text: string): readonly number[] {
  const rule = parseAcceptRule(text);
  if (rule === undefined) throw new Error(`no rule: ${text}`);
  return acceptedBy(rule, FILES);
}

describe("--accept", () => {
  it.each([
    ["all", [0, 1, 2, 3]],
    ["none", []],
    ["ask", []],
    ["*.pdf", [0]],
    ["*.pdf,*.jpg", [0, 1]],
    [" *.PDF , notes ", [0, 3]],
    ["?otes", [3]],
    ["gr*k?ln*", [2]],
    ["Gru\u0308ße*", [2]],
    ["*", [0, 1, 2, 3]],
    ["pdf", []],
  ])("%s takes %j", (text, indexes) => {
    expect(takes(text)).toEqual(indexes);
  });

  it.each(["", ",", " , "])("%j is no rule", (text) => {
    expect(parseAcceptRule(text)).toBeUndefined();
  });

  it("a name matches itself, and a star in any place of it", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
    fc.assert(
      fc.property(letters, fc.nat(12), fc.nat(12), (name, from, to) => {
        expect(matchesGlob(name, name)).toBe(true);
        const [start, end] = from < to ? [from, to] : [to, from];
        expect(matchesGlob(name, `${name.slice(0, start)}*${name.slice(end)}`)).toBe(true);
        expect(matchesGlob(name, `${name}?`)).toBe(false);
      }),
    );
  });

  it("many stars do not take long", () => {
    expect(matchesGlob("a".repeat(5000), `${"*a".repeat(50)}b`)).toBe(false);
  });
});
