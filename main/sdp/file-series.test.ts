import { describe, expect, it } from "vitest";
import { readSeries, seriesAttribute } from "./file-series.ts";
import type { SessionDescription } from "./session-description.ts";

function described(value: string, lines = 1): SessionDescription {
  const media = Array<unknown>(lines).fill({});
  return {
    attributes: [{ name: "cpm-courier-series", value }],
    media,
  } as unknown as SessionDescription;
}

describe("RFC 8866 §5.13: the attribute of a series of offers", () => {
  it("MUST say how many octets are left from its first file on", () => {
    const series = { first: 101, totalFiles: 230, totalOctets: 900, restOctets: 300 };
    const { value = "" } = seriesAttribute(series);
    expect(value).toBe("101/230 900 300");
    expect(readSeries(described(value))).toEqual(series);
  });

  it("MUST take all octets for those left where it is not said", () => {
    expect(readSeries(described("101/230 900"))).toEqual({
      ...{ first: 101, totalFiles: 230, totalOctets: 900, restOctets: 900 },
    });
  });

  it.each([
    ["more octets left than there are", "1/230 900 901"],
    ["a first file that is none", "0/230 900 900"],
    ["more m= lines than files", "230/230 900 900"],
    ["a word in it", "1/230 900 many"],
  ])("MUST be no series with %s", (_what, value) => {
    expect(readSeries(described(value, 2))).toBeUndefined();
  });
});
