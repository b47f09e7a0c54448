import { EventEmitter } from "node:events";
import type { Protocol as Cdp } from "./cdp-types.ts";
import type { CheckHandler, Permissions, RequestHandler } from "./permissions.ts";
import type { Fulfilment } from "./protocol.ts";
import { HostProtocol } from "./protocol.ts";
import type { SchemeMap } from "./scheme-map.ts";
import { strict, strictClass } from "./strict.ts";

type BeforeRequest = (
  details: object,
  callback: (response: { cancel?: boolean; redirectURL?: string }) => void,
) => void;
type HeadersReceived = (
  details: object,
  callback: (response: {
    cancel?: boolean;
    responseHeaders?: Record<string, string | string[]>;
    statusLine?: string;
  }) => void,
) => void;
type Surface = Pick<
  Electron.Session,
  | "setSpellCheckerEnabled"
  | "isSpellCheckerEnabled"
  | "clearStorageData"
  | "clearCache"
  | "setUserAgent"
  | "getUserAgent"
  | "isPersistent"
  | "flushStorageData"
  | "setDownloadPath"
>;

/** Electron's listeners may come after a filter, which the host does not apply. */
function listenerOf(first: unknown, second: unknown): unknown {
  const listener = typeof first === "function" ? first : second;
  return typeof listener === "function" ? listener : undefined;
}

/** `webRequest`, with the two of its events that a policy needs. */
export class HostWebRequest {
  #beforeRequest: BeforeRequest | undefined;
  #headersReceived: HeadersReceived | undefined;

  onBeforeRequest(first: unknown, second?: unknown): void {
    this.#beforeRequest = listenerOf(first, second) as BeforeRequest | undefined;
  }

  onHeadersReceived(first: unknown, second?: unknown): void {
    this.#headersReceived = listenerOf(first, second) as HeadersReceived | undefined;
  }

  /** False where the application cancels the request. */
  mayRequest(details: object): Promise<boolean> {
    const ask = this.#beforeRequest;
    return ask === undefined
      ? Promise.resolve(true)
      : new Promise((resolve) => {
          ask(details, ({ cancel }) => {
            resolve(cancel !== true);
          });
        });
  }

  headersOf(details: object, answer: Fulfilment): Promise<Fulfilment> {
    const ask = this.#headersReceived;
    if (ask === undefined) {
      return Promise.resolve(answer);
    }
    const before = (answer.responseHeaders ?? []).map(({ name, value }): [string, string[]] => [
      name,
      [value],
    ]);
    return new Promise((resolve) => {
      ask({ ...details, responseHeaders: Object.fromEntries(before) }, ({ responseHeaders }) => {
        const after = Object.entries(responseHeaders ?? Object.fromEntries(before));
        const headers = after.flatMap(([name, values]) =>
          [values].flat().map((value) => ({ name, value })),
        );
        resolve({ ...answer, responseHeaders: headers });
      });
    });
  }
}

strictClass("webRequest", HostWebRequest);

/** The one session of the host. */
export class HostSession extends EventEmitter implements Surface {
  readonly protocol: HostProtocol;
  readonly webRequest: HostWebRequest = new HostWebRequest();
  readonly permissions: Permissions;
  #isSpellChecked = true;
  #userAgent = "";

  constructor(schemes: SchemeMap, permissions: Permissions, isReady: () => boolean) {
    super();
    this.protocol = new HostProtocol(schemes, isReady);
    this.permissions = permissions;
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.permissions.setRequestHandler(handler);
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.permissions.setCheckHandler(handler);
  }

  /** Kept, not asked: Chromium's device choosers do not open in a window of the host. */
  setDevicePermissionHandler(): void {}
  setCertificateVerifyProc(): void {}
  setDisplayMediaRequestHandler(): void {}
  setBluetoothPairingHandler(): void {}
  setUSBProtectedClassesHandler(): void {}
  flushStorageData(): void {}
  setDownloadPath(): void {}

  setSpellCheckerEnabled(isEnabled: boolean): void {
    this.#isSpellChecked = isEnabled;
  }

  isSpellCheckerEnabled(): boolean {
    return this.#isSpellChecked;
  }

  setUserAgent(userAgent: string): void {
    this.#userAgent = userAgent;
  }

  getUserAgent(): string {
    return this.#userAgent;
  }

  isPersistent(): boolean {
    return true;
  }

  async clearStorageData(): Promise<void> {
    await this.permissions.clearStorage();
  }

  async clearCache(): Promise<void> {
    await Promise.resolve();
  }

  /** Answers a request of a page by the application's handler, or lets it go on. */
  async answer(
    url: string,
    request: Cdp.Fetch.requestPausedPayload,
  ): Promise<Fulfilment | "cancel" | "continue"> {
    const scheme = url.slice(0, url.indexOf(":"));
    const details = {
      id: 0,
      url,
      method: request.request.method,
      resourceType: request.resourceType,
      referrer: "",
      timestamp: Date.now(),
    };
    if (!(await this.webRequest.mayRequest(details))) {
      return "cancel";
    }
    if (!this.protocol.isProtocolHandled(scheme)) {
      return "continue";
    }
    const answer = await this.protocol.answer(url, request.request);
    const statusLine = `HTTP/1.1 ${answer.responseCode}`;
    return this.webRequest.headersOf(
      { ...details, statusCode: answer.responseCode, statusLine },
      answer,
    );
  }
}

strictClass("session", HostSession);

export interface SessionModule {
  readonly defaultSession: HostSession;
  fromPartition(partition: string): HostSession;
}

export function createSessionModule(session: HostSession, isReady: () => boolean): SessionModule {
  return strict("session", {
    get defaultSession() {
      if (!isReady()) {
        throw new Error("Session can only be received when app is ready");
      }
      return session;
    },
    fromPartition(partition: string): HostSession {
      throw new Error(`host: electron.session.fromPartition("${partition}") is not implemented`);
    },
  });
}
