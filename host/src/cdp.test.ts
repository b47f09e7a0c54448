import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { CdpConnection } from "./cdp.ts";

interface Sent {
  readonly id: number;
  readonly method: string;
  readonly sessionId?: string;
}

function connect(): { cdp: CdpConnection; input: PassThrough; sent: () => Sent[] } {
  const input = new PassThrough();
  const output = new PassThrough();
  const cdp = new CdpConnection(input, output);
  const sent = (): Sent[] =>
    String(output.read() ?? "")
      .split("\0")
      .filter((text) => text !== "")
      .map((text) => JSON.parse(text) as Sent);
  return { cdp, input, sent };
}

function message(value: object): string {
  return `${JSON.stringify(value)}\0`;
}

describe("Chrome DevTools protocol on a pipe", () => {
  it("reads messages however they are cut", async () => {
    const { cdp, input } = connect();
    const seen: string[] = [];
    cdp.browser.on("Target.targetDestroyed", ({ targetId }) => seen.push(targetId));
    const text = ["\u00e9", "b", "c"].map((targetId) =>
      message({ method: "Target.targetDestroyed", params: { targetId } }),
    );
    for (const octet of Buffer.from(text.join(""))) {
      input.write(Buffer.from([octet]));
    }
    await new Promise(setImmediate);
    expect(seen).toEqual(["\u00e9", "b", "c"]);
  });

  it("gives answers to who asked and events to their session", async () => {
    const { cdp, input, sent } = connect();
    const page = cdp.session("s1");
    const asked = page.send("Page.enable");
    const failed = cdp.browser.send("Browser.getVersion");
    const [first, second] = sent();
    expect(first).toMatchObject({ method: "Page.enable", sessionId: "s1" });
    let crashes = 0;
    page.on("Inspector.targetCrashed", () => {
      crashes += 1;
    });
    input.write(message({ method: "Inspector.targetCrashed", params: {}, sessionId: "s2" }));
    input.write(message({ method: "Inspector.targetCrashed", params: {}, sessionId: "s1" }));
    input.write(message({ id: second?.id, error: { message: "no" } }));
    input.write(message({ id: first?.id, result: {} }));
    expect(await asked).toEqual({});
    await expect(failed).rejects.toThrow("Browser.getVersion: no");
    expect(crashes).toBe(1);
  });

  it("leaves nobody waiting for a target or a browser that is gone", async () => {
    const { cdp, input } = connect();
    const page = cdp.session("s1").send("Page.enable");
    const browser = cdp.browser.send("Browser.getVersion");
    cdp.drop("s1");
    await expect(page).rejects.toThrow("target closed");
    input.destroy();
    await expect(browser).rejects.toThrow("Chromium has ended");
    await cdp.closed;
    await expect(cdp.browser.send("Browser.getVersion")).rejects.toThrow("Chromium has ended");
  });
});
