import { beforeEach, describe, expect, it } from "vitest";
import type { OfferId } from "../../shared/model/offer.ts";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { type Waiting, WaitTeller, waitingText } from "./wait-teller.ts";

const ID = "o1" as OfferId;
const MB = 1_000_000;

let clock: FakeClock;
let told: Waiting[];
let teller: WaitTeller;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  teller = new WaitTeller(clock, 360_000, (waiting) => told.push(waiting));
  teller.hear({ event: "answered", id: ID, accepted: [0], declined: [] });
});

function moved(octets: number): NamedEvent {
  return { event: "progress", id: ID, index: 0, octets, sizeOctets: 10 * MB, octetsPerS: MB };
}

function untilS(): readonly number[] {
  return told.map(({ untilMs }) => Math.round((untilMs - clock.wallMs()) / 1000));
}

describe("design/cli: a sender that waits says so, and until when", () => {
  it("MUST say within ten seconds that nothing moves", async () => {
    teller.hear(moved(MB));
    await clock.advanceAsync(9000);
    expect(told).toEqual([]);
    await clock.advanceAsync(1500);
    expect(told.map(({ isBroken }) => isBroken)).toEqual([false]);
    // Half a minute of silence, then the time that a receiver is awaited.
    expect(untilS()).toEqual([380]);
  });

  it("MUST say at once that the connection broke, and once", () => {
    teller.hear({ event: "reconnecting", id: ID, forMs: 20_000 });
    teller.hear({ event: "reconnecting", id: ID, forMs: 19_000 });
    expect(told.map(({ isBroken }) => isBroken)).toEqual([true]);
    expect(untilS()).toEqual([20]);
  });

  it("MUST say it again when the time began anew", async () => {
    teller.hear({ event: "reconnecting", id: ID, forMs: 20_000 });
    await clock.advanceAsync(15_000);
    teller.hear({ event: "resumed", id: ID, direction: "outgoing", peer: "sip:b@b", files: [] });
    teller.hear({ event: "reconnecting", id: ID, forMs: 20_000 });
    expect(told).toHaveLength(2);
  });

  it("MUST NOT say so while octets move, while they are checked, or after the end", async () => {
    for (let octets = MB; octets <= 10 * MB; octets += MB) {
      teller.hear(moved(octets));
      await clock.advanceAsync(8000);
    }
    await clock.advanceAsync(60_000);
    teller.hear({ event: "file", id: ID, index: 0, state: "complete", verified: true });
    teller.hear({ event: "transfer", id: ID, state: "verified" });
    await clock.advanceAsync(60_000);
    expect([told, clock.pendingTimers]).toEqual([[], 0]);
  });

  it("names the time of day and how long it is", () => {
    const text = waitingText({ id: ID, untilMs: clock.wallMs(), leftMs: 360_000, isBroken: true });
    expect(text).toMatch(/^Waiting for their device until \d\d:\d\d:\d\d \(6 min\)\./);
  });
});
