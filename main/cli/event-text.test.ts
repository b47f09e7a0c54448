import { describe, expect, it } from "vitest";
import type { OfferId, OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { eventText } from "./event-text.ts";
import { progressText } from "./progress-line.node.ts";

const id = "offer" as OfferId;
const incoming: OfferView = {
  ...{ id, direction: "incoming", from: "sip:alice@a.example", to: "sip:bob@b.example" },
  ...{ conversationId: "c", contributionId: "d", startedMs: 1 },
  files: [
    { index: 0, name: "plan.pdf", type: "application/pdf", sizeOctets: 2_100_000 },
    { index: 1, name: "evil\u001B[2J\u202Efdp.exe", type: "text/plain" },
  ],
};
const outgoing: OfferView = { ...incoming, direction: "outgoing" };

function textOf(event: NamedEvent, offer = incoming): string | undefined {
  return eventText(event, new Map([[id, offer]]));
}

describe("what people read", () => {
  it.each<readonly [NamedEvent, OfferView, string]>([
    [
      { event: "offer", ...incoming },
      incoming,
      "Alice (alice@a.example) offers 2 files:\n  plan.pdf (2.1 MB)\n  evil\uFFFD[2J\uFFFDfdp.exe (size unknown)",
    ],
    [{ event: "ringing", id }, outgoing, "Bob's device rings."],
    [
      { event: "answered", id, accepted: [1], declined: [0] },
      outgoing,
      "Bob took 1 of 2 files; not wanted: plan.pdf.",
    ],
    [
      { event: "elsewhere", id, reason: "accepted", isLostRace: false },
      incoming,
      "Accepted on another device.",
    ],
    [
      { event: "elsewhere", id, reason: "accepted", device: "Bob's phone", isLostRace: true },
      incoming,
      "Bob's phone was a moment faster.",
    ],
    [
      { event: "file", id, index: 0, state: "complete", verified: true, path: "/in/plan.pdf" },
      incoming,
      "plan.pdf: verified, saved as /in/plan.pdf",
    ],
    [
      { event: "file", id, index: 0, state: "failed", verified: false },
      incoming,
      "plan.pdf arrived damaged. It was set aside and not opened.",
    ],
    [{ event: "missed", id }, incoming, "You missed 2 files from Alice."],
    [
      { event: "reconnecting", id, inMs: 4000 },
      incoming,
      "The connection to Alice broke. Trying again in 4 s.",
    ],
    [
      { event: "reconnecting", id },
      outgoing,
      "The connection to Bob broke. It goes on as soon as their device is back.",
    ],
    [{ event: "paused", id, by: "us" }, incoming, "Paused."],
    [{ event: "paused", id, by: "peer" }, incoming, "Alice paused the transfer."],
    [
      {
        ...{ event: "resumed", id, direction: "incoming", peer: "sip:alice@a.example" },
        files: [{ index: 0, name: "a\u202Eb.pdf", octets: 1_281_000, sizeOctets: 2_100_000 }],
      },
      incoming,
      "Going on:\n  a\uFFFDb.pdf from 61 % of 2.1 MB",
    ],
    [
      {
        event: "file",
        id,
        index: 0,
        state: "interrupted",
        reason: "Lost.",
        resumable: { octets: 5 },
      },
      incoming,
      "plan.pdf: Lost. cpm resume goes on.",
    ],
    [
      { event: "elsewhere", id, reason: "accepted", isLostRace: true },
      incoming,
      "Another device was a moment faster.",
    ],
    [{ event: "cancelled", id, by: "peer", reason: "x" }, incoming, "Alice cancelled the offer."],
    [
      { event: "file", id, index: 0, state: "complete", verified: false, path: "/in/plan.pdf" },
      incoming,
      "plan.pdf: not checked, saved as /in/plan.pdf",
    ],
    [
      { event: "file", id, index: 0, state: "complete", verified: false },
      outgoing,
      "plan.pdf: confirmed.",
    ],
    [
      { event: "error", id, code: "busy", message: "Bob is busy.", action: "Send again later." },
      outgoing,
      "Bob is busy. Send again later.",
    ],
  ])("%#", (event, offer, text) => {
    expect(textOf(event, offer)).toBe(text);
  });

  it("progress is shown as a bar, not as lines", () => {
    const progress = { octets: 1, sizeOctets: 2, octetsPerS: 3 };
    expect(textOf({ event: "progress", id, index: 0, ...progress })).toBeUndefined();
    expect(progressText({ name: "plan.pdf", ...progress })).toContain(" 50 %  1 byte of 2 bytes");
    expect(progressText({ name: "empty", octets: 0, sizeOctets: 0, octetsPerS: 0 })).toContain(
      "100 %",
    );
  });
});
