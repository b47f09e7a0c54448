import { midnight } from "../../../shared/i18n/format.ts";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import type { Card, CardState } from "../../../shared/model/card.ts";

export type HistoryDirection = "any" | "incoming" | "outgoing";
export type HistoryResult = "any" | "done" | "partly" | "failed" | "notTaken" | "elsewhere";
export type HistoryPeriod = "any" | "today" | "week" | "month";

export interface HistoryFilter {
  readonly text: string;
  readonly direction: HistoryDirection;
  readonly result: HistoryResult;
  /** Address of a person; empty: everybody. */
  readonly peer: string;
  readonly period: HistoryPeriod;
  /** Name of another device of the user's; empty: any. */
  readonly device: string;
}

export const NO_FILTER: HistoryFilter = {
  text: "",
  direction: "any",
  result: "any",
  peer: "",
  period: "any",
  device: "",
};

export const PAGE_SIZE = 100;

const RESULT_STATES: Readonly<Record<Exclude<HistoryResult, "any">, readonly CardState[]>> = {
  done: ["verified", "confirmed"],
  partly: ["partly"],
  failed: ["failed", "damaged", "interrupted"],
  notTaken: ["declined", "noanswer", "cancelled", "missed", "noLongerRinging"],
  elsewhere: ["elsewhere", "declinedElsewhere"],
};

const PERIOD_DAYS: Readonly<Record<Exclude<HistoryPeriod, "any">, number>> = {
  today: 0,
  week: 6,
  month: 29,
};

export function isFiltered(filter: HistoryFilter): boolean {
  return (
    filter.text.trim() !== "" ||
    filter.direction !== "any" ||
    filter.result !== "any" ||
    filter.peer !== "" ||
    filter.period !== "any" ||
    filter.device !== ""
  );
}

/** What main is asked for. @param last the last card of the page before */
export function historyQuery(
  filter: HistoryFilter,
  nowMs: number,
  last?: Card,
): RequestArguments<"history.list"> {
  const text = filter.text.trim().slice(0, 200);
  return {
    limit: PAGE_SIZE,
    ...(text === "" ? {} : { text }),
    ...(filter.direction === "any" ? {} : { direction: filter.direction }),
    ...(filter.result === "any" ? {} : { states: [...RESULT_STATES[filter.result]] }),
    ...(filter.peer === "" ? {} : { peer: filter.peer }),
    ...(filter.device === "" ? {} : { device: filter.device }),
    ...(filter.period === "any" ? {} : { sinceMs: midnight(nowMs, PERIOD_DAYS[filter.period]) }),
    ...(last === undefined ? {} : { before: { startedMs: last.startedMs, id: last.id } }),
  };
}

export interface HistoryDay {
  /** Midnight at its start, in the time of this place. */
  readonly dayMs: number;
  readonly cards: readonly Card[];
}

/** Cards by the day on which they began; both keep the order newest first. */
export function groupByDay(cards: readonly Card[]): readonly HistoryDay[] {
  const days = new Map<number, Card[]>();
  for (const card of cards) {
    const dayMs = midnight(card.startedMs, 0);
    const day = days.get(dayMs);
    if (day === undefined) days.set(dayMs, [card]);
    else day.push(card);
  }
  return [...days].map(([dayMs, ofDay]) => ({ dayMs, cards: ofDay }));
}

/** One line of the virtual list. */
export type HistoryRow =
  | { readonly kind: "day"; readonly id: string; readonly dayMs: number; readonly count: number }
  | { readonly kind: "card"; readonly id: string; readonly card: Card };

export function historyRows(cards: readonly Card[]): readonly HistoryRow[] {
  return groupByDay(cards).flatMap(({ dayMs, cards: ofDay }) => [
    { kind: "day" as const, id: `day:${dayMs}`, dayMs, count: ofDay.length },
    ...ofDay.map((card) => ({ kind: "card" as const, id: card.id, card })),
  ]);
}
