import type { Person } from "../../../shared/model/app-state.ts";
import type { BookCard } from "./card-entry.ts";

/**
 * Whether the rule of its person takes the offer as a whole: every file safe, small enough together. What only a user can
 * decide, no room or a name that is taken where the settings say no more of it, is asked.
 */
export function isTakenByRule(card: BookCard, person: Person | undefined): boolean {
  if (person?.autoAccept === undefined || person.isBlocked) return false;
  const total = card.files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  const isSafe = person.isMe || card.files.every(({ isDangerous }) => !isDangerous);
  return isSafe && total <= person.autoAccept.maxSizeOctets;
}
