import { describe, expect, it } from "vitest";
import { isAccelerator, type KeyPress } from "./accelerator.ts";

function press(key: string, ...held: (keyof KeyPress)[]): KeyPress {
  const up = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };
  const down = Object.fromEntries(held.map((name) => [name, true]));
  return { key, code: "", ...up, ...down };
}

describe("accelerators of menus", () => {
  it.each([
    ["CmdOrCtrl+K", press("k", "ctrlKey"), "linux"],
    ["CmdOrCtrl+K", press("k", "metaKey"), "darwin"],
    ["Ctrl+Shift+P", press("P", "ctrlKey", "shiftKey"), "linux"],
    ["CommandOrControl+Plus", press("+", "ctrlKey", "shiftKey"), "linux"],
    ["F11", press("F11"), "linux"],
    ["Alt+Left", press("ArrowLeft", "altKey"), "win32"],
  ])("%s is pressed", (accelerator, key, platform) => {
    expect(isAccelerator(accelerator, key, platform)).toBe(true);
  });

  it.each([
    ["CmdOrCtrl+K", press("k")],
    ["CmdOrCtrl+K", press("K", "ctrlKey", "shiftKey")],
    ["CmdOrCtrl+K", press("k", "ctrlKey", "altKey")],
    ["Ctrl+Shift+P", press("p", "ctrlKey")],
  ])("%s is not pressed", (accelerator, key) => {
    expect(isAccelerator(accelerator, key, "linux")).toBe(false);
  });
});
