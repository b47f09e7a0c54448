import { describe, expect, it } from "vitest";
import type { RequestName } from "../../../shared/ipc/contract.ts";
import { MAX_PENDING, RequestGate, type Sender } from "./request-gate.ts";

const ORIGIN = "cpm-app://bundle";
const PAGE: Sender = { windowId: 1, kind: "main", isMainFrame: true, url: `${ORIGIN}/index.html` };

function check(sender: Partial<Sender>, name: unknown, args: unknown): unknown {
  const result = new RequestGate(ORIGIN).check({ ...PAGE, ...sender }, name, args);
  return result.ok ? result.args : result.error.code;
}

describe("Electron security 17: who may ask", () => {
  it("is the page of one of our windows", () => {
    expect(check({}, "app.snapshot", {})).toEqual({});
  });

  it.each<[string, Partial<Sender>]>([
    ["contents that are no window of ours", { windowId: undefined }],
    ["a frame in a page", { isMainFrame: false }],
    ["a frame that is gone", { url: undefined }],
    ["another scheme", { url: "https://bundle/index.html" }],
    ["another host", { url: "cpm-app://evil/index.html" }],
    ["a host that only begins like ours", { url: "cpm-app://bundle.evil/index.html" }],
    ["a host behind a user", { url: "cpm-app://bundle@evil/index.html" }],
    ["a user before our host", { url: "cpm-app://eve@bundle/index.html" }],
    ["another port", { url: "cpm-app://bundle:99/index.html" }],
    ["a blank page", { url: "about:blank" }],
    ["no URL at all", { url: "" }],
  ])("is not %s", (_what, sender) => {
    expect(check(sender, "app.snapshot", {})).toBe("badRequest");
  });
});

describe("what may be asked", () => {
  it.each([undefined, 7, "", "app.unknown", "__proto__", "constructor", "toString"])(
    "is not %s",
    (name) => {
      expect(check({}, name, {})).toBe("badRequest");
    },
  );

  it.each<[string, unknown]>([
    ["app.snapshot", undefined],
    ["app.snapshot", { more: 1 }],
    ["offer.accept", { id: "1", files: [] }],
    ["offer.accept", { id: "1", files: [{ index: -1 }] }],
    ["offer.accept", { id: "", files: [{ index: 0 }] }],
    ["offer.decline", { id: "1", where: "nowhere" }],
    ["files.look", { paths: ["x".repeat(5000)] }],
    ["file.open", { id: "1", index: "../../etc/passwd" }],
    ["settings.change", { theme: "hotdog" }],
    ["text.copy", { text: "x".repeat(100_001) }],
    ["app.quit", []],
  ])("is not %s with %j", (name, args) => {
    expect(check({}, name, args)).toBe("badRequest");
  });

  it("is passed on as the table types it", () => {
    expect(check({}, "offer.decline", { id: "1", where: "here" })).toEqual({
      id: "1",
      where: "here",
    });
  });
});

describe("what the small window for offers may ask", () => {
  const prompt = { windowId: 2, kind: "prompt" } as const;

  it("is to answer, to follow what it accepted, and to call the main window", () => {
    const id = "1";
    expect(check(prompt, "app.snapshot", {})).toEqual({});
    expect(check(prompt, "offer.silence", { id })).toEqual({ id });
    expect(check(prompt, "card.cancel", { id })).toEqual({ id });
    expect(check(prompt, "window.showMain", { page: "history" })).toEqual({ page: "history" });
  });

  it.each<[RequestName, unknown]>([
    ["offer.send", { to: ["sip:eve@e.example"], paths: ["/etc/passwd"] }],
    ["files.look", { paths: ["/etc/passwd"] }],
    ["settings.change", { receiveFolder: "/" }],
    ["people.save", { person: {} }],
    ["account.signOut", {}],
    ["history.forgetAll", {}],
    ["history.list", {}],
    ["device.open", { aor: "sip:a@b", deviceName: "x" }],
    ["app.quit", { how: "now" }],
  ])("is not %s", (name, args) => {
    expect(check(prompt, name, args)).toBe("badRequest");
  });

  it("and a window of no kind asks nothing", () => {
    expect(check({ kind: undefined }, "app.snapshot", {})).toBe("badRequest");
  });
});

describe("how much one window may ask at once", () => {
  it("is bounded, and what was answered does not count", async () => {
    const gate = new RequestGate(ORIGIN);
    const ends: (() => void)[] = [];
    const works = Array.from({ length: MAX_PENDING }, () =>
      gate.count(1, () => new Promise<void>((resolve) => ends.push(resolve))),
    );
    expect(gate.check(PAGE, "app.snapshot", {}).ok).toBe(false);
    expect(gate.check({ ...PAGE, windowId: 2 }, "app.snapshot", {}).ok).toBe(true);
    ends[0]?.();
    await works[0];
    expect(gate.check(PAGE, "app.snapshot", {}).ok).toBe(true);
    for (const end of ends) end();
    await Promise.all(works);
  });

  it("counts a request that failed as answered", async () => {
    const gate = new RequestGate(ORIGIN);
    for (let i = 0; i < MAX_PENDING + 1; i += 1)
      await expect(gate.count(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(gate.check(PAGE, "app.snapshot", {}).ok).toBe(true);
  });
});
