import { EventEmitter } from "node:events";
import type { Browser } from "./browser.ts";
import { HostEvent, strictClass } from "./strict.ts";
import { type ContentsPorts, HostWebContents } from "./web-contents.ts";
import { WindowState, type WindowStatePorts } from "./window-state.ts";

type Surface = Pick<
  Electron.BrowserWindow,
  | "loadURL"
  | "loadFile"
  | "show"
  | "showInactive"
  | "hide"
  | "close"
  | "destroy"
  | "focus"
  | "blur"
  | "isFocused"
  | "isVisible"
  | "isDestroyed"
  | "isMinimized"
  | "isMaximized"
  | "isFullScreen"
  | "isNormal"
  | "minimize"
  | "restore"
  | "maximize"
  | "unmaximize"
  | "setFullScreen"
  | "moveTop"
  | "center"
  | "getBounds"
  | "setBounds"
  | "getNormalBounds"
  | "getContentBounds"
  | "setContentBounds"
  | "getSize"
  | "setSize"
  | "getContentSize"
  | "setContentSize"
  | "getPosition"
  | "setPosition"
  | "reload"
>;

export interface WindowPorts extends ContentsPorts, WindowStatePorts {
  readonly windows: Map<number, HostWindow>;
  readonly browser: Browser;
  /** Throws before `ready`, as Electron does. */
  assertReady(): void;
  onCreated(window: HostWindow): void;
  onClosed(): void;
  /** A close that the application or the page refused ends quitting. */
  onCloseRefused(): void;
}

const FORBIDDEN: readonly (readonly [keyof Electron.WebPreferences, unknown])[] = [
  ["contextIsolation", false],
  ["nodeIntegration", true],
  ["sandbox", false],
  ["webviewTag", true],
];

let lastId = 0;

/** A window. Chromium's own is opened in the background; what is asked of it in the meantime is done then. */
export class HostWindow extends EventEmitter implements Surface {
  readonly id: number = ++lastId;
  readonly webContents: HostWebContents;
  /** What has no getter in Electron, for tests that run on the host only. */
  readonly __host: Record<string, unknown> = {};
  readonly state: WindowState;
  readonly #ports: WindowPorts;
  #isDestroyed = false;
  #isClosing = false;

  constructor(ports: WindowPorts, options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.setMaxListeners(0);
    ports.assertReady();
    const preferences = options.webPreferences ?? {};
    for (const [name, value] of FORBIDDEN) {
      if (preferences[name] === value) {
        throw new Error(`host: webPreferences.${name} = ${String(value)} is not implemented`);
      }
    }
    this.#ports = ports;
    const title = options.title ?? "Electron";
    this.state = new WindowState(this, ports, { ...options, title });
    this.webContents = new HostWebContents(ports, {
      title,
      bounds: this.state.bounds,
      preferences: {
        contextIsolation: true,
        nodeIntegration: false,
        sandbox: true,
        webSecurity: true,
        ...preferences,
      },
    });
    this.webContents.opened.then(
      ({ windowId }) => {
        this.state.opened(windowId);
      },
      () => undefined,
    );
    ports.windows.set(this.id, this);
    this.#listen();
    ports.onCreated(this);
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  loadFile(path: string): Promise<void> {
    return this.webContents.loadFile(path);
  }

  reload(): void {
    this.webContents.reload();
  }

  show(): void {
    this.state.setVisible(true);
    this.focus();
  }

  showInactive(): void {
    this.state.setVisible(true);
  }

  hide(): void {
    this.state.setVisible(false);
    this.state.setFocused(false);
  }

  isVisible(): boolean {
    return this.state.isVisible;
  }

  focus(): void {
    if (!this.#isDestroyed && this.state.isVisible) {
      for (const other of this.#ports.windows.values()) {
        if (other !== this) {
          other.state.setFocused(false);
        }
      }
      this.webContents.focus();
      this.state.setFocused(true);
    }
  }

  blur(): void {
    this.state.setFocused(false);
  }

  isFocused(): boolean {
    return this.state.isFocused;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** Asks the application by `close`, then the page by its beforeunload. */
  close(): void {
    if (this.#isDestroyed || this.#isClosing) {
      return;
    }
    const event = new HostEvent(this);
    this.emit("close", event);
    if (event.defaultPrevented) {
      this.#ports.onCloseRefused();
      return;
    }
    if (this.isDestroyed()) {
      return;
    }
    this.#isClosing = true;
    void this.webContents.unload().then((isUnloaded) => {
      this.#isClosing = false;
      if (isUnloaded) {
        this.destroy();
      } else {
        this.#ports.onCloseRefused();
      }
    });
  }

  destroy(): void {
    if (this.#isDestroyed) {
      return;
    }
    this.#isDestroyed = true;
    this.webContents.markDestroyed();
    this.#ports.windows.delete(this.id);
    this.emit("closed", new HostEvent(this));
    this.#ports.onClosed();
  }

  isMinimized(): boolean {
    return this.state.mode === "minimized";
  }

  isMaximized(): boolean {
    return this.state.mode === "maximized";
  }

  isFullScreen(): boolean {
    return this.state.mode === "fullscreen";
  }

  isNormal(): boolean {
    return this.state.mode === "normal";
  }

  minimize(): void {
    this.state.setMode("minimized");
  }

  restore(): void {
    this.state.setMode("normal");
  }

  maximize(): void {
    this.state.setMode("maximized");
  }

  unmaximize(): void {
    this.state.setMode("normal");
  }

  setFullScreen(isFull: boolean): void {
    this.state.setMode(isFull ? "fullscreen" : "normal");
  }

  moveTop(): void {
    this.webContents.focus();
  }

  center(): void {
    this.state.center();
  }

  getBounds(): Electron.Rectangle {
    return { ...this.state.bounds };
  }

  getNormalBounds(): Electron.Rectangle {
    return { ...this.state.normalBounds };
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.state.setBounds(bounds);
  }

  getContentBounds(): Electron.Rectangle {
    return { ...this.state.bounds };
  }

  setContentBounds(bounds: Partial<Electron.Rectangle>): void {
    this.state.setBounds(bounds);
  }

  getSize(): number[] {
    return [this.state.bounds.width, this.state.bounds.height];
  }

  setSize(width: number, height: number): void {
    this.state.setBounds({ width, height });
  }

  getContentSize(): number[] {
    return this.getSize();
  }

  setContentSize(width: number, height: number): void {
    this.state.setBounds({ width, height });
  }

  getPosition(): number[] {
    return [this.state.bounds.x, this.state.bounds.y];
  }

  setPosition(x: number, y: number): void {
    this.state.setBounds({ x, y });
  }

  #listen(): void {
    const contents = this.webContents;
    contents.on("-painted", () => {
      this.emit("ready-to-show", new HostEvent(this));
    });
    contents.on("-close", () => {
      this.close();
    });
    contents.on("-gone", () => {
      this.#gone();
    });
    contents.on("destroyed", () => {
      this.destroy();
    });
    contents.on("-bounds", (bounds: Electron.Rectangle) => {
      this.state.reported(bounds);
    });
    contents.on("-focus", (isFocused: boolean) => {
      this.state.reportedFocus(isFocused);
    });
    contents.on("page-title-updated", (_event: unknown, title: string) => {
      const event = new HostEvent(this);
      this.emit("page-title-updated", event, title, true);
      if (!event.defaultPrevented) {
        this.state.title = title;
      }
    });
  }

  /** The user, or another client of the protocol, has closed the window: it is too late for a veto. */
  #gone(): void {
    if (this.#isDestroyed) {
      return;
    }
    if (!this.#isClosing) {
      this.emit("close", new HostEvent(this));
    }
    this.destroy();
  }
}

strictClass("BrowserWindow", HostWindow);
