import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
  "microsoft-edge",
];
const FIXED = {
  darwin: [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** The browser that the host shows windows with, found as the host finds it; undefined where none is installed. */
export function findBrowser(env = process.env) {
  if (env.EH_CHROMIUM !== undefined) return env.EH_CHROMIUM;
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(FIXED[process.platform] ?? [])].find((path) => existsSync(path));
}

/** What to do where there is none. */
export const HOW_TO_GET_A_BROWSER =
  process.platform === "linux"
    ? "install Chromium (Debian, as root: apt-get install chromium)"
    : "install Chromium, Google Chrome or Microsoft Edge";
