import type { EventEmitter } from "node:events";
import type { Browser } from "./browser.ts";
import { HostEvent } from "./strict.ts";

export type WindowMode = "normal" | "minimized" | "maximized" | "fullscreen";

const DEFAULT_BOUNDS = { width: 800, height: 600 };
const MODE_EVENTS: Record<WindowMode, string> = {
  normal: "restore",
  minimized: "minimize",
  maximized: "maximize",
  fullscreen: "enter-full-screen",
};

export interface WindowStatePorts {
  readonly browser: Browser;
  /** Of the primary display: a window that says no place comes into its middle. */
  readonly workArea: () => Electron.Rectangle;
}

/** Place, size, visibility and focus of a window: known at once, brought to Chromium when its window exists. */
export class WindowState {
  title: string;
  minimum: Electron.Size = { width: 0, height: 0 };
  bounds: Electron.Rectangle;
  normalBounds: Electron.Rectangle;
  mode: WindowMode = "normal";
  isVisible: boolean;
  isFocused = false;
  readonly #window: EventEmitter;
  readonly #browser: Browser;
  readonly #workArea: () => Electron.Rectangle;
  #windowId: number | undefined;

  constructor(
    window: EventEmitter,
    ports: WindowStatePorts,
    options: Electron.BrowserWindowConstructorOptions,
  ) {
    this.#window = window;
    this.#browser = ports.browser;
    this.#workArea = ports.workArea;
    const { width = DEFAULT_BOUNDS.width, height = DEFAULT_BOUNDS.height } = options;
    const middle = this.#middleOf(width, height);
    this.bounds = { x: options.x ?? middle.x, y: options.y ?? middle.y, width, height };
    this.normalBounds = { ...this.bounds };
    this.title = options.title ?? "";
    this.minimum = { width: options.minWidth ?? 0, height: options.minHeight ?? 0 };
    this.isVisible = options.show !== false;
  }

  center(): void {
    this.setBounds(this.#middleOf(this.bounds.width, this.bounds.height));
  }

  #middleOf(width: number, height: number): Electron.Point {
    const area = this.#workArea();
    return {
      x: Math.max(area.x, Math.round(area.x + (area.width - width) / 2)),
      y: Math.max(area.y, Math.round(area.y + (area.height - height) / 2)),
    };
  }

  opened(windowId: number | undefined): void {
    this.#windowId = windowId;
    this.#applyBounds();
    this.#applyMode();
  }

  setBounds(change: Partial<Electron.Rectangle>): void {
    const before = this.bounds;
    const next = { ...before, ...change };
    next.width = Math.max(next.width, this.minimum.width);
    next.height = Math.max(next.height, this.minimum.height);
    this.#changeTo(next);
    this.#applyBounds();
  }

  setVisible(isVisible: boolean): void {
    if (isVisible && this.mode === "minimized") {
      this.setMode("normal");
    }
    if (this.isVisible !== isVisible) {
      this.isVisible = isVisible;
      this.#applyMode();
      this.#tell(isVisible ? "show" : "hide");
    }
  }

  setFocused(isFocused: boolean): void {
    if (this.isFocused !== isFocused) {
      this.isFocused = isFocused;
      this.#tell(isFocused ? "focus" : "blur");
    }
  }

  setMode(mode: WindowMode): void {
    const before = this.mode;
    if (before === mode) {
      return;
    }
    this.mode = mode;
    this.#applyMode();
    if (mode === "normal" && before !== "minimized") {
      this.#tell(before === "maximized" ? "unmaximize" : "leave-full-screen");
    } else {
      this.#tell(MODE_EVENTS[mode]);
    }
  }

  /** The user, or a test, has moved or resized the window. */
  reported(bounds: Electron.Rectangle): void {
    if (this.isVisible || this.#browser.isHeadless) {
      this.#changeTo(bounds);
    }
  }

  /** Without a display Chromium's windows all believe to have the focus. */
  reportedFocus(isFocused: boolean): void {
    if (!this.#browser.isHeadless) {
      this.setFocused(isFocused);
    }
  }

  #tell(name: string): void {
    this.#window.emit(name, new HostEvent(this.#window));
  }

  #changeTo(next: Electron.Rectangle): void {
    const { x, y, width, height } = this.bounds;
    this.bounds = next;
    if (this.mode === "normal") {
      this.normalBounds = { ...next };
    }
    if (width !== next.width || height !== next.height) {
      this.#tell("resize");
      this.#tell("resized");
    }
    if (x !== next.x || y !== next.y) {
      this.#tell("move");
      this.#tell("moved");
    }
  }

  #applyBounds(): void {
    const windowId = this.#windowId;
    if (windowId === undefined || this.mode !== "normal") {
      return;
    }
    const { x, y, width, height } = this.bounds;
    void this.#withBrowser(async (browser) => {
      if (!this.#browser.isHeadless) {
        await browser.send("Browser.setWindowBounds", { windowId, bounds: { left: x, top: y } });
      }
      await browser.send("Browser.setContentsSize", { windowId, width, height });
    });
  }

  #applyMode(): void {
    const windowId = this.#windowId;
    if (windowId === undefined || this.#browser.isHeadless) {
      return;
    }
    const windowState = this.isVisible ? this.mode : "minimized";
    void this.#withBrowser((browser) =>
      browser.send("Browser.setWindowBounds", { windowId, bounds: { windowState } }),
    );
    if (this.isVisible) {
      this.#applyBounds();
    }
  }

  async #withBrowser(
    task: (browser: Awaited<ReturnType<Browser["start"]>>["cdp"]["browser"]) => Promise<unknown>,
  ): Promise<void> {
    try {
      const { cdp } = await this.#browser.start();
      await task(cdp.browser);
    } catch {
      // The window is gone.
    }
  }
}
