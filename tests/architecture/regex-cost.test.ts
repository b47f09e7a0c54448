import ts from "typescript";
import { describe, expect, it } from "vitest";
import { regexCost } from "./regex-cost.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";

interface FoundRegex {
  readonly path: string;
  readonly source: string;
  readonly flags: string;
}

/** All that may see what strangers send, or what was made of it. */
const FILES = sourceFiles("{main,shared,renderer}/**/*.{ts,tsx}").filter(
  ({ path }) => !/\.(test|d)\.tsx?$/.test(path),
);

/** Why one that is not linear, or is put together, does no harm. The file, and how it begins. */
const HARMLESS: readonly (readonly [path: string, begins: string, why: string])[] = [
  ["main/app/model/dangerous-file.ts", ":.*$", "names that are shown have 255 characters"],
  ["renderer/features/first-run/account-form.ts", "@(.+)$", "what this user types into a field"],
  ["shared/i18n/pseudo.ts", "\\{[^}]*\\}", "our own texts, in tests of what is shown"],
  ["main/app/model/new-device.ts", "^-+|-+$", "our own user's name for a device"],
];

function regexesOf({ path, text }: SourceFile): readonly FoundRegex[] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const found: FoundRegex[] = [];
  function visit(node: ts.Node): void {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({ path, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  }
  visit(file);
  return found;
}

const ALL = FILES.flatMap(regexesOf);

function isHarmless({ path, source }: FoundRegex): boolean {
  return HARMLESS.some(([file, begins]) => path === file && source.startsWith(begins));
}

describe("the cost of a regular expression", () => {
  it.each([
    ["^(a+)+$", "", "exponential"],
    ["^(a|aa)+$", "", "exponential"],
    ["^(?:\\w+\\s?)*$", "", "exponential"],
    ['^(?:[^"\\\\]|\\\\.|\\\\)*$', "", "exponential"],
    ["^[^:]+:\\s*(.*?)\\s*$", "", "polynomial"],
    ["^\\s*(\\S+)\\s+(.*)$", "", "polynomial"],
    ["\\s+$", "", "polynomial"],
    ["[\\s.]+$", "u", "polynomial"],
    ["<([^>]*)>", "", "polynomial"],
    ["^a*a*$", "", "polynomial"],
    ["^a{0,200}b?a{0,200}$", "", "polynomial"],
    ["x+y", "m", "polynomial"],
    ["(a)\\1", "", "unknown"],
  ])("sees that /%s/%s is %s", (source, flags, kind) => {
    expect(regexCost(source, flags).kind).toBe(kind);
  });

  it.each([
    ["^[a-z]+$", ""],
    ["^(?:a|b)*c$", ""],
    ["<([^<>]*)>", ""],
    ["[\\r\\n]+", "g"],
    ["^\\s*(\\S+)\\s+(.*)", "s"],
    ["^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$", "i"],
    ["^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$", "i"],
    ['"((?:[^"\\\\]|\\\\.)*)"', "y"],
    ["(?:^|;)\\s*tag=([^;,\\s]+)", "i"],
    ["%([0-9A-F]{2})", "g"],
  ])("sees that /%s/%s is linear", (source, flags) => {
    expect(regexCost(source, flags)).toEqual({ kind: "linear" });
  });

  it("is linear for every one that may see wire text (or it is known why it does no harm)", () => {
    const costly = ALL.map((one) => ({ ...one, cost: regexCost(one.source, one.flags) })).filter(
      (one) => one.cost.kind !== "linear" && !isHarmless(one),
    );
    expect(costly).toEqual([]);
    expect(ALL.length).toBeGreaterThan(100);
  });

  it("has no excuse for what is not there any more", () => {
    const costly = ALL.filter(({ source, flags }) => regexCost(source, flags).kind !== "linear");
    const stale = HARMLESS.filter(
      ([path, begins]) => !costly.some((one) => one.path === path && one.source.startsWith(begins)),
    );
    expect(stale).toEqual([]);
  });
});
