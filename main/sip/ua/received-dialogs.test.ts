import { describe, expect, it } from "vitest";
import { UaPair } from "../../../tests/support/ua-pair.ts";
import { MAX_DEVICE_DIALOGS } from "./device-dialogs.ts";

async function crowd(maxReceivedDialogs: number, calls = maxReceivedDialogs): Promise<UaPair> {
  const pair = await UaPair.open({ bob: { maxReceivedDialogs } });
  for (let at = 0; at < calls; at += 1) {
    pair.call();
    await pair.clock.advanceAsync(10);
  }
  return pair;
}

async function callOnce(pair: UaPair): Promise<void> {
  pair.call();
  await pair.clock.advanceAsync(10);
}

describe("RFC 3261 §21.4.24 dialogs that others began", () => {
  it("MUST be refused with 486 and Retry-After beyond the 64 of a device", async () => {
    const pair = await crowd(MAX_DEVICE_DIALOGS.open);
    expect(pair.bob.invites).toHaveLength(64);
    await callOnce(pair);
    expect(pair.bob.invites).toHaveLength(64);
    const [refused] = pair.refused;
    expect([refused?.status, refused?.headers.get("Retry-After")]).toEqual([486, "30"]);
  });

  it("count whether they ring or were answered, until they end", async () => {
    const pair = await crowd(2, 1);
    pair.answer();
    await callOnce(pair);
    await callOnce(pair);
    expect(pair.refused.map(({ status }) => status)).toEqual([486]);
    pair.bob.session?.hangUp("SIP;cause=200");
    await callOnce(pair);
    expect(pair.bob.invites).toHaveLength(3);
  });

  it("do not count once they were declined, though their transactions live on", async () => {
    const pair = await crowd(1);
    pair.ringing.refuse({ status: 603 });
    await callOnce(pair);
    expect(pair.bob.invites).toHaveLength(2);
  });

  it("leave this device's own calls alone", async () => {
    const pair = await UaPair.open({ alice: { maxReceivedDialogs: 0 } });
    await callOnce(pair);
    expect(pair.bob.invites).toHaveLength(1);
  });
});
