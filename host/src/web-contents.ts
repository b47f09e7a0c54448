import { EventEmitter } from "node:events";
import type { Browser, OpenedPage } from "./browser.ts";
import type { Protocol } from "./cdp-types.ts";
import { createCodec, nodeCodec } from "./codec.ts";
import { HostFrame } from "./frame-main.ts";
import { answerInvoke, answerSync, HostIpcMain } from "./ipc-main.ts";
import type { IsolatedSetup } from "./isolated-world.ts";
import { HostImage } from "./native-image.ts";
import { Navigation } from "./navigation.ts";
import { type PageFrame, PageLink } from "./page-link.ts";
import { pageScripts } from "./page-script.ts";
import { originOf, type SchemeMap } from "./scheme-map.ts";
import type { HostSession } from "./session.ts";
import { HostEvent, strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.WebContents,
  | "loadURL"
  | "loadFile"
  | "reload"
  | "reloadIgnoringCache"
  | "stop"
  | "getURL"
  | "getTitle"
  | "isDestroyed"
  | "isCrashed"
  | "isLoading"
  | "isLoadingMainFrame"
  | "isFocused"
  | "focus"
  | "forcefullyCrashRenderer"
  | "executeJavaScript"
  | "send"
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
  | "startDrag"
  | "getOSProcessId"
  | "getProcessId"
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
>;

export interface ContentsPorts {
  readonly browser: Browser;
  readonly schemes: SchemeMap;
  readonly session: HostSession;
  readonly ipcMain: HostIpcMain;
  readonly contents: Map<number, HostWebContents>;
  readonly media: () => readonly Protocol.Emulation.MediaFeature[];
  readonly preloadProcess: () => IsolatedSetup["process"];
  /** A key that the page did not want, for the application's menu. */
  readonly onKey: (contents: HostWebContents, key: object) => void;
}

export interface ContentsOptions {
  readonly title: string;
  readonly bounds: Electron.Rectangle;
  readonly preferences: Electron.WebPreferences;
}

type OpenHandler = (details: object) => { readonly action: string };
type Message = readonly [string, ...unknown[]];

const EDITING = {
  copy: "copy",
  cut: "cut",
  paste: "paste",
  undo: "undo",
  redo: "redo",
  selectAll: "selectAll",
  delete: "delete",
} as const;

let lastId = 0;

/** What a window shows: one page of Chromium behind Electron's interface. */
export class HostWebContents extends EventEmitter implements Surface {
  readonly id: number = ++lastId;
  readonly ipc: HostIpcMain = new HostIpcMain();
  readonly session: HostSession;
  /** Resolves when the page exists and is ready for its first document. */
  readonly opened: Promise<OpenedPage>;
  readonly #ports: ContentsPorts;
  readonly #preferences: Electron.WebPreferences;
  readonly #link: Promise<PageLink>;
  readonly #navigation: Navigation;
  readonly #frames = new WeakMap<PageFrame, HostFrame>();
  #page: OpenedPage | undefined;
  #linkNow: PageLink | undefined;
  #openHandler: OpenHandler | undefined;
  #isDestroyed = false;
  #isCrashed = false;
  #isFocused = false;
  #hasDevTools = false;
  #isMuted = false;
  #isThrottled = true;
  #zoomFactor = 1;
  #userAgent = "";
  #title = "";

  constructor(ports: ContentsPorts, options: ContentsOptions) {
    super();
    this.setMaxListeners(0);
    this.#ports = ports;
    this.#preferences = options.preferences;
    this.session = ports.session;
    this.#title = options.title;
    ports.contents.set(this.id, this);
    this.opened = ports.browser.open(options);
    this.#link = this.opened.then((page) => this.#prepare(page));
    this.#link.catch((error: unknown) => {
      if (!this.#isDestroyed) {
        process.stderr.write(`${String(error)}\n`);
        this.markDestroyed();
      }
    });
    this.#navigation = new Navigation(this.#link, {
      contents: this,
      schemes: ports.schemes,
      frameOf: (frame) => this.#frameOf(frame),
      serve: (link, request) => this.#serve(link, request),
    });
  }

  /** Chromium's name of the page; "" until it exists. */
  get targetId(): string {
    return this.#page?.targetId ?? "";
  }

  get mainFrame(): HostFrame {
    const frame = this.#linkNow?.mainFrame;
    if (frame === undefined) {
      throw new Error("host: webContents.mainFrame is not there before the page exists");
    }
    return this.#frameOf(frame);
  }

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

  loadURL(url: string): Promise<void> {
    return this.#navigation.load(url);
  }

  loadFile(path: string): Promise<void> {
    return this.loadURL(`file://${encodeURI(path)}`);
  }

  reload(): void {
    this.#reload(false);
  }

  reloadIgnoringCache(): void {
    this.#reload(true);
  }

  stop(): void {
    this.#post("Page.stopLoading");
  }

  getURL(): string {
    return this.#navigation.url;
  }

  getTitle(): string {
    return this.#title;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  isCrashed(): boolean {
    return this.#isCrashed;
  }

  isLoading(): boolean {
    return this.#navigation.isLoading;
  }

  isLoadingMainFrame(): boolean {
    return this.#navigation.isLoading;
  }

  isFocused(): boolean {
    return this.#isFocused;
  }

  focus(): void {
    this.#post("Page.bringToFront");
  }

  getType(): "window" {
    return "window";
  }

  /** Chromium does not tell which process a page is in. */
  getOSProcessId(): number {
    return 0;
  }

  getProcessId(): number {
    return this.id;
  }

  forcefullyCrashRenderer(): void {
    this.#post("Page.crash");
  }

  async executeJavaScript(code: string, isUserGesture = false): Promise<unknown> {
    const { session } = await this.#link;
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression: code,
      awaitPromise: true,
      userGesture: isUserGesture,
      replMode: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    if (result.objectId === undefined) {
      return result.unserializableValue === undefined
        ? (result.value as unknown)
        : Number(result.unserializableValue);
    }
    const encoded = await session.send("Runtime.callFunctionOn", {
      objectId: result.objectId,
      functionDeclaration: `function () { return (${createCodec.toString()})({
        toBase64: (octets) => octets.toBase64(), fromBase64: (text) => Uint8Array.fromBase64(text),
      }).encode(this); }`,
      returnByValue: true,
    });
    if (encoded.exceptionDetails !== undefined) {
      throw new Error("An object could not be cloned.");
    }
    return nodeCodec.decode(String(encoded.result.value));
  }

  send(channel: string, ...args: unknown[]): void {
    // What cannot be cloned is the caller's mistake and is told at once.
    nodeCodec.encode(args);
    this.#linkNow?.toPreload(["event", channel, args]);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  setZoomFactor(factor: number): void {
    this.#zoomFactor = factor;
    void this.#applyZoom();
  }

  getZoomFactor(): number {
    return this.#zoomFactor;
  }

  setZoomLevel(level: number): void {
    this.setZoomFactor(1.2 ** level);
  }

  getZoomLevel(): number {
    return Math.log(this.#zoomFactor) / Math.log(1.2);
  }

  async setVisualZoomLevelLimits(_minimum: number, _maximum: number): Promise<void> {
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
    const { session } = await this.#link;
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
    const { session } = await this.#link;
    await session.send("CSS.setStyleSheetText", { styleSheetId: key, text: "" });
  }

  /** A drag out of a window is logical only: tests see it in `__host.drags`. */
  startDrag(item: Electron.Item): void {
    this.#ports.session.emit("-drag", item);
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
    this.#edit("paste");
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
    this.#post("Emulation.setUserAgentOverride", { userAgent });
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

  setIgnoreMenuShortcuts(_isIgnored: boolean): void {}

  setAudioMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  isAudioMuted(): boolean {
    return this.#isMuted;
  }

  /** Not in electron.d.ts, but Electron has it, and tests of the security list read it. */
  getLastWebPreferences(): Electron.WebPreferences {
    return this.#preferences;
  }

  async capturePage(): Promise<HostImage> {
    const { session } = await this.#link;
    const { data } = await session.send("Page.captureScreenshot", { format: "png" });
    return new HostImage(Buffer.from(data, "base64"));
  }

  /** As if the page had called window.close(). */
  close(_options?: Electron.CloseOpts): void {
    this.emit("-close");
  }

  /** Asks the page whether it may go. False if its beforeunload holds it. */
  async unload(): Promise<boolean> {
    const link = await this.#link.catch(() => undefined);
    if (link === undefined || this.#isCrashed || this.#isDestroyed) {
      return true;
    }
    return new Promise((resolve) => {
      const held = (): void => {
        resolve(false);
      };
      this.once("-held", held);
      this.once("destroyed", () => {
        this.off("-held", held);
        resolve(true);
      });
      link.session.post("Page.close");
    });
  }

  /** The page is gone, or shall be. */
  markDestroyed(): void {
    if (this.#isDestroyed) {
      return;
    }
    this.#isDestroyed = true;
    this.#ports.contents.delete(this.id);
    const { browser } = this.#ports;
    void this.opened
      .then(async ({ targetId }) => {
        const { cdp } = await browser.start();
        cdp.browser.post("Target.closeTarget", { targetId });
      })
      .catch(() => undefined);
    this.emit("destroyed", new HostEvent(this));
  }

  applyMedia(): void {
    this.#post("Emulation.setEmulatedMedia", { media: "", features: [...this.#ports.media()] });
  }

  /** For a dialog of the host: runs in the world of the preload script. */
  async withPage<T>(task: (link: PageLink) => Promise<T>): Promise<T> {
    return task(await this.#link);
  }

  #reload(isCacheIgnored: boolean): void {
    this.#navigation.reload(isCacheIgnored).catch(() => undefined);
  }

  #setDevTools(isOpen: boolean): void {
    if (this.#hasDevTools !== isOpen) {
      this.#hasDevTools = isOpen;
      this.emit(isOpen ? "devtools-opened" : "devtools-closed");
    }
  }

  #edit(command: keyof typeof EDITING): void {
    const name = EDITING[command];
    this.#post("Input.dispatchKeyEvent", { type: "rawKeyDown", commands: [name], key: "" });
  }

  #post<M extends keyof Protocol.CommandParameters>(
    method: M,
    params?: Protocol.CommandParameters[M],
  ): void {
    this.#link.then(
      ({ session }) => {
        session.post(method, params);
      },
      () => undefined,
    );
  }

  async #applyZoom(): Promise<void> {
    const { session } = await this.#link;
    const factor = this.#zoomFactor;
    session.post("Emulation.clearDeviceMetricsOverride");
    if (factor === 1) {
      return;
    }
    const { result } = await session.send("Runtime.evaluate", {
      expression: "[innerWidth, innerHeight, devicePixelRatio]",
      returnByValue: true,
    });
    const [width = 0, height = 0, ratio = 1] = result.value as number[];
    session.post("Emulation.setDeviceMetricsOverride", {
      width: Math.round(width / factor),
      height: Math.round(height / factor),
      deviceScaleFactor: ratio * factor,
      mobile: false,
    });
  }

  #frameOf(frame: PageFrame): HostFrame {
    const link = this.#linkNow;
    const known = this.#frames.get(frame);
    if (known !== undefined || link === undefined) {
      return known as HostFrame;
    }
    const made = new HostFrame(frame, {
      link,
      schemes: this.#ports.schemes,
      processId: this.id,
      executeJavaScript: (code, isUserGesture) => this.executeJavaScript(code, isUserGesture),
      frameOf: (other) => this.#frameOf(other),
    });
    this.#frames.set(frame, made);
    return made;
  }

  async #prepare(page: OpenedPage): Promise<PageLink> {
    const { cdp } = await this.#ports.browser.start();
    const link = new PageLink(
      page.session,
      (id) => cdp.session(id),
      (question, frame) => this.#answer(question, frame),
    );
    this.#page = page;
    this.#linkNow = link;
    this.#listen(link);
    cdp.browser.on("Target.targetDestroyed", ({ targetId }) => {
      if (targetId === page.targetId) {
        this.emit("-gone");
      }
    });
    cdp.browser.on("Target.targetInfoChanged", ({ targetInfo }) => {
      if (targetInfo.targetId === page.targetId) {
        this.#titled(targetInfo);
      }
    });
    const setup: IsolatedSetup = {
      process: this.#ports.preloadProcess(),
      postName: "__electronHostPost",
    };
    const extra = this.#preferences.additionalArguments ?? [];
    const argv = [...setup.process.argv, ...extra];
    const scripts = pageScripts(
      { ...setup, process: { ...setup.process, argv } },
      this.#preferences.preload,
    );
    await link.prepare(scripts);
    if (this.#ports.media().length > 0) {
      this.applyMedia();
    }
    return link;
  }

  #titled({ title, url }: Protocol.Target.TargetInfo): void {
    if (this.getURL() === "" || title === this.#title || url.endsWith(title)) {
      return;
    }
    this.#title = title;
    this.emit("page-title-updated", new HostEvent(this), title, true);
  }

  #listen(link: PageLink): void {
    link.on("message", (frame, message) => {
      this.#hear(link, frame, message as Message);
    });
    link.on("navigated", () => {
      this.#isCrashed = false;
      // Another client of the protocol may have set its own media in the meantime.
      if (this.#ports.media().length > 0) {
        this.applyMedia();
      }
    });
    link.on("crashed", () => {
      this.#isCrashed = true;
      this.#navigation.crash();
      const details = { reason: "crashed", exitCode: 5 };
      this.emit("render-process-gone", new HostEvent(this), details);
    });
    link.on("popup", (popup) => {
      void this.#popup(popup);
    });
    link.on("dialog", ({ type }) => {
      this.#dialog(link, type);
    });
    link.on("console", ({ type, args, stackTrace }) => {
      const message = args.map(({ value, description }) => String(value ?? description)).join(" ");
      this.#console(type, message, stackTrace?.callFrames[0]);
    });
  }

  #console(type: string, message: string, at: Protocol.Runtime.CallFrame | undefined): void {
    const levels: Record<string, string> = { warning: "warning", error: "error", debug: "debug" };
    const level = levels[type] ?? "info";
    const lineNumber = (at?.lineNumber ?? 0) + 1;
    const sourceId = this.#ports.schemes.toApp(at?.url ?? "");
    this.emit("console-message", new HostEvent(this, { level, message, lineNumber, sourceId }));
  }

  #dialog(link: PageLink, type: string): void {
    if (type === "beforeunload") {
      const event = new HostEvent(this);
      this.emit("will-prevent-unload", event);
      link.session.post("Page.handleJavaScriptDialog", { accept: event.defaultPrevented });
      if (!event.defaultPrevented) {
        this.emit("-held");
      }
    } else if (this.#ports.browser.isHeadless) {
      link.session.post("Page.handleJavaScriptDialog", { accept: type === "alert" });
    }
  }

  async #popup(popup: { targetId: string; url: string }): Promise<void> {
    const details = {
      url: this.#ports.schemes.toApp(popup.url),
      frameName: "",
      features: "",
      disposition: "new-window",
      referrer: { url: this.getURL(), policy: "strict-origin-when-cross-origin" },
    };
    const { cdp } = await this.#ports.browser.start();
    cdp.browser.post("Target.closeTarget", { targetId: popup.targetId });
    const answer = this.#openHandler?.(details);
    if (answer?.action !== "deny") {
      throw new Error("host: window.open is not implemented but to be denied");
    }
  }

  #hear(link: PageLink, frame: PageFrame, message: Message): void {
    const [type, ...rest] = message;
    switch (type) {
      case "invoke": {
        const [id, channel, args] = rest as [number, string, unknown[]];
        const event = this.#ipcEvent(frame);
        void answerInvoke([this.ipc, this.#ports.ipcMain], { id, channel, args, event }).then(
          (reply) => {
            link.toPreload(reply);
          },
        );
        break;
      }
      case "send": {
        const [channel, args] = rest as [string, unknown[]];
        const event = this.#ipcEvent(frame);
        this.emit("ipc-message", event, channel, ...args);
        this.ipc.emit(channel, event, ...args);
        this.#ports.ipcMain.emit(channel, event, ...args);
        break;
      }
      case "hello":
        frame.url = String(rest[0]);
        break;
      case "key":
        this.#ports.onKey(this, rest[0] as object);
        break;
      case "preload-error":
        process.stderr.write(`Unable to load preload script: ${String(rest[1])}\n`);
        this.emit("preload-error", new HostEvent(this), rest[0], new Error(String(rest[1])));
        break;
      case "focus":
        this.#isFocused = rest[0] === true;
        this.emit("-focus", this.#isFocused);
        break;
      default:
        this.emit(type === "bounds" ? "-bounds" : type, new HostEvent(this), rest[0]);
    }
  }

  #ipcEvent(frame: PageFrame): object {
    const senderFrame = this.#frameOf(frame);
    return new HostEvent(this, {
      type: "frame",
      senderFrame,
      processId: this.id,
      frameId: senderFrame.routingId,
      ports: [],
      reply: (channel: string, ...args: unknown[]) => {
        this.send(channel, ...args);
      },
    });
  }

  #answer(question: string, frame: PageFrame): Promise<string> {
    const text = question.slice(question.indexOf(":") + 1);
    const [channel, args] = nodeCodec.decode(text) as [string, unknown[]];
    const hubs = [this.ipc, this.#ports.ipcMain];
    return answerSync(hubs, channel, args, this.#ipcEvent(frame));
  }

  async #serve(link: PageLink, paused: Protocol.Fetch.requestPausedPayload): Promise<void> {
    const { requestId, request, resourceType, frameId } = paused;
    const { session: cdp } = link;
    const url = this.#ports.schemes.toApp(request.url);
    if (resourceType === "Other" && new URL(request.url).pathname === "/favicon.ico") {
      // Electron fetches no icon that the page does not name.
      await cdp.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      return;
    }
    if (resourceType === "Document" && frameId === link.mainFrame?.id) {
      const browserOrigin = new URL(request.url).origin;
      await this.session.permissions.settle(this, originOf(url), browserOrigin);
    }
    const answer = await this.session.answer(url, paused).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      return "fail" as const;
    });
    if (answer === "continue" && url === request.url) {
      await cdp.send("Fetch.continueRequest", { requestId });
    } else if (typeof answer === "string") {
      const errorReason = answer === "cancel" ? "BlockedByClient" : "Failed";
      await cdp.send("Fetch.failRequest", { requestId, errorReason });
    } else {
      await cdp.send("Fetch.fulfillRequest", { requestId, ...answer });
    }
  }
}

strictClass("WebContents", HostWebContents);
