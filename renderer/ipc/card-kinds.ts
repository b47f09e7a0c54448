import { type Card, isEnded, isGoingOn, isHalted } from "../../shared/model/card.ts";

/** Waits for an answer on this device. */
export function isAsking(card: Card): boolean {
  return card.direction === "incoming" && card.state === "ringing" && card.isSilenced !== true;
}

/** Octets move, or are checked, or stand still against their will. */
export function isRunning(card: Card): boolean {
  return (isGoingOn(card) && !isHalted(card)) || card.state === "accepting";
}

/** Something happens to it by itself, or by an answer that is waited for. */
export function isActive(card: Card): boolean {
  return !isEnded(card.state);
}
