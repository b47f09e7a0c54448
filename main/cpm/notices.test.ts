import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientPair } from "../../tests/support/client-pair.ts";
import { fakeRequest, fakeResponse } from "../../tests/support/fake-sip.ts";
import { octets } from "../../tests/support/octets.ts";
import type { OutgoingRequest } from "../drachtio/srf.ts";

let pair: ClientPair;

beforeEach(async () => {
  // The fake SIP speaks from this address: it stands for alice's core.
  pair = await ClientPair.start({ a: { asksNotifications: true, coreAddress: "10.9.9.9" } });
  pair.bobSip.respond = (request) => {
    if (request.method === "MESSAGE") forward(request);
    return fakeResponse(200);
  };
});

afterEach(async () => {
  await pair.stop();
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
});

function forward({ uri, headers, from, body }: OutgoingRequest, asserted = from): void {
  const all = [...headers, { name: "From", value: from }];
  pair.aliceSip.receive(
    fakeRequest("MESSAGE", uri, [...all, { name: "P-Asserted-Identity", value: asserted }], body),
  );
}

async function sent(): Promise<void> {
  pair.alice.files.put("/s/note.txt", octets(900, 1));
  await pair.alice.send(["/s/note.txt"]);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.acceptAll();
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
}

function notices(): readonly OutgoingRequest[] {
  return pair.bobSip.sent.filter(({ method }) => method === "MESSAGE");
}

describe("RFC 5438 §6: notifications asked for in the offer", () => {
  it("MUST be asked for in a CPIM part beside the description", async () => {
    await sent();
    const invite = pair.bobSip.rung[0]?.request;
    expect(invite?.headers.get("Content-Type")).toMatch(/^multipart\/mixed/);
    const body = invite?.body.toString() ?? "";
    expect(body).toContain("NS: imdn <urn:ietf:params:imdn>");
    expect(body).toMatch(/imdn\.Message-ID: [A-Za-z0-9]{24}\r\n/);
    expect(body).toContain(
      "imdn.Disposition-Notification: positive-delivery, negative-delivery, display",
    );
    expect(pair.alice.last("transfer").state).toBe("verified");
  });

  it("MUST offer again without them to a receiver that answers 415 (RFC 5547 §8.8)", async () => {
    const ring = pair.bobSip.ring.bind(pair.bobSip);
    pair.bobSip.ring = (uac) => {
      pair.bobSip.ring = ring;
      uac.settle({ kind: "refused", response: fakeResponse(415) });
    };
    await sent();
    expect(pair.bobSip.rung[0]?.request.headers.get("Content-Type")).toBe("application/sdp");
    expect(pair.alice.last("transfer").state).toBe("verified");
  });
});

describe("RFC 5438 §7.2: what the sender is told", () => {
  it("MUST be told `delivered` after the transfer", async () => {
    await sent();
    expect(pair.alice.all("notified")).toEqual([{ id: pair.alice.offerId, status: "delivered" }]);
  });

  it("MUST be told `displayed` when the user opens a file, once", async () => {
    await sent();
    pair.bob.client.markDisplayed(pair.bob.offerId);
    pair.bob.client.markDisplayed(pair.bob.offerId);
    await pair.pass(100);
    expect(pair.alice.all("notified").map(({ status }) => status)).toEqual([
      "delivered",
      "displayed",
    ]);
    expect(notices()).toHaveLength(2);
    const content = notices()[1]?.body?.content.toString() ?? "";
    expect(content).toContain("<display-notification><status><displayed/>");
  });

  it("MUST NOT be told what another person says of its files", async () => {
    pair.bobSip.respond = (request) => {
      if (request.method === "MESSAGE") forward(request, "<sip:mallory@b.example>");
      return fakeResponse(200);
    };
    await sent();
    expect(notices()).toHaveLength(1);
    expect(pair.alice.has("notified")).toBe(false);
  });

  it("MUST NOT hear anything where it did not ask (§6.3)", async () => {
    await pair.stop();
    pair = await ClientPair.start();
    await sent();
    pair.bob.client.markDisplayed(pair.bob.offerId);
    await pair.pass(100);
    expect(notices()).toHaveLength(0);
  });
});
