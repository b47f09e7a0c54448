import type { Card, CardState } from "../../../shared/model/card.ts";

/** Which cards stand over the page, oldest first. A card stays in its place while it changes. */
export interface Stack {
  readonly ids: readonly string[];
  /** Put away here, or left by themselves; they do not come back. */
  readonly left: ReadonlySet<string>;
}

export const EMPTY_STACK: Stack = { ids: [], left: new Set() };

type Cards = Readonly<Record<string, Card>>;

/** The stack after the cards have changed; the same object where nothing has. */
export function nextStack(stack: Stack, cards: Cards, reviewed: readonly string[]): Stack {
  const kept = stack.ids.filter((id) => {
    const card = cards[id];
    return card !== undefined && stays(card, reviewed);
  });
  const known = new Set([...kept, ...stack.left]);
  const fresh = Object.values(cards)
    .filter((card) => isAnswerable(card, reviewed) && !known.has(card.id))
    .sort((a, b) => a.startedMs - b.startedMs)
    .map(({ id }) => id);
  if (fresh.length === 0 && kept.length === stack.ids.length) return stack;
  return { ids: [...kept, ...fresh], left: stack.left };
}

function isAnswerable(card: Card, reviewed: readonly string[]): boolean {
  if (card.direction !== "incoming" || card.isDismissed === true) return false;
  if (card.state === "accepting") return card.isAutoAccepted !== true;
  return card.state === "ringing" && (card.isSilenced !== true || reviewed.includes(card.id));
}

function stays(card: Card, reviewed: readonly string[]): boolean {
  if (card.isDismissed === true) return false;
  return card.state !== "ringing" || isAnswerable(card, reviewed);
}

/** The offer that stands open: of those that still ring, the first that the user wanted, else the oldest. */
export function openOf(
  { ids }: Stack,
  cards: Cards,
  wanted: readonly (string | undefined)[],
): string | undefined {
  const asking = ids.filter((id) => cards[id]?.state === "ringing");
  return wanted.find((id) => id !== undefined && asking.includes(id)) ?? asking[0];
}

export function leaveStack(stack: Stack, id: string): Stack {
  return {
    ids: stack.ids.filter((known) => known !== id),
    left: new Set([...stack.left, id]),
  };
}

/** Time after which an answered card leaves by itself; undefined: it stays until it is put away. */
export function leaveAfterMs(state: CardState, isListShown: boolean): number | undefined {
  // The list below shows the very same card.
  const leaves = OVER.has(state) || (isListShown && LISTED.has(state));
  return leaves ? LEAVE_MS : undefined;
}

const LEAVE_MS = 8000;

const OVER: ReadonlySet<CardState> = new Set([
  ...(["elsewhere", "declinedElsewhere", "noLongerRinging", "cancelled", "declined"] as const),
  ...(["verified", "confirmed"] as const),
]);

const LISTED: ReadonlySet<CardState> = new Set([
  ...(["transferring", "stalled", "verifying"] as const),
  ...(["paused", "reconnecting", "waitingForSpace"] as const),
  ...(["partly", "failed", "damaged", "interrupted"] as const),
]);
