/**
 * `npm start`: the built-in network, Alice and two devices of Bob in three windows. Installs, builds and finds what shows windows
 * first. Without a display, or with `--demo`, the same happens in the terminal.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { HOW_TO_GET_A_BROWSER } from "./lib/browser.mjs";
import { hasDisplay } from "./lib/display.mjs";
import { electronBinary, fetchElectron, findRuntime } from "./lib/electron.mjs";
import { ensureBuilt } from "./lib/fresh.mjs";
import { ROOT } from "./lib/paths.mjs";
import { endLike, run } from "./lib/run.mjs";
import { runClient, runDevices } from "./lib/session.mjs";
import { report, setup } from "./lib/setup.mjs";

const USAGE = `npm start [-- FILE…]           the built-in network, Alice and two devices of Bob, in windows; the files wait in Alice's
npm start -- --profile NAME    one window with a profile of its own; further options go to the application
npm start -- --demo [FILE…]    the same transfer in this terminal; further options go to cpm demo
npm start -- --fetch-electron  fetches Electron first, however long it takes`;

/** npm runs scripts in the project's folder; what people type belongs to theirs. */
const FOLDER = process.env.INIT_CWD ?? process.cwd();

function takeFlag(args, flag) {
  return { has: args.includes(flag), rest: args.filter((arg) => arg !== flag) };
}

function inTerminal(args) {
  return run(process.execPath, [join(ROOT, "bin", "cpm"), "demo", ...args], { cwd: FOLDER });
}

/** Files as absolute paths; `cpm:` links as they are. */
function targetsOf(args) {
  return args.map((arg) => {
    if (/^cpm:/i.test(arg)) return arg;
    const path = resolve(FOLDER, arg);
    if (!existsSync(path)) throw new Error(`there is no file ${path}`);
    return path;
  });
}

/** @returns undefined after saying why there are no windows */
async function windowsRuntime() {
  if (!hasDisplay()) {
    console.error(
      "start: no windows, as there is no display here; start it in a desktop session, or under xvfb-run",
    );
    return undefined;
  }
  await fetchElectron();
  const runtime = findRuntime();
  if (runtime.kind === "electron") console.error(`start: windows by ${runtime.label}`);
  if (runtime.kind === "host") {
    console.error(
      `start: Electron is not here (npm start -- --fetch-electron fetches it); windows by ${runtime.label}`,
    );
  }
  if (runtime.kind === "none") {
    console.error(`start: no windows, as ${runtime.reason}; ${HOW_TO_GET_A_BROWSER}`);
    return undefined;
  }
  return runtime;
}

async function inWindows(runtime, args, isOneClient) {
  await ensureBuilt();
  const isGood = isOneClient
    ? await runClient(runtime, args)
    : await runDevices(runtime, targetsOf(args));
  if (!isGood) process.exitCode = 1;
}

async function main(given) {
  if (given.includes("--help") || given.includes("-h")) {
    console.log(USAGE);
    return;
  }
  if (!report(await setup())) {
    process.exitCode = 1;
    return;
  }
  const demo = takeFlag(given, "--demo");
  if (demo.has) {
    endLike(await inTerminal(demo.rest));
    return;
  }
  const fetching = takeFlag(given, "--fetch-electron");
  const args = fetching.rest;
  const isOneClient = args.some((arg) => /^--profile(=|$)/.test(arg));
  const stray = args.find((arg) => arg.startsWith("-"));
  if (!isOneClient && stray !== undefined) {
    console.error(`start: unknown option ${stray}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (fetching.has) {
    await fetchElectron({ isPatient: true });
    if (electronBinary() === undefined) process.exitCode = 1;
  }
  const runtime = await windowsRuntime();
  if (runtime !== undefined) await inWindows(runtime, args, isOneClient);
  else if (isOneClient) process.exitCode = 1;
  else {
    console.error("start: the same in this terminal");
    endLike(await inTerminal(args));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
