import { type Card, isEnded } from "../../../shared/model/card.ts";
import { type Ask, type Stores, useAsk, useStores } from "../../ipc/stores.tsx";
import { canOpen, cardActions } from "./card-actions.ts";
import { cardIdsOf } from "./list-rows.ts";

export type SelectionCommand = "cardRemove" | "cardRetry" | "cardOpen" | "cardReveal";

/** Acts on every selected card, or on the row that has the focus where that is none of them. */
export function useSelectionActions(): (command: SelectionCommand, focusedRow?: string) => void {
  const ask = useAsk();
  const stores = useStores();
  return (command, focusedRow) => {
    const cards = chosenCards(stores, focusedRow);
    switch (command) {
      case "cardRemove":
        removeAll(cards, stores, ask);
        return;
      case "cardRetry":
        for (const card of cards) if (isEnded(card.state)) cardActions(card, stores, ask).retry();
        return;
      case "cardOpen":
      case "cardReveal":
        showFirst(cards[0], command === "cardOpen" ? "open" : "reveal", { stores, ask });
    }
  };
}

function chosenCards(stores: Stores, focusedRow: string | undefined): readonly Card[] {
  const { byId } = stores.cards.getState();
  const { selected } = stores.window.getState();
  const focused = focusedRow === undefined ? [] : cardIdsOf(focusedRow, byId);
  const isSelected = focused.length === 0 || focused.some((id) => selected.includes(id));
  return (isSelected ? selected : focused).flatMap((id) => byId[id] ?? []);
}

function removeAll(cards: readonly Card[], stores: Stores, ask: Ask): void {
  const ids = cards.filter(({ state }) => isEnded(state)).map(({ id }) => id);
  if (ids.length > 0) void ask("card.dismiss", { ids });
  for (const card of cards) if (!isEnded(card.state)) cardActions(card, stores, ask).cancel();
}

function showFirst(
  card: Card | undefined,
  how: "open" | "reveal",
  { stores, ask }: { readonly stores: Stores; readonly ask: Ask },
): void {
  const file = card?.files.find(canOpen);
  if (card !== undefined && file !== undefined) cardActions(card, stores, ask)[how](file);
}
