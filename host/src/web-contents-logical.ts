import { EventEmitter } from "node:events";
import type { CdpSession } from "./cdp.ts";
import type { Protocol } from "./cdp-types.ts";
import { strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.WebContents,
  | "setZoomFactor"
  | "getZoomFactor"
  | "setZoomLevel"
  | "getZoomLevel"
  | "setVisualZoomLevelLimits"
  | "openDevTools"
  | "closeDevTools"
  | "toggleDevTools"
  | "isDevToolsOpened"
  | "insertCSS"
  | "removeInsertedCSS"
  | "copy"
  | "cut"
  | "paste"
  | "pasteAndMatchStyle"
  | "delete"
  | "undo"
  | "redo"
  | "selectAll"
  | "setUserAgent"
  | "getUserAgent"
  | "setBackgroundThrottling"
  | "getBackgroundThrottling"
  | "setIgnoreMenuShortcuts"
  | "setAudioMuted"
  | "isAudioMuted"
  | "getType"
  | "focus"
  | "stop"
>;

/** One step of zoom is a fifth, as in Chromium. */
const ZOOM_STEP = 1.2;

/** What contents do that needs no more than the page's session: zoom, editing, styles. */
export abstract class LogicalContents extends EventEmitter implements Surface {
  #hasDevTools = false;
  #isMuted = false;
  #isThrottled = true;
  #zoomFactor = 1;
  #userAgent = "";

  protected abstract get session$(): Promise<CdpSession>;

  get zoomFactor(): number {
    return this.#zoomFactor;
  }

  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }

  get zoomLevel(): number {
    return this.getZoomLevel();
  }

  set zoomLevel(level: number) {
    this.setZoomLevel(level);
  }

  setZoomFactor(factor: number): void {
    this.#zoomFactor = factor;
    void this.#applyZoom();
  }

  getZoomFactor(): number {
    return this.#zoomFactor;
  }

  setZoomLevel(level: number): void {
    this.setZoomFactor(ZOOM_STEP ** level);
  }

  getZoomLevel(): number {
    return Math.log(this.#zoomFactor) / Math.log(ZOOM_STEP);
  }

  async setVisualZoomLevelLimits(): Promise<void> {
    await Promise.resolve();
  }

  openDevTools(): void {
    this.#setDevTools(true);
  }

  closeDevTools(): void {
    this.#setDevTools(false);
  }

  toggleDevTools(): void {
    this.#setDevTools(!this.#hasDevTools);
  }

  isDevToolsOpened(): boolean {
    return this.#hasDevTools;
  }

  async insertCSS(css: string): Promise<string> {
    const session = await this.session$;
    const { frameTree } = await session.send("Page.getFrameTree");
    session.post("DOM.enable");
    session.post("CSS.enable");
    const { styleSheetId } = await session.send("CSS.createStyleSheet", {
      frameId: frameTree.frame.id,
    });
    await session.send("CSS.setStyleSheetText", { styleSheetId, text: css });
    return styleSheetId;
  }

  async removeInsertedCSS(key: string): Promise<void> {
    const session = await this.session$;
    await session.send("CSS.setStyleSheetText", { styleSheetId: key, text: "" });
  }

  copy(): void {
    this.#edit("copy");
  }

  cut(): void {
    this.#edit("cut");
  }

  paste(): void {
    this.#edit("paste");
  }

  pasteAndMatchStyle(): void {
    this.#edit("pasteAndMatchStyle");
  }

  delete(): void {
    this.#edit("delete");
  }

  undo(): void {
    this.#edit("undo");
  }

  redo(): void {
    this.#edit("redo");
  }

  selectAll(): void {
    this.#edit("selectAll");
  }

  setUserAgent(userAgent: string): void {
    this.#userAgent = userAgent;
    this.post("Emulation.setUserAgentOverride", { userAgent });
  }

  getUserAgent(): string {
    return this.#userAgent;
  }

  setBackgroundThrottling(isAllowed: boolean): void {
    this.#isThrottled = isAllowed;
  }

  getBackgroundThrottling(): boolean {
    return this.#isThrottled;
  }

  setIgnoreMenuShortcuts(): void {}

  setAudioMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  isAudioMuted(): boolean {
    return this.#isMuted;
  }

  getType(): "window" {
    return "window";
  }

  focus(): void {
    this.post("Page.bringToFront");
  }

  stop(): void {
    this.post("Page.stopLoading");
  }

  /** For what may fail only because the page is gone. */
  protected post<M extends keyof Protocol.CommandParameters>(
    method: M,
    params?: Protocol.CommandParameters[M],
  ): void {
    this.session$.then(
      (session) => {
        session.post(method, params);
      },
      () => undefined,
    );
  }

  #edit(command: string): void {
    this.post("Input.dispatchKeyEvent", { type: "rawKeyDown", commands: [command], key: "" });
  }

  #setDevTools(isOpen: boolean): void {
    if (this.#hasDevTools !== isOpen) {
      this.#hasDevTools = isOpen;
      this.emit(isOpen ? "devtools-opened" : "devtools-closed");
    }
  }

  /** Chromium's zoom is not in the protocol: fewer, larger pixels have the same effect. */
  async #applyZoom(): Promise<void> {
    const session = await this.session$.catch(() => undefined);
    if (session === undefined) {
      return;
    }
    session.post("Emulation.clearDeviceMetricsOverride");
    if (this.#zoomFactor === 1) {
      return;
    }
    const { result } = await session.send("Runtime.evaluate", {
      expression: "[innerWidth, innerHeight, devicePixelRatio]",
      returnByValue: true,
    });
    const [width = 0, height = 0, ratio = 1] = result.value as number[];
    session.post("Emulation.setDeviceMetricsOverride", {
      width: Math.round(width / this.#zoomFactor),
      height: Math.round(height / this.#zoomFactor),
      deviceScaleFactor: ratio * this.#zoomFactor,
      mobile: false,
    });
  }
}

strictClass("WebContents", LogicalContents);
