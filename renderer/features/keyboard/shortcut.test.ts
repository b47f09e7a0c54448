import { describe, expect, it } from "vitest";
import { ariaShortcut, formatShortcut, isSingleKey, matchesShortcut } from "./shortcut.ts";

function press(key: string, modifiers = ""): Parameters<typeof matchesShortcut>[0] {
  return {
    key,
    ctrlKey: modifiers.includes("c"),
    metaKey: modifiers.includes("m"),
    shiftKey: modifiers.includes("s"),
    altKey: modifiers.includes("a"),
  };
}

describe("ux 3.13 shortcuts as they are shown", () => {
  it.each([
    ["Mod+Shift+N", "⇧⌘N", "Ctrl+Shift+N"],
    ["Mod+,", "⌘,", "Ctrl+,"],
    ["Mod++", "⌘+", "Ctrl++"],
    ["Mod+Backspace", "⌘⌫", "Ctrl+Backspace"],
    ["Escape", "esc", "Esc"],
    ["Alt+ArrowUp", "⌥↑", "Alt+↑"],
    ["?", "?", "?"],
  ])("%s is %s on macOS and %s elsewhere", (text, mac, other) => {
    expect(formatShortcut(text, "darwin")).toBe(mac);
    expect(formatShortcut(text, "linux")).toBe(other);
  });

  it("assistive technology gets the names that ARIA has for keys", () => {
    expect(ariaShortcut("Mod+Shift+N", "darwin")).toBe("Meta+Shift+N");
    expect(ariaShortcut("Mod++", "win32")).toBe("Control+Plus");
  });
});

describe("ux 3.13 keys that are pressed", () => {
  it("Mod is Command on macOS and Control elsewhere", () => {
    expect(matchesShortcut(press("k", "c"), "Mod+K", "linux")).toBe(true);
    expect(matchesShortcut(press("k", "m"), "Mod+K", "darwin")).toBe(true);
    expect(matchesShortcut(press("k", "c"), "Mod+K", "darwin")).toBe(false);
    expect(matchesShortcut(press("k", "cm"), "Mod+K", "linux")).toBe(false);
  });

  it("a modifier more or less is another shortcut", () => {
    expect(matchesShortcut(press("N", "cs"), "Mod+N", "linux")).toBe(false);
    expect(matchesShortcut(press("n", "c"), "Mod+Shift+N", "linux")).toBe(false);
    expect(matchesShortcut(press("F6", "s"), "F6", "linux")).toBe(false);
    expect(matchesShortcut(press("f", "a"), "F", "linux")).toBe(false);
  });

  it("a sign is the sign, behind whatever key the layout has it", () => {
    expect(matchesShortcut(press("?", "s"), "?", "linux")).toBe(true);
    expect(matchesShortcut(press("?"), "?", "linux")).toBe(true);
    expect(matchesShortcut(press(" "), "Space", "linux")).toBe(true);
  });

  it("single keys are told apart (WCAG 2.1.4)", () => {
    expect(["F", "?", "0", "Space", "F6", "Mod+K", "Delete"].map(isSingleKey)).toEqual([
      ...[true, true, true, false, false, false, false],
    ]);
  });
});
