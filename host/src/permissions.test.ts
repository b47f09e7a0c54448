import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Permissions } from "./permissions.ts";

const ORIGIN = "app://bundle";
const BROWSER_ORIGIN = "https://bundle.app.app-host.invalid";

let granted: Record<string, boolean> = {};
let permissions: Permissions;

beforeEach(() => {
  vi.useFakeTimers();
  granted = {};
  permissions = new Permissions({
    set: (origin, { name }, isGranted) => {
      expect(origin).toBe(BROWSER_ORIGIN);
      granted[name] = isGranted;
      return Promise.resolve();
    },
    clearStorage: () => Promise.resolve(),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("permissions of an origin", () => {
  it("are granted where the application has no handler, as in Electron", async () => {
    await permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    expect(granted["geolocation"]).toBe(true);
    expect(Object.values(granted)).not.toContain(false);
  });

  it("need both handlers", async () => {
    permissions.setCheckHandler((_contents, permission) => permission !== "notifications");
    permissions.setRequestHandler((_contents, permission, answer) => {
      answer(permission !== "geolocation");
    });
    await permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    expect([granted["camera"], granted["geolocation"], granted["notifications"]]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("are refused where the handler does not answer", async () => {
    permissions.setRequestHandler(() => undefined);
    const settled = permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    await vi.advanceTimersByTimeAsync(1000);
    await settled;
    expect(Object.values(granted)).not.toContain(true);
  });

  it("are asked for once, and again after a handler changed", async () => {
    const asked: string[] = [];
    const handler = (
      _contents: unknown,
      name: string,
      answer: (isGranted: boolean) => void,
    ): void => {
      asked.push(name);
      answer(true);
    };
    permissions.setRequestHandler(handler);
    await permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    const once = asked.length;
    await permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    expect(asked).toHaveLength(once);
    permissions.setRequestHandler(handler);
    await permissions.settle({}, ORIGIN, BROWSER_ORIGIN);
    expect(asked).toHaveLength(2 * once);
  });
});
