import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, expect, type Page, test } from "@playwright/test";
import type { Bridge } from "../../shared/ipc/contract.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** A display that is not there: enough for `npm start` to open windows, which the headless host then shows to nobody. */
const DISPLAY = ":9999";

interface Started {
  readonly process: ChildProcess;
  readonly runtime: string;
  /** All that it has printed. */
  readonly output: () => string;
}

let folder = "";
let started: Started | undefined;
const browsers: Browser[] = [];

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-start-"));
});

test.afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()));
  const child = started?.process;
  if (child !== undefined && child.exitCode === null) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  started = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** `npm start -- ARGS` with profiles, and a network, of its own. */
function start(...args: readonly string[]): Started {
  const runtime = join(folder, "runtime");
  const child = spawn(process.execPath, [join(ROOT, "scripts", "start.mjs"), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...{ DISPLAY, EH_HEADLESS: "1", CPM_RUNTIME_DIR: runtime },
      ...{ HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), INIT_CWD: folder },
      CPM_START_SWITCHES: "--remote-debugging-port=0",
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => {
      text += piece.toString();
    });
  }
  started = { process: child, runtime, output: () => text };
  return started;
}

/** What a window shows, as it tells who asks. */
interface Shown {
  readonly page: Page;
  readonly code: string;
  readonly address: string | undefined;
  readonly device: string | undefined;
  readonly isOnline: boolean;
}

/** The first window of each instance, in the order in which the instances came up. */
async function pagesOf(run: Started, count: number): Promise<readonly Page[]> {
  const endpoints = (): readonly string[] =>
    [...run.output().matchAll(/DevTools listening on (ws:\S+)/g)].map(([, url]) => url ?? "");
  await expect.poll(() => endpoints().length, { timeout: 30_000 }).toBe(count);
  const pages: Page[] = [];
  for (const endpoint of endpoints()) {
    const browser = await chromium.connectOverCDP(endpoint);
    browsers.push(browser);
    const loaded = (): Page | undefined =>
      browser
        .contexts()
        .flatMap((context) => context.pages())
        .find((page) => page.url().startsWith("https:"));
    await expect.poll(loaded, { timeout: 20_000 }).toBeDefined();
    const page = loaded();
    if (page !== undefined) pages.push(page);
  }
  return pages;
}

async function look(page: Page): Promise<Shown> {
  const snapshot = await page.evaluate(() => {
    const { cpm } = window as unknown as { readonly cpm: Bridge }; // what the preload gives to every window
    return cpm.request("app.snapshot", {});
  });
  if (!snapshot.ok) throw new Error("the window could not ask for its state");
  const { instance, account, registration } = snapshot.value.app;
  return {
    page,
    code: instance.code,
    address: account?.aor,
    device: account?.deviceName,
    isOnline: registration.name === "online",
  };
}

/** Programs that have this run's runtime folder in their environment, however far they detached themselves. */
function programs({ runtime }: Started): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProc(pid, "environ").includes(`CPM_RUNTIME_DIR=${runtime}`))
    .map((pid) => readProc(pid, "cmdline").replaceAll("\0", " ").trim())
    .filter((command) => command !== "");
}

/** Empty for a process that has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

test.describe("npm start", () => {
  test.skip(process.platform !== "linux", "looks into /proc for what is left behind");

  test("opens Alice and two devices of Bob, signed in, and a signal leaves nothing behind", async () => {
    await writeFile(join(folder, "plan.txt"), "a plan\n");
    const run = start("plan.txt");
    const pages = await pagesOf(run, 3);
    // Whoever asks for the state is told what changes from then on: the window has to be first.
    for (const page of pages) await expect(page.getByText("online").first()).toBeVisible();
    await expect
      .poll(async () => {
        const all = await Promise.all(pages.map(look));
        const told = all.map(({ code, address, device, isOnline }) => ({
          ...{ code, address, device, isOnline },
        }));
        return told.sort((one, other) => one.code.localeCompare(other.code));
      })
      .toEqual([
        { code: "A1", address: "sip:alice@a.example", device: "Alice's laptop", isOnline: true },
        { code: "B1", address: "sip:bob@b.example", device: "Bob's laptop", isOnline: true },
        { code: "B2", address: "sip:bob@b.example", device: "Bob's phone", isOnline: true },
      ]);
    expect(existsSync(join(run.runtime, "lab.json"))).toBe(true);
    const alice = (await Promise.all(pages.map(look))).find(({ code }) => code === "A1");
    if (alice === undefined) throw new Error("no window of Alice");
    await expect(alice.page.getByTitle(/plan\.txt$/).first()).toBeAttached();
    await expect(alice.page.getByRole("button", { name: "Send 1 file to Bob" })).toBeVisible();
    await expect(alice.page.getByText("Try it with a second device")).toHaveCount(0);

    run.process.kill("SIGINT");
    await once(run.process, "exit");
    expect(run.process.exitCode).toBe(0);
    expect(programs(run)).toEqual([]);
  });

  test("-- --profile NAME opens one window of its own", async () => {
    const run = start("--profile", "carol");
    for (const page of await pagesOf(run, 1)) {
      await expect(page.locator("#root > *").first()).toBeVisible();
    }
    run.process.kill("SIGTERM");
    await once(run.process, "exit");
    expect(run.process.exitCode).toBe(0);
    expect(programs(run)).toEqual([]);
  });

  test("with an option that there is not, says which there are", async () => {
    const run = start("--profil", "carol");
    await once(run.process, "exit");
    expect(run.process.exitCode).toBe(2);
    expect(run.output()).toContain("unknown option --profil");
    expect(run.output()).toContain("npm start -- --profile NAME");
  });
});
