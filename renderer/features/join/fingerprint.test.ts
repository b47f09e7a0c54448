import { describe, expect, it } from "vitest";
import { shortFingerprint } from "./fingerprint.ts";

describe("a fingerprint in its short form", () => {
  it("is its first eight pairs, and says that there is more", () => {
    const whole = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, "0")).join(":");
    expect(shortFingerprint(whole)).toBe("00:01:02:03:04:05:06:07…");
  });

  it("of no more than eight pairs is the whole of it", () => {
    expect(shortFingerprint("AA:BB")).toBe("AA:BB");
  });
});
