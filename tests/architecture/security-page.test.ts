import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const PAGE = readFileSync(join(ROOT, "SECURITY.md"), "utf8");

/** `A`, `B` in `path` → [A, path], [B, path]. */
function namedConstants(page: string): readonly (readonly [name: string, path: string])[] {
  return [...page.matchAll(/((?:`[A-Z_]+`(?:, )?)+) in `([\w./-]+)`/g)].flatMap(
    ([, names = "", path = ""]) =>
      [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => [name, path] as const),
  );
}

function isThere([name, path]: readonly [string, string]): boolean {
  const file = join(ROOT, path);
  return existsSync(file) && readFileSync(file, "utf8").includes(`const ${name}`);
}

describe("SECURITY.md", () => {
  it("finds the limits that a row names", () => {
    expect(namedConstants("| x | 1 | `A_B`, `C` in `main/x.ts`, `D` in `main/y.ts` |")).toEqual([
      ["A_B", "main/x.ts"],
      ["C", "main/x.ts"],
      ["D", "main/y.ts"],
    ]);
    expect(isThere(["NOT_THERE", "main/sdp/parse.ts"])).toBe(false);
  });

  it("names no limit that is not there", () => {
    const named = namedConstants(PAGE);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
    expect(named.length).toBeGreaterThan(25);
  });

  it("names no test or program that is not there", () => {
    const paths = [...PAGE.matchAll(/`((?:main|tests)\/[\w./-]+\.ts)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
