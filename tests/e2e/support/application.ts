import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, expect, type Page } from "@playwright/test";

export const ROOT = join(import.meta.dirname, "..", "..", "..");

export interface Application {
  readonly app: ElectronApplication;
  readonly process: ChildProcess;
  /** The main window. */
  readonly page: Page;
  /** Code with which the program ended. */
  readonly ended: Promise<number | null>;
}

/** A machine of its own for one test: home, profiles and network are in a folder that goes away with it. */
export class Machine {
  readonly folder: string;
  readonly #running: Application[] = [];

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

  async start(profile: string, ...args: readonly string[]): Promise<Application> {
    const app = await _electron.launch({
      args: [ROOT, "--profile", this.profile(profile), ...args],
      env: this.environment,
    });
    const child = app.process();
    const ended = once(child, "exit").then(([code]) => code as number | null);
    const page = await app.firstWindow();
    await expect(page.locator("#root > *").first()).toBeVisible();
    const application = { app, process: child, page, ended };
    this.#running.push(application);
    return application;
  }

  /** Signed in to the built-in network, which the first one starts. */
  async startUser(user: string, device: string): Promise<Application> {
    const args = ["--try", "--as", user, "--device", device];
    const application = await this.start(device, ...args);
    await expect(application.page.getByText("online", { exact: true }).first()).toBeVisible();
    return application;
  }

  async end(): Promise<void> {
    for (const { process: child } of this.#running.reverse())
      if (child.exitCode === null) child.kill("SIGTERM");
    await Promise.all(this.#running.map(({ ended }) => ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Answers the offer that a page shows. For a moment after it appeared its buttons do nothing, by design. */
export async function accept(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: /^Accept/ });
  await button.waitFor();
  await expect(async () => {
    if (await button.isVisible()) await button.click();
    await expect(button).toBeHidden({ timeout: 1_000 });
  }).toPass();
}
