import { spawn } from "node:child_process";
import { join } from "node:path";
import { LogicalApp } from "./app-logical.ts";
import { AppPaths } from "./app-paths.ts";
import type { Browser } from "./browser.ts";
import type { HostWindow } from "./browser-window.ts";
import { complain } from "./complain.ts";
import { type SecondStart, SingleInstance } from "./single-instance.ts";
import { emitVetoable, HostEvent, strict } from "./strict.ts";

type Surface = Pick<
  Electron.App,
  | "getName"
  | "setName"
  | "getVersion"
  | "getAppPath"
  | "isReady"
  | "whenReady"
  | "quit"
  | "exit"
  | "relaunch"
  | "focus"
  | "hide"
  | "show"
  | "isHidden"
  | "isActive"
  | "getPath"
  | "setPath"
  | "setAppLogsPath"
  | "requestSingleInstanceLock"
  | "hasSingleInstanceLock"
  | "releaseSingleInstanceLock"
>;

export interface AppInfo {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly isPackaged: boolean;
}

export interface AppPorts {
  readonly info: AppInfo;
  /** Switches of the command line, and those the application adds. */
  readonly switches: Map<string, string>;
  readonly browser: () => Browser;
  readonly windows: ReadonlyMap<number, HostWindow>;
  /** What must be known before `ready`, such as the displays. */
  beforeReady(): Promise<void>;
}

type CommandLine = Pick<
  Electron.CommandLine,
  "appendSwitch" | "appendArgument" | "hasSwitch" | "getSwitchValue" | "removeSwitch"
>;

const STILL_LOADING_MS = 10_000;

/** `app`: from the first line of the application to its last. */
export class HostApp extends LogicalApp implements Surface {
  readonly commandLine: CommandLine;
  /** Switches for Chromium: those that were appended, not all of the process. */
  readonly appended = new Map<string, string>();
  readonly #ports: AppPorts;
  readonly #paths: AppPaths = new AppPaths(() => this.#name);
  readonly #instance: SingleInstance;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #early: SecondStart[] = [];
  #name: string;
  #isReady = false;
  #isReadyWanted = false;
  #isStarting = false;
  #isMainLoaded = false;
  #isQuitting = false;
  #isFinished = false;
  #relaunch: Electron.RelaunchOptions | undefined;

  constructor(ports: AppPorts) {
    super();
    this.#ports = ports;
    this.#name = ports.info.name;
    this.#instance = new SingleInstance((start) => {
      this.#second(start);
    });
    this.commandLine = this.#createCommandLine();
    this.on("newListener", (name) => {
      if (name === "ready") {
        this.#wantReady();
      }
    });
    process.on("beforeExit", () => {
      // Top-level await of the main module waits for `ready`, and nothing else is left to do.
      this.mainLoaded();
    });
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
  }

  get isPackaged(): boolean {
    return this.#ports.info.isPackaged;
  }

  /** Whether windows may be made; Playwright replaces `isReady`. */
  get isStarted(): boolean {
    return this.#isReady;
  }

  /** Until a window, or the application, refuses. */
  get isQuitting(): boolean {
    return this.#isQuitting;
  }

  getName(): string {
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return this.#ports.info.version;
  }

  getAppPath(): string {
    return this.#ports.info.path;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  async whenReady(): Promise<void> {
    this.#wantReady();
    await this.#ready.promise;
  }

  getPath(name: string): string {
    return this.#paths.get(name);
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  setAppLogsPath(path?: string): void {
    this.#paths.set("logs", path ?? this.#paths.get("logs"));
  }

  requestSingleInstanceLock(additionalData?: unknown): boolean {
    return this.#instance.request(join(this.getPath("userData"), "host-lock"), {
      argv: process.argv,
      workingDirectory: process.cwd(),
      additionalData,
    });
  }

  hasSingleInstanceLock(): boolean {
    return this.#instance.isHeld;
  }

  releaseSingleInstanceLock(): void {
    this.#instance.release();
  }

  focus(): void {
    [...this.#ports.windows.values()][0]?.focus();
  }

  hide(): void {}

  show(): void {}

  isHidden(): boolean {
    return false;
  }

  isActive(): boolean {
    return [...this.#ports.windows.values()].some((window) => window.isFocused());
  }

  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.#relaunch = options;
  }

  /** Asks the application, then every window; nothing ends if one of them says no. */
  quit(): void {
    if (this.#isQuitting || this.#isFinished || !emitVetoable(this, "before-quit")) {
      return;
    }
    this.#isQuitting = true;
    const windows = [...this.#ports.windows.values()];
    if (windows.length === 0) {
      this.#finish();
    }
    // A window that refuses has ended quitting for the others too.
    windows.every((window) => {
      window.close();
      return this.isQuitting;
    });
  }

  exit(code = 0): void {
    if (!this.#isFinished) {
      this.#isFinished = true;
      for (const window of [...this.#ports.windows.values()]) {
        window.destroy();
      }
      this.#end(code);
    }
  }

  windowClosed(): void {
    if (this.#ports.windows.size > 0 || this.#isFinished) {
      return;
    }
    if (this.#isQuitting) {
      this.#finish();
    } else if (this.listenerCount("window-all-closed") > 0) {
      this.emit("window-all-closed", new HostEvent(this));
    } else {
      this.quit();
    }
  }

  closeRefused(): void {
    this.#isQuitting = false;
  }

  /** The main module has run: as in Electron, `ready` comes after it and not in the middle of it. */
  mainLoaded(): void {
    this.#isMainLoaded = true;
    this.#startIfDue();
  }

  #wantReady(): void {
    if (this.#isReadyWanted) {
      return;
    }
    this.#isReadyWanted = true;
    this.#startIfDue();
    const timer = setTimeout(() => {
      if (!this.#isMainLoaded) {
        complain("host: app.whenReady() waits for the top-level await of main, as in Electron");
      }
    }, STILL_LOADING_MS);
    timer.unref();
  }

  #startIfDue(): void {
    const isDue = this.#isReadyWanted && this.#isMainLoaded && !this.#isStarting;
    if (isDue && !this.#isQuitting && !this.#isFinished) {
      this.#isStarting = true;
      void this.#start();
    }
  }

  async #start(): Promise<void> {
    try {
      await this.#ports.browser().start();
      await this.#ports.beforeReady();
    } catch (error) {
      if (!this.#isFinished) {
        complain(String(error));
        process.exit(1);
      }
      return;
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        this.quit();
      });
    }
    if (!this.#isFinished) {
      this.#isReady = true;
      // Playwright puts its own `emit` here, so it has to be looked up.
      this.emit("ready", new HostEvent(this), {});
      this.#ready.resolve(undefined);
      for (const start of this.#early.splice(0)) {
        this.#second(start);
      }
    }
  }

  #second(start: SecondStart): void {
    if (!this.#isReady) {
      this.#early.push(start);
      return;
    }
    const { argv, workingDirectory, additionalData } = start;
    this.emit("second-instance", new HostEvent(this), argv, workingDirectory, additionalData);
  }

  #finish(): void {
    if (this.#isFinished) {
      return;
    }
    if (!emitVetoable(this, "will-quit")) {
      this.#isQuitting = false;
      return;
    }
    this.#isFinished = true;
    this.#end(Number(process.exitCode ?? 0));
  }

  #end(code: number): void {
    this.emit("quit", new HostEvent(this), code);
    const options = this.#relaunch;
    void this.#ports
      .browser()
      .stop()
      .finally(() => {
        // Not in the middle of what the application is doing at the moment.
        setImmediate(() => {
          this.#instance.release();
          if (options !== undefined) {
            const path = options.execPath ?? process.execPath;
            spawn(path, options.args ?? process.argv.slice(1), {
              detached: true,
              stdio: "ignore",
            }).unref();
          }
          process.exit(code);
        });
      });
  }

  #createCommandLine(): CommandLine {
    const { switches } = this.#ports;
    return strict("commandLine", {
      appendSwitch: (name: string, value = "") => {
        const known = this.appended.get(name);
        const isList = name.endsWith("able-features") && known !== undefined && known !== "";
        this.appended.set(name, isList ? `${known},${value}` : value);
        switches.set(name.toLowerCase(), value);
      },
      appendArgument: () => undefined,
      hasSwitch: (name: string) => switches.has(name.toLowerCase()),
      getSwitchValue: (name: string) => switches.get(name.toLowerCase()) ?? "",
      removeSwitch: (name: string) => {
        this.appended.delete(name);
        switches.delete(name.toLowerCase());
      },
    });
  }
}
