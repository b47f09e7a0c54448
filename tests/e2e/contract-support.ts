import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  _electron,
  type ElectronApplication,
  expect,
  type JSHandle,
  type Page,
} from "@playwright/test";
import type { BrowserWindow } from "electron";

/** The application of the contract specs. */
export const APP = join(import.meta.dirname, "contract-app");
export const ORIGIN = "contract-app://bundle";

export interface Contract {
  readonly events: readonly unknown[];
  readonly settings: Record<string, boolean>;
  readonly requests: readonly { readonly url: string; readonly method: string }[];
  startChild(): ChildProcess;
  openWindow(): unknown;
}

export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly folder: string;
  /** What main has written to its stdout. */
  readonly output: () => string;
}

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  folders.push(folder);
  return folder;
}

export async function launch(folder = newFolder(), ...args: string[]): Promise<Running> {
  const app = await _electron.launch({
    args: [APP, `--profile=${folder}`, ...args],
    // Playwright's own default would decide over nativeTheme.
    colorScheme: null,
  });
  let output = "";
  app.process().stdout?.on("data", (text: Buffer) => {
    output += text.toString();
  });
  const page = await app.firstWindow();
  await expect(page.locator("#state")).toHaveText("ready object");
  return { app, page, folder, output: () => output };
}

export function eventsOf(app: ElectronApplication): Promise<readonly unknown[]> {
  return app.evaluate(() => (globalThis as unknown as { contract: Contract }).contract.events);
}

/** Waits until main has seen an event; the events in order. */
export async function eventually(
  app: ElectronApplication,
  wanted: unknown,
): Promise<readonly unknown[]> {
  await expect.poll(() => eventsOf(app)).toContainEqual(wanted);
  return eventsOf(app);
}

export function windowOf(app: ElectronApplication, page: Page): Promise<JSHandle<BrowserWindow>> {
  return app.browserWindow(page) as Promise<JSHandle<BrowserWindow>>;
}

export function set(app: ElectronApplication, name: string, isOn: boolean): Promise<void> {
  return app.evaluate(
    (_electronModule, [key, value]) => {
      (globalThis as unknown as { contract: Contract }).contract.settings[key] = value;
    },
    [name, isOn] as const,
  );
}

export async function ended(process: ChildProcess): Promise<number | null> {
  if (process.exitCode === null && process.signalCode === null) {
    await once(process, "exit");
  }
  // What it said last may still be on its way.
  const { stdout } = process;
  if (stdout !== null && !stdout.closed) await once(stdout, "close");
  return process.exitCode;
}

export function execPathOf(app: ElectronApplication): Promise<string> {
  return app.evaluate(() => process.execPath);
}

/** Starts the executable without Playwright. */
export function start(
  execPath: string,
  args: readonly string[],
): { child: ChildProcess; output: () => string } {
  const child = spawn(execPath, ["--no-sandbox", APP, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  return { child, output: () => output };
}

/** Command lines of all processes, where the system shows them. */
export function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    });
}

export function isOnHost(app: ElectronApplication): Promise<boolean> {
  return app.evaluate(() => "electronHost" in process.versions);
}

export function removeFolders(): void {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
