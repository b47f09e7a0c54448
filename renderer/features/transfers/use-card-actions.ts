import { useMemo } from "react";
import type { Card } from "../../../shared/model/card.ts";
import { useAsk, useStores } from "../../ipc/stores.tsx";
import { type CardActions, cardActions } from "./card-actions.ts";

export function useCardActions(card: Card): CardActions {
  const stores = useStores();
  const ask = useAsk();
  return useMemo(() => cardActions(card, stores, ask), [card, stores, ask]);
}
