import { describe, expect, it } from "vitest";
import { chooseFiles, conflictPolicy } from "./chosen-files.ts";

describe("ux 3.5: what becomes of a file whose name is taken", () => {
  it.each([
    ["ask", "keep-both"],
    ["keepBoth", "keep-both"],
    ["replace", "replace"],
    ["skip", "skip"],
  ] as const)("the setting %s counts also when the file is here: %s", (usual, expected) => {
    expect(chooseFiles([{ index: 4 }], [], usual).conflicts).toEqual(new Map([[4, expected]]));
    expect(conflictPolicy(usual)).toBe(expected);
  });

  it("what was said of one file goes before the setting", () => {
    const files = [{ index: 0, conflict: "replace" }, { index: 1 }] as const;
    expect(chooseFiles([...files], [0], "skip")).toEqual({
      ...{ taken: [0, 1], replacing: [0], asking: [] },
      conflicts: new Map([
        [0, "replace"],
        [1, "skip"],
      ]),
    });
  });

  it("a file to be skipped is taken only while its name is free", () => {
    expect(chooseFiles([{ index: 0 }, { index: 1 }], [1], "skip").taken).toEqual([0]);
  });

  it("who wants to be asked was asked of names that were taken, and of no others", () => {
    const files = [{ index: 0 }, { index: 1, conflict: "keepBoth" as const }, { index: 2 }];
    expect(chooseFiles(files, [1, 2], "ask").asking).toEqual([0]);
  });
});
