import { type Card, canPause, canResume, isEnded } from "../../../shared/model/card.ts";
import { type Ask, type Stores, useAsk, useStores } from "../../ipc/stores.tsx";
import { canOpen, cardActions, isKept } from "./card-actions.ts";
import { cardIdsOf } from "./list-rows.ts";

export type SelectionCommand = "cardPause" | "cardRemove" | "cardRetry" | "cardOpen" | "cardReveal";

/**
 * Acts on every selected card, or on the row that has the focus where that is none of them. Its result is false where the
 * command means nothing to them.
 */
export function useSelectionActions(): (command: SelectionCommand, focusedRow?: string) => boolean {
  const ask = useAsk();
  const stores = useStores();
  return (command, focusedRow) => {
    const cards = chosenCards(stores, focusedRow);
    switch (command) {
      case "cardPause":
        return toggleAll(cards, stores, ask);
      case "cardRemove":
        removeAll(cards, stores, ask);
        return true;
      case "cardRetry":
        for (const card of cards) if (isEnded(card.state)) cardActions(card, stores, ask).retry();
        return true;
      case "cardOpen":
      case "cardReveal":
        showFirst(cards[0], command === "cardOpen" ? "open" : "reveal", { stores, ask });
        return true;
    }
  };
}

/** All of them the same way: while one moves, they are paused. */
function toggleAll(cards: readonly Card[], stores: Stores, ask: Ask): boolean {
  const moving = cards.filter(canPause);
  const some = moving.length > 0 ? moving : cards.filter(canResume);
  for (const card of some) cardActions(card, stores, ask).toggle();
  return some.length > 0;
}

function chosenCards(stores: Stores, focusedRow: string | undefined): readonly Card[] {
  const { byId } = stores.cards.getState();
  const { selected } = stores.window.getState();
  const focused = focusedRow === undefined ? [] : cardIdsOf(focusedRow, byId);
  const isSelected = focused.length === 0 || focused.some((id) => selected.includes(id));
  return (isSelected ? selected : focused).flatMap((id) => byId[id] ?? []);
}

function removeAll(cards: readonly Card[], stores: Stores, ask: Ask): void {
  const ended = cards.filter(({ state }) => isEnded(state));
  const ids = ended.filter((card) => !isKept(card)).map(({ id }) => id);
  if (ids.length > 0) void ask("card.dismiss", { ids });
  const kept = ended.filter(isKept).map(({ id }) => id);
  const [id] = kept;
  if (id !== undefined) stores.window.getState().ask({ kind: "forget", id, ids: kept });
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
