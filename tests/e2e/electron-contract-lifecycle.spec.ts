import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import {
  type Contract,
  commandLines,
  ended,
  eventsOf,
  eventually,
  execPathOf,
  isOnHost,
  launch,
  newFolder,
  ORIGIN,
  removeFolders,
  set,
  start,
} from "./contract-support.ts";

test.afterAll(() => {
  removeFolders();
});

test.describe("a renderer that crashes", () => {
  test("is told of, and its window loads again with the same main", async () => {
    const { app } = await launch();
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    const finished = (events: readonly unknown[]): number =>
      events.filter((event) => event === "did-finish-load").length;
    await expect.poll(async () => finished(await eventsOf(app))).toBe(2);
    const events = await eventsOf(app);
    expect(events).toContain("app:render-process-gone");
    expect(
      events.filter((one) => Array.isArray(one) && one[0] === "render-process-gone"),
    ).toHaveLength(1);
    const state = await app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return [
        contents?.isCrashed(),
        String(await contents?.executeJavaScript("api.invoke('sender').then(({ url }) => url)")),
      ];
    });
    expect(state).toEqual([false, `${ORIGIN}/index.html#start`]);
    await app.close();
  });
});

/** Of a window that is closed while it opens. */
const OPENING: ReadonlySet<unknown> = new Set(["ready-to-show", "show", "focus"]);

/** What the application was told, from there on, as it says at its end. */
function endingOf(output: string, first = "close"): readonly unknown[] {
  const events = JSON.parse(output.trim().split("\n").at(-1) ?? "") as unknown[];
  return events.slice(events.indexOf(first));
}

test.describe("closing and quitting", () => {
  test("a closed last window ends the application in order", async () => {
    const { app, output } = await launch();
    const process = app.process();
    await app
      .evaluate(({ BrowserWindow }) => {
        BrowserWindow.getAllWindows()[0]?.close();
      })
      .catch(() => undefined);
    expect(await ended(process)).toBe(0);
    expect(endingOf(output()).filter((name) => !OPENING.has(name))).toEqual([
      "close",
      "closed",
      "window-all-closed",
      "before-quit",
      "will-quit",
      "quit",
    ]);
  });

  test("quit asks first the application, then the window", async () => {
    const { app, output } = await launch();
    await app.close();
    const events = endingOf(output(), "before-quit");
    expect(events.filter((name) => !OPENING.has(name))).toEqual([
      "before-quit",
      "close",
      "closed",
      "will-quit",
      "quit",
    ]);
  });

  test("a window may refuse to close, and quitting ends there", async () => {
    const { app, page } = await launch();
    await set(app, "vetoClose", true);
    const close = (): Promise<boolean | undefined> =>
      app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.close();
        return window?.isDestroyed();
      });
    expect(await close()).toBe(false);
    await app.evaluate(({ app: electronApp }) => {
      electronApp.quit();
    });
    const events = await eventually(app, "before-quit");
    expect(events).not.toContain("closed");
    await expect(page.locator("#state")).toHaveText("ready object");
    await set(app, "vetoClose", false);
    await app.close();
  });

  test("before-quit may refuse", async () => {
    const { app, page } = await launch();
    await set(app, "vetoQuit", true);
    await app.evaluate(({ app: electronApp }) => {
      electronApp.quit();
    });
    const events = await eventually(app, "before-quit");
    expect(events).not.toContain("close");
    await expect(page.locator("#state")).toHaveText("ready object");
    await set(app, "vetoQuit", false);
    await app.close();
  });

  test("an application without windows lives on, and opens another", async () => {
    const { app } = await launch();
    await set(app, "stayOpen", true);
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await eventually(app, "window-all-closed");
    const [page] = await Promise.all([
      app.waitForEvent("window"),
      app.evaluate(() => {
        (globalThis as unknown as { contract: Contract }).contract.openWindow();
      }),
    ]);
    await expect(page.locator("#state")).toHaveText("ready object");
    await app.close();
  });

  test("exit ends at once with its code, asking nobody", async () => {
    const { app, output } = await launch();
    const process = app.process();
    await app
      .evaluate(({ app: electronApp }) => {
        electronApp.exit(3);
      })
      .catch(() => undefined);
    expect(await ended(process)).toBe(3);
    expect(output()).not.toContain("before-quit");
  });

  test("quit before ready ends, and starts nothing", async () => {
    const { app } = await launch();
    const execPath = await execPathOf(app);
    await app.close();
    const folder = newFolder();
    const { child } = start(execPath, [`--profile=${folder}`, "--role=quit"]);
    expect(await ended(child)).toBe(0);
    expect(existsSync(join(folder, "host-chromium"))).toBe(false);
  });

  test("windows, sessions, displays and notifications are refused before ready", async () => {
    const { app } = await launch();
    const execPath = await execPathOf(app);
    await app.close();
    const { child, output } = start(execPath, [`--profile=${newFolder()}`, "--role=early"]);
    expect(await ended(child)).toBe(0);
    expect(JSON.parse(output())).toEqual(["window", "session", "handle", "screen", "notification"]);
  });

  test("nothing is left of an application that was killed", async () => {
    const { app, folder } = await launch();
    test.skip(process.platform !== "linux", "looks into /proc");
    const usesFolder = (): string[] => commandLines().filter((line) => line.includes(folder));
    expect(usesFolder().length).toBeGreaterThan(1);
    app.process().kill("SIGKILL");
    await expect.poll(usesFolder, { timeout: 10_000 }).toEqual([]);
  });
});

test.describe("one instance per profile", () => {
  test("a second start hands over and ends, and so does a third", async () => {
    const { app, folder } = await launch();
    const execPath = await execPathOf(app);
    const second = async (): Promise<void> => {
      const { child, output } = start(execPath, [`--profile=${folder}`, "--from-second"]);
      expect(await ended(child)).toBe(0);
      expect(output()).toBe("second\n");
    };
    const told = ["second-instance", true, process.cwd(), { from: "--from-second" }];
    await second();
    await eventually(app, told);
    await second();
    await expect
      .poll(async () =>
        (await eventsOf(app)).filter((one) => Array.isArray(one) && one[0] === told[0]),
      )
      .toEqual([told, told]);
    await app.close();
  });

  test("another profile is another application at the same time", async () => {
    const first = await launch();
    const second = await launch();
    const folders = await Promise.all(
      [first, second].map(({ app }) =>
        app.evaluate(({ app: electronApp }) => electronApp.getPath("userData")),
      ),
    );
    expect(folders).toEqual([first.folder, second.folder]);
    await Promise.all([first.app.close(), second.app.close()]);
  });

  test("what a killed first one left does not stop the next", async () => {
    const { app, folder } = await launch();
    app.process().kill("SIGKILL");
    await ended(app.process());
    const again = await launch(folder);
    await again.app.close();
  });
});

test.describe("on the host only", () => {
  test("a child with a role starts no Chromium, and unknown members throw", async () => {
    const { app } = await launch();
    test.skip(!(await isOnHost(app)), "Electron is Chromium");
    const result = await app
      .evaluate(async (electron) => {
        const { contract } = globalThis as unknown as { contract: Contract };
        const child = contract.startChild();
        await new Promise((resolve) => {
          child.stdout?.once("data", resolve);
        });
        const { spawnSync } = process.getBuiltinModule("node:child_process");
        const children = ["-o", "pid=", "--ppid", String(child.pid)];
        const { stdout } = spawnSync("ps", children, { encoding: "utf8" });
        child.kill();
        const caught = (task: () => unknown): string => {
          try {
            return String(task());
          } catch (error) {
            return String(error);
          }
        };
        return [
          stdout.trim(),
          caught(() => Reflect.get(electron.app, "configureHostResolver")),
          caught(() => Reflect.get(electron.autoUpdater, "checkForUpdates")),
          caught(() => Reflect.get(electron.BrowserWindow.getAllWindows()[0] ?? {}, "setTouchBar")),
        ];
      })
      .catch((error: unknown) => [String(error)]);
    expect(result).toEqual([
      "",
      "Error: host: electron.app.configureHostResolver is not implemented",
      "Error: host: electron.autoUpdater.checkForUpdates is not implemented",
      "Error: host: electron.BrowserWindow.setTouchBar is not implemented",
    ]);
    await app.close();
  });

  test("a choice of files goes through Chromium's chooser", async () => {
    const { app, page, folder } = await launch();
    test.skip(!(await isOnHost(app)), "Electron's chooser is the system's");
    const paths = [join(folder, "one.txt"), join(folder, "two.txt")];
    for (const path of paths) {
      writeFileSync(path, "content");
    }
    const chooser = page.waitForEvent("filechooser");
    // Playwright asks Chromium for choosers without waiting; what is asked after that is answered after it.
    await page.evaluate("0");
    const chosen = app.evaluate(({ dialog }) =>
      dialog.showOpenDialog({ properties: ["openFile", "multiSelections"] }),
    );
    await (await chooser).setFiles(paths);
    expect(await chosen).toEqual({ canceled: false, filePaths: paths });
    await app.close();
  });

  test("the application's menu hears its keys, after the page", async () => {
    const { app, page } = await launch();
    test.skip(!(await isOnHost(app)), "Electron's menus are out of Playwright's reach");
    await app.evaluate(({ Menu }) => {
      const clicked: string[] = [];
      Reflect.set(globalThis, "clicked", clicked);
      Menu.setApplicationMenu(
        Menu.buildFromTemplate([
          { label: "A", accelerator: "CmdOrCtrl+K", click: () => clicked.push("k") },
          { label: "B", accelerator: "CmdOrCtrl+J", click: () => clicked.push("j") },
        ]),
      );
    });
    await page.evaluate(
      "void addEventListener('keydown', (e) => { if (e.key === 'j') e.preventDefault(); })",
    );
    await page.keyboard.press("ControlOrMeta+j");
    await page.keyboard.press("ControlOrMeta+k");
    await expect
      .poll(() => app.evaluate(() => Reflect.get(globalThis, "clicked") as unknown))
      .toEqual(["k"]);
    await app.close();
  });
});
