import { describe, expect, it } from "vitest";
import type { Log } from "../../base/ports.ts";
import { ForeignMark, type MarkSystem } from "./foreign-mark.node.ts";

const PATH = "/in/plan.pdf";
const ALICE = "sip:alice@a.example;transport=tcp";

class FakeSystem implements MarkSystem {
  readonly done: unknown[] = [];
  refusal: string | undefined;

  writeFile(path: string, text: string): Promise<void> {
    this.done.push([path, text]);
    return this.refusal === undefined
      ? Promise.resolve()
      : Promise.reject(Object.assign(new Error(this.refusal), { code: this.refusal }));
  }

  run(command: string, args: readonly string[]): Promise<string | undefined> {
    this.done.push([command, ...args]);
    return Promise.resolve(this.refusal);
  }
}

function bed(platform: "linux" | "darwin" | "win32"): {
  readonly system: FakeSystem;
  readonly logged: string[];
  readonly mark: ForeignMark;
} {
  const system = new FakeSystem();
  const logged: string[] = [];
  const log: Log = { write: (_level, message) => logged.push(message) };
  return { system, logged, mark: new ForeignMark(platform, log, system) };
}

describe("ux 4 quarantine: a received file is marked as from another computer", () => {
  it("on Windows by the zone of the internet, beside the file", async () => {
    const { system, mark } = bed("win32");
    await mark.put(PATH, ALICE);
    expect(system.done).toEqual([[`${PATH}:Zone.Identifier`, "[ZoneTransfer]\r\nZoneId=3\r\n"]]);
  });

  it("on Linux by its origin; a path is never taken for an option", async () => {
    const { system, mark } = bed("linux");
    await mark.put("-x", ALICE);
    expect(system.done).toEqual([
      ["setfattr", "--name=user.xdg.origin.url", "--value=cpm:alice@a.example", "--", "-x"],
    ]);
  });

  it("on macOS by the system itself", async () => {
    const { system, mark } = bed("darwin");
    await mark.put(PATH, ALICE);
    expect(system.done).toEqual([]);
  });

  it.each(["win32", "linux"] as const)("no error where %s's disk keeps no marks", async (on) => {
    const { system, logged, mark } = bed(on);
    system.refusal = "ENOTSUP";
    await mark.put(PATH, ALICE);
    await mark.put(PATH, ALICE);
    expect([system.done.length, logged]).toEqual([2, []]);
  });

  it("a missing setfattr is said once, and not asked for again", async () => {
    const { system, logged, mark } = bed("linux");
    system.refusal = "ENOENT";
    await mark.put(PATH, ALICE);
    await mark.put(PATH, ALICE);
    expect([system.done.length, logged]).toEqual([
      1,
      ["received files are not marked as from another computer"],
    ]);
  });
});
