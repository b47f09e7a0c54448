import { describe, expect, it } from "vitest";
import { PSEUDO_LANGUAGE, resolveLanguage, shellTexts, sizeText } from "./i18n.ts";

describe("texts of the system's side", () => {
  it("are English for a language without a catalogue", () => {
    expect(shellTexts("xx").quit).toBe("Quit");
  });

  it("are all made longer and marked in the pseudo-locale", () => {
    for (const text of Object.values(shellTexts(PSEUDO_LANGUAGE))) {
      const shown =
        typeof text === "string" ? text : (text as (...args: unknown[]) => string)(1, 2);
      expect(shown).toMatch(/^\[.*~+\]$/s);
    }
  });

  it("count one and many", () => {
    const texts = shellTexts("en");
    expect(texts.offerTitle("Alice", 1)).toBe("Alice wants to send you a file");
    expect(texts.offerTitle("Alice", 3)).toBe("Alice wants to send you 3 files");
    expect(texts.offerBody("plan.pdf", 0, "2 MB")).toBe("plan.pdf · 2 MB");
    expect(texts.offerBody("plan.pdf", 2, "2 MB")).toBe("plan.pdf and 2 more · 2 MB");
    expect(texts.badge(1)).toBe("1 offer");
  });
});

describe("language", () => {
  it("is the system's, or the one of the settings", () => {
    expect(resolveLanguage("system", "de-DE")).toBe("de-DE");
    expect(resolveLanguage("fr", "de-DE")).toBe("fr");
  });

  it.each(["", "x y", "c", "💥"])("is English where the setting is %j", (setting) => {
    expect(resolveLanguage(setting, "de")).toBe("en");
  });
});

describe("size of an offer", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [14_600_000, "14.6 MB"],
    [123_400_000, "123 MB"],
    [5e15, "5,000 TB"],
  ])("%d octets are %s", (octets, text) => {
    expect(sizeText(octets, "en")).toBe(text);
  });

  it("is written in the pseudo-locale too", () => {
    expect(sizeText(2000, PSEUDO_LANGUAGE)).toBe("2 kB");
  });
});
