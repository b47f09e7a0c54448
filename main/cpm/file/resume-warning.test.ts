import { describe, expect, it } from "vitest";
import { fakeResponse } from "../../../tests/support/fake-sip.ts";
import { readNotGoingOn } from "./resume-warning.ts";

function read(...warnings: readonly string[]): unknown {
  return readNotGoingOn(
    fakeResponse(
      606,
      warnings.map((value) => ({ name: "Warning", value })),
    ),
  );
}

describe("RFC 3261 §20.43 Warning: why a transfer does not go on", () => {
  it.each([
    ['399 cpm-courier "Transfer paused"', { kind: "paused" }],
    ['399 cpm-courier "Transfer stopped"', { kind: "stopped" }],
    ['399 cpm-courier "File was changed"', { kind: "changed" }],
    ['399 rcs.example "File is received"', { kind: "received" }],
    ["399 rcs.example file is received", { kind: "received" }],
    ['399 cpm-courier "Resume from 4097"', { kind: "elsewhere", octets: 4096 }],
    ['399 cpm-courier "Resume from 1"', { kind: "elsewhere", octets: 0 }],
  ])("is read from %s", (warning, expected) => {
    expect(read(warning)).toEqual(expected);
  });

  it.each([
    '399 other "133 Size exceeded"',
    '399 cpm-courier "Resume from 0"',
    '399 cpm-courier "Resume from -5"',
    '399 cpm-courier "Resume from 99999999999999999999"',
    '399 cpm-courier "Resume from "',
    '399 "',
    "",
  ])("is not guessed from %s", (warning) => {
    expect(read(warning)).toBeUndefined();
  });

  it("is found behind Warnings about something else", () => {
    expect(read('305 a "x"', '399 b "Transfer paused"')).toEqual({ kind: "paused" });
  });
});
