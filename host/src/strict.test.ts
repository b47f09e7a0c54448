import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { absent, emitVetoable, type HostEvent, strict, strictClass } from "./strict.ts";

class Thing extends EventEmitter {
  static known(): number {
    return 1;
  }

  known(): number {
    return 2;
  }
}
strictClass("Thing", Thing);
class Special extends Thing {}

describe("members that the host does not have", () => {
  it("throw on an object, and stay replaceable where they exist", () => {
    const dialog: Record<string, unknown> = strict("dialog", { known: () => 1 });
    expect(() => dialog["unknown"]).toThrow("host: electron.dialog.unknown is not implemented");
    dialog["known"] = 5;
    expect(dialog["known"]).toBe(5);
    expect(dialog["then"]).toBeUndefined();
    expect(JSON.stringify(dialog)).toBe('{"known":5}');
  });

  it("throw on instances and statics of a class and of what extends it", () => {
    for (const one of [new Thing(), new Special()]) {
      expect(one.known()).toBe(2);
      expect(() => Reflect.get(one, "unknown") as unknown).toThrow(
        "host: electron.Thing.unknown is not implemented",
      );
    }
    expect([Thing.known(), Special.known()]).toEqual([1, 1]);
    expect(() => Reflect.get(Special, "unknown") as unknown).toThrow("electron.Thing.unknown");
  });

  it("leave an emitter an emitter", () => {
    const thing = new Special();
    const heard: unknown[] = [];
    thing.on("x", (value) => heard.push(value));
    thing.once("x", (value) => heard.push(value));
    thing.emit("x", 1);
    thing.emit("x", 2);
    expect(heard).toEqual([1, 1, 2]);
    expect(thing).toBeInstanceOf(EventEmitter);
    expect(thing.listenerCount("x")).toBe(1);
  });

  it("throw for every use of an API that is absent", () => {
    const updater = absent("autoUpdater") as Record<string, unknown> & (new () => object);
    expect(() => updater["checkForUpdates"]).toThrow("electron.autoUpdater.checkForUpdates");
    expect(() => new updater()).toThrow("electron.autoUpdater.constructor");
  });
});

describe("events", () => {
  it("tell whether a listener has vetoed", () => {
    const emitter = new EventEmitter();
    expect(emitVetoable(emitter, "close")).toBe(true);
    emitter.on("close", (event: HostEvent) => {
      event.preventDefault();
    });
    expect(emitVetoable(emitter, "close")).toBe(false);
  });
});
