import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOB, ClientPair } from "../../tests/support/client-pair.ts";
import { fakeResponse } from "../../tests/support/fake-sip.ts";
import { octets } from "../../tests/support/octets.ts";
import { newOfferId } from "./ids.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start({
    b: { ringsWithoutRoom: true, isBlocked: (uri) => uri === blocked },
  });
  pair.alice.files.put("/s/plan.pdf", octets(5000, 1));
});

afterEach(async () => {
  blocked = "";
  await pair.stop();
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
});

let blocked = "";

async function offer(text?: string): Promise<void> {
  const paths = ["/s/plan.pdf"];
  const sent = await pair.alice.client.offer({
    ...{ to: BOB, paths },
    ...(text === undefined ? {} : { text }),
  });
  expect(sent.ok).toBe(true);
}

describe("OMA CPM: words that go with an offer travel as Subject (RFC 3261 §20.36)", () => {
  it("MUST reach the receiver in one line", async () => {
    await offer("The plan\nfrom Tuesday");
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    expect(pair.bob.last("offer").text).toBe("The plan from Tuesday");
    expect(pair.alice.last("offer").text).toBe("The plan from Tuesday");
  });

  it("MUST be absent where there are none", async () => {
    await offer(" \n ");
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    expect(pair.aliceSip.invited[0]?.request.headers.get("Subject")).toBeUndefined();
    expect(pair.bob.last("offer").text).toBeUndefined();
  });
});

describe("settings that change while the device runs", () => {
  it("do not disturb MUST answer the next offer with 486, and no longer when it is over", async () => {
    pair.bob.client.configure({ isBusy: true });
    await offer();
    await pair.until("alice hears it", () => pair.alice.has("transfer"));
    expect(pair.alice.last("declined").status).toBe(486);
    pair.bob.client.configure({ isBusy: false });
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
  });

  it("the time to answer counts from the next offer on", async () => {
    pair.bob.client.configure({ ringTimeS: 20 });
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    await pair.pass(21_000);
    expect(pair.bob.has("missed")).toBe(true);
  });

  it("the folder MUST be the new one", async () => {
    pair.bob.client.configure({ receiveFolder: "/elsewhere" });
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.acceptAll();
    await pair.until("both know the end", () => pair.bothEnded());
    expect([...pair.bob.files.content.keys()]).toEqual(["/elsewhere/plan.pdf"]);
  });

  it("a new device name MUST be told to the registrar at once", async () => {
    const before = pair.bobSip.sent.length;
    pair.bob.client.configure({ deviceName: "Bob's phone" });
    await pair.pass(10);
    const contact = pair.bobSip.sent.at(-1)?.headers.find(({ name }) => name === "Contact");
    expect(pair.bobSip.sent.length).toBe(before + 1);
    expect(contact?.value).toContain('device-name="Bob\'s phone"');
    pair.bob.client.configure({ deviceName: "Bob's phone" });
    await pair.pass(10);
    expect(pair.bobSip.sent.length).toBe(before + 1);
  });
});

describe("refresh", () => {
  it("MUST register at once, and keep only its own pause", async () => {
    const registers = (): number =>
      pair.bobSip.sent.filter(({ method }) => method === "REGISTER").length;
    const before = registers();
    const refreshed = pair.bob.client.refresh();
    await pair.pass(10);
    expect(await refreshed).toEqual({ ok: true, value: undefined });
    expect(registers()).toBe(before + 1);
    await pair.pass(301_000);
    expect(registers()).toBe(before + 2);
  });

  it("MUST not wait for an attempt that nobody answers", async () => {
    pair.bobSip.respond = () => undefined;
    void pair.bob.client.refresh();
    await pair.pass(10);
    pair.bobSip.respond = () => fakeResponse(200);
    const refreshed = pair.bob.client.refresh();
    await pair.pass(10);
    expect((await refreshed).ok).toBe(true);
    expect(pair.bob.has("registrationFailed")).toBe(false);
  });
});

describe("people who are blocked", () => {
  it("MUST be declined on every device, without ringing on this one", async () => {
    blocked = "sip:alice@a.example";
    await offer();
    await pair.until("alice hears it", () => pair.alice.has("transfer"));
    expect(pair.alice.last("declined").status).toBe(603);
    expect(pair.alice.has("ringing")).toBe(false);
    expect(pair.bob.has("offer")).toBe(false);
  });
});

describe("no room in the receive folder", () => {
  it("MUST ring all the same where the user may choose another folder", async () => {
    pair.bob.files.trouble.freeOctets = 100;
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.files.trouble.freeOctets = 1_000_000;
    pair.bob.client.accept(pair.bob.offerId, [0], { folder: "/other" });
    await pair.until("both know the end", () => pair.bothEnded());
    expect([...pair.bob.files.content.keys()]).toEqual(["/other/plan.pdf"]);
  });
});

describe("an offer that is withdrawn while its files are read", () => {
  it("MUST never be sent", async () => {
    const id = newOfferId({ bytes: (length) => Buffer.alloc(length, 7) });
    const offering = pair.alice.client.offer({ to: BOB, paths: ["/s/plan.pdf"], id });
    pair.alice.client.cancel(id);
    expect(await offering).toMatchObject({ ok: false, error: { kind: "cancelled" } });
    await pair.pass(100);
    expect(pair.aliceSip.invited).toEqual([]);
  });
});
