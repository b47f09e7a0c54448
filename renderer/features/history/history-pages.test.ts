import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { type HistoryAction, type HistoryPages, NO_PAGES, reduceHistory } from "./history-pages.ts";

function card(id: string, more: Partial<Card> = {}): Card {
  return {
    id,
    direction: "incoming",
    peer: "sip:alice@a.example",
    peerName: "Alice",
    state: "verified",
    files: [],
    startedMs: 0,
    ...more,
  };
}

function play(...actions: readonly HistoryAction[]): HistoryPages {
  return actions.reduce(reduceHistory, NO_PAGES);
}

function idsOf({ cards }: HistoryPages): readonly string[] {
  return cards.map(({ id }) => id);
}

const FIRST = {
  do: "answer",
  question: 1,
  isMore: false,
  cards: [card("3"), card("2")],
  hasMore: true,
} as const;

describe("ux 3.7 pages of the history", () => {
  it("the next page follows the one before, nothing twice", () => {
    const pages = play(
      { do: "ask" },
      FIRST,
      { do: "askMore" },
      {
        do: "answer",
        question: 2,
        isMore: true,
        cards: [card("2"), card("1")],
        hasMore: false,
      },
    );
    expect([idsOf(pages), pages.hasMore, pages.isLoading]).toEqual([["3", "2", "1"], false, false]);
  });

  it("what comes meanwhile leaves the older pages where they are, unless nothing is older", () => {
    const more = { do: "answer", question: 2, isMore: true, hasMore: true } as const;
    const loaded = [
      { do: "ask" },
      FIRST,
      { do: "askMore" },
      { ...more, cards: [card("1")] },
    ] as const;
    const again = { do: "answer", question: 3, isMore: false } as const;
    const fresh = { ...again, cards: [card("4"), card("3")], hasMore: true };
    const pages = play(...loaded, { do: "refresh" }, fresh);
    expect([idsOf(pages), pages.hasMore]).toEqual([["4", "3", "2", "1"], true]);
    const all = { ...again, cards: [card("4")], hasMore: false };
    expect(idsOf(play(...loaded, { do: "refresh" }, all))).toEqual(["4"]);
  });

  it("what comes while another filter is asked for brings nothing of the one before back", () => {
    const fresh = { do: "answer", question: 3, isMore: false, hasMore: true } as const;
    const pages = play(
      { do: "ask" },
      FIRST,
      { do: "ask" },
      { do: "refresh" },
      {
        ...fresh,
        cards: [card("4")],
      },
    );
    expect(idsOf(pages)).toEqual(["4"]);
  });

  it("an answer to an earlier question changes nothing", () => {
    const pages = play({ do: "ask" }, { do: "ask" });
    expect(reduceHistory(pages, FIRST)).toBe(pages);
    const failure = { code: "internal", message: "" } as const;
    expect(reduceHistory(pages, { do: "fail", question: 1, failure })).toBe(pages);
  });

  it("what is shown stays while another answer is awaited, and when it fails", () => {
    const failure = { code: "internal", message: "The history cannot be read." } as const;
    const pages = play({ do: "ask" }, FIRST, { do: "ask" }, { do: "fail", question: 2, failure });
    expect([idsOf(pages), pages.isLoading, pages.failure]).toEqual([["3", "2"], false, failure]);
  });

  it("a new question forgets the failure of the last", () => {
    const failure = { code: "internal", message: "" } as const;
    const pages = play({ do: "ask" }, { do: "fail", question: 1, failure }, { do: "ask" });
    expect(pages.failure).toBeUndefined();
  });

  it("what was forgotten is gone, what changed is replaced, the rest is left alone", () => {
    const pages = play({ do: "ask" }, FIRST, { do: "forget", ids: ["3"] });
    expect(idsOf(pages)).toEqual(["2"]);
    const changed = reduceHistory(pages, { do: "change", cards: [card("2", { state: "partly" })] });
    expect(changed.cards).toEqual([card("2", { state: "partly" })]);
    expect(reduceHistory(pages, { do: "change", cards: [card("9")] })).toBe(pages);
  });
});
