import type { Protocol } from "./cdp-types.ts";

export type RequestHandler = (
  webContents: unknown,
  permission: string,
  callback: (isGranted: boolean) => void,
  details: object,
) => void;
export type CheckHandler = (
  webContents: unknown,
  permission: string,
  requestingOrigin: string,
  details: object,
) => boolean;

/** Electron's name -> Chromium's; `media` is two there. */
const PERMISSIONS: readonly (readonly [string, Protocol.Browser.PermissionDescriptor, object?])[] =
  [
    ["media", { name: "camera" }, { mediaTypes: ["video"], mediaType: "video" }],
    ["media", { name: "microphone" }, { mediaTypes: ["audio"], mediaType: "audio" }],
    ["geolocation", { name: "geolocation" }],
    ["notifications", { name: "notifications" }],
    ["midi", { name: "midi" }],
    ["midiSysex", { name: "midi", sysex: true }],
    ["clipboard-read", { name: "clipboard-read" }],
    ["clipboard-sanitized-write", { name: "clipboard-write" }],
    ["idle-detection", { name: "idle-detection" }],
    ["window-management", { name: "window-management" }],
    ["speaker-selection", { name: "speaker-selection" }],
    ["storage-access", { name: "storage-access" }],
  ];
/** A handler that has not answered by then has refused: the page waits for it. */
const ANSWER_WITHIN_MS = 250;

export interface PermissionPorts {
  set(
    origin: string,
    descriptor: Protocol.Browser.PermissionDescriptor,
    isGranted: boolean,
  ): Promise<unknown>;
  clearStorage(): Promise<unknown>;
}

/**
 * Chromium asks nobody while a page runs, so the application's handlers are asked once for every permission and
 * origin, before the first document of that origin, and again when a handler changes.
 */
export class Permissions {
  readonly #ports: PermissionPorts;
  #request: RequestHandler | null = null;
  #check: CheckHandler | null = null;
  readonly #settled = new Map<string, Promise<void>>();

  constructor(ports: PermissionPorts) {
    this.#ports = ports;
  }

  setRequestHandler(handler: RequestHandler | null): void {
    this.#request = handler;
    this.#settled.clear();
  }

  setCheckHandler(handler: CheckHandler | null): void {
    this.#check = handler;
    this.#settled.clear();
  }

  async clearStorage(): Promise<void> {
    await this.#ports.clearStorage();
  }

  /** @param origin of the application; @param browserOrigin the same as Chromium has it */
  settle(contents: unknown, origin: string, browserOrigin: string): Promise<void> {
    const known = this.#settled.get(origin);
    if (known !== undefined) {
      return known;
    }
    const settled = this.#ask(contents, origin, browserOrigin);
    this.#settled.set(origin, settled);
    return settled;
  }

  async #ask(contents: unknown, origin: string, browserOrigin: string): Promise<void> {
    await Promise.all(
      PERMISSIONS.map(async ([permission, descriptor, extra = {}]) => {
        const details = { ...extra, requestingUrl: `${origin}/`, isMainFrame: true };
        const isGranted =
          (this.#check?.(contents, permission, origin, details) ?? true) &&
          (await this.#requested(contents, permission, details));
        await this.#ports.set(browserOrigin, descriptor, isGranted).catch(() => undefined);
      }),
    );
  }

  #requested(contents: unknown, permission: string, details: object): Promise<boolean> {
    const ask = this.#request;
    if (ask === null) {
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, ANSWER_WITHIN_MS);
      const answer = (isGranted: boolean): void => {
        clearTimeout(timer);
        resolve(isGranted);
      };
      ask(contents, permission, answer, details);
    });
  }
}
