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
  /** Another filter is asked for: of what is shown nothing stays. */
  readonly isReplaced?: boolean;
}

export const NO_PAGES: HistoryPages = { cards: [], hasMore: false, isLoading: false, question: 0 };

export type HistoryAction =
  /** From the start, with another filter. What is shown stays until the answer. */
  | { readonly do: "ask" }
  /** From the start, because something is new; pages that were read of what is older stay. */
  | { readonly do: "refresh" }
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
      return { ...asked(pages), isReplaced: true };
    case "refresh":
    case "askMore":
      return asked(pages);
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

function asked({ cards, hasMore, question, isReplaced = false }: HistoryPages): HistoryPages {
  return { cards, hasMore, isLoading: true, question: question + 1, isReplaced };
}

function answered(
  pages: HistoryPages,
  answer: Extract<HistoryAction, { readonly do: "answer" }>,
): HistoryPages {
  const { question } = pages;
  const { before, after } = around(pages, answer);
  const known = new Set(before.map(({ id }) => id));
  const cards = [...before, ...answer.cards.filter(({ id }) => !known.has(id)), ...after];
  const hasMore = after.length > 0 ? pages.hasMore : answer.hasMore;
  return { cards, hasMore, isLoading: false, question };
}

/** What stays of the pages, before the cards of the answer and after them. */
function around(
  { cards, isReplaced }: HistoryPages,
  answer: Extract<HistoryAction, { readonly do: "answer" }>,
): { readonly before: readonly Card[]; readonly after: readonly Card[] } {
  if (answer.isMore) return { before: cards, after: [] };
  const last = answer.cards.at(-1);
  if (isReplaced === true || !answer.hasMore || last === undefined)
    return { before: [], after: [] };
  return { before: [], after: cards.filter((card) => isOlder(card, last)) };
}

/** As the history is ordered. */
function isOlder(card: Card, than: Card): boolean {
  return card.startedMs === than.startedMs ? card.id < than.id : card.startedMs < than.startedMs;
}

function withChanged(pages: HistoryPages, changed: readonly Card[]): HistoryPages {
  const byId = new Map(changed.map((card) => [card.id, card]));
  if (!pages.cards.some(({ id }) => byId.has(id))) return pages;
  return { ...pages, cards: pages.cards.map((card) => byId.get(card.id) ?? card) };
}
