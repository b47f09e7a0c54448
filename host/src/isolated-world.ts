import type { BridgeEnd } from "./bridge.ts";
import type { Codec, CodecEnvironment } from "./codec.ts";

/** What a preload script may know of its process. */
export interface PreloadProcess {
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly resourcesPath: string;
}

export interface IsolatedSetup {
  readonly process: PreloadProcess;
  /** Global function of this world that reaches the host. */
  readonly postName: string;
}

/** The parts that are sent to the page as source beside `installIsolatedWorld`. */
export interface IsolatedParts {
  readonly bridge: BridgeEnd;
  createCodec(environment: CodecEnvironment): Codec;
  /** Stops the page until the host has answered. */
  ask(question: string, subject?: unknown): string;
}

type Listener = (event: unknown, ...args: unknown[]) => void;

/** `electron` and the sandboxed globals of a preload script. Runs in the page, as source: uses nothing outside of itself. */
export function installIsolatedWorld(setup: IsolatedSetup, parts: IsolatedParts): void {
  interface Settlers {
    resolve: (value: unknown) => void;
    reject: (reason: unknown) => void;
  }
  interface Octets extends Uint8Array {
    toBase64(): string;
  }
  const fromBase64 = Reflect.get(Uint8Array, "fromBase64") as (
    text: string,
  ) => Uint8Array<ArrayBuffer>;
  const codec = parts.createCodec({
    toBase64: (octets) => (octets as Octets).toBase64(),
    fromBase64: (text) => fromBase64.call(Uint8Array, text),
  });
  const post = Reflect.get(globalThis, setup.postName) as (text: string) => void;
  Reflect.deleteProperty(globalThis, setup.postName);
  const waiting = new Map<number, Settlers>();
  let lastId = 0;

  interface Emitter {
    readonly emit: (name: string, ...args: unknown[]) => boolean;
    readonly on: (name: string, listener: Listener) => object;
  }

  function createEmitter(): Emitter {
    const listeners = new Map<string, { listener: Listener; isOnce: boolean }[]>();
    const add = (name: string, listener: Listener, isOnce: boolean): void => {
      listeners.set(name, [...(listeners.get(name) ?? []), { listener, isOnce }]);
    };
    const remove = (name: string, listener: Listener): void => {
      const list = listeners.get(name) ?? [];
      const at = list.findLastIndex((entry) => entry.listener === listener);
      listeners.set(
        name,
        list.filter((_entry, index) => index !== at),
      );
    };
    const emit = (name: string, ...args: unknown[]): boolean => {
      const list = listeners.get(name) ?? [];
      for (const { listener, isOnce } of list) {
        if (isOnce) {
          remove(name, listener);
        }
        const [event, ...rest] = args;
        // A listener that throws must not silence the others.
        try {
          listener.call(emitter, event, ...rest);
        } catch (error) {
          reportError(error);
        }
      }
      return list.length > 0;
    };
    const on = (name: string, listener: Listener): object => {
      add(name, listener, false);
      return emitter;
    };
    const off = (name: string, listener: Listener): object => {
      remove(name, listener);
      return emitter;
    };
    const emitter = {
      emit,
      on,
      addListener: on,
      off,
      removeListener: off,
      once: (name: string, listener: Listener): object => {
        add(name, listener, true);
        return emitter;
      },
      removeAllListeners: (name?: string): object => {
        if (name === undefined) {
          listeners.clear();
        } else {
          listeners.delete(name);
        }
        return emitter;
      },
      listenerCount: (name: string) => listeners.get(name)?.length ?? 0,
    };
    return emitter;
  }

  const events = createEmitter();
  const ipcRenderer = Object.assign(events, {
    send(channel: string, ...args: unknown[]) {
      post(codec.encode(["send", channel, args]));
    },
    invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        post(codec.encode(["invoke", id, channel, args]));
        waiting.set(id, { resolve, reject });
      });
    },
    sendSync(channel: string, ...args: unknown[]): unknown {
      return codec.decode(parts.ask(`sync:${codec.encode([channel, args])}`));
    },
  });

  function refuseUnknown<T extends object>(path: string, api: T): T {
    return new Proxy(api, {
      get(target, property, receiver) {
        if (typeof property === "symbol" || property in target || property === "then") {
          return Reflect.get(target, property, receiver);
        }
        throw new Error(`host: electron.${path}${property} is not implemented`);
      },
    });
  }

  const electron = refuseUnknown("", {
    contextBridge: refuseUnknown("contextBridge.", {
      exposeInMainWorld(key: string, api: unknown) {
        parts.bridge.expose(key, api);
      },
    }),
    ipcRenderer: refuseUnknown("ipcRenderer.", ipcRenderer),
    webUtils: refuseUnknown("webUtils.", {
      getPathForFile(file: unknown): string {
        if (!(file instanceof File)) {
          throw new TypeError("getPathForFile: a File is needed");
        }
        return parts.ask("path:", file);
      },
    }),
    crashReporter: { addExtraParameter() {}, removeExtraParameter() {} },
  });

  const modules: Record<string, unknown> = {
    electron,
    "electron/renderer": electron,
    "electron/common": electron,
    events: { EventEmitter: createEmitter, default: createEmitter },
    timers: {
      setTimeout: setTimeout.bind(globalThis),
      clearTimeout: clearTimeout.bind(globalThis),
      setInterval: setInterval.bind(globalThis),
      clearInterval: clearInterval.bind(globalThis),
      setImmediate: (task: () => void) => setTimeout(task, 0),
      clearImmediate: clearTimeout.bind(globalThis),
    },
    url: { URL, URLSearchParams },
  };

  function requireModule(name: string): unknown {
    const module = modules[name.replace(/^node:/, "")];
    if (module === undefined) {
      throw new Error(`module not found: ${name}`);
    }
    return module;
  }

  const process = Object.freeze({
    ...setup.process,
    type: "renderer",
    sandboxed: true,
    contextIsolated: true,
    nextTick: (task: (...args: unknown[]) => void, ...args: unknown[]) => {
      queueMicrotask(() => {
        task(...args);
      });
    },
  });

  type Incoming =
    | readonly ["event", string, readonly unknown[]]
    | readonly ["reply", number, boolean, unknown, string];

  const scope = {
    receive(text: string) {
      for (const message of codec.decode(text) as Incoming[]) {
        if (message[0] === "event") {
          const [, channel, args] = message;
          events.emit(channel, { sender: ipcRenderer, ports: [] }, ...args);
          continue;
        }
        const [, id, isOk, value, channel] = message;
        const settlers = waiting.get(id);
        waiting.delete(id);
        if (isOk) {
          settlers?.resolve(value);
        } else {
          settlers?.reject(
            new Error(`Error invoking remote method '${channel}': ${String(value)}`),
          );
        }
      }
    },
    run(preload: (...scope: unknown[]) => void, path: string) {
      const module = { exports: {} };
      try {
        preload(module.exports, requireModule, module, process);
      } catch (error) {
        reportError(error);
        const text = error instanceof Error ? String(error.stack) : String(error);
        post(codec.encode(["preload-error", [path, text]]));
      }
    },
  };
  Object.defineProperty(globalThis, "__electronHost", { value: Object.freeze(scope) });

  post(codec.encode(["hello", location.href]));

  const tellTitle = (): void => {
    post(codec.encode(["title", document.title]));
  };
  addEventListener("DOMContentLoaded", () => {
    if (document.title !== "") {
      tellTitle();
    }
    new MutationObserver(tellTitle).observe(document.head, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  addEventListener("resize", () => {
    const { screenX, screenY, innerWidth, innerHeight } = globalThis;
    const bounds = { x: screenX, y: screenY, width: innerWidth, height: innerHeight };
    post(codec.encode(["bounds", bounds]));
  });
  for (const type of ["focus", "blur"]) {
    addEventListener(type, (event) => {
      if (event.target === globalThis) {
        post(codec.encode(["focus", type === "focus"]));
      }
    });
  }

  const POINTER = ["button", "clientX", "clientY"] as const;
  addEventListener("contextmenu", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const field = target.closest("input, textarea, [contenteditable=''], [contenteditable=true]");
    const details = {
      x: event[POINTER[1]],
      y: event[POINTER[2]],
      linkURL: target.closest("a")?.href ?? "",
      isEditable: field !== null,
      selectionText: getSelection()?.toString() ?? "",
    };
    post(codec.encode(["context-menu", details]));
  });
  for (const type of ["keydown", "keyup"] as const) {
    addEventListener(
      type,
      ({ key, code, ctrlKey, altKey, shiftKey, metaKey, repeat }) => {
        const held = { control: ctrlKey, alt: altKey, shift: shiftKey, meta: metaKey };
        const input = { type: type === "keydown" ? "keyDown" : "keyUp", key, code };
        post(codec.encode(["before-input-event", { ...input, ...held, isAutoRepeat: repeat }]));
      },
      { capture: true },
    );
  }
  addEventListener("keydown", (event) => {
    const { key, code, ctrlKey, altKey, shiftKey, metaKey, repeat, isTrusted } = event;
    // A shortcut of the menu comes after all listeners of the page, and only if they left it alone.
    setTimeout(() => {
      if (isTrusted && !event.defaultPrevented) {
        post(codec.encode(["key", { key, code, ctrlKey, altKey, shiftKey, metaKey, repeat }]));
      }
    }, 0);
  });
}
