import { describe, expect, it } from "vitest";
import { sourceFiles } from "./source-files.ts";
import { skipsWithoutReason, testsWithoutAuthority, todosWithoutIssue } from "./test-habits.ts";

const TESTS = sourceFiles("main/**/*.test.ts", "shared/**/*.test.ts", "tests/**/*.test.ts");

function planted(text: string): { readonly path: string; readonly text: string } {
  return { path: "planted.test.ts", text };
}

/** The word is put together here, so that this file does not break its own rule. */
const NOTE = ["TO", "DO"].join("");

describe("each test under main/sip, main/sdp and main/msrp names its authority", () => {
  it("finds a test outside a describe that names an RFC or a flow step", () => {
    const text =
      'describe("the parser", () => {\n  it("parses", () => {});\n});\nit.each([1])("x", () => {});';
    expect(testsWithoutAuthority(planted(text))).toEqual([
      "planted.test.ts:2",
      "planted.test.ts:4",
    ]);
  });

  it.each(["RFC 3261 §17.2.1 timers", "terminating step 4", "note N2 order of OKs"])(
    "accepts a describe that says %s",
    (title) => {
      const text = `describe("${title}", () => { describe("deeper", () => { it("MUST", () => {}); }); });`;
      expect(testsWithoutAuthority(planted(text))).toEqual([]);
    },
  );

  it("holds for every such test", () => {
    const protocol = TESTS.filter(({ path }) => /^main\/(sip|sdp|msrp)\//.test(path));
    expect(
      protocol.flatMap(testsWithoutAuthority),
      "name an RFC clause or a flow step in a describe",
    ).toEqual([]);
  });
});

describe("each skipped test has a reason", () => {
  it("finds one without", () => {
    expect(skipsWithoutReason(planted('it.skip("x", () => {});'))).toEqual(["planted.test.ts:1"]);
    expect(skipsWithoutReason(planted('it("x", (c) => { c.skip(); });'))).toHaveLength(1);
  });

  it("accepts a comment above, or words given to context.skip", () => {
    const commented =
      '// RFC 4475 §3.1.2.5 is about a version we refuse earlier\nit.skip("x", () => {});';
    const worded = 'it("x", (c) => { c.skip("no IPv6 on this machine"); });';
    expect([commented, worded].map(planted).flatMap(skipsWithoutReason)).toEqual([]);
  });

  it("holds for every test", () => {
    expect(TESTS.flatMap(skipsWithoutReason)).toEqual([]);
  });
});

describe("each note of unfinished work names its issue", () => {
  it("finds one without, and accepts one with", () => {
    expect(todosWithoutIssue(planted(`// ${NOTE}: later\n// ${NOTE}(#12): later`))).toEqual([
      "planted.test.ts:1",
    ]);
  });

  it("holds for every file", () => {
    const all = sourceFiles(
      "{main,shared,tests,scripts}/**/*.{ts,tsx,mjs}",
      "bin/*",
      "*.{md,cjs,ts,js}",
    );
    const rules = "tests/architecture/test-habits.ts";
    expect(all.filter(({ path }) => path !== rules).flatMap(todosWithoutIssue)).toEqual([]);
  });
});
