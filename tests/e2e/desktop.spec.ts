import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { Bridge } from "../../shared/ipc/contract.ts";
import { type Application, accept, Machine, ROOT } from "./support/application.ts";

declare global {
  interface Window {
    readonly cpm: Bridge;
  }
}

const ALICE = "sip:alice@a.example";
const BOB = "sip:bob@b.example";

let machine: Machine;

test.beforeEach(async () => {
  machine = await Machine.make();
});

test.afterEach(async () => {
  await machine.end();
});

/** What each open window is called and whether it is seen. */
function windowsOf({ app }: Application): Promise<{ title: string; isSeen: boolean }[]> {
  return app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => ({
      title: window.getTitle(),
      isSeen: window.isVisible() && !window.isMinimized(),
    })),
  );
}

async function minimize({ app }: Application): Promise<void> {
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
    .toBe(true);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
}

/** The program as a file manager or a browser starts it. */
async function startAgain(profile: string, ...args: readonly string[]): Promise<unknown> {
  const electron = await import("electron");
  // Outside Electron the package is the path of its executable.
  const executable = electron.default as unknown as string;
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const own = [ROOT, "--profile", machine.profile(profile), ...args];
  const child = spawn(executable, [...sandbox, ...own], {
    cwd: machine.folder,
    env: machine.environment,
    stdio: "ignore",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

async function send(page: Page, to: string, path: string): Promise<void> {
  const answer = await page.evaluate(
    ([address, file]) =>
      window.cpm.request("offer.send", { to: [address ?? ""], paths: [file ?? ""] }),
    [to, path],
  );
  expect(answer.ok).toBe(true);
}

function promptOf({ app }: Application): Page | undefined {
  return app.windows().find((page) => page.url().endsWith("?view=prompt"));
}

async function bigFile(octets: number): Promise<string> {
  const path = join(machine.folder, "plan.pdf");
  await writeFile(path, Buffer.alloc(octets, 7));
  return path;
}

test.describe("one profile", () => {
  test("is one program: a second start hands over file and link, and ends", async () => {
    const first = await machine.startUser(ALICE, "laptop");
    await writeFile(join(machine.folder, "plan.txt"), "x");
    expect(await startAgain("laptop", "plan.txt", "cpm:bob@b.example")).toBe(0);
    await expect(first.page.getByRole("button", { name: "Send 1 file to Bob" })).toBeVisible();
    expect(await windowsOf(first)).toHaveLength(1);
  });

  test("names user and device in its title, and remembers where its window was", async () => {
    const bounds = { x: 60, y: 50, width: 700, height: 620 };
    const first = await machine.startUser(ALICE, "laptop");
    await expect.poll(async () => (await windowsOf(first))[0]?.title).toBe("Alice · laptop — CPM");
    await first.app.evaluate(({ BrowserWindow, app }, place) => {
      BrowserWindow.getAllWindows()[0]?.setBounds(place);
      app.quit();
    }, bounds);
    expect(await first.ended).toBe(0);
    const second = await machine.start("laptop");
    const found = await second.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    );
    expect(found).toMatchObject({ width: bounds.width, height: bounds.height });
  });

  test("shows what its menu says", async () => {
    const { app, page } = await machine.startUser(ALICE, "laptop");
    for (const name of ["History", "People", "Settings"]) {
      await app.evaluate(({ Menu }, id) => {
        Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
      }, `page-${name.toLowerCase()}`);
      await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    }
  });

  test("ends with its window where no tray would bring it back", async () => {
    test.skip(process.platform !== "linux", "elsewhere closing hides the window");
    const { app, ended } = await machine.start("laptop");
    // A bus that is not there shows no icons.
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    expect(await ended).toBe(0);
  });
});

test.describe("an offer", () => {
  test("is shown in a window without focus while nobody looks, and gone when answered", async () => {
    test.skip(process.platform !== "linux", "elsewhere the notification has buttons");
    const alice = await machine.startUser(ALICE, "laptop");
    const bob = await machine.startUser(BOB, "phone");
    await minimize(bob);
    await send(alice.page, BOB, await bigFile(1_000));
    await expect.poll(() => promptOf(bob) !== undefined).toBe(true);
    const prompt = promptOf(bob);
    const count = (): Promise<number> => bob.app.evaluate(({ app }) => app.getBadgeCount());
    await expect.poll(count).toBe(1);
    if (prompt !== undefined) await accept(prompt);
    await expect.poll(count).toBe(0);
    await expect
      .poll(async () => (await windowsOf(bob)).filter(({ isSeen }) => isSeen))
      .toEqual([]);
  });
});

test.describe("a transfer", () => {
  test("survives a page that crashes, and quitting asks for it", async () => {
    test.setTimeout(120_000);
    const alice = await machine.startUser(ALICE, "laptop");
    const bob = await machine.startUser(BOB, "phone");
    await send(alice.page, BOB, await bigFile(400_000_000));
    await accept(bob.page);
    const isAwake = (): Promise<boolean> =>
      bob.app.evaluate(({ powerSaveBlocker }) =>
        [0, 1, 2, 3].some((id) => powerSaveBlocker.isStarted(id)),
      );
    await expect.poll(isAwake, { intervals: [10] }).toBe(true);
    // The rest takes its time; meanwhile the sender stands still, so that the file is under way for all of it.
    alice.process.kill("SIGSTOP");

    const inPage = (code: string): Promise<unknown> =>
      bob.app.evaluate(
        ({ BrowserWindow }, source) =>
          BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(source),
        code,
      );
    await bob.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    // The whole state is there again, and the transfer in it.
    await expect(async () => {
      expect(await inPage("document.body.innerText")).toContain("plan.pdf");
    }).toPass({ timeout: 20_000 });

    await bob.app.evaluate(({ app }) => {
      app.quit();
    });
    const question = "document.querySelector('[role=alertdialog], [role=dialog]')?.innerText ?? ''";
    await expect.poll(() => inPage(question)).toContain("under way");
    await inPage(`window.cpm.request("app.quit", { how: "stay" }).then(() => "")`);
    expect(await windowsOf(bob)).not.toEqual([]);

    await bob.app.evaluate(({ app }) => {
      app.quit();
    });
    await inPage(`window.cpm.request("app.quit", { how: "whenDone" }).then(() => "")`);
    alice.process.kill("SIGCONT");
    expect(await bob.ended).toBe(0);
    const state = async (): Promise<string | undefined> => {
      const answer = await alice.page.evaluate(() => window.cpm.request("app.snapshot", {}));
      return answer.ok ? answer.value.cards[0]?.state : undefined;
    };
    await expect.poll(state).toBe("verified");
  });
});
