import type { Browser, OpenedPage } from "./browser.ts";
import type { CdpSession } from "./cdp.ts";
import type { Protocol } from "./cdp-types.ts";
import { nodeCodec } from "./codec.ts";
import { complain } from "./complain.ts";
import { HostFrame } from "./frame-main.ts";
import { HostIpcMain } from "./ipc-main.ts";
import type { PreloadProcess } from "./isolated-world.ts";
import { HostImage } from "./native-image.ts";
import { Navigation } from "./navigation.ts";
import { type PageFrame, PageLink } from "./page-link.ts";
import { PageMessages } from "./page-messages.ts";
import { POST_NAME, pageScripts } from "./page-script.ts";
import { serveRequest } from "./request-server.ts";
import type { SchemeMap } from "./scheme-map.ts";
import { runInPage } from "./script-runner.ts";
import type { HostSession } from "./session.ts";
import { HostEvent } from "./strict.ts";
import { LogicalContents } from "./web-contents-logical.ts";

type Surface = Pick<
  Electron.WebContents,
  | "loadURL"
  | "loadFile"
  | "reload"
  | "reloadIgnoringCache"
  | "getURL"
  | "getTitle"
  | "isDestroyed"
  | "isCrashed"
  | "isLoading"
  | "isLoadingMainFrame"
  | "isFocused"
  | "forcefullyCrashRenderer"
  | "executeJavaScript"
  | "send"
  | "startDrag"
  | "getOSProcessId"
  | "getProcessId"
>;

export interface ContentsPorts {
  readonly browser: Browser;
  readonly schemes: SchemeMap;
  readonly session: HostSession;
  readonly ipcMain: HostIpcMain;
  readonly contents: Map<number, HostWebContents>;
  readonly media: () => readonly Protocol.Emulation.MediaFeature[];
  readonly preloadProcess: () => PreloadProcess;
  /** A key that the page did not want, for the application's menu. */
  readonly onKey: (contents: HostWebContents, key: object) => void;
  readonly onDrag: (item: Electron.Item) => void;
}

export interface ContentsOptions {
  readonly title: string;
  readonly bounds: Electron.Rectangle;
  readonly preferences: Electron.WebPreferences;
}

type OpenHandler = (details: object) => { readonly action: string };

const UNLOAD_WITHIN_MS = 2000;

let lastId = 0;

/** What a window shows: one page of Chromium behind Electron's interface. */
export class HostWebContents extends LogicalContents implements Surface {
  readonly id: number = ++lastId;
  readonly ipc: HostIpcMain = new HostIpcMain();
  readonly session: HostSession;
  readonly opened: Promise<OpenedPage>;
  readonly #ports: ContentsPorts;
  readonly #preferences: Electron.WebPreferences;
  /** Resolves when the page is ready for its first document. */
  readonly #link: Promise<PageLink>;
  readonly #navigation: Navigation;
  readonly #messages: PageMessages;
  readonly #frames = new WeakMap<PageFrame, HostFrame>();
  #linkNow: PageLink | undefined;
  #targetId = "";
  #openHandler: OpenHandler | undefined;
  #isDestroyed = false;
  #isCrashed = false;
  #isFocused = false;
  #title = "";

  constructor(ports: ContentsPorts, options: ContentsOptions) {
    super();
    this.setMaxListeners(0);
    this.#ports = ports;
    this.#preferences = options.preferences;
    this.session = ports.session;
    ports.contents.set(this.id, this);
    const frameOf = (frame: PageFrame): HostFrame => this.#frameOf(frame);
    this.#messages = new PageMessages({
      contents: this,
      hubs: [this.ipc, ports.ipcMain],
      frameOf,
      onNotice: (name, detail) => {
        this.#notice(name, detail);
      },
    });
    this.opened = ports.browser.open(options);
    this.#link = this.opened.then((page) => this.#prepare(page));
    this.#link.catch((error: unknown) => {
      if (!this.#isDestroyed) {
        complain(String(error));
        this.markDestroyed();
      }
    });
    const serving = { schemes: ports.schemes, session: ports.session, contents: this };
    this.#navigation = new Navigation(this.#link, {
      contents: this,
      schemes: ports.schemes,
      frameOf,
      serve: (link, request) => serveRequest(link, request, serving),
    });
  }

  /** Chromium's name of the page; "" until it exists. */
  get targetId(): string {
    return this.#targetId;
  }

  get mainFrame(): HostFrame {
    const frame = this.#linkNow?.mainFrame;
    if (frame === undefined) {
      throw new Error("host: webContents.mainFrame is not there before the page exists");
    }
    return this.#frameOf(frame);
  }

  protected override get session$(): Promise<CdpSession> {
    return this.#link.then(({ session }) => session);
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

  /** Chromium does not tell which process a page is in. */
  getOSProcessId(): number {
    return 0;
  }

  getProcessId(): number {
    return this.id;
  }

  forcefullyCrashRenderer(): void {
    this.post("Page.crash");
  }

  async executeJavaScript(code: string, isUserGesture = false): Promise<unknown> {
    return runInPage(await this.session$, code, isUserGesture);
  }

  send(channel: string, ...args: unknown[]): void {
    // What cannot be cloned is the caller's mistake and is told at once.
    nodeCodec.encode(args);
    this.#linkNow?.toPreload(["event", channel, args]);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** A drag out of a window is logical only: `__host.drags` has it. */
  startDrag(item: Electron.Item): void {
    this.#ports.onDrag(item);
  }

  /** Not in electron.d.ts, but Electron has it, and tests of the security list read it. */
  getLastWebPreferences(): Electron.WebPreferences {
    return this.#preferences;
  }

  async capturePage(): Promise<HostImage> {
    const session = await this.session$;
    const { data } = await session.send("Page.captureScreenshot", { format: "png" });
    return new HostImage(Buffer.from(data, "base64"));
  }

  /** As if the page had called window.close(). */
  close(): void {
    this.emit("-close");
  }

  /** Asks the page whether it may go. False if its beforeunload holds it. */
  async unload(): Promise<boolean> {
    const session = await this.session$.catch(() => undefined);
    if (session === undefined || this.#isCrashed || this.#isDestroyed) {
      return true;
    }
    return new Promise((resolve) => {
      const answer = (isUnloaded: boolean) => (): void => {
        clearTimeout(timer);
        this.off("-held", held);
        this.off("-gone", gone);
        resolve(isUnloaded);
      };
      const held = answer(false);
      const gone = answer(true);
      // A page that hangs does not hold its window.
      const timer = setTimeout(gone, UNLOAD_WITHIN_MS);
      this.once("-held", held);
      this.once("-gone", gone);
      session.post("Page.close");
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
    this.post("Emulation.setEmulatedMedia", { media: "", features: [...this.#ports.media()] });
  }

  /** For a dialog of the host. */
  async withPage<T>(task: (link: PageLink) => Promise<T>): Promise<T> {
    return task(await this.#link);
  }

  #reload(isCacheIgnored: boolean): void {
    this.#navigation.reload(isCacheIgnored).catch(() => undefined);
  }

  #frameOf(frame: PageFrame): HostFrame {
    const known = this.#frames.get(frame);
    if (known !== undefined) {
      return known;
    }
    const made = new HostFrame(frame, {
      link: () => this.#linkNow,
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
      (question, frame) => this.#messages.answer(question, frame),
    );
    this.#targetId = page.targetId;
    this.#linkNow = link;
    this.#listen(link);
    const undo = cdp.browser.on("Target.targetDestroyed", ({ targetId }) => {
      if (targetId === page.targetId) {
        undo();
        this.emit("-gone");
      }
    });
    const process = this.#ports.preloadProcess();
    const argv = [...process.argv, ...(this.#preferences.additionalArguments ?? [])];
    const setup = { process: { ...process, argv }, postName: POST_NAME };
    await link.prepare(pageScripts(setup, this.#preferences.preload));
    this.#applyThemeOnly();
    return link;
  }

  /** Another client of the protocol may set media too: only a theme of our own goes over it. */
  #applyThemeOnly(): void {
    if (this.#ports.media().length > 0) {
      this.applyMedia();
    }
  }

  #listen(link: PageLink): void {
    link.on("message", (frame, message) => {
      this.#messages.hear(link, frame, message);
    });
    link.on("navigated", () => {
      this.#isCrashed = false;
      this.#applyThemeOnly();
    });
    link.on("crashed", () => {
      this.#isCrashed = true;
      this.#navigation.crash();
      const details = { reason: "crashed", exitCode: 5 };
      this.emit("render-process-gone", new HostEvent(this), details);
    });
    link.on("popup", (popup) => {
      this.#popup(popup);
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
    const level = ["warning", "error", "debug"].includes(type) ? type : "info";
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

  /** The page that Chromium opens all the same is closed by PageGuard. */
  #popup({ url, windowName, windowFeatures }: Protocol.Page.windowOpenPayload): void {
    const answer = this.#openHandler?.({
      url: this.#ports.schemes.toApp(url),
      frameName: windowName,
      features: windowFeatures.join(","),
      disposition: windowFeatures.length > 0 ? "new-window" : "foreground-tab",
      referrer: { url: this.getURL(), policy: "strict-origin-when-cross-origin" },
    });
    if (answer?.action !== "deny") {
      complain("host: window.open is always denied; setWindowOpenHandler would allow it");
    }
  }

  #notice(name: string, detail: unknown): void {
    switch (name) {
      case "title":
        this.#titled(String(detail));
        break;
      case "key":
        this.#ports.onKey(this, detail as object);
        break;
      case "bounds":
        this.emit("-bounds", detail);
        break;
      case "focus":
        this.#isFocused = detail === true;
        this.emit("-focus", this.#isFocused);
        break;
      case "preload-error": {
        const [path, text] = detail as [string, string];
        complain(`Unable to load preload script: ${path}\n${text}`);
        this.emit("preload-error", new HostEvent(this), path, new Error(text));
        break;
      }
      default:
        this.emit(name, new HostEvent(this), detail);
    }
  }

  #titled(title: string): void {
    if (title !== this.#title) {
      this.#title = title;
      this.emit("page-title-updated", new HostEvent(this), title, true);
    }
  }
}
