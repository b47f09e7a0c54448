import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { CdpConnection } from "./cdp.ts";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
  "microsoft-edge",
];
const FIXED: Partial<Record<NodeJS.Platform, readonly string[]>> = {
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

/** The browser to show windows with: EH_CHROMIUM, else the first one installed. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  if (env["EH_CHROMIUM"] !== undefined) {
    return env["EH_CHROMIUM"];
  }
  const folders = (env["PATH"] ?? "").split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(FIXED[process.platform] ?? [])].find((path) => existsSync(path));
}

/** Without a display there are no windows to see, but everything in them still runs. */
export function isHeadless(env: NodeJS.ProcessEnv): boolean {
  if (env["EH_HEADLESS"] !== undefined) {
    return env["EH_HEADLESS"] !== "0";
  }
  const hasDisplay = env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined;
  return process.platform === "linux" && !hasDisplay;
}

/** A window of the host is no browser: nothing of the browser's own may show, nor call out to the network. */
const SWITCHES: readonly (readonly [string, string])[] = [
  ["no-first-run", ""],
  ["no-default-browser-check", ""],
  ["no-startup-window", ""],
  ["no-pings", ""],
  ["no-service-autorun", ""],
  ["disable-background-networking", ""],
  ["disable-background-timer-throttling", ""],
  ["disable-backgrounding-occluded-windows", ""],
  ["disable-renderer-backgrounding", ""],
  ["disable-breakpad", ""],
  ["disable-client-side-phishing-detection", ""],
  ["disable-component-update", ""],
  ["disable-default-apps", ""],
  ["disable-domain-reliability", ""],
  ["disable-extensions", ""],
  ["disable-field-trial-config", ""],
  ["disable-quic", ""],
  ["disable-search-engine-choice-screen", ""],
  ["disable-session-crashed-bubble", ""],
  ["disable-infobars", ""],
  ["disable-sync", ""],
  ["dns-prefetch-disable", ""],
  ["hide-crash-restore-bubble", ""],
  ["metrics-recording-only", ""],
  ["password-store", "basic"],
  ["use-mock-keychain", ""],
  [
    "disable-features",
    "Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,InterestFeedContentSuggestions,DialMediaRouteProvider,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
  ],
];

export function chromiumSwitches(
  profile: string,
  isWindowless: boolean,
): (readonly [string, string])[] {
  const isRoot = process.getuid?.() === 0;
  return [
    ...SWITCHES,
    ["user-data-dir", profile],
    ...(isWindowless
      ? ([
          ["headless", ""],
          ["screen-info", "{1920x1080}"],
        ] as const)
      : []),
    // Root has no sandbox; without `test-type` every window would say so.
    ...(isRoot
      ? ([
          ["no-sandbox", ""],
          ["test-type", ""],
        ] as const)
      : []),
  ];
}

export interface Chromium {
  readonly cdp: CdpConnection;
  readonly process: ChildProcess;
  /** Resolves when the process and all that it started are gone. */
  readonly ended: Promise<void>;
}

const DEVTOOLS_LINE = /^DevTools listening on /;

/**
 * Starts the browser. It hears commands on a pipe, so that it ends with the pipe: no end of this process, however
 * sudden, leaves it behind.
 * @param temporary folder for its sockets and the like, which it leaves behind when its end is sudden
 */
export function startChromium(path: string, args: readonly string[], temporary?: string): Chromium {
  const child = spawn(path, ["--remote-debugging-pipe", ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, ...(temporary === undefined ? {} : { TMPDIR: temporary }) },
    // A group of its own: Ctrl-C in the terminal must reach the application first.
    detached: process.platform !== "win32",
  });
  const [, , errors, output, input] = child.stdio as unknown as [
    null,
    null,
    Readable,
    Writable,
    Readable,
  ];
  createInterface({ input: errors }).on("line", (line) => {
    // Playwright waits for this line of Electron's; the rest is the browser talking to itself.
    if (DEVTOOLS_LINE.test(line) || process.env["EH_VERBOSE"] === "1") {
      process.stderr.write(`${line}\n`);
    }
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.once("error", () => {
      resolve();
    });
  });
  return { cdp: new CdpConnection(input, output), process: child, ended };
}
