import { describe, expect, it } from "vitest";
import { expiryWord, formatsFor, timeWord } from "./format.ts";

const f = formatsFor("en");

describe("ux 3.6 numbers", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [98_000, "98 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [14_598_000, "14.6 MB"],
    [118_000_000_000, "118 GB"],
  ])("%i octets are %s: decimal units, three significant digits", (octets, text) => {
    expect(f.size(octets)).toBe(text);
  });

  it("a part and its whole are in one unit", () => {
    expect(f.sizePair(8_900_000, 14_600_000)).toEqual(["8.9", "14.6 MB"]);
  });

  it("speeds are in kB/s at least", () => {
    expect([f.rate(1_400_000), f.rate(0)]).toEqual(["1.4 MB/s", "0 kB/s"]);
  });

  it("is read aloud in whole words", () => {
    expect(f.sizeAloud(2_100_000)).toBe("2.1 megabytes");
  });

  it("100 % is said at the end only", () => {
    expect([f.percent(0.999), f.percent(1)]).toEqual(["99%", "100%"]);
  });
});

describe("ux 3.8 a day in few words", () => {
  const nowMs = new Date(2026, 10, 12, 0, 30).getTime();

  it.each([
    [new Date(2026, 10, 12, 0, 10), "12:10 AM"],
    [new Date(2026, 10, 11, 23, 50), "yesterday"],
    [new Date(2026, 10, 10, 23, 50), "Nov 10"],
    [new Date(2025, 11, 31), "Dec 31, 2025"],
  ])("%s is %s", (at, text) => {
    expect(f.shortDate(at.getTime(), nowMs)).toBe(text);
  });
});

describe("ux 3.6 time left", () => {
  it.each([
    [59, { key: "lessThanMinute" }],
    [60, { key: "minutes", minutes: 1 }],
    [245, { key: "minutes", minutes: 4 }],
    [4700, { key: "hours", hours: 1, minutes: 20 }],
    [7100, { key: "hours", hours: 2, minutes: 0 }],
  ])("%i s", (leftS, word) => {
    expect(timeWord(leftS)).toEqual(word);
  });
});

describe("ux 3.5 time to answer", () => {
  it.each([
    [168_000, { key: "minutes", minutes: 3 }],
    [59_000, { key: "lessThanMinute" }],
    [10_000, { key: "seconds", seconds: 10 }],
    [-5, { key: "seconds", seconds: 0 }],
  ])("%i ms: exact seconds only in the last ten", (leftMs, word) => {
    expect(expiryWord(leftMs)).toEqual(word);
  });
});
