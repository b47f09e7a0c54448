import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nullLog } from "../../../tests/support/null-log.ts";
import { SavedPlaceFile } from "./saved-place-file.ts";

const PLACE = { x: 1, y: 2, width: 800, height: 600, isMaximized: true };

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cpm-place-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the window's place from start to start", () => {
  it("is read back, and leaves one file", () => {
    const file = new SavedPlaceFile(folder, nullLog());
    file.write(PLACE);
    file.write({ ...PLACE, isHidingTold: true });
    expect(new SavedPlaceFile(folder, nullLog()).read()).toEqual({ ...PLACE, isHidingTold: true });
    expect(readdirSync(folder)).toEqual(["window.json"]);
  });

  it("is nothing on a first start, or where the file is spoilt", () => {
    expect(new SavedPlaceFile(folder, nullLog()).read()).toBeUndefined();
    writeFileSync(join(folder, "window.json"), "{");
    expect(new SavedPlaceFile(folder, nullLog()).read()).toBeUndefined();
  });

  it("is lost without harm where the folder is gone", () => {
    const file = new SavedPlaceFile(join(folder, "gone"), nullLog());
    file.write(PLACE);
    expect(file.read()).toBeUndefined();
  });
});
