/** One side of the bridge between the page and its preload script. */
export interface BridgeEnd {
  /** Puts `api` into the other side as `window[key]`, frozen. */
  expose(key: string, api: unknown): void;
}

/**
 * contextBridge over synchronous events on an element that only the two worlds of one document hold. The function
 * runs in both worlds, as source: it must not use anything outside of itself.
 * @param mine name of the events that this side hears; `theirs` those of the other
 */
export function createBridgeEnd(element: EventTarget, mine: string, theirs: string): BridgeEnd {
  type Callable = (...args: unknown[]) => unknown;
  type Wire = unknown;
  interface Settlers {
    resolve(value: unknown): void;
    reject(reason: unknown): void;
  }
  interface Message {
    readonly op: string;
    readonly id: number;
    readonly wire: Wire;
    readonly ok?: boolean;
    readonly key?: string;
  }
  const MAX_DEPTH = 1000;
  const DETAIL_PROTOTYPES = new Set<unknown>([Object.prototype, null]);
  const dispatch = element.dispatchEvent.bind(element);
  const Event = CustomEvent;
  const own = new Map<number, Callable>();
  const ownIds = new WeakMap<Callable, number>();
  const proxies = new Map<number, WeakRef<Callable>>();
  const proxyIds = new WeakMap<object, number>();
  const promises = new Map<number, Settlers>();
  let lastId = 0;
  let answer: Message | undefined;

  function post(message: Message): void {
    dispatch(new Event(theirs, { detail: message }));
  }

  const released = new FinalizationRegistry<number>((id) => {
    if (proxies.get(id)?.deref() === undefined) {
      proxies.delete(id);
      post({ op: "release", id, wire: undefined });
    }
  });

  function marshalFunction(value: Callable): Wire {
    const known = proxyIds.get(value);
    if (known !== undefined) {
      return ["back", known];
    }
    const id = ownIds.get(value) ?? ++lastId;
    ownIds.set(value, id);
    own.set(id, value);
    return ["f", id];
  }

  function marshalPromise(value: Promise<unknown>): Wire {
    const id = ++lastId;
    const settle = (ok: boolean, result: unknown): void => {
      try {
        post({ op: "settle", id, ok, wire: marshal(result, new Map(), 0) });
      } catch (error) {
        post({ op: "settle", id, ok: false, wire: marshal(error, new Map(), 0) });
      }
    };
    value.then(
      (result) => {
        settle(true, result);
      },
      (reason: unknown) => {
        settle(false, reason);
      },
    );
    return ["p", id];
  }

  function marshalObject(value: object, seen: Map<object, number>, depth: number): Wire {
    if (depth >= MAX_DEPTH) {
      throw new TypeError(
        "Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.",
      );
    }
    const known = seen.get(value);
    if (known !== undefined) {
      return ["r", known];
    }
    const index = seen.size;
    if (Array.isArray(value)) {
      seen.set(value, index);
      return ["a", index, ...value.map((item) => marshal(item, seen, depth + 1))];
    }
    const isPlain =
      DETAIL_PROTOTYPES.has(Object.getPrototypeOf(value)) ||
      Object.prototype.toString.call(value) === "[object Object]";
    if (!isPlain) {
      // Dates, maps, buffers, blobs and files are cloned when the other world reads them.
      return ["c", structuredClone(value)];
    }
    seen.set(value, index);
    const members = Object.keys(value).map((key) => [
      key,
      marshal(Reflect.get(value, key), seen, depth + 1),
    ]);
    return ["o", index, ...members];
  }

  function marshal(value: unknown, seen: Map<object, number>, depth: number): Wire {
    if (typeof value === "function") {
      return marshalFunction(value as Callable);
    }
    if (typeof value === "symbol") {
      throw new TypeError("An object could not be cloned.");
    }
    if (typeof value !== "object" || value === null) {
      return ["v", value];
    }
    if (value instanceof Promise) {
      return marshalPromise(value);
    }
    // Only the message crosses, as in Electron: class, code and cause stay behind.
    return value instanceof Error ? ["e", value.message] : marshalObject(value, seen, depth);
  }

  function proxyOf(id: number): Callable {
    const known = proxies.get(id)?.deref();
    if (known !== undefined) {
      return known;
    }
    const proxy: Callable = (...args) => call(id, args);
    proxies.set(id, new WeakRef(proxy));
    proxyIds.set(proxy, id);
    released.register(proxy, id);
    return proxy;
  }

  function unmarshalObject(parts: readonly unknown[], made: unknown[], isFrozen: boolean): unknown {
    const [tag, index, ...items] = parts as [string, number, ...unknown[]];
    const target: object = tag === "a" ? [] : {};
    made[index] = target;
    items.forEach((item, position) => {
      const [key, wire] = tag === "a" ? [String(position), item] : (item as [string, Wire]);
      Object.defineProperty(target, key, {
        value: unmarshal(wire, made, isFrozen),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    });
    return isFrozen ? Object.freeze(target) : target;
  }

  function promiseOf(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      promises.set(id, { resolve, reject });
    });
  }

  function unmarshal(wire: Wire, made: unknown[], isFrozen: boolean): unknown {
    const parts = wire as [string, never];
    const [tag, payload] = parts;
    switch (tag) {
      case "f":
        return isFrozen ? Object.freeze(proxyOf(payload)) : proxyOf(payload);
      case "back":
        return own.get(payload);
      case "p":
        return promiseOf(payload);
      case "e":
        return new Error(payload);
      case "r":
        return made[payload];
      case "o":
      case "a":
        return unmarshalObject(parts, made, isFrozen);
      default:
        return payload;
    }
  }

  function call(id: number, args: readonly unknown[]): unknown {
    post({ op: "call", id, wire: marshal(args, new Map(), 0) });
    const reply = answer;
    answer = undefined;
    if (reply === undefined) {
      throw new Error("host: the other side of the context bridge is gone");
    }
    const value = unmarshal(reply.wire, [], false);
    if (reply.ok !== true) {
      throw value;
    }
    return value;
  }

  function answerCall({ id, wire }: Message): void {
    let ok = true;
    let result: Wire;
    try {
      const target = own.get(id);
      if (target === undefined) {
        throw new Error("host: a released function was called over the context bridge");
      }
      const args = unmarshal(wire, [], false) as unknown[];
      result = marshal(target(...args), new Map(), 0);
    } catch (error) {
      ok = false;
      result = marshal(error, new Map(), 0);
    }
    post({ op: "answer", id, ok, wire: result });
  }

  function settle({ id, ok, wire }: Message): void {
    const settlers = promises.get(id);
    promises.delete(id);
    const value = unmarshal(wire, [], false);
    if (ok === true) {
      settlers?.resolve(value);
    } else {
      settlers?.reject(value);
    }
  }

  function place({ id, key = "", wire }: Message): void {
    if (Object.hasOwn(globalThis, key)) {
      post({
        op: "answer",
        id,
        ok: false,
        wire: ["e", "Cannot bind an API on top of an existing property on the window object"],
      });
      return;
    }
    Object.defineProperty(globalThis, key, {
      value: unmarshal(wire, [], true),
      enumerable: true,
      writable: false,
      configurable: false,
    });
    post({ op: "answer", id, ok: true, wire: ["v", undefined] });
  }

  const operations: Record<string, (message: Message) => void> = {
    call: answerCall,
    settle,
    place,
    answer: (message) => {
      answer = message;
    },
    release: ({ id }) => {
      own.delete(id);
    },
  };

  element.addEventListener(mine, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    operations[message.op]?.(message);
  });

  return {
    expose(key, api) {
      post({ op: "place", id: 0, key, wire: marshal(api, new Map(), 0) });
      const reply = answer;
      answer = undefined;
      if (reply?.ok !== true) {
        throw unmarshal(reply?.wire ?? ["e", "host: the page has no context bridge"], [], false);
      }
    },
  };
}
