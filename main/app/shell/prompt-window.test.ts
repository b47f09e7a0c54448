import type { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import { Pages } from "./pages.ts";
import { PromptWindow } from "./prompt-window.ts";

interface FakeWindow extends EventEmitter {
  isVisible(): boolean;
  isDestroyed(): boolean;
}

const { windows } = vi.hoisted(() => ({ windows: [] as FakeWindow[] }));

vi.mock("electron", async () => {
  const { EventEmitter: Emitter } = await import("node:events");
  return {
    app: { isPackaged: false, getAppPath: () => "" },
    nativeTheme: { shouldUseDarkColors: false },
    screen: { getPrimaryDisplay: () => ({ workArea: { x: 0, y: 0, width: 1000, height: 800 } }) },
    BrowserWindow: class extends Emitter implements FakeWindow {
      readonly webContents = Object.assign(new Emitter(), { id: windows.length });
      #isVisible = false;
      #isDestroyed = false;
      constructor() {
        super();
        windows.push(this);
      }
      loadURL = (): Promise<void> => Promise.resolve();
      setBounds = (): void => undefined;
      isVisible = (): boolean => this.#isVisible;
      isDestroyed = (): boolean => this.#isDestroyed;
      showInactive = (): void => {
        this.#isVisible = true;
      };
      hide = (): void => {
        this.#isVisible = false;
      };
      destroy = (): void => {
        this.#isVisible = false;
        this.#isDestroyed = true;
        this.emit("closed");
      };
    },
  };
});

let clock: FakeClock;
let prompt: PromptWindow;

beforeEach(() => {
  windows.length = 0;
  clock = new FakeClock();
  prompt = new PromptWindow({
    ...{ pages: new Pages(), title: () => "", icon: "", clock, log: nullLog() },
  });
});

describe("ux 3.5: the small window for offers", () => {
  it("is shown when its page says how high it is, or does not say it for a while", () => {
    prompt.want(true);
    windows[0]?.emit("ready-to-show");
    expect(prompt.isVisible).toBe(false);
    clock.advance(2000);
    expect(prompt.isVisible).toBe(true);
  });

  it("goes a while after its last offer", () => {
    prompt.want(true);
    prompt.fit(100);
    prompt.want(false);
    expect([prompt.isVisible, windows[0]?.isDestroyed()]).toEqual([false, false]);
    clock.advance(60_000);
    expect(windows[0]?.isDestroyed()).toBe(true);
  });

  it("stays while an offer waits, also one that came after another was over before it was drawn", () => {
    prompt.want(true);
    prompt.want(false);
    windows[0]?.emit("ready-to-show");
    prompt.want(true);
    prompt.fit(100);
    expect(prompt.isVisible).toBe(true);
    clock.advance(120_000);
    expect(prompt.isVisible).toBe(true);
  });

  it("that was drawn for an offer that is over goes all the same", () => {
    prompt.want(true);
    prompt.want(false);
    windows[0]?.emit("ready-to-show");
    clock.advance(60_000);
    expect(windows[0]?.isDestroyed()).toBe(true);
  });
});
