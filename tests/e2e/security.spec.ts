import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, expect, type Page, test } from "@playwright/test";
import type { Bridge } from "../../shared/ipc/contract.ts";
import { breakPolicy, NAVIGATIONS, navigateAway, type PolicyAttack } from "./support/attacks.ts";

/**
 * Electron's security checklist (docs/tutorial/security), point by point, on the built application. Two of its twenty
 * points do not apply, and the reason is tested.
 */

const ROOT = join(import.meta.dirname, "..", "..");

declare global {
  interface Window {
    readonly cpm: Bridge;
  }
}

let profile = "";
let app: ElectronApplication;
let page: Page;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), "cpm-security-"));
  app = await _electron.launch({ args: [ROOT, "--profile", join(profile, "p")] });
  page = await app.firstWindow();
  await expect(page.locator("#root > *").first()).toBeVisible();
});

test.afterAll(async () => {
  await app.close();
  await rm(profile, { recursive: true, force: true });
});

/** What each open window was made with. */
function preferences(): Promise<Record<string, unknown>[]> {
  return app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      // Not in the public types, but the only way to read them back.
      const contents = webContents as unknown as { getLastWebPreferences(): object };
      const of = { ...contents.getLastWebPreferences() };
      return Object.fromEntries(
        Object.entries(of).filter(([, value]) => ["boolean", "string"].includes(typeof value)),
      );
    }),
  );
}

async function expectPreference(name: string, expected: unknown): Promise<void> {
  const all = await preferences();
  expect(all.length).toBeGreaterThan(0);
  for (const each of all) expect(each[name]).toBe(expected);
}

async function mainUrl(): Promise<string> {
  return app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL() ?? "",
  );
}

/** The directive that an attack breaks against, told by the page itself; `none` when it was not stopped. */
function violationOf(attack: PolicyAttack): Promise<string> {
  return page.evaluate(breakPolicy, attack);
}

/** @returns what the page got for it */
function openWindow(url: string): Promise<unknown> {
  return page.evaluate((target) => window.open(target, "_blank", "noopener"), url);
}

test.describe("Electron's security checklist", () => {
  test("1: only secure content is loaded, and all of it is the application's own", async () => {
    expect(await mainUrl()).toBe("cpm-app://bundle/index.html");
    const foreign = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => new URL(name).origin !== window.location.origin),
    );
    expect(foreign).toEqual([]);
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
  });

  test("2: no Node.js in a window", async () => {
    await expectPreference("nodeIntegration", false);
    await expectPreference("nodeIntegrationInWorker", false);
    await expectPreference("nodeIntegrationInSubFrames", false);
    const names = ["require", "process", "Buffer", "module", "global", "__dirname"];
    const found = await page.evaluate((all) => all.filter((name) => name in window), names);
    expect(found).toEqual([]);
  });

  test("3: the preload script has a world of its own", async () => {
    await expectPreference("contextIsolation", true);
    const result = await page.evaluate(() => {
      const { cpm } = window;
      const tried = [
        Reflect.set(cpm, "request", () => "stolen"),
        Reflect.defineProperty(cpm, "more", { value: 1 }),
        Reflect.deleteProperty(cpm, "on"),
      ];
      return { tried, paths: [...cpm.pathsOf([{}])], type: typeof cpm.request };
    });
    expect(result).toEqual({ tried: [false, false, false], paths: [""], type: "function" });
  });

  test("4: every window is in Chromium's sandbox", async () => {
    await expectPreference("sandbox", true);
  });

  test("5: no permission is granted, asked or checked", async () => {
    const states = await page.evaluate(async () => {
      const query = async (name: string): Promise<string> => {
        const status = await navigator.permissions.query({ name: name as PermissionName });
        return status.state;
      };
      const names = ["camera", "microphone", "geolocation", "notifications", "clipboard-read"];
      return Promise.all(names.map(query));
    });
    expect(states).not.toContain("granted");
    const outcomes = await page.evaluate(async () => [
      await Notification.requestPermission(),
      await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => "granted",
        () => "refused",
      ),
      await navigator.clipboard.readText().then(
        () => "granted",
        () => "refused",
      ),
      await new Promise<string>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => {
            resolve("granted");
          },
          () => {
            resolve("refused");
          },
        );
      }),
    ]);
    expect(outcomes).toEqual(["denied", "refused", "refused", "refused"]);
  });

  test("6: the same-origin rule holds", async () => {
    await expectPreference("webSecurity", true);
    const outcome = await page.evaluate(() =>
      fetch("file:///etc/hostname").then(
        () => "read",
        () => "refused",
      ),
    );
    expect(outcome).toBe("refused");
  });

  test("7: the policy allows the application's own files and nothing else", async () => {
    const policy = await page.evaluate(async () => {
      const response = await fetch("./index.html");
      return response.headers.get("content-security-policy") ?? "";
    });
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(await violationOf("inline")).toBe("script-src-elem");
    expect(await violationOf("eval")).toBe("script-src");
    expect(await violationOf("remoteScript")).toBe("script-src-elem");
    expect(await violationOf("handler")).toBe("script-src-attr");
    expect(await violationOf("inlineStyle")).toBe("style-src-elem");
    expect(await violationOf("frame")).toBe("frame-src");
    expect(await violationOf("connect")).toBe("connect-src");
    expect(await violationOf("socket")).toBe("connect-src");
    expect(await violationOf("form")).toBe("form-action");
    expect(await violationOf("base")).toBe("base-uri");
    expect(await violationOf("plugin")).toBe("object-src");
    expect(await page.evaluate(() => "isBroken" in window)).toBe(false);
  });

  test("7: the application itself breaks none of it", async () => {
    const other = await app.firstWindow();
    const said: string[] = [];
    other.on("console", (message) => said.push(message.text()));
    await other.reload();
    await expect(other.locator("#root > *").first()).toBeVisible();
    expect(said.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
  });

  test("8: no insecure content in a secure page", async () => {
    await expectPreference("allowRunningInsecureContent", false);
  });

  test("9: no experimental features", async () => {
    await expectPreference("experimentalFeatures", false);
  });

  test("10: no switched-on Blink features", async () => {
    for (const each of await preferences()) expect(each["enableBlinkFeatures"] ?? "").toBe("");
    const isSwitched = await app.evaluate(({ app: { commandLine } }) =>
      commandLine.hasSwitch("enable-blink-features"),
    );
    expect(isSwitched).toBe(false);
  });

  test("11 and 12 do not apply: no window can hold a <webview>", async () => {
    await expectPreference("webviewTag", false);
  });

  test("13: a page stays where it is", async () => {
    for (const attempt of NAVIGATIONS) {
      await page.evaluate(navigateAway, attempt);
      await expect(page.locator("#root > *").first()).toBeVisible();
      expect(await mainUrl()).toBe("cpm-app://bundle/index.html");
    }
  });

  test("14: a page opens no window", async () => {
    const count = (): Promise<number> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    const before = await count();
    for (const url of ["https://evil.example/", "about:blank", "./index.html", ""])
      expect(await openWindow(url)).toBe(null);
    await page.evaluate(() => {
      const members = { href: "https://evil.example/", target: "_blank" };
      const link = Object.assign(document.createElement("a"), members);
      document.body.append(link);
      link.click();
      link.remove();
    });
    await expect(page.locator("#root > *").first()).toBeVisible();
    expect(await count()).toBe(before);
  });

  test("15: the system opens nothing but pages of a list and mail addresses", async () => {
    await app.evaluate(({ shell }) => {
      const opened: string[] = [];
      Object.assign(globalThis, { opened });
      shell.openExternal = (url) => {
        opened.push(url);
        return Promise.resolve();
      };
    });
    const good = ["https://www.rfc-editor.org/rfc/rfc5547", "mailto:bob@b.example"];
    const bad = [
      ...["http://www.rfc-editor.org/", "https://evil.example/", "file:///etc/passwd"],
      ...["smb://evil.example/x", "javascript:alert(1)", "cpm:bob@b.example"],
      "https://www.rfc-editor.org@evil.example/",
    ];
    for (const url of [...bad, ...good]) await openWindow(url);
    const opened = (): Promise<unknown> =>
      app.evaluate(() => (globalThis as { opened?: string[] }).opened);
    await expect.poll(opened).toEqual(good);
  });

  test("16: it runs on the release of Electron that is pinned", async () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const running = await app.evaluate(() => process.versions["electron"]);
    expect(devDependencies["electron"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(running).toBe(devDependencies["electron"]);
  });

  test("17: who is no page of ours gets no answer", async () => {
    const answer = await app.evaluate(async ({ BrowserWindow }) => {
      const [own] = BrowserWindow.getAllWindows();
      const contents = own?.webContents as unknown as { getLastWebPreferences(): object };
      const { preload } = contents.getLastWebPreferences() as { preload: string };
      const foreign = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, contextIsolation: true },
      });
      try {
        await foreign.loadURL("data:text/html,<title>foreign</title>");
        return String(
          await foreign.webContents.executeJavaScript(
            `window.cpm.request("app.snapshot", {}).then((answer) => JSON.stringify(answer))`,
          ),
        );
      } finally {
        foreign.destroy();
      }
    });
    expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { code: "badRequest" } });
  });

  test("17: what is not in the table, or not as the table says, is a value and no harm", async () => {
    const codes = await page.evaluate(async () => {
      const { cpm } = window as unknown as {
        cpm: { request: (name: unknown, args: unknown) => Promise<unknown> };
      };
      const asked: [unknown, unknown][] = [
        ["no.such.request", {}],
        ["__proto__", {}],
        [{ toString: () => "app.snapshot" }.toString, {}],
        ["app.snapshot", { more: 1 }],
        ["file.open", { id: "x", index: "../../etc/passwd" }],
        ["files.look", { paths: [1] }],
        ["text.copy", { text: "x".repeat(200_000) }],
      ];
      const codeOf = async ([name, args]: [unknown, unknown]): Promise<string> => {
        try {
          const answer = (await cpm.request(name, args)) as { error?: { code: string } };
          return answer.error?.code ?? "answered";
        } catch (error) {
          // What can not be cloned does not even leave the page.
          return String(error).includes("could not be cloned") ? "notCloned" : "thrown";
        }
      };
      return Promise.all(asked.map(codeOf));
    });
    expect(codes).toEqual([
      ...["badRequest", "badRequest", "notCloned"],
      ...["badRequest", "badRequest", "badRequest", "badRequest"],
    ]);
  });

  test("17: one window has a bounded number of requests under way", async () => {
    const codes = await page.evaluate(async () => {
      const all = Array.from({ length: 400 }, () => window.cpm.request("account.refresh", {}));
      const answers = await Promise.all(all);
      return answers.filter((each) => !each.ok && each.error.code === "badRequest").length;
    });
    expect(codes).toBeLessThanOrEqual(200);
    const after = await page.evaluate(() => window.cpm.request("app.snapshot", {}));
    expect(after.ok).toBe(true);
  });

  test("18: pages come by a scheme of their own, and no path leads out of the bundle", async () => {
    expect(await mainUrl()).toMatch(/^cpm-app:/);
    const statuses = await page.evaluate(() =>
      Promise.all(
        [
          ...["./../package.json", "./%2e%2e/package.json", "./..%2f..%2fpackage.json"],
          ...["./assets/", "./icon/none/0", "./picked/none", "./main/entry.js", "//etc/passwd"],
        ].map((url) =>
          fetch(url).then(
            ({ status }) => status,
            () => 404,
          ),
        ),
      ),
    );
    expect(statuses).toEqual(Array.from({ length: statuses.length }, () => 404));
    const headers = await page.evaluate(async () => {
      const { headers: of } = await fetch("./index.html");
      return ["x-content-type-options", "cross-origin-resource-policy", "referrer-policy"].map(
        (name) => of.get(name),
      );
    });
    expect(headers).toEqual(["nosniff", "same-origin", "no-referrer"]);
  });

  test("19: the fuses of a package are set", () => {
    const text = readFileSync(join(ROOT, "electron-builder.yml"), "utf8");
    const fuse = (name: string): string | undefined =>
      new RegExp(`^  ${name}: (true|false)$`, "m").exec(text)?.[1];
    const closed = [
      ...["runAsNode", "enableNodeOptionsEnvironmentVariable", "enableNodeCliInspectArguments"],
      "grantFileProtocolExtraPrivileges",
    ];
    const set = [
      ...["enableCookieEncryption", "enableEmbeddedAsarIntegrityValidation"],
      "onlyLoadAppFromAsar",
    ];
    expect(closed.map(fuse)).toEqual(closed.map(() => "false"));
    expect(set.map(fuse)).toEqual(set.map(() => "true"));
  });

  test("20: a page has three functions and nothing of Electron", async () => {
    const found = await page.evaluate(() => ({
      bridge: Object.keys(window.cpm).sort(),
      globals: ["electron", "ipcRenderer", "require"].filter((name) => name in window),
    }));
    expect(found).toEqual({ bridge: ["on", "pathsOf", "request"], globals: [] });
    const received = await page.evaluate(async () => {
      const heard = new Promise<unknown[]>((resolve) => {
        const undo = window.cpm.on("app.changed", (...args: unknown[]) => {
          undo();
          resolve(args.map((each) => Object.keys(each as object)));
        });
      });
      const before = await window.cpm.request("app.snapshot", {});
      const density = before.ok ? before.value.app.settings.density : "comfortable";
      await window.cpm.request("settings.change", { density });
      await window.cpm.request("settings.change", {
        density: density === "compact" ? "comfortable" : "compact",
      });
      return heard;
    });
    // The payload alone: never Electron's event, whose sender leads back to everything.
    expect(received).toHaveLength(1);
  });
});
