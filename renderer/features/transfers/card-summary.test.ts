import { describe, expect, it } from "vitest";
import { card, threeFiles } from "../../../tests/renderer/fixtures/cards.ts";
import { asksBeforeCancel, endedOctets, summaryOf } from "./card-summary.ts";

const running = card({
  id: "c",
  state: "transferring",
  startedMs: 0,
  files: threeFiles([
    { state: "verified" },
    { state: "transferring", octets: 6_800_000 },
    { state: "declined" },
  ]),
});

function progress(octets: number, octetsPerS?: number): Parameters<typeof summaryOf>[1] {
  return {
    octets,
    ...(octetsPerS === undefined ? {} : { octetsPerS }),
    files: new Map([[1, octets - 2_100_000]]),
    speeds: [],
    sampledMs: 0,
  };
}

describe("ux 3.6 the numbers of a card", () => {
  it("count the files that were taken, and verified ones as whole", () => {
    expect(summaryOf(running)).toMatchObject({
      totalOctets: 14_500_000,
      octets: 8_900_000,
      completeFiles: 1,
    });
  });

  it("at the end are those of what was taken, or of all that was offered", () => {
    const files = threeFiles();
    expect(endedOctets({ ...running, state: "partly" })).toBe(14_500_000);
    expect(endedOctets(card({ id: "e", state: "elsewhere", files }))).toBe(14_598_000);
    const series = { files: 230, octets: 90_000_000 };
    expect(endedOctets(card({ id: "e", state: "elsewhere", files, series }))).toBe(90_000_000);
  });

  it("bars MUST NOT run backwards when an older number comes", () => {
    expect(summaryOf(running, progress(7_000_000)).octets).toBe(8_900_000);
    expect(summaryOf(running, progress(9_500_000)).octets).toBe(9_500_000);
  });

  it("while preparing the bar is that of the hashing", () => {
    const { fraction } = summaryOf(
      card({ id: "p", state: "preparing", direction: "outgoing", hashedOctets: 7_299_000 }),
    );
    expect(fraction).toBe(0.5);
  });

  it("a card without files has no part of them", () => {
    expect(summaryOf(card({ id: "n", state: "failed", files: [] })).fraction).toBe(0);
  });
});

describe("ux 3.6 cancelling asks only where much would be lost", () => {
  it("not for little, and not for nothing", () => {
    expect(asksBeforeCancel(running, progress(8_900_000, 5_000_000), 1000)).toBe(false);
    const waiting = card({ id: "w", state: "waiting", direction: "outgoing" });
    expect(asksBeforeCancel(waiting, undefined, 1e9)).toBe(false);
  });

  it("for more than a minute of work", () => {
    expect(asksBeforeCancel(running, progress(8_900_000, 100_000), 1000)).toBe(true);
  });

  it("for more than 100 MB", () => {
    const files = [{ ...running.files[0], state: "transferring", octets: 150_000_000 } as const];
    const big = card({
      id: "b",
      state: "transferring",
      files: files.map((file) => ({
        index: 0,
        name: "big.iso",
        type: "x/y",
        sizeOctets: 900_000_000,
        isDangerous: false,
        isNameTaken: false,
        state: file.state,
        octets: file.octets,
      })),
    });
    expect(
      asksBeforeCancel(
        big,
        { ...big, octets: 0, speeds: [], sampledMs: 0, files: new Map(), octetsPerS: 1e9 },
        0,
      ),
    ).toBe(true);
  });
});
