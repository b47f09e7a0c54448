import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { parseDecimal, parseDecimalIn, parsePort } from "./decimal.ts";

describe("numbers from the wire (RFC 3261 §25.1, RFC 4975 §9: 1*DIGIT)", () => {
  it.each([
    "",
    "+1",
    "-1",
    "1e3",
    "0x10",
    " 1",
    "1 ",
    "1.0",
    "１",
    "9007199254740993",
    "12345678901234567",
  ])("MUST refuse %j, whatever Number() makes of it", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it("MUST read every safe integer back", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parseDecimal(String(value))).toBe(value);
      }),
    );
  });

  it("MUST hold both bounds inclusively", () => {
    expect([parseDecimalIn("1", 1, 3), parseDecimalIn("3", 1, 3)]).toEqual([1, 3]);
    expect([parseDecimalIn("0", 1, 3), parseDecimalIn("4", 1, 3)]).toEqual([undefined, undefined]);
  });

  it("MUST take ports from 1 to 65535 only", () => {
    expect([parsePort("1"), parsePort("65535")]).toEqual([1, 65_535]);
    expect([parsePort("0"), parsePort("65536"), parsePort("000080")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
