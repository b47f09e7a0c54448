import { describe, expect, it } from "vitest";
import { createBridgeEnd } from "./bridge.ts";

interface Api {
  readonly add: (a: number, b: number) => number;
  readonly call: (callback: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown;
  readonly same: (value: unknown) => unknown;
  readonly fail: () => never;
  readonly later: (value: unknown) => Promise<unknown>;
  readonly nested: { readonly list: unknown[] };
}

const KEY = "bridgeTestApi";

/** Both worlds in one realm: what crosses is marshalled all the same. */
function expose(api: object): Api {
  const element = new EventTarget();
  createBridgeEnd(element, "to-main", "to-isolated");
  createBridgeEnd(element, "to-isolated", "to-main").expose(KEY, api);
  return Reflect.get(globalThis, KEY) as Api;
}

const API = {
  add: (a: number, b: number) => a + b,
  call: (callback: (...args: unknown[]) => unknown, ...args: unknown[]) => callback(...args),
  same: (value: unknown) => value,
  fail: () => {
    throw Object.assign(new RangeError("too far"), { code: 7 });
  },
  later: (value: unknown) => Promise.resolve(value),
  nested: { list: [{ deep: new Date(1) }] },
};

describe("contextBridge", () => {
  const api = expose(API);

  it("calls functions with values, callbacks and promises", async () => {
    expect(api.add(1, 2)).toBe(3);
    expect(api.call((a) => [a, a], 4)).toEqual([4, 4]);
    expect(await api.later({ x: 1 })).toEqual({ x: 1 });
    expect(await (api.call(() => Promise.resolve(5)) as Promise<unknown>)).toBe(5);
  });

  it("gives back the function that went in", () => {
    const mine = (): number => 1;
    expect(api.same(mine)).toBe(mine);
    expect(api.same(api.add)).toBe(api.add);
  });

  it("copies objects, keeping what is one and what is a cycle", () => {
    const cyclic: Record<string, unknown> = { date: new Date(2) };
    cyclic["self"] = cyclic;
    const result = api.same(cyclic) as Record<string, unknown>;
    expect(result).not.toBe(cyclic);
    expect(result["self"]).toBe(result);
    expect(result["date"]).toEqual(new Date(2));
  });

  it("lets only the message of an error through", () => {
    let caught: unknown;
    try {
      api.fail();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(Error);
    expect([
      (caught as Error).message,
      (caught as Error).name,
      Reflect.has(caught as Error, "code"),
    ]).toEqual(["too far", "Error", false]);
  });

  it("refuses symbols and depths without end", () => {
    expect(() => api.same(Symbol("s"))).toThrow("could not be cloned");
    let deep: unknown = 1;
    for (let i = 0; i < 1001; i++) {
      deep = { deep };
    }
    expect(() => api.same(deep)).toThrow("recursion depth exceeded");
  });

  it("is frozen all the way down", () => {
    expect([api, api.nested, api.nested.list, api.nested.list[0]].every(Object.isFrozen)).toBe(
      true,
    );
  });

  it("does not cover a property that is there", () => {
    expect(() => expose(API)).toThrow("existing property");
  });
});
