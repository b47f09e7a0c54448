import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { sideBySide } from "./display.mjs";
import { runtimeEnv } from "./electron.mjs";
import { ENTRY, ROOT, requireNode } from "./paths.mjs";

const NETWORK_READY_MS = 20_000;
/** A window may take this long to say goodbye to its peers; the application itself promises five seconds. */
const END_MS = 8_000;
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Whom Alice's window is ready to send to. */
const FIRST_RECIPIENT = "cpm:bob@b.example";

/** One person who sends and two devices of another who receives. */
const DEVICES = [
  {
    profile: "alice",
    as: "sip:alice@a.example",
    device: "Alice's laptop",
    code: "A1",
    colour: "blue",
  },
  {
    profile: "bob-laptop",
    as: "sip:bob@b.example",
    device: "Bob's laptop",
    code: "B1",
    colour: "violet",
  },
  {
    profile: "bob-phone",
    as: "sip:bob@b.example",
    device: "Bob's phone",
    code: "B2",
    colour: "magenta",
  },
];

/** A program that is ours to end: a group of its own, so that Ctrl+C in the terminal reaches us first and we end things in order. */
class Program {
  #child;
  ended;

  constructor(command, args, options) {
    this.#child = spawn(command, args, {
      cwd: ROOT,
      detached: process.platform !== "win32",
      ...options,
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve({ error }));
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.#child.stdin?.on("error", () => undefined);
  }

  get stdout() {
    return this.#child.stdout;
  }

  /** Lets it end by itself, kills it when it does not. */
  async stop() {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), END_MS);
    await this.ended;
    clearTimeout(timer);
  }

  kill() {
    this.#signal("SIGKILL");
  }

  #signal(signal) {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) this.#child.kill(signal);
  }
}

/** What `cpm` ends with when another program runs the network of this machine. */
const RUNS_ALREADY = 7;

/**
 * The built-in network, found by the windows through its lab.json.
 * @returns the program, once it listens; undefined where one runs already, which the windows then join
 */
async function startNetwork() {
  const preload = pathToFileURL(join(ROOT, "scripts", "lib", "end-with-parent.mjs")).href;
  const args = ["--import", preload, ENTRY, "--role=cli", "network", "up", "--lab", "--json"];
  const network = new Program(requireNode(), args, { stdio: ["pipe", "pipe", "inherit"] });
  let trouble = "it ended";
  const ready = new Promise((resolve) => {
    createInterface({ input: network.stdout }).on("line", (line) => {
      const { event, message } = JSON.parse(line);
      if (event === "ready") resolve("ready");
      if (event === "error") trouble = message;
    });
  });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, NETWORK_READY_MS, "late");
  });
  const first = await Promise.race([ready, late, network.ended]);
  clearTimeout(timer);
  if (first === "ready") return network;
  await network.stop();
  if (first.code === RUNS_ALREADY) return undefined;
  throw new Error(
    `the built-in network did not start: ${first === "late" ? "it takes too long" : trouble}`,
  );
}

function deviceArgs({ profile, as, device, code, colour }, bounds) {
  const own = ["--profile", profile, "--as", as, "--device", device, "--code", code];
  return [...own, "--colour", colour, "--try", "--bounds", bounds];
}

/** Further switches for Chromium, for whoever looks into the windows from outside. */
function switches() {
  return (process.env.CPM_START_SWITCHES ?? "").split(" ").filter((word) => word !== "");
}

/** Opens one window of the application. @param args its own start options */
function openWindow(runtime, args) {
  return new Program(runtime.command, [...runtime.args, ...switches(), ROOT, ...args], {
    env: runtimeEnv(runtime),
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/**
 * Waits until every window is closed. The first signal ends the windows, the second kills them.
 * @returns whether each ended by itself and without an error
 */
async function untilClosed(windows) {
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    for (const window of windows) signals === 1 ? void window.stop() : window.kill();
  };
  for (const signal of STOPPING) process.on(signal, onSignal);
  const ends = await Promise.all(windows.map((window) => window.ended));
  for (const signal of STOPPING) process.off(signal, onSignal);
  for (const { error } of ends) if (error !== undefined) console.error(`start: ${error.message}`);
  return signals > 0 || ends.every(({ code }) => code === 0);
}

/**
 * One plain client.
 * @param args start options of the application
 */
export async function runClient(runtime, args) {
  return untilClosed([openWindow(runtime, args)]);
}

/**
 * The built-in network, Alice and two devices of Bob, side by side.
 * @param targets files and links for Alice's window
 */
export async function runDevices(runtime, targets) {
  const network = await startNetwork();
  let isEnding = false;
  void network?.ended.then(() => {
    if (!isEnding)
      console.error("start: the built-in network ended; close the windows and start again");
  });
  try {
    const places = sideBySide(DEVICES.length);
    const windows = DEVICES.map((device, i) =>
      openWindow(runtime, [
        ...deviceArgs(device, places[i]),
        ...(i === 0 ? [FIRST_RECIPIENT, ...targets] : []),
      ]),
    );
    return await untilClosed(windows);
  } finally {
    isEnding = true;
    await network?.stop();
  }
}
