import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE_HOST, BOB, BOB_HOST, ClientPair } from "../../tests/support/client-pair.ts";
import { type FakeUac, fakeResponse } from "../../tests/support/fake-sip.ts";
import { octets } from "../../tests/support/octets.ts";
import { buildMultipart } from "./body/multipart.ts";

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

const PLAN = octets(300_000, 1);
const PHOTO = octets(70_001, 2);
const NOTE = octets(900, 3);
const BIG = octets(3_000_000, 4);

async function offered(count = 3): Promise<void> {
  const files = ["/s/plan.pdf", "/s/photo.jpg", "/s/note.txt"].slice(0, count);
  pair.alice.files.put("/s/plan.pdf", PLAN).put("/s/photo.jpg", PHOTO).put("/s/note.txt", NOTE);
  await pair.alice.send(files);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
}

/** A long and a short file, both accepted, octets under way. */
async function moving(): Promise<void> {
  pair.alice.files.put("/s/big.iso", BIG).put("/s/note.txt", NOTE);
  await pair.alice.send(["/s/big.iso", "/s/note.txt"]);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.acceptAll();
  await pair.until("octets move", () => pair.bob.has("progress"));
}

async function ended(): Promise<void> {
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
}

function states(): readonly string[] {
  return [pair.alice.last("transfer").state, pair.bob.last("transfer").state];
}

function fileStates(device: "alice" | "bob"): readonly string[] {
  return pair[device].all("file").map(({ index, state }) => `${String(index)} ${state}`);
}

describe("CR C.x.x.1.1 steps 1 to 20 between two clients", () => {
  it("MUST bring every accepted file octet by octet, verified on both sides", async () => {
    await offered();
    pair.bob.acceptAll();
    await ended();
    expect([...pair.bob.received().keys()].sort()).toEqual(["note.txt", "photo.jpg", "plan.pdf"]);
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(pair.bob.received().get("photo.jpg")?.equals(PHOTO)).toBe(true);
    expect(states()).toEqual(["verified", "verified"]);
  });

  it("MUST send BYE once, without Reason, after the last accepted file (step 13)", async () => {
    await offered();
    pair.bob.acceptAll();
    await ended();
    const sent = pair.bobSip.rung[0]?.callerDialog?.sent ?? [];
    expect(sent.map(({ method, headers }) => [method, headers.get("Reason")])).toEqual([
      ["BYE", undefined],
    ]);
    expect(pair.bobSip.rung[0]?.dialog?.sent).toEqual([]);
  });

  it("MUST transfer only what was accepted and tell the sender of the rest (step 4)", async () => {
    await offered();
    pair.bob.client.accept(pair.bob.offerId, [1]);
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["photo.jpg"]);
    expect(pair.alice.last("answered")).toMatchObject({ accepted: [1], declined: [0, 2] });
    expect([...fileStates("alice")].sort()).toEqual(["0 declined", "1 complete", "2 declined"]);
    expect(states()).toEqual(["partly", "partly"]);
  });

  it("MUST transfer a file without octets", async () => {
    pair.alice.files.put("/s/empty.txt", Buffer.alloc(0));
    await pair.alice.send(["/s/empty.txt"]);
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.acceptAll();
    await ended();
    expect(pair.bob.received().get("empty.txt")?.length).toBe(0);
    expect(states()).toEqual(["verified", "verified"]);
  });

  it("MUST write the history of both sides before and after", async () => {
    await offered(1);
    const [begun] = [...pair.bob.store.entries.values()];
    expect(begun).toMatchObject({ direction: "incoming", state: "ringing" });
    pair.bob.acceptAll();
    await ended();
    for (const device of [pair.alice, pair.bob]) {
      const [entry] = [...device.store.entries.values()];
      expect(entry).toMatchObject({ state: "verified", status: 200 });
      expect(entry?.files[0]).toMatchObject({
        state: "complete",
        isVerified: true,
        octets: PLAN.length,
      });
      expect(entry?.endedMs).toBeGreaterThan(entry?.startedMs ?? Number.POSITIVE_INFINITY);
    }
  });

  it("MUST report progress at most four times a second and once at the end", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    await ended();
    const samples = pair.bob.all("progress").filter(({ index }) => index === 0);
    expect(samples.at(-1)?.octets).toBe(BIG.length);
    expect(samples.length).toBeLessThan((pair.clock.nowMs() / 1000) * 4 + 2);
    const octetsSoFar = samples.map((sample) => sample.octets);
    expect(octetsSoFar).toEqual(octetsSoFar.toSorted((a, b) => a - b));
  });
});

describe("docs/decisions/0003: what verified means", () => {
  it("MUST call a stranger's success confirmed", async () => {
    await offered(1);
    const uas = pair.bobSip.rung[0];
    const accept = uas?.accept.bind(uas);
    if (uas !== undefined && accept !== undefined)
      uas.accept = (answer) =>
        accept({
          ...answer,
          headers: answer.headers.filter(({ name }) => name !== "User-Agent"),
        });
    pair.bob.acceptAll();
    await ended();
    expect(states()).toEqual(["confirmed", "verified"]);
    expect(pair.alice.last("file").verified).toBe(false);
  });

  it("MUST set a damaged file aside and tell both users (RFC 5547 §8.3.1)", async () => {
    pair.alice.files.put("/s/plan.pdf", PLAN);
    const hash = pair.alice.files.hash.bind(pair.alice.files);
    pair.alice.files.hash = (...args) =>
      hash(...args).then((result) =>
        result.ok ? { ok: true, value: { ...result.value, sha1: "00".repeat(20) } } : result,
      );
    await pair.alice.send(["/s/plan.pdf"]);
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.acceptAll();
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["plan.pdf.damaged"]);
    expect(pair.bob.last("file")).toMatchObject({
      state: "failed",
      verified: false,
      path: "/bob/plan.pdf.damaged",
    });
    expect(pair.alice.last("file")).toMatchObject({ state: "failed", verified: false });
    expect(states()).toEqual(["failed", "failed"]);
  });
});

describe("RFC 3261 §13.3.1.3 refusing", () => {
  it.each([
    ["here", 486, "noanswer"],
    ["everywhere", 603, "declined"],
  ] as const)("MUST answer a decline %s with %i", async (where, status, state) => {
    await offered();
    pair.bob.client.decline(pair.bob.offerId, where);
    await ended();
    expect(pair.bobSip.rung[0]?.final).toBe(status);
    expect(pair.alice.last("declined").status).toBe(status);
    expect(pair.bob.last("declined").status).toBe(status);
    expect(states()).toEqual([state, "declined"]);
  });

  it("MUST treat accepting no file as declining here", async () => {
    await offered();
    pair.bob.client.accept(pair.bob.offerId, []);
    await ended();
    expect(pair.bobSip.rung[0]?.final).toBe(486);
  });

  it("MUST answer 480 when the ring time is over, and say missed", async () => {
    await offered();
    const rangMs = pair.clock.nowMs();
    await ended();
    expect(pair.bobSip.rung[0]?.final).toBe(480);
    expect(pair.clock.nowMs() - rangMs).toBeGreaterThanOrEqual(180_000);
    expect(pair.bob.has("missed")).toBe(true);
    expect(pair.alice.last("error").code).toBe("no-answer");
    expect(states()).toEqual(["noanswer", "noanswer"]);
  });

  it("MUST tell an unknown user (404) by name", async () => {
    pair.alice.files.put("/s/plan.pdf", PLAN);
    await pair.alice.send(["/s/plan.pdf"], "sip:dave@b.example");
    await pair.until("the end", () => pair.alice.has("transfer"));
    expect(pair.alice.last("error")).toMatchObject({
      code: "unknown-user",
      status: 404,
      message: "No one is registered as dave@b.example.",
    });
  });

  it("MUST answer 403 with 133 when no file fits on the disk", async () => {
    pair.bob.files.trouble.freeOctets = 1000;
    pair.alice.files.put("/s/plan.pdf", PLAN);
    await pair.alice.send(["/s/plan.pdf"]);
    await pair.until("the end", () => pair.alice.has("transfer"));
    expect(pair.bobSip.rung[0]?.final).toBe(403);
    expect(pair.alice.last("error").code).toBe("too-large");
    expect(pair.bob.has("offer")).toBe(false);
  });

  it("MUST answer 403 when the disk fills up between ringing and accepting", async () => {
    await offered(1);
    pair.bob.files.trouble.freeOctets = 1000;
    pair.bob.acceptAll();
    await ended();
    expect(pair.bobSip.rung[0]?.final).toBe(403);
    expect(pair.bob.last("error").code).toBe("no-space");
    expect(states()).toEqual(["failed", "failed"]);
  });

  it("MUST accept what fits and refuse the file that does not", async () => {
    await offered();
    pair.bob.files.trouble.freeOctets = 100_000;
    pair.bob.acceptAll();
    await ended();
    expect([...pair.bob.received().keys()].sort()).toEqual(["note.txt", "photo.jpg"]);
    expect(states()).toEqual(["partly", "partly"]);
  });
});

describe("RFC 3261 §9 CANCEL and RFC 3326 Reason", () => {
  it("MUST tell the receiver that the sender withdrew the offer (cause 487)", async () => {
    await offered();
    pair.alice.client.cancel(pair.alice.offerId);
    await ended();
    expect(pair.bobSip.rung[0]?.final).toBe(487);
    expect(pair.bob.last("cancelled").by).toBe("peer");
    expect(states()).toEqual(["cancelled", "cancelled"]);
    expect(pair.alice.has("error")).toBe(false);
  });

  it.each([
    ['SIP;cause=200;text="Call completed elsewhere"', "accepted"],
    ['Q.850;cause=26, SIP;cause=200;text="x"', "accepted"],
    ["SIP;cause=603", "declined"],
    ["SIP;cause=600", "declined"],
  ])("MUST read %s as %s on another device, never as missed", async (reason, how) => {
    await offered();
    pair.bobSip.rung[0]?.cancelled([{ name: "Reason", value: reason }]);
    await pair.pass(10);
    expect(pair.bob.last("elsewhere")).toMatchObject({ reason: how, isLostRace: false });
    expect(pair.bob.has("missed") || pair.bob.has("transfer")).toBe(false);
  });

  it("MUST name the winner where the network names it", async () => {
    await offered();
    const value = 'SIP;cause=200;text="Call completed elsewhere";device-name="Bob\'s phone"';
    pair.bobSip.rung[0]?.cancelled([{ name: "Reason", value }]);
    await pair.pass(10);
    expect(pair.bob.last("elsewhere").device).toBe("Bob's phone");
  });

  it("MUST not claim to know why a CANCEL without Reason came", async () => {
    await offered();
    pair.bobSip.rung[0]?.cancelled([]);
    await pair.pass(10);
    expect(pair.bob.last("cancelled").by).toBe("unknown");
  });

  it("MUST give the room on disk back when the CANCEL comes between accepting and answering", async () => {
    await offered();
    pair.bob.acceptAll();
    pair.bobSip.rung[0]?.cancelled([{ name: "Reason", value: "SIP;cause=200" }]);
    await pair.pass(10);
    expect(pair.bob.last("elsewhere")).toMatchObject({ reason: "accepted", isLostRace: true });
    expect(pair.bob.files.openParts).toBe(0);
  });

  it("MUST end in agreeing states when CANCEL crosses the 200", async () => {
    for (const distanceMs of [0, 1, 2, 3, 5]) {
      await offered(1);
      pair.bob.acceptAll();
      await pair.pass(distanceMs);
      pair.alice.client.cancel(pair.alice.offerId);
      await ended();
      expect(pair.alice.last("transfer").state, String(distanceMs)).toBe("cancelled");
      await pair.stop();
      expect([...pair.bob.received().keys()]).toEqual([]);
      pair = await ClientPair.start();
    }
  });
});

describe("RFC 3261 §13.2.2.4: our 200 came second", () => {
  it("MUST take a BYE before any octet for another device's success", async () => {
    await offered(1);
    pair.net.blackhole({ from: ALICE_HOST });
    pair.bob.acceptAll();
    await pair.until("answered", () => pair.bob.has("answered"));
    void pair.bobSip.rung[0]?.callerDialog?.bye();
    await pair.pass(100);
    expect(pair.bob.last("elsewhere")).toMatchObject({ reason: "accepted", isLostRace: true });
    expect(pair.bob.files.openParts).toBe(0);
    expect(pair.bob.has("transfer")).toBe(false);
    pair.alice.client.cancel(pair.alice.offerId);
    await pair.until("alice gives up", () => pair.alice.has("transfer"));
  });

  it("MUST take a BYE with cause 487 for the sender's", async () => {
    await offered(1);
    pair.net.blackhole({ from: ALICE_HOST });
    pair.bob.acceptAll();
    await pair.until("answered", () => pair.bob.has("answered"));
    pair.alice.client.cancel(pair.alice.offerId);
    await ended();
    expect(pair.bob.has("elsewhere")).toBe(false);
    expect(pair.bob.last("file").reason).toBe("The sender cancelled the transfer.");
  });
});

describe("RFC 5547 §8.4 aborting", () => {
  it("MUST stop one file of the sender with port 0 and bring the other", async () => {
    await moving();
    pair.alice.client.cancelFile(pair.alice.offerId, 0);
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["note.txt"]);
    expect(states()).toEqual(["partly", "partly"]);
  });

  it("MUST stop one file of the receiver with 413 and port 0 and bring the other", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    pair.bob.client.cancelFile(pair.bob.offerId, 0);
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["note.txt"]);
    expect(fileStates("alice")).toContain("0 interrupted");
    expect(states()).toEqual(["partly", "partly"]);
    expect(pair.trace.drafts.some(({ summary }) => summary.status === 413)).toBe(true);
  });

  it.each(["alice", "bob"] as const)("MUST end everything when %s cancels", async (who) => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    pair[who].client.cancel(pair[who].offerId);
    await ended();
    expect(pair.bob.received().has("big.iso")).toBe(false);
    expect(pair[who].last("cancelled").by).toBe("us");
    for (const state of states()) expect(["cancelled", "interrupted", "partly"]).toContain(state);
  });

  it("MUST end both sides when the file connection breaks", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    expect(pair.net.resetTcp({ from: ALICE_HOST, to: BOB_HOST })).toBeGreaterThan(0);
    await ended();
    expect(pair.bob.received().has("big.iso")).toBe(false);
    for (const state of states()) expect(["interrupted", "partly"]).toContain(state);
  });

  it("MUST not publish anything of a file that changed while it was sent", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    pair.alice.files.put("/s/big.iso", octets(10, 1));
    await ended();
    expect(pair.bob.received().has("big.iso")).toBe(false);
    expect(pair.alice.all("file").find(({ index }) => index === 0)).toMatchObject({
      state: "failed",
      reason: "The file was changed after it was offered. It was not sent.",
    });
  });

  it("MUST stop the sender, without an end, when the receiver's disk is full", async () => {
    pair.bob.files.trouble.fullAfterOctets = 1_000_000;
    await moving();
    await pair.until("both wait", () => pair.alice.has("paused") && pair.bob.has("paused"));
    expect([pair.alice.last("paused").by, pair.bob.last("paused").by]).toEqual(["peer", "space"]);
    pair.bob.client.cancel(pair.bob.offerId);
    pair.alice.client.cancel(pair.alice.offerId);
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["note.txt"]);
    expect(states()).toEqual(["partly", "partly"]);
  });
});

describe("guards against peers that hang (RFC 5547 §8.4)", () => {
  it("MUST end the session itself when the sender never sends BYE after the last file", async () => {
    await offered(1);
    const caller = pair.bobSip.rung[0];
    pair.bob.acceptAll();
    await pair.until("the 200 is on its way", () => caller?.callerDialog !== undefined);
    const dialog = caller?.callerDialog;
    if (dialog !== undefined) dialog.bye = () => new Promise(() => undefined);
    await pair.until("bob ends it", () => pair.bob.has("transfer"));
    expect(pair.bob.last("transfer").state).toBe("verified");
    expect(caller?.dialog?.sent.map(({ method }) => method)).toEqual(["BYE"]);
  });

  it("MUST interrupt the file when the sender never connects", async () => {
    await offered(1);
    pair.net.blackhole({ from: ALICE_HOST });
    pair.bob.acceptAll();
    await ended();
    expect(pair.bob.last("transfer").state).toBe("interrupted");
    expect(pair.alice.last("transfer").state).toBe("interrupted");
    expect(pair.bob.has("elsewhere")).toBe(false);
  });

  it("MUST tell both users when the dialog is lost", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    pair.bobSip.rung[0]?.callerDialog?.lose("408");
    pair.bobSip.rung[0]?.dialog?.lose("408");
    await ended();
    for (const state of states()) expect(["interrupted", "partly"]).toContain(state);
  });
});

describe("RFC 3261 §13.3.1.1: rules that answer at once", () => {
  it("MUST ring before a device accepts by itself", async () => {
    pair.alice.files.put("/s/note.txt", NOTE);
    pair.bob.client.events.on("offer", ({ id }) => {
      pair.bob.client.accept(id, [0]);
    });
    await pair.alice.send(["/s/note.txt"]);
    await ended();
    expect(pair.bobSip.rung[0]?.provisionals).toEqual([180]);
    expect(pair.bob.seen.map(({ name }) => name)).toEqual([
      "registered",
      "offer",
      "ringing",
      "answered",
      "progress",
      "file",
      "transfer",
    ]);
    expect(states()).toEqual(["verified", "verified"]);
  });

  it("MUST send nothing of an offer that is withdrawn while it is announced", async () => {
    pair.alice.files.put("/s/note.txt", NOTE);
    pair.alice.client.events.on("offer", ({ id }) => {
      pair.alice.client.cancel(id);
    });
    await pair.alice.send(["/s/note.txt"]);
    await pair.until("the end", () => pair.alice.has("transfer"));
    expect(pair.aliceSip.invited).toHaveLength(0);
    expect(pair.alice.last("transfer").state).toBe("cancelled");
  });
});

describe("stopping the device", () => {
  it("MUST answer 480 to what rings and remove the registration", async () => {
    await offered();
    const stopping = pair.bob.client.stop();
    await pair.until("alice knows", () => pair.alice.has("transfer"));
    await stopping;
    expect(pair.bobSip.rung[0]?.final).toBe(480);
    const last = pair.bobSip.sent.at(-1);
    expect(last?.headers.find(({ name }) => name === "Expires")?.value).toBe("0");
  });

  it("MUST not withdraw what has just ended", async () => {
    await offered(1);
    let stopping: Promise<void> | undefined;
    pair.alice.client.events.on("transfer", () => {
      stopping = pair.alice.client.stop();
    });
    pair.bob.acceptAll();
    await ended();
    await stopping;
    expect(pair.alice.has("cancelled")).toBe(false);
    expect(states()).toEqual(["verified", "verified"]);
  });

  it("MUST withdraw what it has offered", async () => {
    await offered();
    const stopping = pair.alice.client.stop();
    await ended();
    await stopping;
    expect(pair.bob.last("cancelled").by).toBe("peer");
  });
});

describe("a guest of a profile whose device runs elsewhere", () => {
  it("MUST offer files and leave the registration of the device alone", async () => {
    await pair.stop();
    pair = await ClientPair.start({ a: { isGuest: true } });
    await offered(1);
    pair.bob.acceptAll();
    await ended();
    expect(states()).toEqual(["verified", "verified"]);
    await pair.alice.client.stop();
    expect(pair.aliceSip.sent.filter(({ method }) => method === "REGISTER")).toEqual([]);
  });
});

describe("RFC 5547 §8.8: the offer without its pictures", () => {
  const icon = { type: "image/png", bytes: Buffer.from("picture") } as const;

  it.each([415, 413, 500])(
    "MUST be sent again after %i, as the same request to the user",
    async (status) => {
      pair.alice.files.put("/s/photo.jpg", PHOTO);
      const onInvite = pair.bobSip.ring.bind(pair.bobSip);
      pair.bobSip.ring = (uac) => {
        if (uac.options.body?.contentType.startsWith("multipart/related") === true)
          uac.settle({ kind: "refused", response: fakeResponse(status) });
        else onInvite(uac);
      };
      const offer = await pair.alice.client.offer({
        to: BOB,
        paths: ["/s/photo.jpg"],
        icons: new Map([[0, icon]]),
      });
      expect(offer.ok).toBe(true);
      await pair.until("bob rings", () => pair.bob.has("ringing"));
      pair.bob.acceptAll();
      await ended();
      expect(states()).toEqual(["verified", "verified"]);
      const [first, second] = pair.aliceSip.invited;
      expect(second?.options.body?.contentType).toBe("application/sdp");
      expect(second?.callId).not.toBe(first?.callId);
      for (const name of ["Conversation-ID", "Contribution-ID"])
        expect(second?.request.headers.get(name)).toBe(first?.request.headers.get(name));
      expect(pair.alice.all("offer")).toHaveLength(1);
    },
  );
});

describe("OMA CPM Conv_Fnct C.1: what names a transfer", () => {
  it("MUST give each request its own Contribution-ID, and keep the thread's Conversation-ID", async () => {
    pair.alice.files.put("/s/note.txt", NOTE);
    const conversationId = "11111111-2222-4333-8444-555555555555";
    for (let turn = 1; turn <= 2; turn += 1) {
      await pair.alice.client.offer({ to: BOB, paths: ["/s/note.txt"], conversationId });
      await pair.until("bob rings", () => pair.bob.all("ringing").length === turn);
      pair.bob.acceptAll();
      await pair.until("the end", () => pair.alice.all("transfer").length === turn);
    }
    const offers = pair.bob.all("offer");
    expect(offers.map((offer) => offer.conversationId)).toEqual([conversationId, conversationId]);
    expect(offers[0]?.contributionId).not.toBe(offers[1]?.contributionId);
    await pair.until("bob knows", () => pair.bob.all("transfer").length === 2);
  });
});

describe("OMA CPM Conv_Fnct §7.4: what is not even offered", () => {
  it.each([
    ["no file", BOB, [], "no-files"],
    ["a file that is not there", BOB, ["/s/none"], "source"],
    ["an address of another kind", "mailto:bob@b.example", ["/s/note.txt"], "bad-address"],
    ["no address", "bob", ["/s/note.txt"], "bad-address"],
    ["too many files", BOB, Array<string>(5001).fill("/s/note.txt"), "too-many-files"],
  ] as const)("MUST say why for %s", async (_what, to, paths, kind) => {
    pair.alice.files.put("/s/note.txt", NOTE);
    const offer = await pair.alice.client.offer({ to, paths });
    expect(offer).toMatchObject({ ok: false, error: { kind } });
    expect(pair.aliceSip.invited).toHaveLength(0);
  });

  it("MUST not read a file larger than the sender's limit", async () => {
    await pair.stop();
    pair = await ClientPair.start({ a: { maxSizeOctets: 100 } });
    pair.alice.files.put("/s/note.txt", NOTE);
    const offer = await pair.alice.client.offer({ to: BOB, paths: ["/s/note.txt"] });
    expect(offer).toMatchObject({ ok: false, error: { kind: "too-large", path: "/s/note.txt" } });
  });
});

describe("RFC 5438: the sender asked for notifications", () => {
  it("MUST send `delivered` in CPIM with the ids of the transfer", async () => {
    pair.alice.files.put("/s/note.txt", NOTE);
    const ring = pair.bobSip.ring.bind(pair.bobSip);
    pair.bobSip.ring = (uac) => {
      ring(withNotificationRequest(uac));
    };
    await pair.alice.send(["/s/note.txt"]);
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.acceptAll();
    await ended();
    const message = pair.bobSip.sent.find(({ method }) => method === "MESSAGE");
    expect(message?.uri).toBe("sip:alice@a.example");
    expect(message?.body?.contentType).toBe("message/cpim");
    expect(message?.body?.content.toString()).toContain("<message-id>m1</message-id>");
    expect(message?.body?.content.toString()).toContain("<delivered/>");
    const header = (name: string): string | undefined =>
      message?.headers.find((field) => field.name === name)?.value;
    expect(header("Conversation-ID")).toBe(pair.bob.last("offer").conversationId);
    expect(header("Contribution-ID")).toBe(pair.bob.last("offer").contributionId);
  });
});

describe("RFC 3261 §14 re-INVITE by the receiver", () => {
  it("MUST leave everything as it is when nothing changed (RFC 4975 §8.4)", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    const uas = pair.bobSip.rung[0];
    if (uas?.answer === undefined) throw new Error("not answered");
    const refreshed = uas.dialog?.reinvite(uas.answer);
    await ended();
    const result = await refreshed;
    const answer = result?.ok === true ? result.value : undefined;
    expect(answer?.status).toBe(200);
    expect(answer?.body.toString()).toContain("m=message 2855 TCP/MSRP *");
    expect(states()).toEqual(["verified", "verified"]);
  });

  it("MUST be refused when it cannot be read", async () => {
    pair.net.setLatency(100, { to: BOB_HOST });
    await moving();
    const content = Buffer.from("v=1");
    const refused = pair.bobSip.rung[0]?.dialog?.reinvite({
      contentType: "application/sdp",
      content,
    });
    await ended();
    expect(await refused).toMatchObject({ ok: true, value: { status: 400 } });
    expect(states()).toEqual(["verified", "verified"]);
  });
});

describe("RFC 3261 §13.2.2.4: an answer that cannot be used", () => {
  it.each([
    ["no description", Buffer.alloc(0)],
    ["nonsense", Buffer.from("hello")],
    [
      "no line of ours",
      Buffer.from("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"),
    ],
  ])("MUST be ended at once by BYE when it is %s", async (_what, content) => {
    await offered(1);
    const uas = pair.bobSip.rung[0];
    void uas?.accept({
      headers: [],
      body: { contentType: "application/sdp", content },
    });
    await pair.until("alice gives up", () => pair.alice.has("transfer"));
    expect(pair.alice.last("transfer").state).toBe("failed");
    expect(pair.alice.last("error").code).toBe("protocol");
    expect(uas?.callerDialog?.sent[0]?.method).toBe("BYE");
    pair.bob.client.decline(pair.bob.offerId, "here");
    await pair.pass(10);
  });
});

describe("RFC 5547 §8.7, RFC 4975 §8.6: limits of the answer", () => {
  it.each([
    ["a=max-size:100", "too-large"],
    ["a=accept-types:image/*", "incompatible"],
  ])("MUST not send a file against %s", async (line) => {
    await offered(2);
    const uas = pair.bobSip.rung[0];
    const accept = uas?.accept.bind(uas);
    if (uas === undefined || accept === undefined) throw new Error("no INVITE");
    uas.accept = (answer) => {
      const [first = "", ...rest] = answer.body.content.toString().split("m=message");
      const name = line.slice(0, line.indexOf(":") + 1);
      const [plan = "", photo = ""] = rest;
      const limited = plan.replace(new RegExp(`${name}.*`), line);
      const content = Buffer.from([first, limited, photo].join("m=message"));
      return accept({ ...answer, body: { ...answer.body, content } });
    };
    pair.bob.acceptAll();
    await ended();
    expect([...pair.bob.received().keys()]).toEqual(["photo.jpg"]);
    expect(fileStates("alice")).toContain("0 failed");
  });
});

describe("RFC 3261 §13.1: nobody ever answers", () => {
  it("MUST withdraw the offer after the core's Timer C would have, with cause 408", async () => {
    await pair.stop();
    pair = await ClientPair.start({ b: { ringTimeS: 1000 } });
    await offered(1);
    await ended();
    expect(pair.aliceSip.invited[0]?.cancels).toEqual(['SIP;cause=408;text="No answer"']);
    expect(pair.bob.has("missed")).toBe(true);
    expect(states()).toEqual(["noanswer", "noanswer"]);
  });
});

describe("docs/decisions/0008: devices of a user", () => {
  it("MUST remember their names from the registrar's answer", async () => {
    pair.bobSip.respond = () =>
      fakeResponse(200, [
        { name: "Contact", value: '<sip:bob@x>;+sip.instance="<urn:uuid:1>";device-name="phone"' },
      ]);
    await pair.pass(310_000);
    expect(pair.bob.last("registered").devices).toMatchObject([{ name: "phone" }]);
    const known = pair.bob.store.devices("sip:bob@b.example");
    expect(known.ok && known.value).toMatchObject([{ instanceId: "urn:uuid:1", name: "phone" }]);
  });
});

/** The same INVITE with a CPIM part beside its description, as some clients send it. */
function withNotificationRequest(uac: FakeUac): FakeUac {
  const cpim =
    "From: <sip:alice@a.example>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m1\r\n" +
    "imdn.Disposition-Notification: positive-delivery\r\n\r\nContent-Type: text/plain\r\n\r\n";
  const body = buildMultipart("mixed", "b", [
    {
      fields: [{ name: "Content-Type", value: "application/sdp" }],
      content: uac.options.body?.content ?? Buffer.alloc(0),
    },
    {
      fields: [{ name: "Content-Type", value: "message/cpim" }],
      content: Buffer.from(cpim),
    },
  ]);
  Object.assign(uac, {
    request: {
      ...uac.request,
      headers: uac.request.headers.set("Content-Type", body.contentType),
      body: body.content,
    },
  });
  return uac;
}
