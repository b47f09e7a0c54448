import type { Card, CardState } from "../../shared/model/card.ts";
import { isAsking } from "../ipc/card-kinds.ts";

/** What has just happened to a card that somebody who does not see the window wants to hear. */
export interface CardEvent {
  readonly kind:
    | "arrived"
    | "accepted"
    | "elsewhere"
    | "cancelled"
    | "missed"
    | "stalled"
    | "paused"
    | "reconnecting"
    | "resumed"
    | "done"
    | "result"
    | "failed";
  readonly card: Card;
}

type Cards = Readonly<Record<string, Card>>;

/** Compares the cards before and after a change. */
export function cardEvents(before: Cards, now: Cards): readonly CardEvent[] {
  if (before === now) return [];
  return Object.values(now).flatMap((card) => {
    const old = before[card.id];
    if (old?.state === card.state) return [];
    const kind = old === undefined ? arrivalOf(card) : changeOf(card, old);
    return kind === undefined ? [] : [{ kind, card }];
  });
}

function arrivalOf(card: Card): CardEvent["kind"] | undefined {
  return isAsking(card) ? "arrived" : undefined;
}

type Kinds = Partial<Record<CardState, CardEvent["kind"]>>;

const ON_BOTH_SIDES: Kinds = {
  elsewhere: "elsewhere",
  cancelled: "cancelled",
  missed: "missed",
  stalled: "stalled",
  reconnecting: "reconnecting",
  waitingForSpace: "failed",
  verified: "done",
  confirmed: "done",
  failed: "failed",
  damaged: "failed",
  interrupted: "failed",
};

const ON_ONE_SIDE: Readonly<Record<Card["direction"], Kinds>> = {
  incoming: { partly: "failed" },
  outgoing: { partly: "result", declined: "result", noanswer: "result" },
};

const WAITED: ReadonlySet<CardState> = new Set(["paused", "reconnecting", "waitingForSpace"]);

function changeOf(card: Card, old: Card): CardEvent["kind"] | undefined {
  if (card.state === "transferring") return beginningOf(card, old);
  // What the user did is no news.
  if (card.state === "paused") return card.pausedBy === "peer" ? "paused" : undefined;
  // Files that the user left out are nothing that failed.
  if (card.state === "partly" && card.direction === "incoming" && card.problem === undefined)
    return "done";
  return ON_ONE_SIDE[card.direction][card.state] ?? ON_BOTH_SIDES[card.state];
}

function beginningOf(card: Card, old: Card): CardEvent["kind"] | undefined {
  if (WAITED.has(old.state)) return "resumed";
  const wasAsked = old.state === "accepting" || old.state === "ringing";
  return card.direction === "incoming" && wasAsked ? "accepted" : undefined;
}

/** Whether the octets went over a multiple of `step`. */
export function milestonesPassed(before: number, now: number, step: number): boolean {
  return step > 0 && Math.floor(now / step) > Math.floor(before / step);
}
