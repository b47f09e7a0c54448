import { describe, expect, it } from "vitest";
import type { OfferId, OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import {
  beginOutcome,
  holds,
  nextOutcome,
  type OfferOutcome,
  parseExpectation,
} from "./offer-outcome.ts";

const id = "offer" as OfferId;

function offer(direction: "incoming" | "outgoing"): OfferView {
  return {
    ...{ id, direction, from: "sip:alice@a.example", to: "sip:bob@b.example" },
    ...{ files: [], conversationId: "c", contributionId: "d", startedMs: 1 },
  };
}

function outcomeOf(
  direction: "incoming" | "outgoing",
  events: readonly NamedEvent[],
): OfferOutcome {
  return events.reduce(nextOutcome, beginOutcome(offer(direction)));
}

const answered = (accepted: readonly number[], declined: readonly number[]): NamedEvent => ({
  ...{ event: "answered", id, accepted, declined },
});
const complete = (index: number, verified: boolean): NamedEvent => ({
  ...{ event: "file", id, index, state: "complete", verified },
});
const damaged: NamedEvent = { event: "file", id, index: 0, state: "failed", verified: false };
const ended = (state: Extract<NamedEvent, { event: "transfer" }>["state"]): NamedEvent => ({
  ...{ event: "transfer", id, state },
});
const refused = (status: number): NamedEvent => ({ event: "declined", id, status });

describe("exit codes of an offer that was sent", () => {
  it.each<readonly [string, number, readonly NamedEvent[]]>([
    ["done and verified", 0, [answered([0], []), complete(0, true), ended("verified")]],
    ["confirmed by a stranger", 0, [answered([0], []), complete(0, false), ended("confirmed")]],
    ["one of two wanted", 5, [answered([0], [1]), complete(0, true), ended("verified")]],
    ["some files failed", 5, [answered([0, 1], []), complete(0, true), ended("partly")]],
    ["a damaged file", 6, [answered([0], []), damaged, ended("failed")]],
    ["a damaged file of two", 6, [answered([0, 1], []), damaged, ended("partly")]],
    ["declined everywhere", 3, [refused(603), ended("declined")]],
    ["took none of the files", 3, [answered([], [0]), ended("declined")]],
    ["busy", 4, [refused(486), ended("noanswer")]],
    ["no answer", 4, [refused(480), ended("noanswer")]],
    ["no answer in time here", 4, [ended("noanswer")]],
    ["unknown user", 7, [refused(404), ended("failed")]],
    ["core unreachable", 7, [ended("failed")]],
    ["withdrawn", 9, [ended("cancelled")]],
    ["broken off", 9, [answered([0], []), ended("interrupted")]],
  ])("%s: %i", (_what, exit, events) => {
    expect(outcomeOf("outgoing", events).exit).toBe(exit);
  });
});

describe("exit codes of an offer that was received", () => {
  it.each<readonly [string, number, readonly NamedEvent[]]>([
    ["done and verified", 0, [answered([0], []), complete(0, true), ended("verified")]],
    ["declined here", 3, [refused(486), ended("declined")]],
    ["nobody answered", 4, [{ event: "missed", id }, ended("noanswer")]],
    [
      "answered on another device",
      10,
      [{ event: "elsewhere", id, reason: "accepted", isLostRace: false }],
    ],
    ["withdrawn by the sender", 9, [ended("cancelled")]],
  ])("%s: %i", (_what, exit, events) => {
    expect(outcomeOf("incoming", events).exit).toBe(exit);
  });
});

describe("following one offer", () => {
  it("events of other offers, and events after the end, change nothing", () => {
    const other = "other" as OfferId;
    const begun = beginOutcome(offer("outgoing"));
    expect(nextOutcome(begun, { event: "declined", id: other, status: 603 })).toBe(begun);
    const over = nextOutcome(begun, ended("verified"));
    expect(nextOutcome(over, refused(603))).toBe(over);
  });

  it("remembers where received files lie", () => {
    const outcome = outcomeOf("incoming", [
      { event: "file", id, index: 2, state: "complete", verified: true, path: "/in/plan.pdf" },
    ]);
    expect([...outcome.paths]).toEqual([[2, "/in/plan.pdf"]]);
    expect(outcome.verified).toEqual([2]);
  });
});

describe("--expect", () => {
  const verified = outcomeOf("outgoing", [
    ...[answered([0, 1], []), complete(0, true), complete(1, true), ended("verified")],
  ]);
  const declined = outcomeOf("outgoing", [refused(603), ended("declined")]);
  const unanswered = outcomeOf("outgoing", [refused(480), ended("noanswer")]);

  it.each([
    ["accepted:2", verified, true],
    ["accepted:1", verified, false],
    ["verified:2", verified, true],
    ["verified:3", verified, false],
    ["declined", declined, true],
    ["declined", unanswered, false],
    ["noanswer", unanswered, true],
    ["noanswer", verified, false],
  ])("%s", (text, outcome, isMet) => {
    const expectation = parseExpectation(text);
    expect(expectation && holds(expectation, outcome)).toBe(isMet);
  });

  it.each(["", "accepted", "accepted:", "accepted:x", "verified:-1", "Declined", "lost"])(
    "%j is no outcome",
    (text) => {
      expect(parseExpectation(text)).toBeUndefined();
    },
  );
});
