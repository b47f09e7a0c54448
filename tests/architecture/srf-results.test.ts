import { describe, expect, it } from "vitest";
import { judge, readMocha, readTap } from "../srf/results.mjs";

const ENDED = { code: 0, isTimeout: false };

function tap(passed: number, failed: number): string {
  const lines = [
    ...Array.from({ length: passed }, (_, n) => `ok ${String(n + 1)} fine`),
    ...Array.from({ length: failed }, (_, n) => `not ok ${String(n + 1)} broken`),
  ];
  return ["TAP version 13", "# uac", ...lines, "", "# ok"].join("\n");
}

describe("the verdict on a file of drachtio-srf's suite", () => {
  it("counts its assertions", () => {
    expect(readTap(tap(3, 1))).toEqual({ passed: 3, failures: ["not ok 1 broken"] });
    expect(judge("uac", readTap(tap(19, 0)), ENDED)).toMatchObject({ passed: 19, failed: 0 });
  });

  it("fails when assertions are missing although nothing failed", () => {
    // uac.js has a catch in its middle that turns any failure before it into a pass.
    const verdict = judge("uac", readTap(tap(11, 0)), ENDED);
    expect(verdict).toMatchObject({ passed: 11, failed: 8 });
    expect(verdict.problems).toEqual(["8 of 19 assertions never ran"]);
  });

  it("fails when there are more assertions than anybody has looked at", () => {
    expect(judge("uac", readTap(tap(20, 0)), ENDED).failed).toBe(1);
  });

  it("fails when the file failed, crashed or hung", () => {
    expect(judge("uac", readTap(tap(18, 1)), ENDED).failed).toBe(1);
    expect(judge("uac", readTap(tap(19, 0)), { code: 1, isTimeout: false }).failed).toBe(1);
    expect(judge("uac", readTap(tap(19, 0)), { code: null, isTimeout: true }).failed).toBe(1);
  });

  it("reads mocha's report behind what the tests print", () => {
    const report = {
      stats: { passes: 51 },
      failures: [{ fullTitle: "parser", err: { message: "no" } }],
    };
    const text = `noise\n${JSON.stringify(report, undefined, 2)}\n`;
    expect(readMocha(text)).toEqual({ passed: 51, failures: ["parser: no"] });
  });
});
