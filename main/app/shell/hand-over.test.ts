import { describe, expect, it } from "vitest";
import { parseHandOver } from "./hand-over.ts";

const NOTHING = { paths: [], isHidden: false };

describe("what a second start hands over", () => {
  it("is files, an address, and whether to show the window", () => {
    const given = { paths: ["/a"], to: "sip:bob@b.example", isHidden: true };
    expect(parseHandOver(given)).toEqual(given);
  });

  it.each([
    undefined,
    null,
    "x",
    { paths: "/a", isHidden: false },
    { paths: [7], isHidden: false },
    { paths: Array.from({ length: 5001 }, () => "/a"), isHidden: false },
    { paths: [], isHidden: false, run: "calc" },
  ])("is nothing when it is %j", (given) => {
    expect(parseHandOver(given)).toEqual(NOTHING);
  });
});
