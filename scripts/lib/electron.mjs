import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBrowser, HOW_TO_GET_A_BROWSER } from "./browser.mjs";
import { ROOT, requireNode } from "./paths.mjs";

const PACKAGE = join(ROOT, "node_modules", "electron");
/** Stands in for Electron's binary: Node runs the main process, an installed Chromium shows the windows. */
export const HOST = join(ROOT, "host");
/** Not fetched once is not tried again: a start without a network must not wait each time. */
const MEMORY = join(ROOT, "node_modules", ".cache", "cpm", "electron-fetch.json");
const FETCH_MS = 10_000;

/** Version of Electron that package.json pins. */
export function electronVersion() {
  return JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;
}

/** Electron's own binary, complete and of the pinned version; undefined where it was not fetched. */
export function electronBinary() {
  try {
    const file = join(PACKAGE, "dist", readFileSync(join(PACKAGE, "path.txt"), "utf8").trim());
    const version = readFileSync(join(PACKAGE, "dist", "version"), "utf8").trim();
    return version.replace(/^v/, "") === electronVersion() && existsSync(file) ? file : undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function hasTried() {
  try {
    return JSON.parse(readFileSync(MEMORY, "utf8")).version === electronVersion();
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return false;
    throw error;
  }
}

function remember(outcome) {
  mkdirSync(dirname(MEMORY), { recursive: true });
  writeFileSync(MEMORY, `${JSON.stringify({ version: electronVersion(), outcome })}\n`);
}

/**
 * Lets the electron package fetch its binary.
 * @param limitMs Infinity to wait as long as it takes, with its progress shown
 */
function install(limitMs) {
  const isPatient = limitMs === Number.POSITIVE_INFINITY;
  const env = { ...process.env };
  delete env.ELECTRON_OVERRIDE_DIST_PATH;
  return new Promise((resolve) => {
    const child = spawn(requireNode(), [join(PACKAGE, "install.js")], {
      cwd: PACKAGE,
      env,
      stdio: ["ignore", isPatient ? 2 : "ignore", isPatient ? 2 : "ignore"],
    });
    const timer = isPatient ? undefined : setTimeout(() => child.kill("SIGKILL"), limitMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    child.once("error", end);
    child.once("exit", end);
  });
}

/**
 * Fetches Electron's binary where it is missing: once for each version, for ten seconds at most.
 * @param isPatient asked for by name: tries in any case, and as long as it takes
 */
export async function fetchElectron({ isPatient = false } = {}) {
  if (electronBinary() !== undefined || (hasTried() && !isPatient)) return;
  console.error(
    `electron: fetching Electron ${electronVersion()}${isPatient ? "" : ", 10 s at most"}`,
  );
  await install(isPatient ? Number.POSITIVE_INFINITY : FETCH_MS);
  remember(electronBinary() === undefined ? "failed" : "fetched");
}

/** As root Chromium's sandbox does not start. */
function rootArgs() {
  return process.platform === "linux" && process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}

function trueElectron() {
  const command = electronBinary();
  if (command === undefined) return undefined;
  const args = rootArgs();
  const note = args.length === 0 ? "" : ", started with --no-sandbox because this is root";
  return {
    kind: "electron",
    command,
    args,
    env: { ELECTRON_OVERRIDE_DIST_PATH: undefined, ELECTRON_RUN_AS_NODE: undefined },
    label: `Electron ${electronVersion()}${note}`,
  };
}

function hostRuntime() {
  const browser = findBrowser();
  if (browser === undefined || !existsSync(join(HOST, "launch.mjs"))) return undefined;
  const isWindows = process.platform === "win32";
  return {
    kind: "host",
    command: isWindows ? requireNode() : join(HOST, "electron"),
    args: isWindows ? [join(HOST, "launch.mjs")] : [],
    env: { ELECTRON_OVERRIDE_DIST_PATH: HOST, ELECTRON_RUN_AS_NODE: undefined },
    label: `the Chromium host with ${browser}`,
  };
}

/**
 * What runs the application's windows: true Electron where its binary is, else the host.
 * @param wants `electron` or `host` for that one only
 * @returns `kind`, `command` and `args` that stand before the application's folder, `env` to lay over one's own (undefined:
 *   to be taken out), `label` for people; `kind: "none"` with `reason` and `action` where there is nothing
 */
export function findRuntime({ wants } = {}) {
  const electron = wants === "host" ? undefined : trueElectron();
  const found = electron ?? (wants === "electron" ? undefined : hostRuntime());
  if (found !== undefined) return found;
  if (wants === "electron") {
    return {
      kind: "none",
      reason: `Electron ${electronVersion()} is not here`,
      action: "fetch it: npm start -- --fetch-electron",
    };
  }
  return {
    kind: "none",
    reason: "neither Electron nor a Chromium browser is here",
    action: HOW_TO_GET_A_BROWSER,
  };
}

/** Our environment with a runtime's own laid over it. */
export function runtimeEnv(runtime, env = process.env) {
  const merged = { ...env, ...runtime.env };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
