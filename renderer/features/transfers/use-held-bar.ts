import { useEffect, useState } from "react";
import { type Card, type CardState, isEnded } from "../../../shared/model/card.ts";

/** A transfer that ends faster than it can be seen stands full for this long. */
const HOLD_MS = 1500;

const WITH_BAR: ReadonlySet<CardState> = new Set([
  "preparing",
  "transferring",
  "stalled",
  "verifying",
  "paused",
  "reconnecting",
  "waitingForSpace",
]);
/** Ended, and not all of it is there: where it broke is worth seeing. */
const BROKEN: ReadonlySet<CardState> = new Set(["partly", "damaged", "interrupted"]);

export function useHeldBar(card: Card): boolean {
  const { state } = card;
  const isMoving = WITH_BAR.has(state);
  const [before, setBefore] = useState({ isMoving, isHeld: false });
  if (before.isMoving !== isMoving) setBefore({ isMoving, isHeld: !isMoving && isEnded(state) });
  useEffect(() => {
    if (!before.isHeld) return;
    const timer = setTimeout(() => {
      setBefore({ isMoving: false, isHeld: false });
    }, HOLD_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [before]);
  return isMoving || before.isHeld || BROKEN.has(state);
}
