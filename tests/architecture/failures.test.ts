import { describe, expect, it } from "vitest";
import { failedOfPlaywright, failedOfVitest } from "../../scripts/lib/failures.mjs";

describe("the end of npm test", () => {
  it("MUST name each unit test that failed, and why, in one line", () => {
    const passed = { status: "passed", fullName: "a works", failureMessages: [] };
    const failed = {
      status: "failed",
      fullName: "RFC 0 MUST do",
      failureMessages: ["\u001b[31mError: no\u001b[39m\n    at x.ts:1"],
    };
    expect(
      failedOfVitest({
        testResults: [
          { name: "/a.test.ts", status: "passed", message: "", assertionResults: [passed] },
          { name: "/b.test.ts", status: "failed", message: "", assertionResults: [passed, failed] },
          { name: "/c.test.ts", status: "failed", message: "no such file\n", assertionResults: [] },
        ],
      }),
    ).toEqual(["/b.test.ts › RFC 0 MUST do: Error: no", "/c.test.ts: no such file"]);
  });

  it("MUST name each window test that failed, however deep it stands", () => {
    const spec = (title: string, ok: boolean, message?: string) => ({
      ...{ title, ok },
      tests: [{ results: [{ errors: message === undefined ? [] : [{ message }] }] }],
    });
    const inner = { title: "a card", specs: [spec("rings", true), spec("ends", false, "late\n")] };
    expect(
      failedOfPlaywright({
        errors: [{ message: "b.spec.ts does not load" }],
        suites: [{ title: "a.spec.ts", specs: [], suites: [inner] }],
      }),
    ).toEqual(["tests/e2e: b.spec.ts does not load", "a.spec.ts › a card › ends: late"]);
  });
});
