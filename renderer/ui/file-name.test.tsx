import { describe, expect, it } from "vitest";
import { shortName } from "./file-name.tsx";

describe("a file's name in a sentence (ux 3.5)", () => {
  it("stays as it is where it is short", () => {
    expect(shortName("plan.pdf")).toBe("plan.pdf");
    expect(shortName("x".repeat(57))).toBe("x".repeat(57));
  });

  it("loses its middle where it is long, and keeps its ending", () => {
    const short = shortName(`${"a".repeat(240)}.tar.gz`);
    expect(short).toBe(`${"a".repeat(36)}…${"a".repeat(13)}.tar.gz`);
  });

  it("is not cut through a character", () => {
    expect(shortName("👩‍👩‍👧".repeat(60))).toBe(`${"👩‍👩‍👧".repeat(36)}…${"👩‍👩‍👧".repeat(20)}`);
  });
});
