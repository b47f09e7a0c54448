import { join } from "node:path";
import { app, type BrowserWindowConstructorOptions, nativeTheme } from "electron";
import { PAGE_ORIGIN } from "./page-scheme.ts";

type WebPreferences = NonNullable<BrowserWindowConstructorOptions["webPreferences"]>;

/** Canvas of the light and dark theme, so that a window does not flash white while it loads. */
const CANVAS = { light: "#F6F7F9", dark: "#15171C" } as const;

export function canvasColour(): string {
  return nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light;
}

/** The same for every window, and stated although most of it is the default: a test reads it back. */
export function webPreferences(): WebPreferences {
  return {
    preload: join(import.meta.dirname, "..", "preload", "index.cjs"),
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools: !app.isPackaged,
  };
}

/** @param view which part of the bundle the window shows */
export function pageUrl(view: "main" | "prompt"): string {
  return `${PAGE_ORIGIN}/index.html${view === "main" ? "" : `?view=${view}`}`;
}
