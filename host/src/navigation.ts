import type { EventEmitter } from "node:events";
import type { Protocol } from "./cdp-types.ts";
import type { HostFrame } from "./frame-main.ts";
import type { PageFrame, PageLink } from "./page-link.ts";
import { type SchemeMap, withoutFragment } from "./scheme-map.ts";
import { HostEvent } from "./strict.ts";

type Paused = Protocol.Fetch.requestPausedPayload;

export interface NavigationPorts {
  /** The contents: emits, and is the sender of every event. */
  readonly contents: EventEmitter;
  readonly schemes: SchemeMap;
  frameOf(frame: PageFrame): HostFrame;
  /** Answers a request that may go ahead. */
  serve(link: PageLink, request: Paused): Promise<void>;
}

interface Load {
  readonly url: string;
  resolve(): void;
  reject(error: Error): void;
}

const ERROR_CODES: Record<string, number> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_FILE_NOT_FOUND: -6,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_CONNECTION_REFUSED: -102,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_INTERNET_DISCONNECTED: -106,
  ERR_INVALID_URL: -300,
  ERR_UNKNOWN_URL_SCHEME: -302,
};
const EXTERNAL = /^(?!https?:|data:|blob:|about:|file:|javascript:)[a-z][a-z0-9+.-]*:/i;

/** Whether a document is still the one that Chromium opened the window with. */
function isStartPage(url: string, awaited: string): boolean {
  return url !== awaited && (url === "about:blank" || url.startsWith("data:text/html,<title>"));
}

function loadError(text: string, url: string): Error & { code: string; errno: number } {
  const code = text.replace(/^net::/, "");
  const errno = ERROR_CODES[code] ?? -2;
  return Object.assign(new Error(`${code} (${errno}) loading '${url}'`), { code, errno, url });
}

/** Loading, and the lock on where a page may go by itself. */
export class Navigation {
  readonly #ports: NavigationPorts;
  readonly #opened: Promise<PageLink>;
  #load: Load | undefined;
  /** The blank page a window starts with is not the application's: nothing it does is told. */
  #isStartPage = true;
  #awaited: string | undefined;
  #url = "";
  #isLoading = false;
  #hasPainted = false;
  /** Frames that asked for a navigation themselves, with the URL; what the host asks for is not in here. */
  readonly #requested = new Map<string, string>();

  constructor(opened: Promise<PageLink>, ports: NavigationPorts) {
    this.#opened = opened;
    this.#ports = ports;
    opened.then(
      (link) => {
        this.#listen(link);
      },
      () => undefined,
    );
  }

  get url(): string {
    return this.#url;
  }

  get isLoading(): boolean {
    return this.#isLoading || this.#load !== undefined;
  }

  async load(url: string): Promise<void> {
    this.#load?.reject(loadError("ERR_ABORTED", this.#load.url));
    const loaded = new Promise<void>((resolve, reject) => {
      this.#load = { url, resolve, reject };
    });
    // Who does not wait for the load must not be told of its failure as an unhandled rejection twice.
    loaded.catch(() => undefined);
    const link = await this.#opened;
    this.#awaited = this.#ports.schemes.toBrowser(url);
    const { errorText } = await link.session.send("Page.navigate", {
      url: this.#awaited,
    });
    if (errorText !== undefined && this.#load?.url === url) {
      this.#fail(errorText, url);
    }
    await loaded;
  }

  async reload(isCacheIgnored: boolean): Promise<void> {
    const link = await this.#opened;
    this.#hasPainted = false;
    await link.session.send("Page.reload", { ignoreCache: isCacheIgnored });
  }

  crash(): void {
    this.#isLoading = false;
    this.#load = undefined;
  }

  #fail(errorText: string, url: string): void {
    const error = loadError(errorText, url);
    this.#tell("did-fail-load", error.errno, error.code, url, true);
    this.#load?.reject(error);
    this.#load = undefined;
  }

  #tell(name: string, ...args: unknown[]): boolean {
    const event = new HostEvent(this.#ports.contents);
    this.#ports.contents.emit(name, event, ...args);
    return !event.defaultPrevented;
  }

  #listen(link: PageLink): void {
    const unlessStart =
      (task: () => void): (() => void) =>
      () => {
        if (!this.#isStartPage) {
          task();
        }
      };
    link.on("navigated", (frame, isErrorPage) => {
      this.#navigated(link, frame, isErrorPage);
    });
    link.on("navigatedInPage", (frame) => {
      const isMain = frame === link.mainFrame;
      const url = this.#ports.schemes.toApp(frame.url);
      if (isMain) {
        this.#url = url;
      }
      this.#tell("did-navigate-in-page", url, isMain);
    });
    link.on(
      "domReady",
      unlessStart(() => this.#tell("dom-ready")),
    );
    link.on(
      "loaded",
      unlessStart(() => {
        this.#loaded();
      }),
    );
    link.on(
      "painted",
      unlessStart(() => {
        this.#painted();
      }),
    );
    link.on("loading", (isLoading) => {
      if (!this.#isStartPage && this.#isLoading !== isLoading) {
        this.#isLoading = isLoading;
        this.#tell(isLoading ? "did-start-loading" : "did-stop-loading");
      }
    });
    link.session.on("Page.frameRequestedNavigation", ({ frameId, url, disposition }) => {
      if (disposition === "currentTab") {
        this.#frameRequested(link, frameId, url);
      }
    });
    link.on("requested", (request) => {
      this.#paused(link, request).catch(() => undefined);
    });
  }

  #navigated(link: PageLink, frame: PageFrame, isErrorPage: boolean): void {
    this.#requested.delete(frame.id);
    const isMain = frame === link.mainFrame;
    if (isMain && this.#awaited !== undefined && !isStartPage(frame.url, this.#awaited)) {
      this.#isStartPage = false;
    }
    if (this.#isStartPage || isErrorPage || !isMain) {
      return;
    }
    this.#url = this.#ports.schemes.toApp(frame.url);
    this.#hasPainted = false;
    this.#tell("did-navigate", this.#url, 200, "OK");
  }

  #loaded(): void {
    const load = this.#load;
    this.#load = undefined;
    this.#tell("did-finish-load");
    load?.resolve();
    // A page that paints nothing is shown all the same.
    const timer = setTimeout(() => {
      this.#painted();
    }, 300);
    timer.unref();
  }

  #painted(): void {
    if (!this.#hasPainted) {
      this.#hasPainted = true;
      this.#ports.contents.emit("-painted");
    }
  }

  #frameRequested(link: PageLink, frameId: string, url: string): void {
    if (!EXTERNAL.test(url)) {
      this.#requested.set(frameId, withoutFragment(url));
      return;
    }
    // Another program's link: no request of ours follows, so there is nothing to hold back.
    const frame = link.frames.get(frameId);
    if (frame !== undefined) {
      this.#ask("will-navigate", link, frame, url);
    }
  }

  #ask(name: string, link: PageLink, frame: PageFrame, url: string): boolean {
    const isMainFrame = frame === link.mainFrame;
    const event = new HostEvent(this.#ports.contents, {
      url: this.#ports.schemes.toApp(url),
      isSameDocument: false,
      isMainFrame,
      frame: this.#ports.frameOf(frame),
      initiator: this.#ports.frameOf(frame),
    });
    const { contents } = this.#ports;
    contents.emit(name, event, this.#ports.schemes.toApp(url), false, isMainFrame);
    return !event.defaultPrevented;
  }

  async #paused(link: PageLink, request: Paused): Promise<void> {
    const { requestId } = request;
    const isDocument = request.resourceType === "Document";
    if (isDocument && !this.#mayNavigate(link, request)) {
      this.#requested.delete(request.frameId);
      await link.session.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      return;
    }
    await this.#ports.serve(link, request);
  }

  #mayNavigate(link: PageLink, request: Paused): boolean {
    const frame = link.frames.get(request.frameId);
    if (frame === undefined) {
      return true;
    }
    const url = `${request.request.url}${request.request.urlFragment ?? ""}`;
    const isMain = frame === link.mainFrame;
    if (request.redirectedRequestId !== undefined) {
      return this.#ask("will-redirect", link, frame, url);
    }
    const isOwn = this.#requested.get(frame.id) === withoutFragment(url);
    if (!isOwn) {
      // Asked for by the host, a test or the user. Dropping a file on a window is not a navigation in Electron.
      return !(isMain && url.startsWith("file:") && this.#load === undefined);
    }
    return (
      this.#ask("will-frame-navigate", link, frame, url) &&
      (!isMain || this.#ask("will-navigate", link, frame, url))
    );
  }
}
