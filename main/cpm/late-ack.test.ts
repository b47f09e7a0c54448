import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
});

const FILE = octets(4_000_000, 1);

/** Bob has octets, and the ACK of his answer is still on its way. */
async function overtaken(): Promise<void> {
  pair.sip.ackMs = 3000;
  pair.net.setLatency(50);
  pair.alice.files.put("/s/big.bin", FILE);
  await pair.alice.send(["/s/big.bin"]);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.acceptAll();
  await pair.until("octets come", () => pair.bob.has("progress"));
}

/** What bob's program has said in the dialog of the offer. */
function said(): readonly string[] {
  const sent = pair.bobSip.rung[0]?.dialog?.sent ?? [];
  return sent.map(({ method, headers }) => `${method} ${headers.get("Reason") ?? ""}`);
}

describe("RFC 3261 §15: octets overtake the ACK, before which no BYE may go", () => {
  it("MUST send the BYE of a user's cancel when there is a dialog", async () => {
    await overtaken();
    pair.bob.client.cancel(pair.bob.offerId);
    await pair.until("both know the end", () => pair.bothEnded());
    expect(said()).toEqual([expect.stringMatching(/^BYE .*cause=487/)]);
    expect(pair.bob.last("transfer").state).toBe("cancelled");
    expect(pair.alice.last("file").code).toBe("declined");
    expect(await pair.bob.files.parts()).toEqual([]);
  });

  it("MUST send the BYE of a pause when there is a dialog", async () => {
    await overtaken();
    pair.bob.client.pause(pair.bob.offerId);
    await pair.until("both know", () => pair.alice.has("paused") && pair.bob.has("paused"));
    expect(said()).toEqual([expect.stringMatching(/^BYE .*Transfer paused/)]);
    expect([pair.alice.last("paused").by, pair.bob.last("paused").by]).toEqual(["peer", "us"]);
    expect(pair.alice.has("reconnecting")).toBe(false);
    expect(await pair.bob.files.parts()).toHaveLength(1);
  });
});
