import { type ElectronApplication, expect, type Page, test } from "@playwright/test";
import {
  APP,
  type Contract,
  eventsOf,
  execPathOf,
  launch,
  ORIGIN,
  type Running,
  removeFolders,
} from "./contract-support.ts";

/**
 * What the application relies on Electron for. The same files run on the Chromium host and, with
 * ELECTRON_OVERRIDE_DIST_PATH unset, on Electron itself: where the two differ, the host is wrong.
 */
test.afterAll(() => {
  removeFolders();
});

test.describe("one window", () => {
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

  test.describe("process", () => {
    test("main has Electron's identity", async () => {
      const main = await app.evaluate(({ app: electronApp }) => ({
        type: process.type,
        isDefault: process.defaultApp,
        hasVersion: typeof process.versions["electron"],
        hasResources: typeof process.resourcesPath,
        name: electronApp.getName(),
        version: electronApp.getVersion(),
        path: electronApp.getAppPath(),
        isPackaged: electronApp.isPackaged,
        argv: process.argv,
      }));
      expect(main).toEqual({
        type: "browser",
        isDefault: true,
        hasVersion: "string",
        hasResources: "string",
        name: "Contract App",
        version: "1.2.3",
        path: APP,
        isPackaged: false,
        argv: [await execPathOf(app), APP, `--profile=${running.folder}`],
      });
    });

    test("named, default and required imports are the same module", async () => {
      const same = await app.evaluate((electron) => {
        const { contract } = globalThis as unknown as {
          contract: { electron: object; BrowserWindow: unknown };
        };
        return [
          Reflect.get(contract.electron, "app") === electron.app,
          contract.BrowserWindow === electron.BrowserWindow,
        ];
      });
      expect(same).toEqual([true, true]);
    });

    test("userData is where it was set before the lock", async () => {
      const path = await app.evaluate(({ app: electronApp }) => electronApp.getPath("userData"));
      expect(path).toBe(running.folder);
    });

    test("switches of the command line are readable", async () => {
      const found = await app.evaluate(({ app: { commandLine } }) => [
        commandLine.hasSwitch("profile"),
        commandLine.getSwitchValue("profile"),
        commandLine.hasSwitch("nothing"),
      ]);
      expect(found).toEqual([true, running.folder, false]);
    });

    test("a child of the own executable with a role is a plain program", async () => {
      const child = await app.evaluate(async () => {
        const { contract } = globalThis as unknown as { contract: Contract };
        const started = contract.startChild();
        let output = "";
        started.stdout?.on("data", (text: Buffer) => {
          output += text.toString();
          if (output.endsWith("}\n")) {
            started.stdin?.write("hello\n");
          } else if (output.endsWith("hello\n")) {
            started.stdin?.write("end\n");
          }
        });
        const code = await new Promise((resolve) => {
          started.once("exit", resolve);
        });
        return { output: output.split("\n"), code };
      });
      expect(child.code).toBe(7);
      expect(child.output.slice(1)).toEqual(["heard hello", "heard end", ""]);
      const execPath = await execPathOf(app);
      expect(JSON.parse(child.output[0] ?? "")).toEqual({
        argv: [execPath, APP, "--role=network"],
        execPath,
        type: "browser",
        packaged: false,
      });
    });
  });

  test.describe("preload and contextBridge", () => {
    test("the page has neither Node nor what the preload keeps", async () => {
      const seen = await page.evaluate(
        "[typeof secret, typeof require, typeof process, typeof module, typeof Buffer]",
      );
      expect(seen).toEqual(Array(5).fill("undefined"));
    });

    test("a sandboxed preload requires a few modules only", async () => {
      const required = await page.evaluate<string[]>("api.required");
      expect(required[3]).toBe("refused");
      expect(required.slice(0, 3)).not.toContain("refused");
      expect(await page.evaluate("api.process")).toEqual({
        platform: process.platform,
        type: "renderer",
        sandboxed: true,
      });
    });

    test("functions are called across, with promises and callbacks", async () => {
      const results = await page.evaluate(
        "(async () => [api.add(1, 2), await api.later('x'), api.call((a) => a * 2, 21)])()",
      );
      expect(results).toEqual([3, { value: "x" }, 42]);
    });

    test("a function that comes back is the same one", async () => {
      expect(
        await page.evaluate("(() => { const f = () => 1; return api.same(f) === f; })()"),
      ).toBe(true);
      expect(await page.evaluate("api.add === api.add")).toBe(true);
    });

    test("a thrown error keeps its message and nothing else", async () => {
      const caught = await page.evaluate(`(async () => {
        const of = (e) => [e instanceof Error, e.name, e.message];
        let thrown; try { api.fail(); } catch (e) { thrown = of(e); }
        return [thrown, await api.reject().catch(of)];
      })()`);
      expect(caught).toEqual([
        [true, "Error", "too far"],
        [true, "Error", "never"],
      ]);
    });

    test("values are cloned", async () => {
      const kinds = await page.evaluate(
        "[new Date(0), new Map(), new Uint8Array(1), [1], { a: 1 }, null, undefined].map(api.kind)",
      );
      expect(kinds).toEqual([
        "[object Date]",
        "[object Map]",
        "[object Uint8Array]",
        "[object Array]",
        "[object Object]",
        "[object Null]",
        "[object Undefined]",
      ]);
      expect(await page.evaluate("api.nested.date.getTime() + api.nested.list[0]")).toBe(1);
    });

    test("the API is frozen, all of it", async () => {
      const frozen = await page.evaluate(
        "[api, api.nested, api.nested.list, api.nested.list[1]].map(Object.isFrozen)",
      );
      expect(frozen).toEqual([true, true, true, true]);
      expect(await page.evaluate("(() => { window.api = 1; return typeof api; })()")).toBe(
        "object",
      );
    });

    test("an existing property is not covered", async () => {
      const message = await page.evaluate(
        "(() => { try { api.expose('document'); } catch (e) { return e.message; } })()",
      );
      expect(message).toContain("Cannot bind an API on top of an existing property");
    });

    test("a frame inside of the page has no API", async () => {
      const type = await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.src = "other.html";
        frame.onload = () => { resolve(typeof frame.contentWindow.api); frame.remove(); };
        document.body.append(frame);
      })`);
      expect(type).toBe("undefined");
    });
  });

  test.describe("messages between page and main", () => {
    test("arguments and results are structured clones", async () => {
      const results = await page.evaluate(`(async () => {
        const cyclic = { list: [] }; cyclic.list.push(cyclic);
        const sent = { date: new Date(5), map: new Map([["k", new Set([1])]]), big: 10n, octets: new Uint8Array([1, 2, 255]),
          zero: -0, nan: NaN, none: undefined, text: "\\u{1F600}\\0", re: /a/gi, error: new RangeError("far") };
        const got = await api.invoke("echo", sent);
        const back = await api.invoke("echo", cyclic);
        return [got.date.getTime(), [...got.map.get("k")], String(got.big), [...got.octets], got.octets.constructor.name,
          Object.is(got.zero, -0), Number.isNaN(got.nan), "none" in got, got.text === sent.text, String(got.re), got.error.message,
          back.list[0] === back];
      })()`);
      expect(results).toEqual([
        5,
        [1],
        "10",
        [1, 2, 255],
        "Uint8Array",
        true,
        true,
        true,
        true,
        "/a/gi",
        "far",
        true,
      ]);
    });

    test("errors of a handler reach the page as text", async () => {
      const errors = await page.evaluate(
        "Promise.all(['fail', 'nothing', 'function'].map((name) => api.invoke(name).catch((e) => e.message)))",
      );
      expect(errors).toEqual([
        "Error invoking remote method 'fail': TypeError: wrong",
        "Error invoking remote method 'nothing': Error: No handler registered for 'nothing'",
        "Error invoking remote method 'function': Error: An object could not be cloned.",
      ]);
    });

    test("what cannot be cloned is refused before it is sent", async () => {
      const message = await page.evaluate(
        "api.invoke('echo', { deep: [() => 1] }).then(() => 'sent', (e) => e.message)",
      );
      expect(message).toContain("could not be cloned");
    });

    test("keep their order", async () => {
      await page.evaluate(
        "(async () => { for (let i = 0; i < 50; i++) api.send('said', i); await api.invoke('echo'); })()",
      );
      const said = (await eventsOf(app)).filter((one) => Array.isArray(one) && one[0] === "said");
      expect(said).toEqual(Array.from({ length: 50 }, (_none, i) => ["said", i]));
    });

    test("what was sent before a reply comes before it", async () => {
      const seen = await page.evaluate(`(async () => {
        const seen = [];
        const stop = api.onNumber((n) => seen.push(n));
        seen.push(await api.invoke("burst", 500));
        stop();
        return seen;
      })()`);
      expect(seen).toEqual([...Array.from({ length: 500 }, (_none, i) => i), "after"]);
    });

    test("a synchronous question is answered", async () => {
      expect(await page.evaluate("api.ask([1, 2])")).toEqual({ asked: [1, 2] });
    });

    test("main knows the frame that sent", async () => {
      expect(await page.evaluate("api.invoke('sender')")).toEqual({
        url: `${ORIGIN}/index.html#start`,
        origin: ORIGIN,
        isTop: true,
        isSame: true,
      });
    });

    test("a second handler of a channel is refused", async () => {
      const message = await app.evaluate(({ ipcMain }) => {
        try {
          ipcMain.handle("echo", () => 1);
          return "";
        } catch (error) {
          return String(error);
        }
      });
      expect(message).toBe("Error: Attempted to register a second handler for 'echo'");
    });
  });
});
