import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { type ByteRange, formatByteRange, parseByteRange } from "./byte-range.ts";

function rangeOf(text: string): ByteRange | undefined {
  const parsed = parseByteRange(text);
  return parsed.ok ? parsed.value : undefined;
}

describe("RFC 4975 §9 Byte-Range", () => {
  it("MUST read numbers and asterisks", () => {
    expect(rangeOf("1-2048/9000")).toEqual({ start: 1, end: 2048, total: 9000 });
    expect(rangeOf("2049-*/9000")).toEqual({ start: 2049, end: "*", total: 9000 });
    expect(rangeOf("1-*/*")).toEqual({ start: 1, end: "*", total: "*" });
  });

  it("MUST read the range of an empty body", () => {
    expect(rangeOf("1-0/0")).toEqual({ start: 1, end: 0, total: 0 });
  });

  it.each([
    ["start 0", "0-5/9"],
    ["an end before the start", "5-3/9"],
    ["an end past the total", "1-10/9"],
    ["a start past the total", "11-*/9"],
    ["a negative start", "-1-5/9"],
    ["a sign", "+1-5/9"],
    ["hexadecimal", "0x1-5/9"],
    ["an exponent", "1e0-5/9"],
    ["blanks", "1 -5/9"],
    ["an empty end", "1-/9"],
    ["an empty value", ""],
    ["no total", "1-5"],
    ["other digits", "١-5/9"],
    ["2^53", "1-*/9007199254740992"],
    ["2^64", "1-*/18446744073709551616"],
    ["10^30", "1-*/1000000000000000000000000000000"],
    ["a fraction", "1.5-5/9"],
    ["an asterisk as start", "*-5/9"],
    ["two slashes", "1-5/9/9"],
  ])("MUST refuse %s", (_what, text) => {
    expect(rangeOf(text)).toBeUndefined();
  });

  it("MUST read back what it writes", () => {
    const end = fc.oneof(fc.nat(), fc.constant("*" as const));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), end, end, (start, length, rest) => {
        const last: number | "*" = length === "*" ? "*" : start + length;
        const total: number | "*" = rest === "*" ? "*" : (last === "*" ? start : last) + rest;
        const range: ByteRange = { start, end: last, total };
        expect(rangeOf(formatByteRange(range))).toEqual(range);
      }),
    );
  });

  it("MUST never throw", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseByteRange(text);
      }),
    );
  });
});
