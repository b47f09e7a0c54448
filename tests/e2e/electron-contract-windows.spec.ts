import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ElectronApplication, expect, type Page, test } from "@playwright/test";
import {
  type Contract,
  eventsOf,
  eventually,
  launch,
  ORIGIN,
  type Running,
  removeFolders,
  windowOf,
} from "./contract-support.ts";

test.afterAll(() => {
  removeFolders();
});

test.describe("one window, its scheme and its desktop", () => {
  let running: Running;
  let app: ElectronApplication;
  let page: Page;

  test.beforeAll(async () => {
    running = await launch();
    ({ app, page } = running);
    const runtime = await app.evaluate(() => {
      const { electron, electronHost } = process.versions as Record<string, string>;
      return electronHost === undefined ? `Electron ${electron}` : `Chromium host ${electronHost}`;
    });
    process.stdout.write(`contract of ${runtime}\n`);
  });

  test.afterAll(async () => {
    await app.close();
  });

  test.describe("own scheme and policy", () => {
    test("modules and styles come from the handler", async () => {
      const color = await page.evaluate("getComputedStyle(document.querySelector('h1')).color");
      expect(color).toBe("rgb(1, 2, 3)");
      const urls = await app.evaluate(() => {
        const { contract } = globalThis as unknown as { contract: Contract };
        return contract.requests.map(({ url }) => url);
      });
      expect(urls).toEqual(
        expect.arrayContaining([
          `${ORIGIN}/index.html`,
          `${ORIGIN}/page.js`,
          `${ORIGIN}/word.js`,
          `${ORIGIN}/style.css`,
        ]),
      );
    });

    test("the handler sees method, body and query, and its status comes back", async () => {
      const answers = await page.evaluate(`(async () => [
        await (await fetch("echo?a=1", { method: "POST", body: "h\\u00e9" })).json(),
        (await fetch("nowhere.txt")).status,
      ])()`);
      expect(answers).toEqual([{ method: "POST", body: "hé", query: "?a=1" }, 404]);
    });

    test("pictures may name the scheme, and workers are modules", async () => {
      const width = await page.evaluate(`new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(image.naturalWidth);
        image.onerror = reject;
        image.src = "${ORIGIN}/dot.svg";
      })`);
      expect(width).toBe(7);
      const answer = await page.evaluate(`new Promise((resolve, reject) => {
        const worker = new Worker("worker.js", { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (error) => reject(new Error(error.message));
      })`);
      expect(answer).toEqual(["ready", 200]);
    });

    test("the page is a secure context with storage", async () => {
      const state = await page.evaluate(
        "(() => { localStorage.setItem('a', 'b'); return [isSecureContext, localStorage.getItem('a')]; })()",
      );
      expect(state).toEqual([true, "b"]);
    });

    test("inline scripts, eval and foreign hosts are blocked", async () => {
      const state = await page.evaluate(`new Promise((resolve) => setTimeout(async () => {
        let evaluated = "blocked";
        try { evaluated = eval("'ran'"); } catch {}
        const fetched = await fetch("https://example.invalid/").then(() => "fetched", () => "blocked");
        resolve([typeof window.inline, evaluated, fetched]);
      }, 0))`);
      expect(state).toEqual(["undefined", "blocked", "blocked"]);
    });

    test("a scheme is handled once", async () => {
      const state = await app.evaluate(({ protocol }) => {
        const isHandled = [protocol.isProtocolHandled("contract-app")];
        try {
          protocol.handle("contract-app", () => new Response(""));
          isHandled.push(false);
        } catch {
          isHandled.push(true);
        }
        return isHandled;
      });
      expect(state).toEqual([true, true]);
    });
  });

  test.describe("locks", () => {
    test("a link elsewhere is asked for and vetoed", async () => {
      await page.locator("#away").click();
      await eventually(app, ["will-navigate", "https://example.invalid/away"]);
      await page.locator("#within").click();
      await eventually(app, ["will-navigate", `${ORIGIN}/other.html#part`]);
      await expect(page.locator("#state")).toHaveText("ready object");
    });

    test("a jump within the page is not a navigation", async () => {
      const before = await eventsOf(app);
      await page.evaluate("location.hash = '#elsewhere'");
      expect(await eventsOf(app)).toEqual(before);
      const url = await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
      );
      expect(url).toBe(`${ORIGIN}/index.html#elsewhere`);
      await page.evaluate("location.hash = '#start'");
    });

    test("a new window is asked for and denied", async () => {
      await page.locator("#blank").click();
      await eventually(app, ["window-open", "https://example.invalid/blank"]);
      await page.evaluate("void window.open('https://example.invalid/popup')");
      await eventually(app, ["window-open", "https://example.invalid/popup"]);
      await expect.poll(() => app.windows().length).toBe(1);
    });

    test("a denied window asks the network for nothing, and holds up nobody", async () => {
      let requests = 0;
      const server = createServer((_request, response) => {
        requests += 1;
        response.end();
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      for (let i = 0; i < 20; i++) {
        const features = i % 2 === 0 ? "" : "noopener";
        await page.evaluate(
          `void window.open("http://127.0.0.1:${port}/${i}", "_blank", "${features}")`,
        );
      }
      await eventually(app, ["window-open", `http://127.0.0.1:${port}/19`]);
      await expect.poll(() => app.windows().length).toBe(1);
      server.close();
      expect(requests).toBe(0);
    });

    test("permissions are denied", async () => {
      const states = await page.evaluate(`(async () => [
        ...(await Promise.all(["geolocation", "notifications"].map(async (name) => (await navigator.permissions.query({ name })).state))),
        Notification.permission,
      ])()`);
      expect(states).toEqual(["denied", "denied", "denied"]);
    });
  });

  test.describe("windows", () => {
    test("loading, showing and being ready come in order", async () => {
      const events = await eventually(app, "did-finish-load");
      const at = (name: unknown): number =>
        events.findIndex((event) => JSON.stringify(event) === JSON.stringify(name));
      const navigated = at(["did-navigate", `${ORIGIN}/index.html#start`]);
      expect(at("ready")).toBe(0);
      expect(at("web-contents-created")).toBe(1);
      expect(navigated).toBe(2);
      expect(at("dom-ready")).toBeGreaterThan(navigated);
      expect(at("did-finish-load")).toBeGreaterThan(at("dom-ready"));
      expect(at("ready-to-show")).toBeGreaterThan(navigated);
      expect(at("show")).toBeGreaterThan(at("ready-to-show"));
      // The blank page that a window starts with is nobody's.
      expect(events.filter((event) => event === "dom-ready")).toHaveLength(1);
    });

    test("a window is found by id, contents and the list", async () => {
      const found = await app.evaluate(({ BrowserWindow, webContents }) => {
        const [window] = BrowserWindow.getAllWindows();
        return (
          window !== undefined &&
          BrowserWindow.fromId(window.id) === window &&
          BrowserWindow.fromWebContents(window.webContents) === window &&
          webContents.fromId(window.webContents.id) === window.webContents
        );
      });
      expect(found).toBe(true);
    });

    test("the size is the one asked for, and changes", async () => {
      const window = await windowOf(app, page);
      await window.evaluate((one) => {
        one.setContentSize(700, 500);
      });
      await expect.poll(() => page.evaluate("[innerWidth, innerHeight]")).toEqual([700, 500]);
      expect(await window.evaluate((one) => one.getContentSize())).toEqual([700, 500]);
    });

    test("the title is the page's", async () => {
      const window = await windowOf(app, page);
      await expect.poll(() => window.evaluate((one) => one.getTitle())).toBe("Contract");
      await window.evaluate((one) => {
        one.setTitle("Mine");
      });
      expect(await window.evaluate((one) => one.getTitle())).toBe("Mine");
    });

    test("hide and show are told", async () => {
      const window = await windowOf(app, page);
      const seen = await window.evaluate((one) => {
        const states = [one.isVisible()];
        one.hide();
        states.push(one.isVisible());
        one.showInactive();
        states.push(one.isVisible());
        return states;
      });
      expect(seen).toEqual([true, false, true]);
      expect((await eventsOf(app)).filter((one) => one === "hide")).toHaveLength(1);
    });

    test("zoom makes the page smaller in its own pixels", async () => {
      const window = await windowOf(app, page);
      const before = await page.evaluate<number>("innerWidth");
      await window.evaluate((one) => {
        one.webContents.setZoomFactor(2);
      });
      await expect.poll(() => page.evaluate("innerWidth")).toBe(before / 2);
      await window.evaluate((one) => {
        one.webContents.setZoomFactor(1);
      });
      await expect.poll(() => page.evaluate("innerWidth")).toBe(before);
    });

    test("main runs script in the page", async () => {
      const window = await windowOf(app, page);
      const results = await window.evaluate(async ({ webContents }) => [
        (await webContents.executeJavaScript("typeof api")) as unknown,
        (await webContents.executeJavaScript("Promise.resolve({ a: [1] })")) as unknown,
        (await webContents
          .executeJavaScript("Promise.reject(new Error('no'))")
          .catch(String)) as unknown,
      ]);
      expect(results.slice(0, 2)).toEqual(["object", { a: [1] }]);
      expect(results[2]).toContain("no");
    });

    test("loading what is not there rejects", async () => {
      const message = await app.evaluate(async ({ BrowserWindow }) => {
        const window = new BrowserWindow({ show: false });
        const result = await window.loadURL("http://127.0.0.1:1/").then(
          () => "loaded",
          (error: unknown) => String(error),
        );
        window.destroy();
        return result;
      });
      expect(message).toMatch(/^Error: ERR_[A-Z_]+ \(-\d+\) loading 'http:\/\/127\.0\.0\.1:1\/'$/);
    });

    test("a page is pictured", async () => {
      const window = await windowOf(app, page);
      const size = await window.evaluate(async (one) => (await one.capturePage()).getSize());
      const inner = await page.evaluate("({ width: innerWidth, height: innerHeight })");
      expect(size).toEqual(inner);
    });

    test("the theme's source reaches the page", async () => {
      const dark = "matchMedia('(prefers-color-scheme: dark)').matches";
      const set = (source: "dark" | "light" | "system"): Promise<boolean> =>
        app.evaluate(({ nativeTheme }, wanted) => {
          nativeTheme.themeSource = wanted;
          return nativeTheme.shouldUseDarkColors;
        }, source);
      expect(await set("dark")).toBe(true);
      await expect.poll(() => page.evaluate(dark)).toBe(true);
      await eventually(app, "theme-updated");
      expect(await set("light")).toBe(false);
      await expect.poll(() => page.evaluate(dark)).toBe(false);
      await set("system");
    });
  });

  test.describe("files", () => {
    test("a chosen file has its path, one that a script made has none", async () => {
      const path = join(running.folder, "chosen file.txt");
      writeFileSync(path, "content");
      await page.locator("#file").setInputFiles(path);
      const paths = await page.evaluate(
        "[api.pathOf(document.getElementById('file').files[0]), api.pathOf(new File(['x'], 'x.txt'))]",
      );
      expect(paths).toEqual([path, ""]);
    });
  });

  test.describe("desktop", () => {
    test("menus run their handlers", async () => {
      const result = await app.evaluate(({ Menu }) => {
        const clicked: string[] = [];
        const menu = Menu.buildFromTemplate([
          {
            label: "File",
            submenu: [
              { id: "open", label: "Open", click: () => clicked.push("open") },
              { id: "check", label: "Check", type: "checkbox" },
            ],
          },
        ]);
        Menu.setApplicationMenu(menu);
        menu.getMenuItemById("open")?.click();
        menu.getMenuItemById("check")?.click();
        const labels = Menu.getApplicationMenu()?.items.map(({ label }) => label);
        return { clicked, labels, isChecked: menu.getMenuItemById("check")?.checked };
      });
      expect(result).toEqual({ clicked: ["open"], labels: ["File"], isChecked: true });
    });

    test("secrets come back from safeStorage, and only whole", async () => {
      const result = await app.evaluate(async ({ safeStorage }) => {
        if (!(await safeStorage.isAsyncEncryptionAvailable())) {
          return ["no keyring"];
        }
        const secret = await safeStorage.encryptStringAsync("pässword");
        const back = await safeStorage.decryptStringAsync(secret);
        secret.writeUInt8(secret.readUInt8(secret.length - 1) ^ 1, secret.length - 1);
        const tampered = await safeStorage.decryptStringAsync(secret).then(
          () => "read",
          () => "refused",
        );
        return [back.result, secret.includes("ssword"), tampered];
      });
      expect(result).toEqual(["pässword", false, "refused"]);
    });

    test("a power-save blocker is on until it is stopped", async () => {
      const states = await app.evaluate(({ powerSaveBlocker }) => {
        const id = powerSaveBlocker.start("prevent-app-suspension");
        const before = powerSaveBlocker.isStarted(id);
        powerSaveBlocker.stop(id);
        return [before, powerSaveBlocker.isStarted(id)];
      });
      expect(states).toEqual([true, false]);
    });

    test("functions of dialog and shell can be replaced", async () => {
      const opened = await app.evaluate(async ({ dialog, shell }) => {
        const urls: string[] = [];
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ["/x"] });
        shell.openExternal = (url: string) => {
          urls.push(url);
          return Promise.resolve();
        };
        await shell.openExternal("https://example.invalid/");
        return [(await dialog.showOpenDialog({})).filePaths, urls];
      });
      expect(opened).toEqual([["/x"], ["https://example.invalid/"]]);
    });

    test("the clipboard is asynchronous", async () => {
      const text = await app.evaluate(async ({ clipboard }) => {
        await clipboard.writeText("copied");
        return clipboard.readText();
      });
      expect(text).toBe("copied");
    });

    test("there is a display with a work area inside", async () => {
      const { bounds, workArea } = await app.evaluate(({ screen }) => screen.getPrimaryDisplay());
      expect(bounds.width).toBeGreaterThan(0);
      expect(workArea.width).toBeLessThanOrEqual(bounds.width);
    });

    test("a picture keeps its size", async () => {
      const size = await app.evaluate(({ nativeImage }) => {
        const image = nativeImage.createFromBitmap(Buffer.alloc(4 * 3 * 2), {
          width: 3,
          height: 2,
        });
        return [image.isEmpty(), image.getSize(), nativeImage.createEmpty().isEmpty()];
      });
      expect(size).toEqual([false, { width: 3, height: 2 }, true]);
    });
  });
});
