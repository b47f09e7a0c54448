import { describe, expect, it } from "vitest";
import { secretsIn } from "./secrets.ts";
import { sourceFiles } from "./source-files.ts";

/** Put together here, so that this file holds none. */
const PLANTS: readonly string[] = [
  ["-----BEGIN EC", "PRIVATE KEY-----"].join(" "),
  `AKIA${"A1".repeat(8)}`,
  `ghp_${"a1".repeat(18)}`,
  `npm_${"a1".repeat(18)}`,
  ["//registry.example/:_authToken", "abc"].join("="),
  `xoxb-${"1".repeat(12)}`,
  `AIza${"b".repeat(35)}`,
  `eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.${"c".repeat(12)}`,
  ["https://user", "word@host.local/"].join(":"),
  `const apiKey = "${"k1".repeat(12)}";`,
];

describe("secrets in the sources", () => {
  it.each(PLANTS)("are seen: %s", (text) => {
    expect(secretsIn({ path: "x.ts", text })).toHaveLength(1);
  });

  it("are not seen where there are none", () => {
    const text =
      'const password = "demo";\nconst token = randomToken(random, 24);\nsip:alice:secret@a.example';
    expect(secretsIn({ path: "x.ts", text })).toEqual([]);
  });

  it("are nowhere", () => {
    const files = sourceFiles(
      "{main,shared,renderer,host,scripts,tests,docs,bin,deploy,resources,.ci}/**/*.{ts,tsx,mjs,cjs,js,json,md,cfg,xml,html,css,yml,sh,cmd,txt,svg}",
      "{bin,.ci}/*",
      "*.{md,json,js,cjs,ts,yml}",
      ".npmrc",
    ).filter(({ path }) => !path.includes("node_modules/"));
    expect(files.flatMap(secretsIn)).toEqual([]);
    expect(files.length).toBeGreaterThan(800);
  });
});
