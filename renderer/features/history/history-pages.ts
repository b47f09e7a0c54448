import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Card } from "../../../shared/model/card.ts";

/** What has been read of the history so far. */
export interface HistoryPages {
  readonly cards: readonly Card[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly failure?: RequestFailure;
  /** Counts questions; an answer to an earlier one comes too late. */
  readonly question: number;
}

export const NO_PAGES: HistoryPages = { cards: [], hasMore: false, isLoading: false, question: 0 };

export type HistoryAction =
  /** From the start, with another filter or because something changed. What is shown stays until the answer. */
  | { readonly do: "ask" }
  | { readonly do: "askMore" }
  | {
      readonly do: "answer";
      readonly question: number;
      readonly isMore: boolean;
      readonly cards: readonly Card[];
      readonly hasMore: boolean;
    }
  | { readonly do: "fail"; readonly question: number; readonly failure: RequestFailure }
  | { readonly do: "forget"; readonly ids: readonly string[] }
  | { readonly do: "change"; readonly cards: readonly Card[] };

export function reduceHistory(pages: HistoryPages, action: HistoryAction): HistoryPages {
  switch (action.do) {
    case "ask":
    case "askMore":
      return {
        cards: pages.cards,
        hasMore: pages.hasMore,
        isLoading: true,
        question: pages.question + 1,
      };
    case "answer":
      return action.question === pages.question ? answered(pages, action) : pages;
    case "fail":
      if (action.question !== pages.question) return pages;
      return { ...pages, isLoading: false, failure: action.failure };
    case "forget": {
      const gone = new Set(action.ids);
      return { ...pages, cards: pages.cards.filter(({ id }) => !gone.has(id)) };
    }
    case "change":
      return withChanged(pages, action.cards);
  }
}

function answered(
  pages: HistoryPages,
  answer: Extract<HistoryAction, { readonly do: "answer" }>,
): HistoryPages {
  const known = new Set(answer.isMore ? pages.cards.map(({ id }) => id) : []);
  const fresh = answer.cards.filter(({ id }) => !known.has(id));
  const cards = answer.isMore ? [...pages.cards, ...fresh] : fresh;
  return { cards, hasMore: answer.hasMore, isLoading: false, question: pages.question };
}

function withChanged(pages: HistoryPages, changed: readonly Card[]): HistoryPages {
  const byId = new Map(changed.map((card) => [card.id, card]));
  if (!pages.cards.some(({ id }) => byId.has(id))) return pages;
  return { ...pages, cards: pages.cards.map((card) => byId.get(card.id) ?? card) };
}
