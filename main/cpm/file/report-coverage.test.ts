import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { addReport, isCovered, NO_REPORTS } from "./report-coverage.ts";

function success(start: number, end: number | "*"): Parameters<typeof addReport>[1] {
  return { status: 200, range: { start, end, total: "*" } };
}

describe("RFC 4975 §7.1.2 REPORTs that cover a message together", () => {
  it("MUST take one REPORT over everything", () => {
    expect(isCovered(addReport(NO_REPORTS, success(1, 100), 100), 100)).toBe(true);
    expect(isCovered(addReport(NO_REPORTS, success(1, "*"), 100), 100)).toBe(true);
  });

  it("MUST take pieces in any order, overlapping too, and no less than all", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 10 }),
        fc.integer(),
        (cuts, seed) => {
          const edges = [0, ...cuts.toSorted((a, b) => a - b), 100];
          const pieces = edges
            .slice(1)
            .map((to, i) => success((edges[i] ?? 0) + 1, Math.min(to + 1, 100)))
            .toSorted((a, b) => ((a.range.start * seed) % 7) - ((b.range.start * seed) % 7));
          const all = pieces.reduce((state, piece) => addReport(state, piece, 100), NO_REPORTS);
          expect(isCovered(all, 100)).toBe(true);
        },
      ),
    );
    const holed = addReport(addReport(NO_REPORTS, success(1, 49), 100), success(51, 100), 100);
    expect(isCovered(holed, 100)).toBe(false);
  });

  it("MUST cover an empty message only by a REPORT about it", () => {
    expect(isCovered(NO_REPORTS, 0)).toBe(false);
    expect(isCovered(addReport(NO_REPORTS, success(1, 0), 0), 0)).toBe(true);
  });

  it("MUST keep the first failure", () => {
    const failed = addReport(NO_REPORTS, { ...success(1, 100), status: 413 }, 100);
    expect(addReport(failed, { ...success(1, 100), status: 400 }, 100).failure).toEqual({
      status: 413,
    });
  });

  it("MUST ignore octets past the end of the message", () => {
    expect(addReport(NO_REPORTS, success(200, 300), 100)).toEqual(NO_REPORTS);
    expect(isCovered(addReport(NO_REPORTS, success(1, 500), 100), 100)).toBe(true);
  });
});
