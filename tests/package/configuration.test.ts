import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failedPackage, ROOT } from "./package-run.ts";

const configuration = readFileSync(join(ROOT, "electron-builder.yml"), "utf8");

/** The entry of a flow list, `key: [a, b]`, inside a section. */
function targetsOf(section: string): readonly string[] {
  const body = new RegExp(`^${section}:\\n((?: .*\\n|\\n)+)`, "m").exec(configuration)?.[1] ?? "";
  return /^ {2}target: \[(.*)\]$/m.exec(body)?.[1]?.split(", ") ?? [];
}

describe("electron-builder.yml", () => {
  it.each([
    ["win", ["nsis", "portable"]],
    ["mac", ["dmg", "zip"]],
    ["linux", ["AppImage", "deb", "tar.gz"]],
  ])("names what is made for %s", (section, targets) => {
    expect(targetsOf(section)).toEqual(targets);
  });

  it("marks files as from outside on macOS", () => {
    expect(configuration).toMatch(/^ {4}LSFileQuarantineEnabled: true$/m);
  });

  it("publishes nothing and compiles nothing", () => {
    expect(configuration).toMatch(/^publish: null$/m);
    expect(configuration).toMatch(/^npmRebuild: false$/m);
  });
});

describe("npm run package", () => {
  it("says of a target for another system what it needs, and fails", async () => {
    const foreign = process.platform === "win32" ? "dmg" : "nsis";
    const { code, text } = await failedPackage(foreign);
    expect(code).toBe(1);
    expect(text).toMatch(new RegExp(`${foreign} is not built: it needs (Windows|macOS)`));
  });

  it("names the targets there are where one is misspelt", async () => {
    const { code, text } = await failedPackage("dep");
    expect(code).toBe(1);
    expect(text).toContain("unknown target dep; there are dir, AppImage, deb");
  });
});
