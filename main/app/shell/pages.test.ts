import { EventEmitter } from "node:events";
import type { BrowserWindow, WebContents } from "electron";
import { beforeEach, describe, expect, it } from "vitest";
import { Pages } from "./pages.ts";

/** As much of a window as `Pages` looks at. */
class FakeWindow extends EventEmitter {
  readonly told: unknown[] = [];
  readonly webContents: EventEmitter & { id: number };

  constructor(id: number) {
    super();
    const contents = Object.assign(new EventEmitter(), {
      id,
      isDestroyed: () => false,
      send: (_channel: string, name: string) => this.told.push(name),
    });
    this.webContents = contents;
  }

  isDestroyed(): boolean {
    return false;
  }

  get window(): BrowserWindow {
    return this as unknown as BrowserWindow;
  }

  get contents(): WebContents {
    return this.webContents as unknown as WebContents;
  }
}

let pages: Pages;
let main: FakeWindow;
let prompt: FakeWindow;

beforeEach(() => {
  pages = new Pages();
  main = new FakeWindow(1);
  prompt = new FakeWindow(2);
  pages.add(main.window, "main");
  pages.add(prompt.window, "prompt");
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("what pages are told", () => {
  it("is nothing before they have asked for the state", () => {
    pages.tellAll("cards.removed", ["a"]);
    pages.listening(prompt.contents);
    pages.tellAll("cards.removed", ["b"]);
    expect([main.told, prompt.told]).toEqual([[], ["cards.removed"]]);
  });

  it("is for the main window alone where it fills or asks something, and waits for it", async () => {
    pages.tellMain("window.show", { page: "send" });
    pages.tellMain("quit.asked", { running: 1 });
    pages.listening(prompt.contents);
    pages.listening(main.contents);
    expect(main.told).toEqual([]);
    await turn();
    expect([main.told, prompt.told]).toEqual([["window.show", "quit.asked"], []]);
    pages.tellMain("compose.fill", { files: [] });
    expect(main.told).toHaveLength(3);
  });

  it("waits again while a page is loaded anew, or has crashed", async () => {
    for (const end of [
      () => main.webContents.emit("did-start-navigation", { isMainFrame: true }),
      () => main.webContents.emit("render-process-gone"),
    ]) {
      pages.listening(main.contents);
      end();
      pages.tellMain("window.show", {});
      pages.tellAll("cards.removed", []);
      await turn();
      expect(main.told).toEqual([]);
    }
    pages.listening(main.contents);
    await turn();
    expect(main.told).toEqual(["window.show", "window.show"]);
  });

  it("goes on over a jump within the page", () => {
    pages.listening(main.contents);
    main.webContents.emit("did-start-navigation", { isMainFrame: true, isSameDocument: true });
    pages.tellAll("cards.removed", []);
    expect(main.told).toHaveLength(1);
  });

  it("survives the main window: the next one gets it", async () => {
    main.emit("closed");
    pages.tellMain("window.show", {});
    const next = new FakeWindow(3);
    pages.add(next.window, "main");
    pages.listening(next.contents);
    await turn();
    expect(next.told).toEqual(["window.show"]);
  });
});

describe("which windows are ours", () => {
  it("are those that are open", () => {
    expect(pages.idOf(main.contents)).toBe(1);
    main.emit("closed");
    expect(pages.idOf(main.contents)).toBeUndefined();
    expect(pages.idOf(new FakeWindow(9).contents)).toBeUndefined();
    expect(pages.windowOf(undefined)).toBeUndefined();
  });
});
