import type { Card } from "../../../shared/model/card.ts";
import { isActive, isAsking } from "../../ipc/card-kinds.ts";
import type { CardsState } from "../../ipc/cards-store.ts";

/** One row of the list: a card, or the offers that one action made to several people. */
export type ListRow = `card:${string}` | `group:${string}`;

/** More rows than this are left to the history. */
export const MAX_TODAY = 50;

export interface Rows {
  readonly active: readonly ListRow[];
  readonly today: readonly ListRow[];
  readonly more: number;
}

/**
 * Active ones first, then those of today; offers that wait for an answer stand over the page. A group is active while one
 * of its cards is.
 * @param shown cards that are shown elsewhere in the same column
 */
export function listRows(
  { byId, order }: Pick<CardsState, "byId" | "order">,
  shown: readonly string[] = [],
): Rows {
  const active: ListRow[] = [];
  const today: ListRow[] = [];
  const seen = new Set<string>();
  for (const id of order) {
    const card = byId[id];
    if (card === undefined || !isListed(card) || shown.includes(id)) continue;
    const members = card.group === undefined ? [card] : groupCards(byId, card.group);
    const row: ListRow =
      card.group === undefined || members.length < 2 ? `card:${id}` : `group:${card.group}`;
    if (seen.has(row)) continue;
    seen.add(row);
    (members.some(isActive) ? active : today).push(row);
  }
  return {
    active,
    today: today.slice(0, MAX_TODAY),
    more: Math.max(0, today.length - MAX_TODAY),
  };
}

function isListed(card: Card): boolean {
  return card.isDismissed !== true && !isAsking(card);
}

/** In the order of their ids, which is that of the recipients. */
export function groupCards(byId: Readonly<Record<string, Card>>, group: string): readonly Card[] {
  return Object.values(byId).filter((card) => card.group === group && card.isDismissed !== true);
}

/** Ids of the cards that a row stands for. */
export function cardIdsOf(row: string, byId: Readonly<Record<string, Card>>): readonly string[] {
  if (row.startsWith("group:"))
    return groupCards(byId, row.slice("group:".length)).map(({ id }) => id);
  return [row.slice("card:".length)];
}
