import { describe, expect, it } from "vitest";
import { joinSwitches, parseLaunchArguments, parseSwitches } from "./command-line.ts";

describe("arguments of the executable", () => {
  it("takes the first argument that is no switch as the application", () => {
    const args = ["-r", "loader.js", "--no-sandbox", "--inspect=0", ".", "--role=network", "-r"];
    expect(parseLaunchArguments(args, false)).toEqual({
      requires: ["loader.js"],
      appPath: ".",
      inspectPort: 0,
      wantsVersion: false,
    });
  });

  it("leaves all arguments to a packaged application", () => {
    expect(parseLaunchArguments(["--inspect=0", "file.pdf", "-v"], true)).toEqual({
      requires: [],
      appPath: undefined,
      inspectPort: 0,
      wantsVersion: false,
    });
  });

  it.each([
    ["--inspect", 9229],
    ["--inspect=127.0.0.1:4000", 4000],
    ["--inspect-brk=5", 5],
    ["--inspector", undefined],
  ])("reads %s as the inspector's port %s", (argument, port) => {
    expect(parseLaunchArguments([argument], false).inspectPort).toBe(port);
  });

  it("knows that only the version is asked for", () => {
    expect(parseLaunchArguments(["--version"], false).wantsVersion).toBe(true);
  });
});

describe("switches", () => {
  it("reads names in lower case and values as they are, up to --", () => {
    expect([...parseSwitches(["a", "--Lang=DE", "--x", "--y=a=b", "--", "--z"])]).toEqual([
      ["lang", "DE"],
      ["x", ""],
      ["y", "a=b"],
    ]);
  });

  it("joins lists of features and lets the last of any other switch win", () => {
    const parts = [
      ["disable-features", "A"],
      ["lang", "en"],
      ["disable-features", "B,C"],
      ["lang", "de"],
      ["headless", ""],
    ] as const;
    expect(joinSwitches(parts)).toEqual(["--disable-features=A,B,C", "--lang=de", "--headless"]);
  });
});
