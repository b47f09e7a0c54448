import type { Instance } from "../../../shared/model/app-state.ts";

export type Platform = Instance["platform"];

/**
 * A shortcut as commands write it: `Mod+Shift+N`, `F6`, `Delete`, `?`. `Mod` is Command on macOS, Control elsewhere.
 * A key is named as `KeyboardEvent.key` names it; a letter in upper case.
 */
export interface Shortcut {
  readonly key: string;
  readonly hasMod: boolean;
  readonly hasShift: boolean;
  readonly hasAlt: boolean;
}

export function readShortcut(text: string): Shortcut {
  // The key itself may be a plus sign.
  const parts = text.endsWith("++") ? [...text.slice(0, -2).split("+"), "+"] : text.split("+");
  return {
    key: parts.at(-1) ?? "",
    hasMod: parts.slice(0, -1).includes("Mod"),
    hasShift: parts.slice(0, -1).includes("Shift"),
    hasAlt: parts.slice(0, -1).includes("Alt"),
  };
}

/** Acts without a modifier, so it may only act while a list has the focus (WCAG 2.1.4). */
export function isSingleKey(text: string): boolean {
  const { key, hasMod, hasAlt } = readShortcut(text);
  return !hasMod && !hasAlt && key.length === 1 && key !== " ";
}

type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Whether the key that was pressed is the shortcut. */
export function matchesShortcut(press: KeyPress, text: string, platform: Platform): boolean {
  const shortcut = readShortcut(text);
  const isMac = platform === "darwin";
  const hasMod = isMac ? press.metaKey : press.ctrlKey;
  const hasOther = isMac ? press.ctrlKey : press.metaKey;
  if (hasOther || hasMod !== shortcut.hasMod || press.altKey !== shortcut.hasAlt) return false;
  if (press.key.toLowerCase() !== keyValue(shortcut.key).toLowerCase()) return false;
  // Where a sign is behind Shift depends on the layout: `?` is `?` however it was typed.
  return isSign(shortcut.key) || press.shiftKey === shortcut.hasShift;
}

function keyValue(key: string): string {
  return key === "Space" ? " " : key;
}

function isSign(key: string): boolean {
  return key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
}

const MAC_SIGNS: Readonly<Record<string, string>> = {
  Enter: "↩",
  Backspace: "⌫",
  Delete: "⌦",
  Escape: "esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

const OTHER_SIGNS: Readonly<Record<string, string>> = {
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** The keys of a shortcut as they stand on the keyboard, one by one: `⇧` `⌘` `N`, or `Ctrl` `Shift` `N`. */
export function shortcutKeys(text: string, platform: Platform): readonly string[] {
  const { key, hasMod, hasShift, hasAlt } = readShortcut(text);
  const signs = platform === "darwin" ? MAC_SIGNS : OTHER_SIGNS;
  const shown = signs[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (platform === "darwin") {
    return [...(hasAlt ? ["⌥"] : []), ...(hasShift ? ["⇧"] : []), ...(hasMod ? ["⌘"] : []), shown];
  }
  return [
    ...(hasMod ? ["Ctrl"] : []),
    ...(hasAlt ? ["Alt"] : []),
    ...(hasShift ? ["Shift"] : []),
    shown,
  ];
}

/** In one piece, for menus and tooltips: `⇧⌘N`, `Ctrl+Shift+N`. */
export function formatShortcut(text: string, platform: Platform): string {
  return shortcutKeys(text, platform).join(platform === "darwin" ? "" : "+");
}

/** For `aria-keyshortcuts`. */
export function ariaShortcut(text: string, platform: Platform): string {
  const { key, hasMod, hasShift, hasAlt } = readShortcut(text);
  const modifiers = [
    ...(hasMod ? [platform === "darwin" ? "Meta" : "Control"] : []),
    ...(hasAlt ? ["Alt"] : []),
    ...(hasShift ? ["Shift"] : []),
  ];
  return [...modifiers, key === "+" ? "Plus" : key].join("+");
}
