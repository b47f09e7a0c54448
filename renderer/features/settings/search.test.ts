import { describe, expect, it } from "vitest";
import { english } from "../../i18n/messages.ts";
import { countFound, findSettings, type SettingWords } from "./search.ts";
import { SECTIONS, SETTING_ROWS } from "./setting-rows.ts";

const { sections, rows } = english.settings;
const WORDS: SettingWords = {
  section: (name) => sections[name],
  row: (name) => `${rows[name].label} ${rows[name].hint}`,
  extra: (name) => (name === "network" ? "Sign out" : ""),
};

function found(text: string): readonly string[] {
  return findSettings(text, WORDS).flatMap(({ name, rows: names }) => [name, ...names]);
}

describe("ux 3.10 search in the settings", () => {
  it("nothing typed: every section with every row", () => {
    const all = findSettings("", WORDS);
    expect(all.map(({ name }) => name)).toEqual(SECTIONS);
    expect(all.flatMap((section) => section.rows).toSorted()).toEqual(
      SETTING_ROWS.map(({ name }) => name).toSorted(),
    );
  });

  it("words of a label, a hint or the configuration name, in any order and case", () => {
    expect(found("MOTION reduce")).toEqual(["accessibility", "isMotionReduced"]);
    expect(found("bin warns")).toEqual([]);
    expect(found("warns")).toEqual(["receiving", "isForeignMarked"]);
    expect(found("settings.ringTimeS")).toEqual(["receiving", "ringTimeS"]);
  });

  it("the name of a section shows it whole", () => {
    const [section] = findSettings("accessibility", WORDS);
    expect(section).toEqual({
      name: "accessibility",
      rows: ["isMotionReduced", "announcements"],
      hasContent: true,
    });
  });

  it("a section's own content is found too", () => {
    expect(findSettings("sign out", WORDS)).toEqual([
      { name: "network", rows: [], hasContent: true },
    ]);
    expect(countFound(findSettings("sign out", WORDS))).toBe(1);
  });
});
