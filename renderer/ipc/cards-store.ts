import { createStore, type StoreApi } from "zustand";
import type { Card } from "../../shared/model/card.ts";

export interface CardsState {
  readonly byId: Readonly<Record<string, Card>>;
  /** Newest first. */
  readonly order: readonly string[];
  readonly replaceAll: (cards: readonly Card[]) => void;
  readonly change: (cards: readonly Card[]) => void;
  readonly remove: (ids: readonly string[]) => void;
}

export type CardsStore = StoreApi<CardsState>;

export function createCardsStore(): CardsStore {
  return createStore<CardsState>((set) => ({
    byId: {},
    order: [],
    replaceAll: (cards) => {
      const byId = Object.fromEntries(cards.map((card) => [card.id, card]));
      set({ byId, order: ordered(byId) });
    },
    change: (cards) => {
      set((state) => {
        const byId = { ...state.byId, ...Object.fromEntries(cards.map((card) => [card.id, card])) };
        const hasNew = cards.some((card) => !(card.id in state.byId));
        return { byId, order: hasNew ? ordered(byId) : state.order };
      });
    },
    remove: (ids) => {
      set((state) => {
        const gone = new Set(ids);
        const byId = Object.fromEntries(Object.entries(state.byId).filter(([id]) => !gone.has(id)));
        return { byId, order: state.order.filter((id) => !gone.has(id)) };
      });
    },
  }));
}

function ordered(byId: Readonly<Record<string, Card>>): readonly string[] {
  return Object.values(byId)
    .sort((a, b) => b.startedMs - a.startedMs)
    .map((card) => card.id);
}
