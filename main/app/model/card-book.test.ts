import { beforeEach, describe, expect, it } from "vitest";
import type { OfferView } from "../../../shared/model/offer.ts";
import { oneCard } from "../../../tests/support/one-card.ts";

const bed = oneCard();
const { id: ID, apply, tell, card } = bed;

function files(): readonly string[] {
  return card().files.map(({ state, octets }) => `${state} ${String(octets)}`);
}

const SIZES = [1000, 2000, 500];

function view(direction: "incoming" | "outgoing", count = 3): OfferView {
  const names = ["plan.pdf", "IMG_2044.jpg", "notes.txt"].slice(0, count);
  return {
    ...{ id: ID, direction, from: "sip:alice@a.example", to: "sip:bob@b.example" },
    files: names.map((name, index) => ({
      ...{ index, name, type: "text/plain", sizeOctets: SIZES[index] ?? 0, hash: "sha-1:aa" },
    })),
    ...{ conversationId: "c", contributionId: "d", startedMs: 1_000_000 },
  };
}

function offered(
  direction: "incoming" | "outgoing",
  count = 3,
  series?: OfferView["series"],
): void {
  const offer = view(direction, count);
  apply({
    name: "offer",
    offer: series === undefined ? offer : { ...offer, series },
    setting: {
      ...{ peerName: direction === "incoming" ? "Alice" : "Bob", wallMs: bed.clock.wallMs() },
      ...{ ringTimeS: 180, folder: "/home/bob/CPM", showsIcons: false },
    },
  });
}

function rings(count = 3): void {
  offered("incoming", count);
  tell({ event: "ringing" });
}

function accepts(indexes: readonly number[] = [0, 1, 2]): void {
  apply({ name: "accepting", id: ID, folder: "/home/bob/CPM", isAuto: false });
  tell({
    event: "answered",
    accepted: indexes,
    declined: [0, 1, 2].filter((i) => !indexes.includes(i)),
  });
}

function moves(index: number, octets: number): void {
  tell({ event: "progress", index, octets, sizeOctets: SIZES[index] ?? 0, octetsPerS: 1 });
}

function arrives(index: number): void {
  tell({
    event: "file",
    index,
    state: "complete",
    verified: true,
    path: `/home/bob/CPM/${String(index)}`,
  });
}

describe("ux 3.5 of an offer that comes in", () => {
  it("A: rings until it expires, with its folder", () => {
    rings();
    expect(card()).toMatchObject({
      ...{
        state: "ringing",
        direction: "incoming",
        peer: "sip:alice@a.example",
        peerName: "Alice",
      },
      ...{ startedMs: 1_000_000, expiresMs: 1_180_000, folder: "/home/bob/CPM" },
    });
    expect(files()).toEqual(["offered 0", "offered 0", "offered 0"]);
  });

  it("tells that more offers wait while it rings, and no longer when it is answered", () => {
    rings();
    expect(card().hasMoreWaiting).toBeUndefined();
    tell({ event: "moreWaiting" });
    expect(card().hasMoreWaiting).toBe(true);
    accepts();
    expect(card().hasMoreWaiting).toBeUndefined();
    tell({ event: "moreWaiting" });
    expect(card().hasMoreWaiting).toBeUndefined();
  });

  it("B, K: room and names that are taken are those of the folder", () => {
    rings();
    const look = { folder: "/other", freeOctets: 100, taken: [1, 2], identical: [2] };
    apply({ name: "folder", id: ID, look });
    expect(card()).toMatchObject({ folder: "/other", freeOctets: 100 });
    expect(card().files.map(({ isNameTaken }) => isNameTaken)).toEqual([false, true, true]);
    expect(card().files.map(({ isAlreadyHere }) => isAlreadyHere)).toEqual([
      ...[undefined, undefined, true],
    ]);
    const before = bed.book;
    apply({ name: "folder", id: ID, look });
    expect(bed.book).toBe(before);
    apply({ name: "folder", id: ID, look: { folder: "/other", taken: [], identical: [] } });
    expect(card()).not.toHaveProperty("freeOctets");
    expect(card().files[2]).not.toHaveProperty("isAlreadyHere");
  });

  it("C: accepted here, not yet settled; D: in the same place the transfer", () => {
    rings();
    apply({ name: "accepting", id: ID, folder: "/x", isAuto: false });
    expect(card()).toMatchObject({ state: "accepting", folder: "/x" });
    tell({ event: "answered", accepted: [0, 2], declined: [1] });
    expect(card().state).toBe("transferring");
    expect(card()).not.toHaveProperty("expiresMs");
    expect(files()).toEqual(["waiting 0", "declined 0", "waiting 0"]);
  });

  it("E: of a larger offer that is taken elsewhere the whole count stays known", () => {
    offered("incoming", 3, { files: 230, octets: 90_000 });
    tell({ event: "elsewhere", reason: "accepted", isLostRace: false });
    expect(card().series).toEqual({ files: 230, octets: 90_000 });
  });

  it.each([
    ["all listed files are taken, and the rest with them", [0, 1, 2], true],
    ["some are taken, and the rest is asked for by itself", [0, 2], false],
  ] as const)("D: of a larger offer of which %s", (_what, taken, isKept) => {
    offered("incoming", 3, { files: 5, octets: 90_000 });
    tell({ event: "ringing" });
    accepts(taken);
    tell({ event: "more", files: [{ index: 3, name: "x", type: "text/plain", sizeOctets: 1 }] });
    tell({ event: "answered", accepted: [3], declined: [] });
    expect("series" in card()).toBe(isKept);
  });

  it("verifies when every octet is here, and is verified when the hash agrees", () => {
    rings();
    accepts([0]);
    moves(0, 400);
    expect([card().state, ...files()]).toEqual([
      "transferring",
      "transferring 400",
      "declined 0",
      "declined 0",
    ]);
    moves(0, 1000);
    expect([card().state, files()[0]]).toEqual(["verifying", "verifying 1000"]);
    arrives(0);
    bed.clock.advance(500);
    tell({ event: "transfer", state: "partly" });
    expect(card()).toMatchObject({ state: "partly", endedMs: 1_000_500 });
    expect(card()).not.toHaveProperty("problem");
    expect(card().files[0]).toMatchObject({ state: "verified", path: "/home/bob/CPM/0" });
  });

  it("is transferring again while another file still moves", () => {
    rings();
    accepts();
    moves(0, 1000);
    expect(card().state).toBe("transferring");
    arrives(0);
    moves(1, 2000);
    moves(2, 500);
    expect(card().state).toBe("verifying");
  });

  it.each([
    ["accepted", "elsewhere"],
    ["declined", "declinedElsewhere"],
  ] as const)("E, I: %s on another device is its own state, never missed", (reason, state) => {
    rings();
    tell({ event: "elsewhere", reason, device: "Bob's phone", isLostRace: false });
    expect(card()).toMatchObject({ state, device: "Bob's phone", endedMs: 1_000_000 });
    expect(card()).not.toHaveProperty("isLostRace");
    expect(card()).not.toHaveProperty("expiresMs");
  });

  it("E: a lost race is no error", () => {
    rings();
    accepts();
    tell({ event: "elsewhere", reason: "accepted", isLostRace: true });
    expect(card()).toMatchObject({ state: "elsewhere", isLostRace: true });
    expect(card()).not.toHaveProperty("problem");
    expect(files()).toEqual(["offered 0", "offered 0", "offered 0"]);
  });

  it("F: withdrawn by the sender", () => {
    rings();
    tell({ event: "cancelled", by: "peer", reason: "" }, { event: "transfer", state: "cancelled" });
    expect(card()).toMatchObject({
      ...{ state: "cancelled" },
      problem: { code: "cancelled-by-peer", message: "Alice cancelled the offer." },
    });
  });

  it("J: no longer ringing, when another device cannot be ruled out", () => {
    rings();
    tell(
      { event: "cancelled", by: "unknown", reason: "" },
      { event: "transfer", state: "cancelled" },
    );
    expect(card().state).toBe("noLongerRinging");
  });

  it("G: missed", () => {
    rings();
    tell({ event: "missed" }, { event: "transfer", state: "noanswer" });
    expect(card().state).toBe("missed");
  });

  it("declined here", () => {
    rings();
    tell({ event: "declined", status: 603 }, { event: "transfer", state: "declined" });
    expect(card().state).toBe("declined");
  });

  it("H: damaged", () => {
    rings(1);
    accepts([0]);
    tell(
      {
        event: "file",
        index: 0,
        state: "failed",
        verified: false,
        path: "/p.damaged",
        code: "verification",
        reason: "r",
      },
      { event: "transfer", state: "failed" },
    );
    expect(card()).toMatchObject({
      state: "damaged",
      problem: {
        code: "verification",
        message: "plan.pdf arrived damaged. It was set aside and not opened.",
        action: "Get it again.",
      },
    });
    apply({ name: "file", id: ID, index: 0, change: { what: "kept", path: "/p" } });
    expect(card().files[0]).toMatchObject({ state: "complete", path: "/p" });
    apply({ name: "file", id: ID, index: 0, change: { what: "deleted" } });
    expect(card().files[0]).toMatchObject({ state: "failed" });
    expect(card().files[0]).not.toHaveProperty("path");
  });

  it("no room after all: said in words", () => {
    rings(1);
    apply({ name: "accepting", id: ID, folder: "/home/bob/CPM", isAuto: false });
    tell(
      { event: "error", code: "no-space", message: "m", action: "a" },
      { event: "declined", status: 403 },
      { event: "transfer", state: "failed" },
    );
    expect(card()).toMatchObject({
      state: "failed",
      problem: { message: "There is no room in the folder CPM. No file was received." },
    });
  });

  it("is silenced, put away when it is over, and called by another name", () => {
    rings();
    apply({ name: "dismiss", id: ID });
    expect(card()).not.toHaveProperty("isDismissed");
    apply({ name: "silence", id: ID });
    apply({ name: "peerNamed", nameOf: () => "Mum" });
    expect(card()).toMatchObject({ isSilenced: true, peerName: "Mum", state: "ringing" });
    tell({ event: "missed" });
    apply({ name: "silence", id: ID });
    apply({ name: "dismiss", id: ID });
    expect(card().isDismissed).toBe(true);
    apply({ name: "drop", ids: [ID] });
    expect(bed.book.size).toBe(0);
  });

  it("a rule takes it without ringing, and asks after all when it cannot", () => {
    offered("incoming");
    apply({ name: "accepting", id: ID, folder: "/x", isAuto: true });
    expect(card()).toMatchObject({ state: "accepting", isAutoAccepted: true });
    apply({ name: "askAfterAll", id: ID });
    expect(card().state).toBe("ringing");
    expect(card()).not.toHaveProperty("isAutoAccepted");
  });
});

describe("ux 3.1 of an offer that goes out", () => {
  it("is not turned around by a file's name, before and after it is offered", () => {
    const name = "evil\u202Egnp.exe";
    const file = { ...{ name, type: "text/plain", sizeOctets: 1 }, path: "/s/x" };
    apply({
      name: "prepare",
      preparation: { id: ID, to: "sip:bob@b.example", peerName: "Bob", wallMs: 1, files: [file] },
    });
    expect(card().files[0]?.name).toBe("evil\uFFFDgnp.exe");
    const offer = view("outgoing", 1);
    const files = offer.files.map((one) => ({ ...one, name }));
    const setting = { peerName: "Bob", wallMs: 1, ringTimeS: 180, folder: "", showsIcons: false };
    apply({ name: "offer", offer: { ...offer, files }, setting });
    expect(card().files[0]).toMatchObject({ name: "evil\uFFFDgnp.exe", path: "/s/x" });
  });

  function prepares(): void {
    const all = view("outgoing").files.map(({ name, type, sizeOctets = 0 }) => ({
      name,
      type,
      sizeOctets,
      path: `/from/${name}`,
    }));
    apply({
      name: "prepare",
      preparation: {
        id: ID,
        to: "sip:bob@b.example",
        peerName: "Bob",
        wallMs: bed.clock.wallMs(),
        files: all,
        text: "hi",
      },
    });
  }

  it("prepares, reaches, waits, sends", () => {
    prepares();
    apply({ name: "hashed", id: ID, octets: 700 });
    expect(card()).toMatchObject({ state: "preparing", hashedOctets: 700, text: "hi" });
    offered("outgoing");
    expect(card()).toMatchObject({ state: "reaching", text: "hi" });
    expect(card().files[0]?.path).toBe("/from/plan.pdf");
    expect(card()).not.toHaveProperty("hashedOctets");
    apply({ name: "hashed", id: ID, octets: 900 });
    expect(card()).not.toHaveProperty("hashedOctets");
    tell({ event: "ringing" });
    expect(card().state).toBe("waiting");
    tell({ event: "answered", accepted: [0, 1, 2], declined: [] });
    moves(0, 1000);
    expect([card().state, files()[0]]).toEqual(["transferring", "transferring 1000"]);
  });

  it("is withdrawn, or cannot be prepared, before anybody hears of it", () => {
    prepares();
    apply({ name: "notPrepared", id: ID });
    expect(card().state).toBe("cancelled");
    prepares();
    const problem = { code: "source", message: "m", action: "a" };
    apply({ name: "notPrepared", id: ID, problem });
    expect(card()).toMatchObject({ state: "failed", problem });
  });

  it.each([
    ["unknown-user", "failed", "No one is registered as bob@b.example. No file was sent."],
    ["no-answer", "noanswer", "Bob did not answer. No file was sent."],
    ["offline", "noanswer", "Bob is not online. No file was sent."],
    ["busy", "noanswer", "Bob is not taking offers right now. No file was sent."],
    ["declined", "declined", "Bob declined. No file was sent."],
    ["incompatible", "failed", "Bob's app cannot receive this kind of offer. No file was sent."],
    ["not-allowed", "failed", "This network does not let you send files to Bob. No file was sent."],
    ["authentication", "failed", "The core did not accept your password. No file was sent."],
    ["network", "failed", "The network does not answer. No file was sent."],
    [
      "not-protected",
      "failed",
      "The connection to Bob was not protected as agreed and was not used. No file was sent.",
    ],
    [
      "too-large",
      "failed",
      "IMG_2044.jpg (2 kB) is larger than this network or Bob allows. No file was sent.",
    ],
  ] as const)("ux 3.11: %s", (code, state, message) => {
    offered("outgoing");
    tell(
      { event: "error", code, message: "raw", action: "raw", status: 499 },
      { event: "transfer", state },
    );
    expect(card()).toMatchObject({ state, problem: { code, message, status: 499 } });
  });

  it("ux 3.11: some refused, all refused", () => {
    offered("outgoing");
    tell({ event: "answered", accepted: [0, 2], declined: [1] });
    const message = "Bob took 2 of 3 files; IMG_2044.jpg was not wanted.";
    expect(card().problem?.message).toBe(message);
    for (const index of [0, 2]) arrives(index);
    tell({ event: "file", index: 1, state: "declined" }, { event: "transfer", state: "partly" });
    expect(card()).toMatchObject({ state: "partly", problem: { code: "some-declined", message } });
    offered("outgoing");
    tell(
      { event: "answered", accepted: [], declined: [0, 1, 2] },
      { event: "transfer", state: "declined" },
    );
    expect(card().problem?.message).toBe("Bob took none of the files.");
  });

  it("sent, but nobody vouches for it", () => {
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      { event: "file", index: 0, state: "complete", verified: false },
      { event: "transfer", state: "confirmed" },
    );
    expect([card().state, ...files()]).toEqual(["confirmed", "complete 1000"]);
  });

  it.each([
    [
      "source-changed",
      "The file was changed after it was offered. It was not sent.",
      "plan.pdf was changed after you offered it. It was not sent.",
    ],
    ["source", "The file may not be read.", "plan.pdf can no longer be read. It was not sent."],
    ["too-large", "r", "plan.pdf (1 kB) is larger than Bob takes. It was not sent."],
    ["protocol", "r", "Bob's app sent something unexpected. plan.pdf was not transferred."],
  ] as const)("ux 3.11: a file that failed by %s (%s)", (code, reason, message) => {
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      { event: "file", index: 0, state: "failed", code, reason },
      { event: "transfer", state: "failed" },
    );
    expect(card().problem).toMatchObject({ code, message });
  });

  it("ux 3.11: the connection broke, with what is complete", () => {
    offered("outgoing", 2);
    tell({ event: "answered", accepted: [0, 1], declined: [] });
    arrives(0);
    moves(1, 1000);
    tell(
      { event: "file", index: 1, state: "interrupted", code: "connection", reason: "lost" },
      { event: "transfer", state: "partly" },
    );
    expect(card().problem).toMatchObject({
      code: "connection",
      message: "The connection to Bob broke at 66 %. 1 of 2 files is complete and stays.",
    });
  });

  it("the connection was not the one that was agreed", () => {
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      { event: "file", index: 0, state: "interrupted", code: "not-protected", reason: "r" },
      { event: "transfer", state: "interrupted" },
    );
    expect(card().problem).toMatchObject({
      code: "not-protected",
      message:
        "The connection to Bob was not protected as agreed and was not used. No file was sent.",
    });
  });

  it("cancelled by either side while it runs", () => {
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      { event: "cancelled", by: "us", reason: "" },
      {
        event: "file",
        index: 0,
        state: "interrupted",
        code: "cancelled",
        reason: "The transfer was cancelled.",
      },
      { event: "transfer", state: "cancelled" },
    );
    expect(card()).toMatchObject({ state: "cancelled", problem: { code: "cancelled-by-us" } });
    expect(card().files[0]?.reason).toBe("You cancelled it.");
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      {
        event: "file",
        index: 0,
        state: "interrupted",
        code: "declined",
        reason: "The receiver cancelled the transfer.",
      },
      { event: "transfer", state: "interrupted" },
    );
    expect(card()).toMatchObject({
      state: "cancelled",
      problem: { message: "Bob cancelled the transfer. No file was sent." },
      files: [{ reason: "Bob cancelled it." }],
    });
  });

  it("failed verification, as the receiver said", () => {
    offered("outgoing", 1);
    tell(
      { event: "answered", accepted: [0], declined: [] },
      {
        event: "file",
        index: 0,
        state: "failed",
        verified: false,
        code: "verification",
        reason: "r",
      },
      { event: "transfer", state: "failed" },
    );
    expect(card()).toMatchObject({ state: "damaged", problem: { action: "Send it again." } });
  });
});

describe("architecture.md: stalled is 10 s without an octet", () => {
  beforeEach(() => {
    offered("outgoing", 1);
    tell({ event: "answered", accepted: [0], declined: [] });
    moves(0, 400);
  });

  it("then, and not before; octets end it", () => {
    bed.clock.advance(9999);
    apply({ name: "tick" });
    expect(card().state).toBe("transferring");
    bed.clock.advance(1);
    apply({ name: "tick" });
    expect(card()).toMatchObject({
      state: "stalled",
      problem: { code: "stalled", message: "No data for 10 s." },
    });
    const before = bed.book;
    apply({ name: "tick" });
    expect(bed.book).toBe(before);
    moves(0, 500);
    expect(card().state).toBe("transferring");
    expect(card()).not.toHaveProperty("problem");
  });

  it("not while the last octets are only waited for to be vouched for", () => {
    moves(0, 1000);
    bed.clock.advance(20_000);
    apply({ name: "tick" });
    expect(card().state).toBe("transferring");
  });

  it("an end leaves nothing of it", () => {
    bed.clock.advance(10_000);
    apply({ name: "tick" });
    arrives(0);
    tell({ event: "transfer", state: "verified" });
    expect(card().state).toBe("verified");
    expect(card()).not.toHaveProperty("problem");
  });
});

describe("what cannot be", () => {
  it("leaves everything as it was", () => {
    rings();
    accepts();
    moves(0, 500);
    const before = bed.book;
    moves(0, 400);
    moves(9, 1);
    apply({ name: "folder", id: ID, look: { folder: "/x", taken: [], identical: [] } });
    apply({ name: "accepting", id: ID, folder: "/x", isAuto: true });
    apply({ name: "file", id: ID, index: 0, change: { what: "found", isGone: false } });
    apply({ name: "silence", id: "nobody" });
    apply({ name: "drop", ids: ["nobody"] });
    expect(bed.book).toBe(before);
  });

  it("events behind the end change nothing", () => {
    rings();
    tell({ event: "missed" });
    const before = bed.book;
    tell(
      { event: "ringing" },
      { event: "transfer", state: "failed" },
      { event: "elsewhere", reason: "accepted", isLostRace: false },
    );
    expect(bed.book).toBe(before);
  });
});

describe("RFC 5438: the other user has opened what was sent", () => {
  it("is remembered with its time, once, on cards of what was sent", () => {
    offered("outgoing");
    tell({ event: "answered", accepted: [0, 1, 2], declined: [] });
    tell({ event: "transfer", state: "verified" });
    bed.clock.advance(5000);
    apply({ name: "seen", id: ID });
    const seenMs = bed.clock.wallMs();
    bed.clock.advance(5000);
    apply({ name: "seen", id: ID });
    expect(card()).toMatchObject({ state: "verified", seenMs });
  });

  it("is none of an offer that came in", () => {
    offered("incoming");
    apply({ name: "seen", id: ID });
    expect(card()).not.toHaveProperty("seenMs");
  });
});
