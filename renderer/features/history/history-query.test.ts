import { describe, expect, it } from "vitest";
import { midnight } from "../../../shared/i18n/format.ts";
import type { Card } from "../../../shared/model/card.ts";
import { groupByDay, historyQuery, historyRows, isFiltered, NO_FILTER } from "./history-query.ts";

const NOW_MS = new Date(2026, 10, 25, 13, 4).getTime();

function card(id: string, startedMs: number): Card {
  return {
    id,
    direction: "incoming",
    peer: "sip:alice@a.example",
    peerName: "Alice",
    state: "verified",
    files: [],
    startedMs,
  };
}

describe("ux 3.7 what the history is asked for", () => {
  it("without a filter: the newest page", () => {
    expect(historyQuery(NO_FILTER, NOW_MS)).toEqual({ limit: 100 });
    expect(isFiltered({ ...NO_FILTER, text: "  " })).toBe(false);
  });

  it("every filter reaches main in its words", () => {
    const filter = {
      text: " plan ",
      direction: "outgoing",
      result: "failed",
      peer: "sip:bob@b.example",
      period: "week",
      device: "Bob’s phone",
    } as const;
    expect(historyQuery(filter, NOW_MS)).toEqual({
      limit: 100,
      text: "plan",
      direction: "outgoing",
      states: ["failed", "damaged", "interrupted"],
      peer: "sip:bob@b.example",
      device: "Bob’s phone",
      sinceMs: new Date(2026, 10, 19).getTime(),
    });
    expect(isFiltered(filter)).toBe(true);
  });

  it("the next page begins after the last card", () => {
    expect(historyQuery(NO_FILTER, NOW_MS, card("7", 123)).before).toEqual({
      startedMs: 123,
      id: "7",
    });
  });

  it("a day of the calendar is a day, whatever the clocks do", () => {
    const beforeChange = new Date(2026, 2, 30, 12).getTime();
    expect(midnight(beforeChange, 1)).toBe(new Date(2026, 2, 29).getTime());
  });
});

describe("ux 3.7 grouped by day, newest first", () => {
  const CARDS = [
    card("c", new Date(2026, 10, 25, 13).getTime()),
    card("b", new Date(2026, 10, 25, 0, 0).getTime()),
    card("a", new Date(2026, 10, 24, 23, 59).getTime()),
  ];

  it("a card belongs to the day on which it began", () => {
    expect(groupByDay(CARDS).map(({ cards }) => cards.map(({ id }) => id))).toEqual([
      ["c", "b"],
      ["a"],
    ]);
  });

  it("each day has a line of its own in the list", () => {
    const rows = historyRows(CARDS).map((row) => (row.kind === "day" ? row.count : row.id));
    expect(rows).toEqual([2, "c", "b", 1, "a"]);
  });
});
