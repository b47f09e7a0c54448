import { EventEmitter } from "node:events";

/** Looked up by the language, by Node or by a test runner on any object: absent is a correct answer. */
const BENIGN = new Set(["then", "toJSON", "inspect", "nodeType", "$$typeof", "asymmetricMatch"]);

function miss(path: string, property: string): never {
  throw new Error(`host: electron.${path}.${property} is not implemented`);
}

/**
 * The end of a prototype chain that throws where a member does not exist: `undefined` would hide that the host
 * lacks something that Electron has.
 */
export function trap(path: string, parent: object = Object.prototype): object {
  return new Proxy(parent, {
    get(target, property, receiver) {
      if (typeof property === "symbol" || property in target || BENIGN.has(property)) {
        return Reflect.get(target, property, receiver) as unknown;
      }
      return miss(path, property);
    },
    getPrototypeOf: () => parent,
  });
}

/** Gives an object of the API the trap; it stays mutable, because tests replace members of `dialog` and `shell`. */
export function strict<T extends object>(path: string, api: T): T {
  const parent: unknown = Object.getPrototypeOf(api);
  if (parent === Object.prototype) {
    Object.setPrototypeOf(api, trap(path));
  }
  return api;
}

/** Static members and instances of a class of the API; `Class` must extend StrictEmitter or nothing. */
export function strictClass<T extends abstract new (...args: never[]) => object>(
  path: string,
  Class: T,
): T {
  const { prototype } = Class as { prototype: object };
  const emitter = prototype instanceof EventEmitter;
  Object.setPrototypeOf(prototype, trap(path, emitter ? EventEmitter.prototype : Object.prototype));
  Object.setPrototypeOf(Class, trap(path, emitter ? EventEmitter : Function.prototype));
  return Class;
}

/** An API that the host has nothing of: any use of it throws. */
export function absent(path: string): object {
  return new Proxy(function absentApi() {}, {
    get(_target, property) {
      if (typeof property === "symbol" || BENIGN.has(property)) {
        return undefined;
      }
      return miss(path, property);
    },
    construct: () => miss(path, "constructor"),
    apply: () => miss(path, "call"),
  });
}

/** The event of an Electron listener: the first argument, with a veto. */
export class HostEvent<Sender = unknown> {
  defaultPrevented = false;
  readonly sender: Sender;

  constructor(sender: Sender, details: object = {}) {
    this.sender = sender;
    Object.assign(this, details);
  }

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** Emits with a fresh event; true if no listener vetoed. */
export function emitVetoable(emitter: EventEmitter, name: string, ...args: unknown[]): boolean {
  const event = new HostEvent(emitter);
  emitter.emit(name, event, ...args);
  return !event.defaultPrevented;
}
