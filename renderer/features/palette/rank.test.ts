import { describe, expect, it } from "vitest";
import { rank } from "./rank.ts";

const ENTRIES = [
  { id: "new", label: "New offer", keywords: "send compose" },
  { id: "notify", label: "Turn notifications off" },
  { id: "open", label: "Open received folder" },
  { id: "history", label: "History", keywords: "sent received" },
  { id: "resume", label: "Résumé of Zoë" },
];

function found(text: string, recent: readonly string[] = []): readonly string[] {
  return rank(ENTRIES, text, recent).map(({ id }) => id);
}

describe("ux 3.13 command palette", () => {
  it("nothing typed: everything, what was used last first", () => {
    expect(found("", ["history", "open"])).toEqual(["history", "open", "new", "notify", "resume"]);
  });

  it("a label that begins so comes first, then a word, then a part, then a keyword", () => {
    expect(found("n")).toEqual(["new", "notify", "open"]);
    expect(found("rece")).toEqual(["open", "history"]);
  });

  it("every word must match", () => {
    expect(found("off turn")).toEqual(["notify"]);
    expect(found("off history")).toEqual([]);
  });

  it("letters in order are enough, and the last used wins among equals", () => {
    expect(found("nof")).toEqual(["new", "notify"]);
    expect(found("nof", ["notify"])).toEqual(["notify", "new"]);
  });

  it("neither case nor accents matter", () => {
    expect(found("RESUME zoe")).toEqual(["resume"]);
  });
});
