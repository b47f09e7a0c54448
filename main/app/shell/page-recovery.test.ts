import { EventEmitter } from "node:events";
import type { BrowserWindow } from "electron";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import { recoverPage } from "./page-recovery.ts";

let clock: FakeClock;
let done: string[];
let contents: EventEmitter;
let window: EventEmitter;

beforeEach(() => {
  clock = new FakeClock();
  done = [];
  contents = Object.assign(new EventEmitter(), {
    reload: () => done.push("reload"),
    forcefullyCrashRenderer: () => done.push("end"),
  });
  window = Object.assign(new EventEmitter(), { webContents: contents, isDestroyed: () => false });
  recoverPage(window as unknown as BrowserWindow, {
    clock,
    log: nullLog(),
    onGivenUp: () => done.push("given up"),
  });
});

function crash(reason = "crashed"): void {
  contents.emit("render-process-gone", {}, { reason });
}

describe("a page that crashes", () => {
  it("is loaded again", () => {
    crash();
    crash("oom");
    expect(done).toEqual(["reload", "reload"]);
  });

  it("is left alone when it ended in order", () => {
    crash("clean-exit");
    expect(done).toEqual([]);
  });

  it("is given up when it does nothing else", () => {
    for (let i = 0; i < 6; i += 1) crash();
    expect(done.filter((what) => what === "given up")).toHaveLength(1);
    expect(done.filter((what) => what === "reload")).toHaveLength(5);
  });
});

describe("a page that hangs", () => {
  it("is ended after ten seconds, so that it is loaded again", () => {
    window.emit("unresponsive");
    clock.advance(9_999);
    expect(done).toEqual([]);
    clock.advance(1);
    expect(done).toEqual(["end"]);
  });

  it("is left alone when it answers in time, or its window closes", () => {
    window.emit("unresponsive");
    window.emit("responsive");
    window.emit("unresponsive");
    window.emit("closed");
    clock.advance(60_000);
    expect(done).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
