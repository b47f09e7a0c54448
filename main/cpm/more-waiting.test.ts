import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, BOB, ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";
import { OFFER_LIMITS, type OfferLimits } from "./file/offer-limits.ts";

/** Where the fake wire says that everything comes from. */
const CORE = "10.9.9.9";
const OPEN = OFFER_LIMITS.open;
/** For what is about how many ring, not about how fast they come. */
const UNHURRIED: OfferLimits = { ...OPEN, ofPeer: { most: 1000, windowMs: 1 } };

let pair: ClientPair;

async function start(offerLimits: OfferLimits): Promise<void> {
  pair = await ClientPair.start({ b: { offerLimits, coreAddress: CORE } });
  pair.alice.files.put("/s/plan.pdf", octets(5000, 1));
}

beforeEach(() => start(UNHURRIED));

afterEach(async () => {
  await pair.stop();
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
});

async function offer(times = 1): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const sent = await pair.alice.client.offer({ to: BOB, paths: ["/s/plan.pdf"] });
    expect(sent.ok).toBe(true);
    await pair.pass(20);
  }
}

/** An offer whose sender the core says is this one. */
async function offerAs(user: string): Promise<number | undefined> {
  const sdp = pair.aliceSip.invited[0]?.request.body;
  if (sdp === undefined) throw new Error("nothing was offered before");
  pair.aliceSip.invite({
    ...{ uri: BOB, from: `<${ALICE}>` },
    headers: [
      { name: "P-Asserted-Identity", value: `<sip:${user}@a.example>` },
      { name: "Conversation-ID", value: `c-${user}` },
      { name: "Contribution-ID", value: user },
    ],
    body: { contentType: "application/sdp", content: sdp },
  });
  await pair.pass(20);
  return pair.bobSip.rung.at(-1)?.final;
}

describe("OMA CPM, RFC 3261 §21.4.24: more offers than one looks at", () => {
  it("MUST refuse the fourth of one person that rings with 486 and a Warning", async () => {
    await offer(4);
    expect(pair.bobSip.rung.map(({ final }) => final)).toEqual([
      undefined,
      undefined,
      undefined,
      486,
    ]);
    expect(pair.bob.all("offer")).toHaveLength(3);
    expect(pair.bobSip.rung[3]?.finalHeaders).toContainEqual({
      name: "Warning",
      value: '399 cpm-courier "more offers waiting"',
    });
  });

  it("MUST NOT be silent about it: the newest that rings tells that more wait, once", async () => {
    await offer(6);
    expect(pair.bob.all("moreWaiting")).toEqual([{ id: pair.bob.all("offer")[2]?.id }]);
  });

  it("tells the sender what is true", async () => {
    await offer(4);
    expect(pair.alice.last("error")).toMatchObject({
      code: "earlier-unanswered",
      message: "bob@b.example has not answered your earlier offers yet. No file was sent.",
    });
    expect(pair.alice.last("transfer").state).toBe("noanswer");
  });

  it.each(["accept", "decline"] as const)(
    "MUST ring again once one was answered (%s)",
    async (how) => {
      await offer(4);
      const [first] = pair.bob.all("offer");
      if (first === undefined) throw new Error("nothing rang");
      if (how === "accept") pair.bob.client.accept(first.id, [0]);
      else pair.bob.client.decline(first.id, "here");
      await offer();
      expect(pair.bob.all("offer")).toHaveLength(4);
      await offer();
      expect(pair.bob.all("offer")).toHaveLength(4);
      expect(pair.bob.all("moreWaiting")).toHaveLength(2);
    },
  );

  it("MUST ring again once the sender has withdrawn one", async () => {
    await offer(3);
    pair.alice.client.cancel(pair.alice.offerId);
    await pair.pass(100);
    await offer();
    expect(pair.bob.all("offer")).toHaveLength(4);
  });

  it("MUST NOT count one person's for another, until 20 ring", async () => {
    await offer(3);
    for (let i = 3; i < 20; i += 1) expect(await offerAs(`user${String(i)}`)).toBeUndefined();
    expect(await offerAs("user20")).toBe(486);
    expect(pair.bob.all("offer")).toHaveLength(20);
    expect(pair.bob.all("moreWaiting")).toEqual([{ id: pair.bob.all("offer")[19]?.id }]);
  });

  it("MUST take a series for one offer, however many it takes", async () => {
    await pair.stop();
    await start(OPEN);
    const paths = Array.from({ length: 900 }, (_, i) => `/s/f${String(i)}.txt`);
    for (const path of paths) pair.alice.files.put(path, octets(3, 1));
    await pair.alice.client.offer({ to: BOB, paths });
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    const { id, files } = pair.bob.last("offer");
    const all = files.map(({ index }) => index);
    const rest = (more: readonly { readonly index: number }[]) => more.map(({ index }) => index);
    pair.bob.client.accept(id, all, { rest });
    await pair.until("both ended", () => pair.bothEnded());
    expect(pair.aliceSip.invited.length).toBeGreaterThan(6);
    expect(pair.bob.received().size).toBe(900);
  });
});

describe("OMA CPM, RFC 3261 §21.4.24: offers that follow each other too quickly", () => {
  beforeEach(async () => {
    await pair.stop();
    await start(OPEN);
  });

  /** Offers that are declined at once. */
  async function declined(times: number): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      const before = pair.bob.all("offer").length;
      await offer();
      const newest = pair.bob.all("offer")[before];
      if (newest !== undefined) pair.bob.client.decline(newest.id, "here");
      await pair.pass(20);
    }
  }

  it("MUST be refused after six, and ring again five seconds later", async () => {
    await declined(8);
    expect(pair.bob.all("offer")).toHaveLength(6);
    expect(pair.alice.last("error").code).toBe("too-often");
    await pair.pass(5000);
    await declined(2);
    expect(pair.bob.all("offer")).toHaveLength(7);
  });
});

describe("OMA CPM: in the lab", () => {
  it("a hundred offers ring at once", async () => {
    await pair.stop();
    await start(OFFER_LIMITS.lab);
    await offer(100);
    expect(pair.bob.all("offer")).toHaveLength(100);
  });
});
