import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { strict, strictClass } from "./strict.ts";

type Preferences = Pick<
  Electron.SystemPreferences,
  | "getAccentColor"
  | "getAnimationSettings"
  | "getMediaAccessStatus"
  | "askForMediaAccess"
  | "isTrustedAccessibilityClient"
  | "getEffectiveAppearance"
>;
type Shortcuts = Omit<Electron.GlobalShortcut, never>;

export class HostPreferences extends EventEmitter implements Preferences {
  getAccentColor(): string {
    return "3584e4ff";
  }

  getAnimationSettings(): Electron.AnimationSettings {
    return {
      shouldRenderRichAnimation: true,
      scrollAnimationsEnabledBySystem: true,
      prefersReducedMotion: false,
    };
  }

  getMediaAccessStatus(): "granted" {
    return "granted";
  }

  askForMediaAccess(): Promise<boolean> {
    return Promise.resolve(true);
  }

  isTrustedAccessibilityClient(): boolean {
    return false;
  }

  getEffectiveAppearance(): "unknown" {
    return "unknown";
  }
}

strictClass("systemPreferences", HostPreferences);

/** Registered and never pressed: `__host.shortcuts` has the callbacks. */
export function createGlobalShortcut(registered: Map<string, () => void>): Shortcuts {
  let isSuspended = false;
  return strict("globalShortcut", {
    register(accelerator: string, callback: () => void) {
      registered.set(accelerator, callback);
      return true;
    },
    registerAll(accelerators: string[], callback: () => void) {
      for (const accelerator of accelerators) {
        registered.set(accelerator, callback);
      }
    },
    isRegistered: (accelerator: string) => registered.has(accelerator),
    unregister(accelerator: string) {
      registered.delete(accelerator);
    },
    unregisterAll() {
      registered.clear();
    },
    isSuspended: () => isSuspended,
    setSuspended(suspended: boolean) {
      isSuspended = suspended;
    },
  });
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

export interface HostNet {
  isOnline(): boolean;
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
}

/** `net`: files and plain HTTP by Node. */
export function createNet(): HostNet {
  return strict("net", {
    isOnline: () => true,
    async fetch(input: string | Request, init?: RequestInit) {
      const url = typeof input === "string" ? input : input.url;
      if (!url.startsWith("file:")) {
        return fetch(input, init);
      }
      const path = fileURLToPath(url);
      const octets = await readFile(path).catch((cause: unknown) => {
        throw new Error("net::ERR_FILE_NOT_FOUND", { cause });
      });
      const type = TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
      return new Response(octets, { headers: { "content-type": type } });
    },
  });
}

export interface HostCrashReporter {
  start(options: object): void;
  addExtraParameter(key: string, value: string): void;
  removeExtraParameter(key: string): void;
  getParameters(): Record<string, string>;
  getUploadToServer(): boolean;
  setUploadToServer(isUploaded: boolean): void;
}

/** Nothing is collected. */
export function createCrashReporter(): HostCrashReporter {
  const parameters = new Map<string, string>();
  return strict("crashReporter", {
    start: () => undefined,
    addExtraParameter(key: string, value: string) {
      parameters.set(key, value);
    },
    removeExtraParameter(key: string) {
      parameters.delete(key);
    },
    getParameters: () => Object.fromEntries(parameters),
    getUploadToServer: () => false,
    setUploadToServer: () => undefined,
  });
}
