import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { countProfiles } from "./profile-count.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "profiles-"));
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

it("the profiles of a machine are the folders of their home, one that is opened later too", () => {
  mkdirSync(join(home, "default"));
  writeFileSync(join(home, "notes.txt"), "");
  expect(countProfiles(home)).toBe(1);
  mkdirSync(join(home, "bob"));
  expect(countProfiles(home)).toBe(2);
});

it("a profile that lies elsewhere is the only one", () => {
  expect(countProfiles(join(home, "none"))).toBe(1);
});
