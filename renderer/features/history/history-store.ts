import { createStore, type StoreApi } from "zustand";
import type { Bridge, RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Card } from "../../../shared/model/card.ts";
import { type HistoryAction, type HistoryPages, NO_PAGES, reduceHistory } from "./history-pages.ts";
import { type HistoryFilter, historyQuery, NO_FILTER } from "./history-query.ts";

export interface HistoryStoreState {
  readonly filter: HistoryFilter;
  readonly pages: HistoryPages;
  /** Asks from the start. */
  readonly load: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
  /** What has happened to cards: one that is not listed may have to be, when it begins, or ends otherwise. */
  readonly changed: (cards: readonly Card[]) => void;
  readonly setFilter: (change: Partial<HistoryFilter>) => void;
  readonly dispatch: (action: HistoryAction) => void;
  /** @returns why it could not be forgotten */
  readonly forget: (id: string) => Promise<RequestFailure | undefined>;
}

export type HistoryStore = StoreApi<HistoryStoreState>;

export interface HistoryDependencies {
  readonly client: Pick<Bridge, "request">;
  readonly nowMs: () => number;
}

export function createHistoryStore({ client, nowMs }: HistoryDependencies): HistoryStore {
  return createStore<HistoryStoreState>((set, get) => {
    const dispatch = (action: HistoryAction): void => {
      set((state) => ({ pages: reduceHistory(state.pages, action) }));
    };
    /** States of cards that are not listed. */
    const unlisted = new Map<string, Card["state"]>();
    const ask = async (how: "ask" | "refresh" | "askMore", last?: Card): Promise<void> => {
      dispatch({ do: how });
      const { question } = get().pages;
      const query = historyQuery(get().filter, nowMs(), last);
      const answer = await client.request("history.list", query);
      if (!answer.ok) {
        dispatch({ do: "fail", question, failure: answer.error });
        return;
      }
      dispatch({ do: "answer", question, isMore: last !== undefined, ...answer.value });
    };
    return {
      filter: NO_FILTER,
      pages: NO_PAGES,
      dispatch,
      load: async () => ask("ask"),
      loadMore: async () => {
        const { cards, hasMore, isLoading } = get().pages;
        if (hasMore && !isLoading) await ask("askMore", cards.at(-1));
      },
      changed: (cards) => {
        const listed = new Set(get().pages.cards.map(({ id }) => id));
        dispatch({ do: "change", cards });
        const others = cards.filter(({ id }) => !listed.has(id));
        const isNews = others.some(({ id, state }) => unlisted.get(id) !== state);
        for (const { id, state } of others) unlisted.set(id, state);
        if (isNews) void ask("refresh");
      },
      setFilter: (change) => {
        set((state) => ({ filter: { ...state.filter, ...change } }));
        void ask("ask");
      },
      forget: async (id) => {
        const answer = await client.request("history.forget", { ids: [id] });
        if (!answer.ok) return answer.error;
        dispatch({ do: "forget", ids: [id] });
        return undefined;
      },
    };
  });
}
