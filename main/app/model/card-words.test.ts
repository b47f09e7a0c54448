import { describe, expect, it } from "vitest";
import type { CardFileState } from "../../../shared/model/card.ts";
import type { ErrorCode } from "../../../shared/model/client-events.ts";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { englishIn, textsUnder } from "../../../tests/support/english-in.ts";
import { Words } from "../words/words.ts";
import { entryOf } from "./card-begin.ts";
import { type BookCard, type CardEntry, shownCard } from "./card-entry.ts";
import {
  askAgainText,
  type BookProblem,
  declinedProblem,
  eventProblem,
  fileReason,
  filesProblem,
  preparationProblem,
  stalledProblem,
  stoppedProblem,
  withdrawnProblem,
} from "./card-words.ts";

const CODES: Readonly<Record<ErrorCode, true>> = {
  ...{ "unknown-user": true, "no-answer": true, offline: true, busy: true, declined: true },
  ...{ incompatible: true, "too-large": true, "not-allowed": true, authentication: true },
  ...{
    network: true,
    connection: true,
    protocol: true,
    "not-protected": true,
    source: true,
    storage: true,
  },
  ...{ "earlier-unanswered": true, "too-often": true },
  ...{ cancelled: true, "source-changed": true, "peer-paused": true, "pauser-offline": true },
  "not-kept": true,
  ...{ "no-space": true, skipped: true, paused: true, verification: true, internal: true },
};
const ALL = Object.keys(CODES) as readonly ErrorCode[];
const DIRECTIONS = ["incoming", "outgoing"] as const;
const STATES: readonly CardFileState[] = ["failed", "interrupted", "damaged", "declined"];

/** A client's own words, none of which a window may show. */
const REASONS = ["You cancelled this file.", "The file was changed.", "It went wrong."];
const DATA = "plan.pdf song.mp3 Alice alice@a.example Mine and";
const english = new Words("en");
const pseudo = new Words("en-XA");

function entryWith(direction: "incoming" | "outgoing", state: CardFileState): CardEntry {
  const files = [
    makeCardFile({ sizeOctets: 2_000_000, state }),
    makeCardFile({ index: 1, name: "song.mp3", sizeOctets: 1_000_000, state: "verified" }),
  ];
  return { ...entryOf(makeCard({ direction, files, folder: "/home/Mine" })), isAnswered: true };
}

function shown(card: BookCard, problem: BookProblem | undefined): readonly string[] {
  const worded = shownCard(entryOf(problem === undefined ? card : { ...card, problem }), pseudo);
  return textsUnder(worded, new Set(["message", "action", "reason"])).filter((text) => text !== "");
}

describe("who did it, and what became of the file, is told by code, not by the client's sentences", () => {
  it.each<[ErrorCode, "incoming" | "outgoing", string, string]>([
    ["cancelled", "incoming", "You cancelled it.", "You cancelled plan.pdf."],
    ["declined", "incoming", "Alice cancelled it.", "Alice cancelled plan.pdf."],
    [
      ...["not-kept", "outgoing", "Alice's device did not keep it."],
      "Alice's device did not keep plan.pdf.",
    ] as const,
    ["paused", "incoming", "You paused it.", "You paused the transfer."],
    ["peer-paused", "incoming", "Alice paused it.", "Alice paused the transfer."],
    [
      ...["pauser-offline", "incoming", "Paused by Alice, who is offline."],
      "Paused by Alice, who is offline.",
    ] as const,
    ["source", "outgoing", "It can no longer be read.", "plan.pdf can no longer be read."],
    [
      ...["source-changed", "outgoing", "It was changed after you offered it."],
      "plan.pdf was changed after you offered it.",
    ] as const,
    [
      ...["source-changed", "incoming", "Alice changed it after offering it."],
      "Alice changed plan.pdf after offering it.",
    ] as const,
  ])("%s, %s", (code, direction, ofFile, ofCard) => {
    const state = code.startsWith("source") ? "failed" : "interrupted";
    const { card, ...entry } = entryWith(direction, state);
    const [first, second] = card.files;
    for (const reason of REASONS) {
      const told = fileReason(card, { code, reason }) ?? "";
      const files = [first, second].flatMap((file) => file ?? []);
      const next = {
        ...{ ...entry, fileCodes: new Map([[0, code]]) },
        card: { ...card, files: files.map((file) => ({ ...file, reason: told })) },
      };
      expect(english.say(told)).toContain(ofFile);
      expect(english.say(filesProblem(next)?.message ?? "")).toContain(ofCard);
    }
  });
});

describe("in the pseudo-locale a card shows pseudo text, names and sizes", () => {
  describe.each(DIRECTIONS)("%s", (direction) => {
    it.each(ALL)("after the error %s", (code) => {
      const { card } = entryWith(direction, "offered");
      const error = { code, message: "It failed.", action: "Wait." };
      const texts = shown(card, eventProblem(card, error));
      expect(texts).not.toEqual([]);
      expect(englishIn(texts, DATA)).toEqual([]);
    });

    it.each(ALL.flatMap((code) => REASONS.map((reason) => [code, reason] as const)))(
      "for a file that ended by %s (%s)",
      (code, reason) => {
        for (const state of STATES) {
          const { card, ...entry } = entryWith(direction, state);
          const told = fileReason(card, { code, reason });
          const files = card.files.map((file) => ({
            ...file,
            ...(told === undefined || file.state !== state ? {} : { reason: told }),
          }));
          const next = { ...entry, card: { ...card, files }, fileCodes: new Map([[0, code]]) };
          const texts = shown(next.card, filesProblem(next));
          expect(texts).not.toEqual([]);
          expect(englishIn(texts, DATA)).toEqual([]);
        }
      },
    );

    it("whatever else became of it", () => {
      const entry = entryWith(direction, "declined");
      const { card } = entry;
      const problems = [
        ...[withdrawnProblem(card), stoppedProblem(card), stalledProblem(10)],
        ...[declinedProblem(card), filesProblem({ ...entry, endedBy: "us" as const })],
        ...(["source", "too-large", "not-running", "no-files"] as const).flatMap((kind) => [
          preparationProblem(kind),
          preparationProblem(kind, "plan.pdf"),
        ]),
      ];
      for (const problem of problems) expect(englishIn(shown(card, problem), DATA)).toEqual([]);
    });
  });

  it.each(["missed", "failed", "damaged"] as const)("asked for again when it is %s", (state) => {
    const { card } = entryWith("incoming", state === "damaged" ? "damaged" : "failed");
    const text = pseudo.say(askAgainText({ ...card, state }, "Anna"));
    expect(englishIn([text], `${DATA} Anna`)).toEqual([]);
  });
});
