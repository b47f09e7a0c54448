import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, BOB, ClientPair } from "../../tests/support/client-pair.ts";
import { fakeResponse } from "../../tests/support/fake-sip.ts";
import { octets } from "../../tests/support/octets.ts";
import type { RestRule } from "./client.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openSockets, "sockets left open").toBe(0);
});

const ALL: RestRule = (files) => files.map(({ index }) => index);

function paths(count: number, name = (at: number): string => `f${String(at)}.txt`): string[] {
  return Array.from({ length: count }, (_, at) => {
    const path = `/s/${name(at)}`;
    pair.alice.files.put(path, octets(10 + (at % 7), at));
    return path;
  });
}

async function offered(count: number): Promise<void> {
  await pair.alice.send(paths(count));
  await pair.until("bob rings", () => pair.bob.has("ringing"));
}

function acceptWithRest(rest: RestRule = ALL): void {
  const { id, files } = pair.bob.last("offer");
  pair.bob.client.accept(id, rest(files), { rest });
}

async function ended(): Promise<void> {
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
}

function invited(): readonly string[] {
  return pair.aliceSip.invited.map(({ request }) => request.body.toString());
}

function linesOf(sdp: string): number {
  return sdp.split("m=message").length - 1;
}

describe("docs/decisions/0007: many files in offers of at most 100", () => {
  it("MUST make one offer of 100 files, as any other", async () => {
    await offered(100);
    pair.bob.acceptAll();
    await ended();
    expect(invited()).toHaveLength(1);
    expect(invited()[0]).not.toContain("cpm-courier-series");
    expect(pair.bob.last("transfer").state).toBe("verified");
  });

  it("MUST bring 230 files in three offers of one conversation, one offer to both users", async () => {
    await offered(230);
    expect(pair.bob.last("offer").series).toMatchObject({ files: 230 });
    acceptWithRest();
    await ended();
    expect(invited().map(linesOf)).toEqual([100, 100, 30]);
    const headers = pair.aliceSip.invited.map(({ request }) => request.headers);
    expect(new Set(headers.map((all) => all.get("Conversation-ID"))).size).toBe(1);
    expect(new Set(headers.map((all) => all.get("Contribution-ID"))).size).toBe(3);
    expect(pair.bob.received().size).toBe(230);
    for (const device of [pair.alice, pair.bob]) {
      expect(device.all("offer")).toHaveLength(1);
      expect(device.all("ringing")).toHaveLength(1);
      expect(device.all("transfer")).toMatchObject([{ state: "verified" }]);
      const indexes = device.all("file").map(({ index }) => index);
      expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 230 }, (_, at) => at));
      const ids = new Set(
        device.seen.flatMap(({ payload }) => ("id" in payload ? [payload.id] : [])),
      );
      expect(ids.size).toBe(1);
    }
    expect(pair.alice.last("offer").files).toHaveLength(230);
    expect(pair.bob.all("more").map(({ files }) => files.length)).toEqual([100, 30]);
  });

  it("MUST be one entry of the history on both sides", async () => {
    await offered(130);
    acceptWithRest();
    await ended();
    for (const device of [pair.alice, pair.bob]) {
      const entries = [...device.store.entries.values()];
      expect(entries).toMatchObject([{ state: "verified", status: 200 }]);
      expect(entries[0]?.files).toHaveLength(130);
      expect(
        entries[0]?.files.every(({ state, isVerified }) => state === "complete" && isVerified),
      ).toBe(true);
      expect(entries[0]?.endedMs).toBeDefined();
    }
  });

  it("MUST send the next INVITE only when the last one was answered", async () => {
    await offered(230);
    await pair.pass(60_000);
    expect(invited()).toHaveLength(1);
    acceptWithRest();
    await ended();
    expect(invited()).toHaveLength(3);
  });

  it("MUST keep every description below 60 KiB, whatever the names", async () => {
    const long = "ü".repeat(110);
    await pair.alice.send(paths(100, (at) => `${long}${String(at)}.txt`));
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    acceptWithRest();
    await ended();
    expect(invited().length).toBeGreaterThan(1);
    for (const sdp of invited()) expect(Buffer.byteLength(sdp)).toBeLessThanOrEqual(60 * 1024);
    expect(pair.bob.received().size).toBe(100);
  });

  it("MUST refuse more than 5,000 files", async () => {
    const offer = await pair.alice.client.offer({
      to: BOB,
      paths: Array<string>(5001).fill("/s/f0.txt"),
    });
    expect(offer).toMatchObject({ ok: false, error: { kind: "too-many-files" } });
  });

  it("MUST say which file is missing before anything is offered", async () => {
    const all = paths(150);
    pair.alice.files.content.delete("/s/f140.txt");
    const offer = await pair.alice.client.offer({ to: BOB, paths: all });
    expect(offer).toMatchObject({ ok: false, error: { kind: "source", path: "/s/f140.txt" } });
    expect(invited()).toHaveLength(0);
  });

  it("MUST go on without a file that was lost or changed since", async () => {
    await offered(230);
    pair.alice.files.content.delete("/s/f205.txt");
    pair.alice.files.put("/s/f210.txt", octets(500, 1));
    acceptWithRest();
    await ended();
    expect(pair.bob.received().size).toBe(228);
    const failed = pair.alice.all("file").filter(({ state }) => state === "failed");
    expect(failed.map(({ index }) => index)).toEqual([205, 210]);
    expect(pair.alice.last("transfer").state).toBe("partly");
    expect(pair.bob.last("transfer").state).toBe("partly");
  });
});

describe("docs/decisions/0007: who does not take the rest", () => {
  it("MUST ring again for what follows when the user took only what he saw", async () => {
    await offered(130);
    pair.bob.acceptAll();
    await pair.until("bob rings again", () => pair.bob.all("ringing").length === 2);
    expect(pair.bob.all("offer").map(({ files }) => files.length)).toEqual([100, 30]);
    // What the second offer brings, not what both did.
    const second = pair.bob.last("offer");
    const octetsOfIt = second.files.reduce((sum, { sizeOctets = 0 }) => sum + sizeOctets, 0);
    expect(second.series).toEqual({ files: 30, octets: octetsOfIt });
    pair.bob.client.decline(pair.bob.offerId, "here");
    await pair.until("alice knows", () => pair.alice.has("transfer"));
    expect(pair.alice.last("transfer").state).toBe("partly");
    expect(pair.alice.last("error").message).toContain("30 more files were not offered.");
    await pair.until("bob knows", () => pair.bob.all("transfer").length === 2);
    expect(
      pair.bob
        .all("transfer")
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(["declined", "verified"]);
  });

  it.each([
    ["here", 486, "noanswer"],
    ["everywhere", 603, "declined"],
  ] as const)("MUST offer nothing more after a decline %s", async (where, status, state) => {
    await offered(130);
    pair.bob.client.decline(pair.bob.offerId, where);
    await ended();
    expect(invited()).toHaveLength(1);
    expect(pair.alice.all("declined")).toMatchObject([{ status }]);
    expect(pair.alice.last("transfer").state).toBe(state);
    expect(pair.bob.last("transfer").state).toBe("declined");
  });

  it("MUST ask the rule about each offer, and go on where none of its files is wanted", async () => {
    const names = (at: number): string =>
      at === 5 || at > 200 ? `f${String(at)}.pdf` : `f${String(at)}.txt`;
    await pair.alice.send(paths(230, names));
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    const isPdf: RestRule = (files) =>
      files.filter(({ name }) => name.endsWith(".pdf")).map(({ index }) => index);
    acceptWithRest(isPdf);
    await ended();
    expect(pair.bobSip.rung.map(({ final }) => final)).toEqual([200, 606, 200]);
    expect(pair.bob.received().size).toBe(30);
    expect(pair.alice.has("error")).toBe(false);
    expect(pair.alice.last("transfer").state).toBe("partly");
    expect(pair.bob.last("transfer").state).toBe("partly");
  });
});

describe("docs/decisions/0006: a yes to the rest is no yes to more than was said", () => {
  async function answeredFirst(): Promise<string> {
    await offered(130);
    const [first = ""] = invited();
    acceptWithRest();
    await ended();
    return first;
  }

  /** The same person, or another one, offers again with these words about a series. */
  async function followUp(change: (sdp: string) => string, from = ALICE): Promise<void> {
    const conversationId = pair.bob.last("offer").conversationId;
    const sdp = change(invited().at(-1) ?? "");
    pair.aliceSip.invite({
      uri: BOB,
      from: `<${from}>`,
      headers: [
        { name: "Conversation-ID", value: conversationId },
        { name: "Contribution-ID", value: "again" },
      ],
      body: { contentType: "application/sdp", content: Buffer.from(sdp) },
    });
    await pair.pass(100);
  }

  it.each<[string, (sdp: string) => string]>([
    ["files that were offered already", (sdp) => sdp],
    ["files beyond those announced", (sdp) => sdp.replace(/series:101\/130/, "series:131/160")],
    ["no place in the series", (sdp) => sdp.replace(/a=cpm-courier-series.*\r\n/, "")],
  ])("MUST ring for an offer with %s", async (_what, change) => {
    await answeredFirst();
    const before = pair.bob.all("ringing").length;
    await followUp(change);
    expect(pair.bob.all("ringing")).toHaveLength(before + 1);
    pair.bob.client.decline(pair.bob.offerId, "here");
    await pair.pass(10);
  });

  it("MUST ring for another person who uses the same conversation", async () => {
    await offered(130);
    const ring = pair.bobSip.ring.bind(pair.bobSip);
    let kept = (): void => undefined;
    // The second offer of the series is held back.
    pair.bobSip.ring = (uac) => {
      kept = () => {
        ring(uac);
      };
    };
    acceptWithRest();
    await pair.until("the second offer leaves", () => invited().length === 2);
    await pair.pass(10);
    pair.bobSip.ring = ring;
    await followUp((sdp) => sdp, "sip:mallory@a.example");
    expect(pair.bob.all("ringing")).toHaveLength(2);
    pair.bob.client.decline(pair.bob.offerId, "here");
    kept();
    await pair.until("alice knows", () => pair.alice.has("transfer"));
    expect(pair.alice.last("transfer").state).toBe("verified");
    await pair.pass(1000);
  });

  it("MUST be over for the receiver a minute after the last offer ended", async () => {
    await offered(130);
    acceptWithRest();
    pair.bobSip.ring = (uac) => {
      uac.settle({ kind: "refused", response: fakeResponse(503) });
    };
    await pair.until("bob knows", () => pair.bob.has("transfer"));
    expect(pair.bob.last("transfer").state).toBe("partly");
    expect(pair.bob.all("more")).toEqual([]);
  });
});

describe("docs/decisions/0008: other devices of the receiver", () => {
  it("MUST stay silent on a device whose user took the first offer elsewhere", async () => {
    await offered(130);
    const accepted = pair.bobSip.rung[0];
    accepted?.cancelled([{ name: "Reason", value: "SIP;cause=200" }]);
    await pair.until("bob knows", () => pair.bob.has("elsewhere"));
    await pair.until("alice knows", () => pair.alice.has("transfer"));
    const sdp = (invited()[0] ?? "").replace("series:1/130", "series:31/130");
    const follow = pair.aliceSip.invite({
      uri: BOB,
      from: `<${ALICE}>`,
      headers: [
        { name: "Conversation-ID", value: pair.bob.last("offer").conversationId },
        { name: "Contribution-ID", value: "again" },
      ],
      body: { contentType: "application/sdp", content: Buffer.from(sdp) },
    });
    await pair.pass(100);
    expect(await follow.outcome).toMatchObject({ kind: "refused", response: { status: 486 } });
    expect(pair.bob.all("ringing")).toHaveLength(1);
  });
});

describe("docs/decisions/0007: stopping", () => {
  it.each(["alice", "bob"] as const)("MUST end every offer when %s cancels", async (who) => {
    await offered(330);
    acceptWithRest();
    await pair.until("files arrive", () => pair.bob.received().size > 0);
    pair[who].client.cancel(pair[who].offerId);
    await ended();
    expect(invited().length).toBeLessThan(4);
    for (const device of [pair.alice, pair.bob]) {
      expect(device.all("cancelled").length).toBeLessThanOrEqual(1);
      expect(device.all("transfer")).toHaveLength(1);
      expect(["partly", "cancelled", "interrupted"]).toContain(device.last("transfer").state);
    }
    expect(pair[who].last("cancelled").by).toBe("us");
  });

  it("MUST be what a user is told who cancels between two offers", async () => {
    await offered(130);
    acceptWithRest();
    // The second one does not arrive in time.
    let refuse = (): void => undefined;
    pair.bobSip.ring = (uac) => {
      refuse = () => {
        uac.settle({ kind: "refused", response: fakeResponse(486) });
      };
    };
    await pair.until("the first offer is over", () => pair.bob.received().size === 100);
    await pair.pass(5000);
    pair.bob.client.cancel(pair.bob.offerId);
    expect(pair.bob.all("cancelled")).toMatchObject([{ by: "us" }]);
    expect(pair.bob.all("transfer")).toMatchObject([{ state: "partly" }]);
    refuse();
    await ended();
  });

  it("MUST withdraw the offer that rings and make no other", async () => {
    await offered(130);
    pair.alice.client.cancel(pair.alice.offerId);
    await ended();
    expect(invited()).toHaveLength(1);
    expect(pair.alice.last("transfer").state).toBe("cancelled");
    expect(pair.bob.last("cancelled").by).toBe("peer");
  });

  it("MUST not offer a file that was stopped before its turn", async () => {
    await offered(230);
    pair.alice.client.cancelFile(pair.alice.offerId, 220);
    acceptWithRest();
    await ended();
    expect(pair.bob.received().has("f220.txt")).toBe(false);
    expect(pair.bob.received().size).toBe(229);
  });
});
