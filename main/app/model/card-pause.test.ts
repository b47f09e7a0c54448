import { beforeEach, describe, expect, it } from "vitest";
import { oneCard } from "../../../tests/support/one-card.ts";
import { speedOf } from "./transfer-rate.ts";

const bed = oneCard();
const { id: ID, apply, tell, card } = bed;

/** Two files of 1 MB and 3 MB that were taken, the first of which is complete and the second at a third. */
function moving(direction: "incoming" | "outgoing" = "incoming"): void {
  apply({
    name: "offer",
    offer: {
      ...{ id: ID, direction, from: "sip:alice@a.example", to: "sip:bob@b.example" },
      files: [1_000_000, 3_000_000].map((sizeOctets, index) => ({
        ...{ index, name: `${String(index)}.pdf`, type: "application/pdf", sizeOctets },
        hash: "sha-1:aa",
      })),
      ...{ conversationId: "c", contributionId: "d", startedMs: 1_000_000 },
    },
    setting: {
      ...{ peerName: "Alice", wallMs: 1_000_000, ringTimeS: 180, folder: "/home/bob/CPM" },
      showsIcons: false,
    },
  });
  tell({ event: "answered", accepted: [0, 1], declined: [] });
  progress(0, 1_000_000, 1_000_000);
  tell({ event: "file", index: 0, state: "complete", verified: true, path: "/home/bob/CPM/0.pdf" });
  progress(1, 1_000_000, 3_000_000);
}

function progress(index: number, octets: number, sizeOctets: number): void {
  tell({ event: "progress", index, octets, sizeOctets, octetsPerS: 0 });
}

function resumed(octets: number): void {
  const file = { index: 1, name: "1.pdf", octets, sizeOctets: 3_000_000 };
  tell({ event: "resumed", direction: "incoming", peer: "sip:alice@a.example", files: [file] });
}

const INTERRUPTED = { event: "file", index: 1, state: "interrupted", code: "connection" } as const;

describe("ux 3.1: a transfer that stands still", () => {
  beforeEach(() => {
    moving();
  });

  it("says who paused it, and what was late on its way changes only its octets", () => {
    apply({ name: "pausing", id: ID });
    expect(card()).toMatchObject({ state: "paused", pausedBy: "us" });
    progress(1, 1_500_000, 3_000_000);
    expect(card()).toMatchObject({ state: "paused", files: [{}, { octets: 1_500_000 }] });
    tell({ event: "paused", by: "peer" });
    expect(card()).toMatchObject({ state: "paused", pausedBy: "peer" });
  });

  it("is not called stalled, however long it takes", () => {
    tell({ event: "paused", by: "us" });
    bed.clock.advance(60_000);
    apply({ name: "tick" });
    expect(card().state).toBe("paused");
  });

  it("says when it is tried next, for as long as it waits for that", () => {
    tell({ event: "reconnecting", inMs: 4000 });
    expect(card().retryAtMs).toBe(bed.clock.wallMs() + 4000);
    tell({ event: "reconnecting", inMs: 8000 });
    expect(card().retryAtMs).toBe(bed.clock.wallMs() + 8000);
    tell({ event: "reconnecting", inMs: 250 });
    expect(card().retryAtMs).toBeUndefined();
    tell({ event: "reconnecting", inMs: 4000 });
    resumed(1_000_000);
    expect(card().retryAtMs).toBeUndefined();
  });

  it("says where the connection broke and that it is tried again", () => {
    tell({ event: "reconnecting", inMs: 1000 });
    expect(card()).toMatchObject({
      state: "reconnecting",
      problem: { message: "The connection broke at 50 %. Trying again…" },
    });
  });

  it("says that the disk is full, and what to do", () => {
    tell({ event: "paused", by: "space" });
    expect(card()).toMatchObject({
      state: "waitingForSpace",
      problem: { code: "waiting-for-space", message: "No space left in CPM. Paused at 2 MB." },
    });
    expect(card()).not.toHaveProperty("pausedBy");
  });

  it("goes on with nothing said of it, and counts its speed from there", () => {
    tell({ event: "paused", by: "space" });
    bed.clock.advance(60_000);
    resumed(900_000);
    expect(card()).toMatchObject({ state: "transferring", files: [{}, { octets: 900_000 }] });
    expect(card()).not.toHaveProperty("problem");
    bed.clock.advance(2000);
    progress(1, 1_100_000, 3_000_000);
    const rate = bed.book.get(ID)?.rate;
    expect(rate === undefined ? undefined : speedOf(rate)).toBe(100_000);
  });

  it("shows what became of it all the same when the user was too late to pause it", () => {
    apply({ name: "pausing", id: ID });
    tell({ event: "file", index: 1, state: "complete", verified: true, path: "/home/bob/CPM/1" });
    tell({ event: "transfer", state: "verified" });
    expect(card().state).toBe("verified");
    expect(card()).not.toHaveProperty("pausedBy");
  });
});

describe("ux 3.11: a transfer that was interrupted for good", () => {
  it("says what is complete and what is kept", () => {
    moving();
    tell({ ...INTERRUPTED, resumable: { octets: 900_000 } });
    tell({ event: "transfer", state: "partly" });
    expect(card()).toMatchObject({
      state: "partly",
      files: [{ state: "verified" }, { state: "interrupted", canResume: true, octets: 900_000 }],
      problem: {
        message: "Alice's device is gone. 1 file is complete, 1 is kept at 30 %.",
        action: "Resume when Alice is back.",
      },
    });
  });

  it("says on the sender's side that only the rest is sent", () => {
    moving("outgoing");
    tell({ ...INTERRUPTED, resumable: { octets: 900_000 } });
    tell({ event: "transfer", state: "partly" });
    expect(card().problem?.message).toBe(
      "Alice's device is gone. Resuming sends only what is missing.",
    );
  });

  it("promises nothing where nothing is kept", () => {
    moving();
    tell(INTERRUPTED, { event: "transfer", state: "partly" });
    expect(card().files[1]).not.toHaveProperty("canResume");
    expect(card().problem?.action).toBe("Ask Alice to send again.");
  });

  it("is under way again when its user or the other side says so", () => {
    moving();
    tell({ ...INTERRUPTED, resumable: { octets: 900_000 } });
    tell({ event: "transfer", state: "partly" });
    apply({ name: "resuming", id: ID });
    expect(card()).toMatchObject({ state: "reconnecting", files: [{}, { state: "waiting" }] });
    for (const gone of ["endedMs", "problem"]) expect(card()).not.toHaveProperty(gone);
    resumed(900_000);
    tell({ event: "file", index: 1, state: "complete", verified: true, path: "/home/bob/CPM/1" });
    tell({ event: "transfer", state: "verified" });
    expect(card()).toMatchObject({ state: "verified", files: [{}, { state: "verified" }] });
  });

  it("says why it cannot go on", () => {
    moving();
    tell({ ...INTERRUPTED, resumable: { octets: 900_000 } });
    tell({ event: "transfer", state: "partly" });
    apply({ name: "resuming", id: ID });
    apply({ name: "notResumed", id: ID, kind: "nothing" });
    expect(card()).toMatchObject({
      state: "interrupted",
      problem: { message: "What had arrived is gone. 1 of 2 files is complete and stays." },
    });
  });

  it("can go on no more when it was put away", () => {
    moving();
    tell({ ...INTERRUPTED, resumable: { octets: 900_000 } });
    tell({ event: "transfer", state: "partly" });
    apply({ name: "dismiss", id: ID });
    expect(card().files[1]).not.toHaveProperty("canResume");
    expect(card().isDismissed).toBe(true);
  });
});
