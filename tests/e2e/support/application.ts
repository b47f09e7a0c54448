import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { _electron, type ElectronApplication, expect, type Page } from "@playwright/test";
import { CpmProcess } from "../../support/cpm-process.ts";

export const ROOT = join(import.meta.dirname, "..", "..", "..");

export interface Application {
  readonly app: ElectronApplication;
  readonly process: ChildProcess;
  /** The main window. */
  readonly page: Page;
  /** Code with which the program ended. */
  readonly ended: Promise<number | null>;
}

/** A program that does not end by itself when it is told to is ended; the test that left it so fails. */
const END_MS = 20_000;

/** A machine of its own for one test: home, profiles and network are in a folder that goes away with it. */
export class Machine {
  readonly folder: string;
  readonly #running: Application[] = [];
  readonly #commands: CpmProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), "cpm-pc-")));
  }

  get environment(): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return {
      ...Object.fromEntries(inherited),
      HOME: this.folder,
      XDG_CONFIG_HOME: join(this.folder, "config"),
      CPM_RUNTIME_DIR: join(this.folder, "runtime"),
    };
  }

  /** Absolute, so that the profile lies in this machine's folder. */
  profile(name: string): string {
    return join(this.folder, "profiles", name);
  }

  /** A file of this machine; gives its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, "from", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  start(profile: string, ...args: readonly string[]): Promise<Application> {
    return this.launch("--profile", this.profile(profile), ...args);
  }

  /** With exactly these arguments. */
  async launch(...args: readonly string[]): Promise<Application> {
    const app = await _electron.launch({ args: [ROOT, ...args], env: this.environment });
    const child = app.process();
    const ended = once(child, "exit").then(([code]) => code as number | null);
    const page = await app.firstWindow();
    await expect(page.locator("#root > *").first()).toBeVisible();
    const application = { app, process: child, page, ended };
    this.#running.push(application);
    return application;
  }

  /** Signed in to the built-in network, which the first one starts. */
  async startUser(user: string, device: string, ...args: readonly string[]): Promise<Application> {
    const application = await this.start(
      device,
      "--try",
      "--as",
      user,
      "--device",
      device,
      ...args,
    );
    await isOnline(application.page);
    return application;
  }

  /** The command line on this machine. */
  command(...args: readonly string[]): CpmProcess {
    const command = new CpmProcess(args.slice(0, 2).join(" "), args, {
      ...this.environment,
      CPM_PASSWORD: "demo",
    });
    this.#commands.push(command);
    return command;
  }

  async end(): Promise<void> {
    for (const { process: child } of this.#running.reverse())
      if (child.exitCode === null) child.kill("SIGTERM");
    await Promise.all(this.#running.map(({ process: child, ended }) => endedInTime(child, ended)));
    await Promise.all(this.#commands.map((command) => command.stop()));
    await expect.poll(() => this.processes(), { message: "processes left behind" }).toEqual([]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What still runs of it, as command lines; empty where the system does not tell. */
  async processes(): Promise<readonly string[]> {
    if (process.platform !== "linux") return [];
    const mark = `CPM_RUNTIME_DIR=${join(this.folder, "runtime")}\0`;
    const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(
      ids.map(async (id) => {
        const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
        if (!environment.includes(mark)) return [];
        const line = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
        return line === "" ? [] : [`${id} ${line.replaceAll("\0", " ").trim()}`];
      }),
    );
    return lines.flat();
  }
}

async function endedInTime(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, END_MS);
  await ended;
  clearTimeout(timer);
  expect(isLate, `an application that did not end within ${String(END_MS)} ms`).toBe(false);
}

export async function isOnline(page: Page): Promise<void> {
  const word = page.getByRole("banner").getByRole("button", { name: "online", exact: true });
  await expect(word).toBeVisible({ timeout: 30_000 });
}

/** Answers the offer that a page shows. For a moment after it appeared its buttons do nothing, by design. */
export async function accept(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: /^Accept/ });
  await button.waitFor();
  await expect(async () => {
    if (await button.isVisible()) await button.click();
    await expect(button).toBeHidden({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
}
