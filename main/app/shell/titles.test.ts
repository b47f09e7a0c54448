import { describe, expect, it } from "vitest";
import type { Account } from "../../../shared/model/app-state.ts";
import { Words } from "../words/words.ts";
import { instanceTitle, windowTitle } from "./titles.ts";

const words = new Words("en");
const account: Account = {
  aor: "sip:bob@b.example",
  displayName: "Bob",
  deviceName: "Bob's phone",
  core: "127.0.0.1:5060",
  transport: "udp",
  isBuiltIn: true,
};

describe("title of the main window", () => {
  it("names user and device", () => {
    expect(instanceTitle({ account }, words)).toBe("Bob · Bob's phone — CPM");
  });

  it("takes the user part for a name that is missing", () => {
    expect(instanceTitle({ account: { ...account, displayName: "" } }, words)).toBe(
      "bob · Bob's phone — CPM",
    );
  });

  it("is the application's without an account", () => {
    expect(instanceTitle({}, words)).toBe("CPM Courier");
  });

  it("begins with the progress on Linux only, and only while something runs", () => {
    const running = { mode: "normal", ratio: 0.619 } as const;
    expect(windowTitle("T", running, { platform: "linux", words })).toBe("61 % – T");
    expect(windowTitle("T", running, { platform: "win32", words })).toBe("T");
    expect(windowTitle("T", { mode: "idle" }, { platform: "linux", words })).toBe("T");
  });
});
