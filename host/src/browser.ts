import { mkdirSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { CdpSession } from "./cdp.ts";
import {
  type Chromium,
  chromiumSwitches,
  findChromium,
  isHeadless,
  startChromium,
} from "./chromium.ts";
import { joinSwitches } from "./command-line.ts";
import { complain } from "./complain.ts";
import { PageGuard } from "./page-guard.ts";
import { ProcessLock } from "./process-lock.ts";
import { type OpenOptions, openAppWindow, openHeadlessWindow } from "./surface.ts";

export interface OpenedPage {
  readonly targetId: string;
  readonly session: CdpSession;
  readonly windowId: number | undefined;
}

export interface BrowserOptions {
  /** Where the profile goes, asked when Chromium starts. */
  profileFolder(): string;
  /** Switches of the command line and of the application. */
  switches(): Iterable<readonly [string, string]>;
  /** Chromium has ended without being told to. */
  onLost(): void;
}

const QUIT_WITHIN_MS = 3000;

/** The Chromium of this process, started when something needs it first. */
export class Browser {
  readonly isHeadless: boolean = isHeadless(process.env);
  readonly #options: BrowserOptions;
  #starting: Promise<Chromium> | undefined;
  #running: Chromium | undefined;
  readonly #pages = new PageGuard();
  #isStopping = false;
  #profile: { readonly path: string; release(): void } | undefined;

  constructor(options: BrowserOptions) {
    this.#options = options;
    process.on("exit", () => {
      this.#running?.process.kill("SIGKILL");
      this.#profile?.release();
    });
  }

  get isStarted(): boolean {
    return this.#starting !== undefined;
  }

  start(): Promise<Chromium> {
    if (this.#isStopping) {
      return Promise.reject(new Error("host: the application is quitting"));
    }
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async open(options: OpenOptions): Promise<OpenedPage> {
    const { cdp } = await this.start();
    const profile = this.#profile?.path ?? "";
    const targetId = await this.#pages.expect(cdp, () =>
      this.isHeadless
        ? openHeadlessWindow(cdp, options)
        : openAppWindow(cdp, { ...options, args: this.#args(profile), path: this.#path() }),
    );
    const { sessionId } = await cdp.browser.send("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const session = cdp.session(sessionId);
    const window = await cdp.browser
      .send("Browser.getWindowForTarget", { targetId })
      .catch(() => undefined);
    return { targetId, session, windowId: window?.windowId };
  }

  /** Ends Chromium and waits until it is gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const chromium = await this.#starting?.catch(() => undefined);
    if (chromium === undefined) {
      return;
    }
    chromium.cdp.browser.post("Browser.close");
    const timer = setTimeout(() => chromium.process.kill("SIGKILL"), QUIT_WITHIN_MS);
    await chromium.ended;
    clearTimeout(timer);
    this.#profile?.release();
  }

  #path(): string {
    const path = findChromium(process.env);
    if (path === undefined) {
      throw new Error("host: no Chromium, Chrome or Edge is installed; EH_CHROMIUM may name one");
    }
    return path;
  }

  #args(profile: string): string[] {
    const own = chromiumSwitches(profile, this.isHeadless);
    return joinSwitches([...own, ...this.#options.switches()]);
  }

  async #start(): Promise<Chromium> {
    this.#profile ??= claimProfile(this.#options.profileFolder());
    const { path } = this.#profile;
    const chromium = startChromium(this.#path(), this.#args(path), temporaryFolder(path));
    chromium.process.once("exit", () => {
      this.#running = undefined;
      this.#starting = undefined;
      if (!this.#isStopping) {
        complain("host: Chromium has ended");
        this.#options.onLost();
      }
    });
    this.#running = chromium;
    const { browser } = chromium.cdp;
    await browser.send("Browser.getVersion");
    browser.post("Target.setDiscoverTargets", { discover: true });
    this.#pages.watch(chromium.cdp);
    browser.post("Browser.setDownloadBehavior", { behavior: "deny" });
    browser.on("Target.detachedFromTarget", ({ sessionId }) => {
      chromium.cdp.drop(sessionId);
    });
    return chromium;
  }
}

/** The name of a socket may have 107 octets, of which Chromium adds 45: `/org.chromium.Chromium.XXXXXX/SingletonSocket`. */
const MAX_TEMPORARY_OCTETS = 62;

/** Emptied at every start; none where the profile lies too deep for the name of a socket. */
function temporaryFolder(profile: string): string | undefined {
  const folder = join(profile, "tmp");
  if (Buffer.byteLength(folder) > MAX_TEMPORARY_OCTETS) {
    return undefined;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** A Chromium whose application was killed leaves the folder of its socket, which its profile names. */
function removeSocket(profile: string): void {
  try {
    const folder = dirname(readlinkSync(join(profile, "SingletonSocket")));
    if (/^org\.chromium\.Chromium\.\w+$|^com\.google\.Chrome\.\w+$/.test(basename(folder))) {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    // None was left.
  }
}

/** Two processes may share `userData`, but Chromium does not share a profile: the second gets one for the moment. */
function claimProfile(folder: string): { readonly path: string; release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new ProcessLock(join(folder, "host.lock"));
  if (lock.acquire()) {
    removeSocket(folder);
    return {
      path: folder,
      release: () => {
        lock.release();
      },
    };
  }
  const path = mkdtempSync(join(tmpdir(), "app-host-"));
  return {
    path,
    release: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
