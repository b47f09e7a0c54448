import { join } from "node:path";
import { inspect } from "node:util";
import type { KeyPress } from "./accelerator.ts";
import { type AppInfo, HostApp } from "./app.ts";
import { Browser } from "./browser.ts";
import type { HostWindow } from "./browser-window.ts";
import { LogicalWindow } from "./browser-window-class.ts";
import { createClipboard, HostClipboardItem } from "./clipboard.ts";
import { parseSwitches } from "./command-line.ts";
import { createDialog } from "./dialog.ts";
import { HostIpcMain } from "./ipc-main.ts";
import { HostMenu, HostMenuItem } from "./menu.ts";
import { createNativeImage } from "./native-image.ts";
import { HostTheme } from "./native-theme.ts";
import { HostNotification } from "./notification.ts";
import { Permissions } from "./permissions.ts";
import { createPowerSaveBlocker, HostPowerMonitor } from "./power.ts";
import { createRecords } from "./records.ts";
import { createSafeStorage } from "./safe-storage.ts";
import { SchemeMap } from "./scheme-map.ts";
import { HostScreen } from "./screen.ts";
import { createSessionModule, HostSession } from "./session.ts";
import { createShell } from "./shell.ts";
import { absent, HostEvent, strict } from "./strict.ts";
import { createCrashReporter, createGlobalShortcut, createNet, HostPreferences } from "./system.ts";
import { HostTray } from "./tray.ts";
import type { HostWebContents } from "./web-contents.ts";

/** Names of Electron's main process that the host has nothing for. */
const ABSENT = [
  "BaseWindow",
  "BrowserView",
  "ImageView",
  "MessageChannelMain",
  "ShareMenu",
  "TouchBar",
  "View",
  "WebContentsView",
  "autoUpdater",
  "contentTracing",
  "desktopCapturer",
  "inAppPurchase",
  "netLog",
  "pushNotifications",
  "utilityProcess",
  "webFrameMain",
] as const;

/** Of the process's own switches, those that Chromium is to see too. */
const FOR_CHROMIUM = new Set([
  "no-sandbox",
  "lang",
  "remote-debugging-port",
  "force-device-scale-factor",
  "force-color-profile",
  "disable-gpu",
]);

export interface ElectronHost {
  readonly electron: object;
  readonly app: HostApp;
}

/** Builds the whole module; nothing is started by it. */
export function createElectron(info: AppInfo): ElectronHost {
  const records = createRecords();
  const schemes = new SchemeMap();
  const switches = parseSwitches(process.argv.slice(1));
  // Now: Playwright takes its own out of process.argv later.
  const forChromium = [...switches].filter(([name]) => FOR_CHROMIUM.has(name));
  const windows = new Map<number, HostWindow>();
  const contents = new Map<number, HostWebContents>();
  const ipcMain = new HostIpcMain();
  const shortcuts = new Map<string, () => void>();
  const theme = new HostTheme(() => {
    for (const one of contents.values()) {
      one.applyMedia();
    }
  });
  const isReady = (): boolean => app.isStarted;
  function assertReady(message: string): void {
    if (!isReady()) {
      throw new Error(message);
    }
  }
  const screen = new HostScreen(() => {
    assertReady("The 'screen' module can't be used before the app 'ready' event");
  });

  /** As in Electron, a window says what went wrong, and the application goes on. */
  function tellUncaught(error: unknown): void {
    if (process.listenerCount("uncaughtException") === 1) {
      dialog.showErrorBox("A JavaScript error occurred in the main process", inspect(error));
    }
  }

  const app: HostApp = new HostApp({
    info,
    switches,
    windows,
    browser: () => browser,
    beforeReady: async () => {
      const { cdp } = await browser.start();
      const { screenInfos } = await cdp.browser.send("Emulation.getScreenInfos");
      screen.found(screenInfos);
      process.on("uncaughtException", tellUncaught);
    },
  });

  const browser = new Browser({
    profileFolder: () => join(app.getPath("sessionData"), "host-chromium"),
    *switches() {
      yield* app.appended;
      yield* forChromium;
    },
    onLost: () => {
      for (const window of [...windows.values()]) {
        window.webContents.emit("-gone");
      }
    },
  });

  const permissions = new Permissions({
    set: async (origin, permission, isGranted) => {
      const { cdp } = await browser.start();
      const setting = isGranted ? "granted" : "denied";
      return cdp.browser.send("Browser.setPermission", { origin, permission, setting });
    },
    clearStorage: async () => {
      const { cdp } = await browser.start();
      return cdp.browser.send("Storage.clearCookies");
    },
  });
  const session = new HostSession(schemes, permissions, isReady);

  const ports = {
    browser,
    schemes,
    session,
    ipcMain,
    contents,
    windows,
    media: () => theme.media(),
    workArea: () => screen.getPrimaryDisplay().workArea,
    preloadProcess: () => ({
      platform: process.platform,
      arch: process.arch,
      pid: process.pid,
      argv: [process.execPath],
      execPath: process.execPath,
      env: { ...process.env },
      versions: { ...process.versions },
      resourcesPath: join(process.execPath, "..", "resources"),
    }),
    onDrag: (item: Electron.Item) => {
      records.drags.push(item);
    },
    onKey: (from: HostWebContents, key: object) => {
      const window = [...windows.values()].find(({ webContents }) => webContents === from);
      if (window !== undefined) {
        HostMenu.application?.press(key as KeyPress, window);
      }
    },
    assertReady: () => {
      assertReady("Cannot create BrowserWindow before app is ready");
    },
    onCreated: (window: HostWindow) => {
      app.emit("web-contents-created", new HostEvent(app), window.webContents);
      app.emit("browser-window-created", new HostEvent(app), window);
      window.webContents.on("render-process-gone", (_event: unknown, details: object) => {
        app.emit("render-process-gone", new HostEvent(app), window.webContents, details);
      });
      window.on("focus", () => app.emit("browser-window-focus", new HostEvent(app), window));
      window.on("blur", () => app.emit("browser-window-blur", new HostEvent(app), window));
    },
    onClosed: () => {
      app.windowClosed();
    },
    onCloseRefused: () => {
      app.closeRefused();
    },
  };

  class BrowserWindow extends LogicalWindow {
    constructor(options?: Electron.BrowserWindowConstructorOptions) {
      super(ports, options);
    }

    static getAllWindows(): HostWindow[] {
      return [...windows.values()];
    }

    static getFocusedWindow(): HostWindow | null {
      return [...windows.values()].find((window) => window.isFocused()) ?? null;
    }

    static fromWebContents(one: unknown): HostWindow | null {
      return [...windows.values()].find(({ webContents }) => webContents === one) ?? null;
    }

    static fromId(id: number): HostWindow | null {
      return windows.get(id) ?? null;
    }
  }

  class Tray extends HostTray {
    constructor(image: unknown) {
      assertReady("Cannot create Tray before app is ready");
      super(records, image);
    }
  }

  class Notification extends HostNotification {
    constructor(options?: Electron.NotificationConstructorOptions) {
      assertReady("Cannot create Notification before app is ready");
      super(records, options);
    }

    static isSupported(): boolean {
      return true;
    }

    static handleActivation(): void {}
  }

  HostMenu.records = records;
  HostMenu.quit = () => {
    app.quit();
  };
  HostMenu.roleWindow = () => BrowserWindow.getFocusedWindow() ?? [...windows.values()][0];

  const webContents = strict("webContents", {
    fromId: (id: number) => contents.get(id),
    fromDevToolsTargetId: (id: string) => [...contents.values()].find((one) => one.targetId === id),
    getAllWebContents: () => [...contents.values()],
    getFocusedWebContents: () => BrowserWindow.getFocusedWindow()?.webContents ?? null,
  });

  const dialog = createDialog({
    records,
    downloads: () => app.getPath("downloads"),
    assertReady: () => {
      assertReady("dialog module can only be used after app is ready");
    },
    focusedWindow: () => BrowserWindow.getFocusedWindow() ?? [...windows.values()][0],
  });

  const electron = {
    app,
    BrowserWindow,
    clipboard: createClipboard(),
    ClipboardItem: HostClipboardItem,
    crashReporter: createCrashReporter(),
    dialog,
    globalShortcut: createGlobalShortcut(shortcuts),
    ipcMain,
    Menu: HostMenu,
    MenuItem: HostMenuItem,
    nativeImage: createNativeImage(),
    nativeTheme: theme,
    net: createNet(),
    Notification,
    powerMonitor: new HostPowerMonitor(),
    powerSaveBlocker: createPowerSaveBlocker(),
    protocol: session.protocol,
    safeStorage: createSafeStorage(() => app.getPath("userData"), isReady),
    screen,
    session: createSessionModule(session, isReady),
    shell: createShell(records, browser.isHeadless),
    systemPreferences: new HostPreferences(),
    Tray,
    webContents,
    ...Object.fromEntries(ABSENT.map((name) => [name, absent(name)])),
    __host: { ...records, records, shortcuts },
  };
  return { electron: strict("electron", electron), app };
}
