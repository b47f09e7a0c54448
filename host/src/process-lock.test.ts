import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProcessLock } from "./process-lock.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  path = join(folder, "owner");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("a lock of one living process", () => {
  it("is had by the first, and by no second", () => {
    const first = new ProcessLock(path);
    const second = new ProcessLock(path);
    expect([first.acquire(), second.acquire(), first.acquire()]).toEqual([true, false, true]);
    expect(readdirSync(folder)).toEqual(["owner"]);
  });

  it("is not removed by a second that did not get it", () => {
    const first = new ProcessLock(path);
    first.acquire();
    const second = new ProcessLock(path);
    second.acquire();
    second.release();
    expect([existsSync(path), new ProcessLock(path).acquire()]).toEqual([true, false]);
  });

  it("is free again when it was released", () => {
    const first = new ProcessLock(path);
    first.acquire();
    first.release();
    expect([first.isMine, existsSync(path), new ProcessLock(path).acquire()]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("is taken over from a process that is gone", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(path, JSON.stringify({ pid, startedAt: "1" }));
    expect(new ProcessLock(path).acquire()).toBe(true);
    expect(readFileSync(path, "utf8")).toContain(`"pid":${process.pid}`);
  });

  // Only Linux tells when a process started.
  it.skipIf(process.platform !== "linux")(
    "is taken over from a process whose number another one has now (Linux alone tells when one started)",
    () => {
      writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: "1" }));
      expect(new ProcessLock(path).acquire()).toBe(true);
    },
  );

  it("is taken over from an unreadable file", () => {
    writeFileSync(path, "{");
    expect(new ProcessLock(path).acquire()).toBe(true);
  });
});
